/** What the turns of one pass owe each other: slots that end only when all is done, and money that was really freed. */
import { describe, expect, test } from 'vitest';
import type { Quantity, Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Fault } from '../../src/broker/fault-script.ts';
import type { Ports } from '../../src/reconciler/ports.ts';
import { fault } from '../support/faults.ts';
import { outcomesIn, slotsIn } from '../support/outcomes.ts';
import { world, type TestWorld } from '../support/world.ts';

const AT_1555 = Date.parse('2025-12-02T15:55:10-05:00') as Instant;
const at1555 = (action: 'exit' | 'rebalance') => [
  { at: { kind: 'clock' as const, time: '15:55' }, action, window: 240_000 },
];
const shares = (count: number) => (count * 1e9) as Quantity;
const percent = (part: number) => (part * 10_000) as Ratio;
const REJECT = { kind: 'reject', code: 'Refused', message: 'not today' } as const;
const NEVER = { kind: 'order', fills: shares(0), fillAfter: 0, hiddenFor: 0 } as const;

/** mp exits KO at 15:55; core follows its own targets in the same pass. */
function exiting(faults: readonly Fault[], settings = {}): Promise<TestWorld> {
  return world({
    now: AT_1555,
    prices: { KO: '50', BND: '10' },
    books: { mp: { KO: '50' } },
    strategies: {
      mp: { universe: ['KO'], schedule: at1555('exit') },
      core: { targets: { BND: '5' } },
    },
    faults,
    settings,
  });
}

/** Stops the command as soon as an order is out. */
function stoppedByFirstOrder(home: TestWorld): Partial<Ports> {
  let isStopped = false;
  const submit: Ports['broker']['submit'] = async (request) => {
    const answer = await home.broker.submit(request);
    isStopped = true;
    return answer;
  };
  return {
    broker: { ...home.broker, submit },
    stop: { requested: () => isStopped, signal: () => (isStopped ? 'SIGTERM' : null) },
  };
}

describe('an exit slot of one strategy, while another one trades in the same pass', () => {
  test.each([
    ['filled in part', [fault('submit', { ...NEVER, fills: shares(30) }, { symbol: 'KO' })], '20'],
    [
      'not sent, because positions were not known',
      [fault('positions', { kind: 'unavailable', reason: '503' }, { after: 1, times: 3 })],
      '50',
    ],
  ] as const)('stays due when its sale was %s, and goes on in its window', async (_, faults, left) => {
    const home = await exiting(faults);
    await home.apply();
    expect(home.books()['mp']).toEqual({ KO: left });
    expect(slotsIn(home)).not.toContainEqual(expect.stringContaining('done'));
    await home.apply();
    expect(home.books()).toEqual({ core: { BND: '5' } });
    expect(slotsIn(home)).toEqual(['mp/2025-12-02/exit/1555 done']);
  });

  test('stays due when the command was stopped while it sold', async () => {
    const home = await exiting([], { fillDelay: 60_000 });
    await home.apply(stoppedByFirstOrder(home));
    expect(home.books()['mp']).toEqual({ KO: '50' });
    await home.apply();
    expect(slotsIn(home)).not.toContainEqual(expect.stringContaining('done'));
  });

  test('waits for the lock as long as its window is open, not just 30 s', async () => {
    const home = await exiting([]);
    let isTaken = false;
    const takeFirst = (message: string): void => {
      if (isTaken || message !== 'Acquiring execution lock...') return;
      isTaken = true;
      const { fence } = home.journal.refresh();
      home.journal.commit({
        type: 'lock-acquired',
        fence: fence + 1,
        lockId: 'other',
        holder: 'vol',
        owner: { pid: 99, started: 'x', bootId: 'boot', host: 'test' },
        acquired: home.clock.now(),
        expires: (home.clock.now() + 40_000) as Instant,
        expiresMonotonic: home.clock.monotonic() + 40_000,
      });
    };
    const report = { ...home.ports.report, info: (_: string, message: string) => takeFirst(message) };
    const result = await home.apply({ report });
    expect(outcomesIn(result)).toContain('close/mp/KO: done');
    expect(home.books()).toEqual({ core: { BND: '5' } });
  });

  test('is over when the broker has refused its sale: that is a final answer', async () => {
    const home = await exiting([fault('submit', REJECT, { symbol: 'KO' })]);
    await home.apply();
    expect(slotsIn(home)).toEqual(['mp/2025-12-02/exit/1555 partial']);
  });
});

