/** What both strategies of the original get wrong when they run; docs/strategies.md lists each by the title of its test. */
import { describe, expect, test } from 'vitest';
import type { Quantity } from '../../src/domain/decimal.ts';
import { BASE, CORE, problemsOf, TOGGLE } from '../desired/manifest-set.ts';
import { fault } from '../support/faults.ts';
import { holdsIn } from '../support/world.ts';
import { at, momentumWorld, nightWorld, type SignalWorld } from './signal-world.ts';

const SHARE = 1_000_000_000;
const MINUTE = 60_000;

/** Both buy in one window: one of them two names, the other one. */
const BOTH: readonly [
  name: string,
  start: (now?: string) => Promise<SignalWorld>,
  buys: readonly string[],
][] = [
  [
    'overnight',
    (now = '2025-12-02T15:54:00-05:00') => nightWorld({ now: at(now), night: { universe: ['AAA'] } }),
    ['buy 312 AAA'],
  ],
  [
    'momentum',
    (now = '2025-12-02T15:54:00-05:00') => momentumWorld({ now: at(now) }),
    ['buy 100 EEE', 'buy 100 DDD'],
  ],
];

describe.each(BOTH)('%s', (_, start, buys) => {
  const onDay = (time: string): string[] => buys.map((order) => `${order} ${time}`);

  test('F-BOTH-1: runs again and again around its minute, and once more after a restart.', async () => {
    const home = await start();
    for (const time of ['15:55:20', '15:56:00', '15:56:10', '16:10:00'])
      await home.runUntil(`2025-12-02T${time}-05:00`);
    expect(home.sent()).toEqual(onDay('12-02 15:55'));
  });

  test('F-BOTH-2: does nothing on a day that ends at 13:00.', async () => {
    const home = await start('2025-11-28T12:50:00-05:00');
    await home.runUntil('2025-11-28T13:10:00-05:00');
    expect(home.sent()).toEqual(onDay('11-28 12:55'));
  });

  test('F-BOTH-3: loses its day when somebody else has the lock for more than 30 s.', async () => {
    const home = await start('2025-12-02T15:54:59-05:00');
    const { fence } = home.journal.refresh();
    home.journal.commit({
      type: 'lock-acquired',
      fence: fence + 1,
      lockId: 'other',
      holder: 'core',
      owner: { pid: 99, started: 'x', bootId: 'boot', host: 'test' },
      acquired: home.clock.now(),
      expires: at('2025-12-02T15:56:30-05:00'),
      expiresMonotonic: home.clock.monotonic() + 91_000,
    });
    await home.runUntil('2025-12-02T16:10:00-05:00');
    expect(home.sent()).toEqual(onDay('12-02 15:56'));
  });
});

describe('an order', () => {
  const evening = { now: at('2025-12-02T15:54:00-05:00'), night: { universe: ['AAA'] } } as const;

  test.each([
    ['its answer is lost', { kind: 'answer-lost', hiddenFor: 0 }],
    ['its answer is lost, and the broker shows it late', { kind: 'answer-lost', hiddenFor: 20_000 }],
    ['its fill takes a minute', { kind: 'order', fills: null, fillAfter: MINUTE, hiddenFor: 0 }],
    [
      'a part of it is filled',
      { kind: 'order', fills: (60 * SHARE) as Quantity, fillAfter: 0, hiddenFor: 0 },
    ],
  ] as const)(
    'F-BOTH-4: sends an order up to three times while its fill does not come. Where %s.',
    async (_, effect) => {
      const home = await nightWorld({ ...evening, faults: [fault('submit', effect)] });
      await home.runUntil('2025-12-02T16:10:00-05:00');
      expect(Number(home.held()['AAA'] ?? 0)).toBeLessThanOrEqual(312);
      expect(home.books()['night'] ?? {}).toEqual(home.held());
      expect(new Set(home.broker.submitted).size).toBe(home.broker.state().orders.length);
    },
  );

  test('F-BOTH-5: writes down what it asked for, at the price that it saw.', async () => {
    const part = { kind: 'order', fills: (60 * SHARE) as Quantity, fillAfter: 0, hiddenFor: 0 } as const;
    const home = await nightWorld({
      ...evening,
      now: at('2025-12-02T15:55:10-05:00'),
      faults: [fault('submit', part)],
    });
    // The price moves between the last look at it and the order.
    const info = (_: string, message: string): void => {
      if (message.startsWith('Symbol conflict check')) home.prices['AAA'] = '48.48';
    };
    await home.apply({ report: { ...home.ports.report, info } });
    expect(home.books()).toEqual({ night: { AAA: '60' } });
    expect(home.journal.ledger().books.get('night')?.get('AAA')?.cost).toBe(60 * 48_480_000);
  });
});

describe('the books', () => {
  test('F-BOTH-6: forgets all its positions after one empty answer of the broker.', async () => {
    const home = await momentumWorld({
      now: at('2025-12-02T10:00:00-05:00'),
      cash: '80000',
      books: { mp: { DDD: '100', EEE: '100' } },
      faults: [fault('positions', { kind: 'without', symbols: 'all' })],
    });
    await home.runUntil('2025-12-02T16:10:00-05:00');
    expect(home.books()).toEqual({ mp: { DDD: '100', EEE: '100' } });
    expect(home.sent()).toEqual([]);
  });

  test('F-BOTH-7: cannot read its positions while the account holds a part of a share, of whatever.', async () => {
    const home = await momentumWorld({ broker: { ODD: '0.5' }, prices: { ODD: '7' }, cash: '99996.5' });
    await home.apply();
    expect(home.books()).toEqual({ mp: { DDD: '100', EEE: '100' } });
  });

  test('F-BOTH-8: takes a split for a purchase by somebody, at a price of before.', async () => {
    const home = await momentumWorld({ cash: '80000', books: { mp: { DDD: '100', EEE: '100' } } });
    home.broker.split({ symbol: 'EEE', from: 1, to: 10 });
    const before = home.journal.ledger().books.get('mp')?.get('EEE');
    home.prices['EEE'] = '10';
    const { plan } = await home.apply();
    expect(holdsIn(plan).join()).toContain('EEE');
    expect(home.journal.ledger().books.get('mp')?.get('EEE')).toEqual(before);
    expect(home.sent().filter((order) => order.includes('EEE'))).toEqual([]);
  });
});

describe('the manifests', () => {
  test('F-BOTH-9: starts at a time that only its code decides.', async () => {
    const early = {
      at: { kind: 'close', offset: -30 * MINUTE },
      action: 'rebalance',
      window: MINUTE,
    } as const;
    const home = await momentumWorld({ now: at('2025-12-02T15:00:00-05:00'), mp: { schedule: [early] } });
    await home.runUntil('2025-12-02T16:10:00-05:00');
    expect(home.sent()).toEqual(['buy 100 EEE 12-02 15:30', 'buy 100 DDD 12-02 15:30']);
  });

  test('F-BOTH-10: lets two strategies list one symbol, and says nothing.', () => {
    const texts = {
      ...BASE,
      'm/other.yaml': CORE.replace('{name: core}', '{name: other}'),
      'm/toggle.yaml': TOGGLE.replace('strategies:', 'strategies:\n  other: {enabled: true}'),
    };
    expect(problemsOf(texts).join('\n')).toMatch(/VTI.*(core|other)/);
  });
});
