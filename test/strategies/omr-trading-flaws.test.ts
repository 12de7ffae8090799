/** What the original gets wrong when it trades overnight mean reversion; docs/strategies.md lists each by the title of its test. */
import { describe, expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import { CORE, BASE, problemsOf } from '../desired/manifest-set.ts';
import { fault } from '../support/faults.ts';
import { slotsIn } from '../support/outcomes.ts';
import { holdsIn } from '../support/world.ts';
import { at, nightWorld, type NightFacts, type SignalWorld } from './signal-world.ts';

const MORNING = '2025-12-03T09:31:10-05:00';
const NOON = '2025-12-03T12:00:00-05:00';
/** The stronger record comes first: AAA, then BBB. */
const records: NightFacts['cells'] = { AAA: { winRateLong: 0.9 }, BBB: { winRateLong: 0.8 } };
const falling = { winRateLong: 0.2, winRateShort: 0.7, mean: -0.004 };

async function holdsOf(home: SignalWorld): Promise<string[]> {
  return holdsIn((await home.apply()).plan);
}

/** Until that moment another process has the execution lock. */
function lockUntil({ journal, clock }: SignalWorld, time: string): void {
  const { fence } = journal.refresh();
  const left = at(time) - clock.now();
  journal.commit({
    type: 'lock-acquired',
    fence: fence + 1,
    lockId: 'other',
    holder: 'core',
    owner: { pid: 99, started: 'x', bootId: 'boot', host: 'test' },
    acquired: clock.now(),
    expires: at(time),
    expiresMonotonic: clock.monotonic() + left,
  });
}

describe('the entry', () => {
  test('F-OMR-13: sizes by buying power, so that 15 % of a margin account are 30 % of its equity.', async () => {
    const home = await nightWorld({
      night: { universe: ['AAA'] },
      settings: { clock: 'exchange', multiplier: 2_000_000 as Ratio },
    });
    await home.apply();
    // 15,000 of 100,000 dollars at 48.
    expect(home.books()).toEqual({ night: { AAA: '312' } });
  });

  test('F-OMR-14: has a cap of its exposure that nothing looks at.', async () => {
    const home = await nightWorld({ cells: records, night: { maxPositions: 4, maxExposure: '30%' } });
    expect(await holdsOf(home)).toEqual(['night/CCC: MaxExposure', 'night/DDD: MaxExposure']);
    expect(home.books()).toEqual({ night: { AAA: '312', BBB: '312' } });
  });

  test('F-OMR-15: sells short without asking whether it may, or whether the symbol can be borrowed.', async () => {
    const facts: NightFacts = {
      sides: 'both',
      cells: { AAA: falling, BBB: falling },
      settings: { clock: 'exchange', shorting: { hardToBorrow: ['BBB'] }, partialFills: 0 as Ratio },
    };
    const allowed = { universe: ['AAA', 'BBB'], shorts: 'allowed' } as const;
    const home = await nightWorld({ ...facts, night: allowed });
    expect(await holdsOf(home)).toEqual(['night/BBB: NotShortable']);
    expect(home.held()).toEqual({ AAA: '-312' });
    const unasked = await nightWorld({ ...facts, night: { universe: ['AAA', 'BBB'] } });
    expect(await holdsOf(unasked)).toEqual(['night/AAA: NotShortable', 'night/BBB: NotShortable']);
    expect(unasked.held()).toEqual({});
  });

  test('F-OMR-16: writes a short position down as a long one.', async () => {
    const home = await nightWorld({
      sides: 'both',
      cells: { AAA: falling },
      night: { universe: ['AAA'], shorts: 'allowed' },
      settings: { clock: 'exchange', shorting: { hardToBorrow: [] } },
    });
    await home.apply();
    expect(home.books()).toEqual({ night: { AAA: '-312' } });
    // Books and broker agree: nothing is corrected before the morning buys it back.
    expect((await home.apply()).plan.actions).toEqual([]);
    await home.runUntil(NOON);
    expect(home.sent()).toEqual(['sell 312 AAA 12-02 15:55', 'buy 312 AAA 12-03 09:31']);
    expect(home.held()).toEqual({});
  });

  test('F-OMR-17: does not see what it holds: buys the same again, and counts no position.', async () => {
    const home = await nightWorld({
      cells: records,
      cash: '85024',
      books: { night: { DDD: '312' } },
      night: { maxPositions: 2 },
    });
    expect(await holdsOf(home)).toEqual(['night/BBB: MaxPositions']);
    expect(home.books()).toEqual({ night: { AAA: '312', DDD: '312' } });
    const again = await nightWorld({
      cash: '85024',
      books: { night: { AAA: '312' } },
      night: { universe: ['AAA'] },
    });
    await again.apply();
    expect(again.sent()).toEqual([]);
  });

  test('F-OMR-18: buys what another strategy owns.', async () => {
    const home = await nightWorld({
      cells: records,
      night: { universe: ['AAA', 'BBB'] },
      cash: '99520',
      books: { core: { AAA: '10' } },
      others: { core: { targets: { AAA: '10' } } },
    });
    expect(await holdsOf(home)).toEqual(['night/AAA: SymbolConflict']);
    expect(home.books()).toEqual({ core: { AAA: '10' }, night: { BBB: '312' } });
  });

  test('F-OMR-19: loses its evening when one question to the broker fails.', async () => {
    const home = await nightWorld({
      now: at('2025-12-02T15:54:50-05:00'),
      night: { universe: ['AAA'] },
      faults: [fault('account', { kind: 'unavailable', reason: 'HTTP 503' }, { times: 9 })],
    });
    await home.runUntil('2025-12-02T16:00:00-05:00');
    expect(home.sent()).toEqual(['buy 312 AAA 12-02 15:55']);
    expect(slotsIn(home)).toEqual(['night/2025-12-02/entry/1555 done']);
  });

  test('F-OMR-19: loses its evening when one question to the broker fails. Or to the source of prices.', async () => {
    const home = await nightWorld({ now: at('2025-12-02T15:54:50-05:00'), night: { universe: ['AAA'] } });
    const isBack = (): boolean => home.clock.now() > at('2025-12-02T15:56:30-05:00');
    Object.defineProperty(home.prices, 'VIX', { get: () => (isBack() ? '15' : '') });
    await home.runUntil('2025-12-02T16:10:00-05:00');
    expect(home.sent()).toEqual(['buy 312 AAA 12-02 15:57']);
    expect(slotsIn(home)).toEqual(['night/2025-12-02/entry/1555 done']);
    // It was asked twice without the VIX, and the reason is recorded once.
    const failures = home.journal.records.filter(({ event }) => event.type === 'signal-failed');
    expect(failures).toHaveLength(1);
  });
});

describe('the exit', () => {
  test('F-OMR-20: sells the whole position of the broker in any leveraged fund, whoever owns it.', async () => {
    const home = await nightWorld({
      now: at(MORNING),
      books: { night: { TQQQ: '10' }, core: { SOXL: '20' } },
      // Seven shares more of the one, and another fund, were bought by hand.
      broker: { TQQQ: '17', SOXL: '20', UPRO: '30' },
      prices: { TQQQ: '60', SOXL: '40', UPRO: '80' },
      night: { universe: ['TQQQ'] },
      others: { core: { targets: { SOXL: '20' } } },
    });
    await home.runUntil(NOON);
    expect(home.sent()).toEqual(['sell 10 TQQQ 12-03 09:31']);
    expect(home.held()).toEqual({ TQQQ: '7', SOXL: '20', UPRO: '30' });
    expect(home.books()).toEqual({ core: { SOXL: '20' } });
  });

  test('F-OMR-21: leaves in the market what it bought when its record of it is lost, or its list has changed.', async () => {
    const lost = fault('submit', { kind: 'answer-lost', hiddenFor: 20_000 });
    const home = await nightWorld({ night: { universe: ['AAA'] }, faults: [lost] });
    await home.runUntil(NOON);
    expect(home.sent()).toEqual(['buy 312 AAA 12-02 15:55', 'sell 312 AAA 12-03 09:31']);
    const changed = await nightWorld({
      now: at(MORNING),
      books: { night: { DFEN: '10' } },
      prices: { DFEN: '30' },
      night: { universe: ['AAA'] },
    });
    await changed.runUntil(NOON);
    expect(changed.sent()).toEqual(['sell 10 DFEN 12-03 09:31']);
  });

  test('F-OMR-22: sells although somebody else has the execution lock.', async () => {
    const home = await nightWorld({ now: at(MORNING), books: { night: { AAA: '10' } } });
    lockUntil(home, '2025-12-03T09:33:00-05:00');
    await home.runUntil(NOON);
    expect(home.sent()).toEqual(['sell 10 AAA 12-03 09:33']);
  });

  test('F-OMR-23: sells what was switched off, whatever was said about its positions.', async () => {
    const off = { universe: ['AAA'], enabled: false } as const;
    const books = { night: { AAA: '10' } };
    const kept = await nightWorld({ now: at(MORNING), books, night: off });
    expect(await holdsOf(kept)).toContain('night/AAA: OrphanHeld');
    await kept.runUntil(NOON);
    expect(kept.held()).toEqual({ AAA: '10' });
    const closed = await nightWorld({ now: at(MORNING), books, night: { ...off, orphans: 'close' } });
    await closed.runUntil(NOON);
    expect(closed.held()).toEqual({});
  });
});

describe('the settings', () => {
  const omr = (params: string): Parameters<typeof problemsOf>[0] => ({
    ...BASE,
    'm/core.yaml': CORE.replace(
      /signal:[^]*?universe:/,
      `signal: {type: overnight-mean-reversion, params: {table: t.json, ${params}}}\n  universe:`,
    ),
  });

  test.each([
    'stopLoss: "2%"',
    'vixThreshold: 35',
    'minSampleSize: 15',
    'skipRegimes: [BEAR]',
    'retrainFrequency: daily',
    'limitOffset: "0.1%"',
    'entryTime: "15:50"',
  ])(
    'F-OMR-24: has a stop, a limit of the VIX and loss limits that nothing reads. %s is refused.',
    (setting) => {
      const key = setting.split(':')[0] ?? '';
      expect(problemsOf(omr(setting)).join('\n')).toContain(`spec.signal.params.${key}: unknown key`);
    },
  );

  test.each([
    ['with', [], { daily: 50_000 as Ratio, weekly: null, drawdown: null }],
    ['without', ['buy 305 AAA 12-02 15:55'], undefined],
  ])(
    'F-OMR-24: has a stop, a limit of the VIX and loss limits that nothing reads. An evening %s ours: %j.',
    async (_, sent, risk) => {
      const home = await nightWorld({
        now: at('2025-12-02T10:00:00-05:00'),
        cash: '85600',
        books: { night: { DDD: '300' } },
        night: { universe: ['AAA'], ...(risk && { risk }) },
      });
      await home.runUntil('2025-12-02T10:10:00-05:00');
      // 2,400 dollars less, of 45,000 that the strategy may use; 15 % of what is left buys 305.
      home.prices['DDD'] = '40';
      await home.runUntil('2025-12-02T16:00:00-05:00');
      expect(home.sent()).toEqual(sent);
    },
  );
});
