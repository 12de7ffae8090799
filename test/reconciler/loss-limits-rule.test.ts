/** When a loss is latched, what it stops, and when nobody can say what was lost. */
import { describe, expect, test } from 'vitest';
import type { Money, Ratio } from '../../src/domain/decimal.ts';
import type { LossLimits } from '../../src/desired/desired-state.ts';
import { ACCOUNT, newCurve, type LossCurve } from '../../src/observed/loss-curve.ts';
import type { LatchPayload } from '../../src/observed/mark-events.ts';
import type { Freeze, PlanDraft } from '../../src/reconciler/draft.ts';
import { keepLossLimits, latchDetail } from '../../src/reconciler/rules/loss-limits.ts';
import { behind, heldBy, orderOf, planFacts, type FactsOf } from '../support/plan-facts.ts';
import type { StrategyFacts } from '../support/world.ts';

const TODAY = '2025-12-02';
const dollars = (count: number) => Math.round(count * 1e6) as Money;
const percent = (part: number) => Math.round(part * 10_000) as Ratio;
const limits = (more: Partial<LossLimits>): LossLimits => ({
  daily: null,
  weekly: null,
  drawdown: null,
  ...more,
});
const since = (profit: number, equity = 100_000, session = TODAY) =>
  ({ session, equity: dollars(equity), profit: dollars(profit) }) as const;
const marked: NonNullable<FactsOf['ledger']> = {
  lastMark: { session: TODAY, kind: 'start', equity: dollars(100_000) },
};

interface Case {
  readonly own?: StrategyFacts;
  readonly account?: LossLimits;
  readonly curves?: Readonly<Record<string, LossCurve | null>>;
  readonly latches?: Readonly<Record<string, LatchPayload>>;
  readonly of?: FactsOf;
  readonly freezes?: readonly (readonly [string, Freeze])[];
}

/** `a` owns a hundred X for $1,000, worth what `price` says; `b` owns nothing. */
async function kept(price: number, of: Case = {}) {
  const { own = { risk: limits({ daily: percent(2) }) }, account, curves = { a: newCurve(since(0)) } } = of;
  const facts = await planFacts({
    books: { a: { X: 100 } },
    held: { X: 100 },
    positions: { X: { marketPrice: dollars(price) as never } },
    ...of.of,
    declared: {
      strategies: { a: own, b: {} },
      limits: account === undefined ? {} : { loss: account },
    },
    ledger: {
      ...marked,
      curves: new Map(Object.entries(curves)),
      latches: new Map(Object.entries(of.latches ?? {})) as never,
      ...of.of?.ledger,
    },
  });
  const before: Partial<PlanDraft> = {
    entries: [orderOf(), orderOf({ id: 'open/b/Z', strategy: 'b', symbol: 'Z' })],
    reductions: [orderOf({ side: 'sell' })],
    freezes: new Map(of.freezes ?? []),
  };
  const draft = behind(keepLossLimits, facts, before);
  return {
    draft,
    entries: draft.entries.map(({ strategy }) => strategy),
    held: heldBy(draft),
    details: draft.holds.map(({ detail }) => detail),
    latched: draft.housekeeping.map(({ id }) => id),
  };
}

const NOTHING = { entries: ['a', 'b'], held: [], latched: [] };