describe('entries', () => {
  const swap = (more: object): Promise<TestWorld> =>
    world({
      cash: '60000',
      prices: { KO: '50', VTI: '100' },
      books: { mp: { KO: '1000' } },
      strategies: { mp: { targets: { VTI: '500' }, universe: ['KO', 'VTI'], ...more } },
      faults: [fault('submit', REJECT, { side: 'sell' })],
    });

  test.each([
    ['maxPositions', { maxPositions: 1 }],
    ['maxExposure', { maxExposure: '60%' }],
  ])('do not count on a reduction that was refused: %s', async (_, limit) => {
    const home = await swap(limit);
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '1000' } });
  });

  test('of one strategy do not count on a refused reduction of another: maxGross', async () => {
    const home = await world({
      cash: '50000',
      prices: { KO: '50', VTI: '100' },
      books: { mp: { KO: '1000' } },
      limits: { maxGross: percent(60) },
      strategies: { mp: { targets: { KO: '0' } }, core: { targets: { VTI: '450' }, priority: 20 } },
      faults: [fault('submit', REJECT, { side: 'sell' })],
    });
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '1000' } });
  });

  test('follow once the reduction has filled', async () => {
    const home = await world({
      cash: '60000',
      prices: { KO: '50', VTI: '100' },
      books: { mp: { KO: '1000' } },
      strategies: { mp: { targets: { VTI: '500' }, universe: ['KO', 'VTI'], maxPositions: 1 } },
    });
    await home.apply();
    expect(home.books()).toEqual({ mp: { VTI: '500' } });
  });

  test.each([
    ['maxPositions', { maxPositions: 1 }, {}],
    ['maxExposure', { maxExposure: '60%' }, {}],
    ['maxGross', {}, { maxGross: percent(60) }],
  ])('leave room for an order that is still working: %s', async (_, limit, limits) => {
    const home = await world({
      prices: { KO: '50', VTI: '100' },
      limits,
      settings: { multiplier: 4_000_000 as Ratio },
      strategies: {
        mp: { targets: { KO: '1000', VTI: '500' }, priorities: { KO: 2, VTI: 1 }, ...limit },
      },
      faults: [
        fault('submit', { ...NEVER, fills: null, fillAfter: 3_600_000 }, { symbol: 'KO' }),
        fault('cancel', { kind: 'stuck' }, { times: 99 }),
      ],
    });
    await home.apply();
    await home.apply();
    home.clock.advance(4_000_000);
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '1000' } });
  });

  test('that a short outage kept back are not lost for the day: the slot goes on', async () => {
    const home = await world({
      now: AT_1555,
      prices: { KO: '50', VTI: '100' },
      books: { mp: { KO: '10' } },
      strategies: { mp: { targets: { KO: '4', VTI: '3' }, schedule: at1555('rebalance') } },
      faults: [fault('positions', { kind: 'unavailable', reason: '503' }, { after: 2, times: 3 })],
    });
    expect(outcomesIn(await home.apply())).toEqual([
      'reduce/mp/KO: done',
      'open/mp/VTI: not-started PositionsUnknown',
    ]);
    await home.apply();
    expect(home.books()).toEqual({ mp: { KO: '4', VTI: '3' } });
  });
});

test('What was sent and booked is said, also when the lock is lost behind it', async () => {
  const home = await world({ prices: { KO: '50' }, strategies: { mp: { targets: { KO: '10' } } } });
  const commit: Ports['journal']['commit'] = (event) => {
    const { lock } = home.journal.ledger();
    if (event.type !== 'execution-ended' || lock === null) return home.journal.commit(event);
    home.journal.commit({ type: 'lock-unlocked', lockId: lock.lockId, by: 'somebody' });
    return { kind: 'lost', ledger: home.journal.ledger() };
  };
  const result = await home.apply({ journal: { ...home.journal, commit } });
  expect(outcomesIn(result)).toEqual(['open/mp/KO: done']);
});

test('A sync between two orders leaves the orders at work alone', async () => {
  const home = await world({
    now: AT_1555,
    prices: { KO: '50', VTI: '100', BND: '10', PEP: '30' },
    books: { mp: { PEP: '10' } },
    strategies: {
      mp: {
        targets: { KO: '10', VTI: '3', BND: '4', PEP: '10' },
        priorities: { KO: 9, VTI: 8, BND: 7 },
      },
    },
    faults: [
      fault('submit', { ...NEVER, fills: null, fillAfter: 60_000 }, { symbol: 'KO' }),
      fault('submit', { ...NEVER, fills: null, fillAfter: 31_000 }, { symbol: 'VTI' }),
    ],
    execution: { maxInFlight: 2, fillTimeout: 100_000 },
  });
  let isSold = false;
  const openOrders = async (): ReturnType<Ports['broker']['openOrders']> => {
    if (!isSold && home.clock.monotonic() > 20_000) {
      isSold = true;
      home.broker.tradeOutside({ symbol: 'PEP', side: 'sell', quantity: shares(4), price: undefined });
    }
    return home.broker.openOrders();
  };
  const broker = { ...home.broker, submit: home.ports.broker.submit.bind(home.ports.broker), openOrders };
  await home.apply({ broker });
  expect(home.books()).toEqual({ mp: { PEP: '6', KO: '10', VTI: '3', BND: '4' } });
});