describe('a limit of a strategy', () => {
  // Its books are a hundred shares for $1,000; its capital is all of $100,000: 0.5 % of it are $500.
  const own = (more: Partial<LossLimits>, rest: StrategyFacts = {}): Case => ({
    own: { risk: limits(more), ...rest },
  });

  test.each<[string, number, Case, boolean]>([
    ['is not reached a cent before it', 5.0001, own({ daily: percent(0.5) }), false],
    ['is reached at it', 5, own({ daily: percent(0.5) }), true],
    ['is of its part of equity', 7.5, own({ daily: percent(0.5) }, { maxExposure: '50%' }), true],
    ['is not reached by a profit', 15, own({ daily: percent(0) }), false],
    ['of nothing is not reached by nothing', 10, own({ daily: percent(0) }), false],
    ['that is none is not reached', 1, own({}), false],
    ['counts from the start of the week as well', 5, own({ weekly: percent(0.5) }), true],
    ['counts from the peak as well', 5, own({ drawdown: percent(0.5) }), true],
    [
      'counts from what there was then',
      5,
      { ...own({ daily: percent(0.5) }), curves: { a: newCurve(since(-1)) } },
      false,
    ],
    [
      'counts fees',
      5.5,
      { ...own({ daily: percent(0.5) }), of: { ledger: { fees: new Map([['a', dollars(50)]]) } } },
      true,
    ],
    [
      'counts no profit that came with shares',
      5.5,
      { ...own({ daily: percent(0.5) }), of: { ledger: { carried: new Map([['a', dollars(50)]]) } } },
      true,
    ],
    [
      'counts what was realised',
      5.5,
      {
        ...own({ daily: percent(0.5) }),
        of: { ledger: { realised: new Map([['a', new Map([['Y', dollars(-50)]])]]) } },
      },
      true,
    ],
    [
      'is not looked at while the market is closed',
      1,
      { ...own({ daily: percent(0.5) }), of: { clock: { isOpen: false } } },
      false,
    ],
  ])('%s', async (_, price, of, isLatched) => {
    const { latched, entries, held } = await kept(price, of);
    expect({ latched, entries, held }).toEqual(
      isLatched ? { latched: ['latch-limit/a'], entries: ['b'], held: ['a/X: LossLimit'] } : NOTHING,
    );
  });

  test('that is reached is latched with what was lost of what, and stops no reduction', async () => {
    const { draft, details } = await kept(5, own({ daily: percent(0.5) }));
    expect(draft.housekeeping).toEqual([
      {
        kind: 'latch-limit',
        id: 'latch-limit/a',
        strategy: 'a',
        symbol: null,
        reason: 'LossLimit',
        latch: {
          strategy: 'a',
          limit: 'daily',
          session: TODAY,
          loss: dollars(500),
          base: dollars(100_000),
          allowed: percent(0.5),
        },
        from: 'within limits',
        to: 'daily loss of a $500.00 on 2025-12-02: 0.5% of $100,000.00, limit 0.5%',
        sources: ['strategy/a:spec.risk'],
      },
    ]);
    expect(details).toEqual([
      "daily loss of a $500.00 on 2025-12-02: 0.5% of $100,000.00, limit 0.5%; 'hgctl reset-limit a --reason TEXT' ends that",
    ]);
    expect(draft.reductions).toHaveLength(1);
  });

  test('of several that are reached the first is latched', async () => {
    const { draft } = await kept(5, own({ daily: percent(9), weekly: percent(0.5), drawdown: percent(0.5) }));
    expect(draft.housekeeping).toMatchObject([{ latch: { limit: 'weekly' } }]);
  });

  test('that is latched stops entries without a limit, by whatever price, and is not latched again', async () => {
    const latch: LatchPayload = {
      strategy: 'a',
      limit: 'drawdown',
      session: '2025-12-01',
      loss: dollars(2_100),
      base: dollars(100_000),
      allowed: percent(2),
    };
    const of = { own: {}, latches: { a: latch }, of: { clock: { isOpen: false } } };
    expect(await kept(15, of)).toMatchObject({ entries: ['b'], held: ['a/X: LossLimit'], latched: [] });
    expect(latchDetail(latch)).toBe('drawdown of a $2,100.00 on 2025-12-01: 2.1% of $100,000.00, limit 2%');
  });
});

describe('what a strategy has lost is not known', () => {
  const missing = 'what a has lost is not known: a price is missing, or shares of its book are in doubt';
  const frozen = (reason: Freeze['reason'], grade: 'all' | 'entries' = 'all') =>
    ({ freezes: [['X', { grade, reason, detail: '' }]] }) as const;

  test.each<[string, number, Case, boolean]>([
    ['while a price is missing', 0, {}, true],
    ['while shares are not confirmed', 10, frozen('Unconfirmed'), true],
    ['while there is a break', 10, frozen('BreakOpen'), true],
    ['while the history is not known', 10, frozen('HistoryUnavailable'), true],
    ['while only its cost is in doubt: it is', 10, frozen('BreakOpen', 'entries'), false],
    ['while an order has no end: it is', 10, frozen('PendingOrder'), false],
  ])('%s', async (_, price, of, isUnknown) => {
    const { entries, held, details, latched } = await kept(price, of);
    expect({ entries, held, details, latched }).toEqual(
      isUnknown
        ? { entries: ['b'], held: ['a/X: LossUnknown'], details: [missing], latched: [] }
        : { ...NOTHING, details: [] },
    );
  });

  test('where its book had no value at the start of the session', async () => {
    const { entries, details } = await kept(10, { curves: { a: null } });
    expect(entries).toEqual(['b']);
    expect(details).toEqual([
      'what a has lost is not known before the next session: its book had no value at the start of this one',
    ]);
  });

  test('where its book had a value at the starts before, and none at this one: no day counts for another', async () => {
    const yesterday = newCurve(since(0, 100_000, '2025-12-01'));
    const risk = limits({ daily: percent(0.5), weekly: percent(0.5), drawdown: percent(0.5) });
    const of = { own: { risk }, curves: { a: yesterday } };
    const { entries, details, latched } = await kept(5, of);
    expect({ entries, latched }).toEqual({ entries: ['b'], latched: [] });
    expect(details).toEqual([
      'what a has lost is not known before the next session: its book had no value at the start of this one',
    ]);
  });
});

describe('where losses are counted from', () => {
  const own: StrategyFacts = { risk: limits({ daily: percent(0.5) }) };
  const yesterday = { lastMark: { session: '2025-12-01', kind: 'close', equity: dollars(100_000) } } as const;

  test.each<[string, number, Case['curves'], NonNullable<FactsOf['ledger']>, boolean]>([
    ['from nothing, where it had nothing at the mark', 5, {}, {}, true],
    ['from now, before the first mark of all', 5, {}, { lastMark: null }, false],
    ['from now, where the session is not marked and nothing is known', 5, {}, yesterday, false],
    ['from now, where the session is not marked and nothing had a value', 5, { a: null }, yesterday, false],
    [
      'from the close before, where the session is not marked',
      5,
      { a: { ...newCurve(since(400, 100_000, '2025-12-01')), close: since(0, 100_000, '2025-12-01') } },
      yesterday,
      true,
    ],
    [
      'from now, where the close before is not known either',
      5,
      { a: newCurve(since(0, 100_000, '2025-12-01')) },
      yesterday,
      false,
    ],
    [
      'from a mark of a later session, where the clock went back',
      5,
      { a: newCurve(since(0)) },
      { lastMark: { session: '2025-12-03', kind: 'start', equity: dollars(100_000) } },
      true,
    ],
  ])('%s', async (_, price, curves, ledger, isLatched) => {
    const { latched } = await kept(price, { own, ...(curves && { curves }), of: { ledger } });
    expect(latched).toEqual(isLatched ? ['latch-limit/a'] : []);
  });

  test('of its first day, of equity at the mark', async () => {
    const half = { lastMark: { session: TODAY, kind: 'start', equity: dollars(200_000) } } as const;
    expect((await kept(5, { own, curves: {}, of: { ledger: half } })).latched).toEqual([]);
  });
});

describe('a limit of the account', () => {
  const account = limits({ daily: percent(2) });
  const lost = (start: number, more: Case = {}): Case => ({
    own: {},
    account,
    curves: { [ACCOUNT]: newCurve({ session: TODAY, equity: dollars(start), profit: dollars(start) }) },
    ...more,
  });

  test.each([
    [102_000, false],
    [102_041, true],
    [102_040, false],
    [103_000, true],
  ])('of 2 %% is reached where the day began with $%d: %j', async (start, isLatched) => {
    const { latched, entries } = await kept(10, lost(start));
    expect({ latched, entries }).toEqual(
      isLatched ? { latched: ['latch-limit'], entries: [] } : { latched: [], entries: ['a', 'b'] },
    );
  });

  test('stops the entries of all, and says whose it is', async () => {
    const { draft, held, details } = await kept(10, lost(103_000));
    expect(draft.housekeeping).toMatchObject([
      { strategy: null, sources: ['account:spec.limits'], latch: { strategy: null, loss: dollars(3_000) } },
    ]);
    expect(held).toEqual(['a/X: LossLimit', 'b/Z: LossLimit']);
    expect(details[0]).toBe(
      "daily loss of the account $3,000.00 on 2025-12-02: 2.91% of $103,000.00, limit 2%; 'hgctl reset-limit --account --reason TEXT' ends that",
    );
  });

  test('is not looked at while the market is closed, or the account has no equity', async () => {
    expect(await kept(10, lost(103_000, { of: { clock: { isOpen: false } } }))).toMatchObject(NOTHING);
    expect(await kept(10, lost(103_000, { of: { equity: 0 } }))).toMatchObject(NOTHING);
  });

  test('that is latched stops them whatever the clock, and is told before that of a strategy', async () => {
    const latch: LatchPayload = {
      strategy: null,
      limit: 'weekly',
      session: '2025-12-01',
      loss: dollars(2_100),
      base: dollars(100_000),
      allowed: percent(2),
    };
    const own = { ...latch, strategy: 'a' };
    const of = { own: {}, latches: { [ACCOUNT]: latch, a: own }, of: { clock: { isOpen: false } } };
    const { entries, details } = await kept(10, of);
    expect(entries).toEqual([]);
    expect(details.map((detail) => detail.slice(0, 26))).toEqual([
      'weekly loss of the account',
      'weekly loss of the account',
    ]);
  });
});

test('Nothing is stopped while nobody knows the market', async () => {
  const blind = { snapshot: { clock: { kind: 'unknown', reason: 'HTTP 503' } } } as const;
  expect(await kept(1, { of: blind })).toMatchObject(NOTHING);
});
