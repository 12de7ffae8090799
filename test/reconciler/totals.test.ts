/** What the account looks like now and after a plan, and the books that the orders of a plan are sized from. */
import { describe, expect, test } from 'vitest';
import type { Quantity } from '../../src/domain/decimal.ts';
import {
  emptyDraft,
  gatherFacts,
  priceOf,
  unknownParts,
  type PlanDraft,
} from '../../src/reconciler/draft.ts';
import type { OrderAction, SplitAction, SyncAction } from '../../src/reconciler/plan-types.ts';
import { settledFacts } from '../../src/reconciler/settled-facts.ts';
import { totalsOf } from '../../src/reconciler/totals.ts';
import {
  inputOf,
  known,
  NOON,
  order,
  percent,
  PRICE,
  strategy,
  TODAY,
  UNKNOWN,
  type OpinionFacts,
} from '../support/opinion.ts';
import { dollars, shares } from '../support/simulated-world.ts';

const sync = (symbol: string, from: number, to: number, owner = 'core'): SyncAction => ({
  id: `sync/${symbol}`,
  kind: 'sync-position',
  strategy: owner,
  symbol,
  reason: 'ReducedExternally',
  from: shares(from),
  to: shares(to),
  price: PRICE,
  anchor: { at: NOON, unmanaged: 0 as Quantity },
  sources: [],
});

const REDUCTIONS: readonly OrderAction[] = [order('VTI', [10, 4]), order('GLD', [-5, 0])];
const ENTRIES: readonly OrderAction[] = [order('QQQ', [0, 3]), order('SPY', [0, -3], { strategy: 'other' })];
/** $1,000 long and $500 short of one, $200 of another. */
const HELD: OpinionFacts = {
  books: { core: { VTI: 10, GLD: -5 }, other: { BND: 2 } },
  strategies: [
    strategy('idle'),
    strategy('core', {
      capital: { positionSize: percent(100), maxPositions: 9, maxExposure: percent(40) },
    }),
  ],
};

function drafted(more: Partial<PlanDraft> = {}): PlanDraft {
  return { ...emptyDraft(), reductions: [...REDUCTIONS], entries: [...ENTRIES], ...more };
}

function totals(given: OpinionFacts, draft = drafted()) {
  const facts = gatherFacts(inputOf(given));
  return totalsOf(facts, settledFacts(facts, draft), draft);
}

const total = (now: number, after: number, limit: number | null = null) => ({
  now: dollars(now),
  after: dollars(after),
  limit: limit === null ? null : dollars(limit),
});

describe('totals', () => {
  test('are what is held, and what the orders make of it', () => {
    expect(totals(HELD)).toEqual({
      equity: dollars(10_000),
      gross: total(1_700, 1_200),
      net: total(700, 600),
      buyingPower: total(10_000, 10_500),
      strategies: [
        { strategy: 'core', limitRatio: percent(40), exposure: total(1_500, 700, 4_000) },
        { strategy: 'idle', limitRatio: percent(100), exposure: total(0, 0, 10_000) },
        { strategy: 'other', limitRatio: null, exposure: total(200, 500) },
      ],
    });
  });

  test('know the limit of the account', () => {
    expect(totals({ ...HELD, limits: { maxGross: percent(50) } })?.gross).toEqual(total(1_700, 1_200, 5_000));
  });

  test('take from buying power what the broker says that an entry needs', () => {
    const margins = new Map([['SPY', { short: percent(150), long: percent(100) }]]);
    expect(totals({ ...HELD, observed: { margins } })?.buyingPower).toEqual(total(10_000, 10_350));
  });

  test('count what a sync takes from a book', () => {
    const given = { ...HELD, held: { VTI: 4, GLD: -5, BND: 2 } };
    const synced = totals(
      given,
      drafted({ reductions: [], entries: [], housekeeping: [sync('VTI', 10, 4)] }),
    );
    expect(synced?.strategies[0]?.exposure).toEqual(total(1_500, 900, 4_000));
    expect(synced?.gross).toEqual(total(1_100, 1_100));
  });

  test('are nothing while a part of the account is unknown', () => {
    for (const part of ['account', 'positions', 'openOrders', 'clock'])
      expect(totals({ ...HELD, snapshot: { [part]: UNKNOWN } })).toBeNull();
  });
});

describe('the facts that orders are sized from', () => {
  const settled = (given: OpinionFacts, ...housekeeping: PlanDraft['housekeeping'][number][]) =>
    settledFacts(gatherFacts(inputOf(given)), { ...emptyDraft(), housekeeping });
  const quantities = ({ ledger }: ReturnType<typeof settled>) =>
    Object.fromEntries(
      [...ledger.books].map(([name, book]) => [
        name,
        Object.fromEntries([...book].map(([symbol, { quantity }]) => [symbol, quantity / 1e9])),
      ]),
    );
  const exposures = ({ exposures: all }: ReturnType<typeof settled>) =>
    Object.fromEntries([...all].map(([name, value]) => [name, value / 1e6]));

  test('are the facts, where nothing is synced', () => {
    const facts = gatherFacts(inputOf(HELD));
    const same = settledFacts(facts, drafted());
    expect(same.ledger).toBe(facts.ledger);
    expect(same.exposures).toBe(facts.exposures);
    expect(same.prices).toBe(facts.prices);
  });

  test('are the books after the syncs of the plan, and no others', () => {
    const given = { ...HELD, held: { VTI: 4, BND: 2 } };
    const after = settled(
      given,
      sync('VTI', 10, 4),
      sync('GLD', -5, 0),
      sync('QQQ', 3, 1),
      sync('VTI', 3, 1, 'nobody'),
    );
    expect(quantities(after)).toEqual({ core: { VTI: 4 }, other: { BND: 2 } });
    expect(exposures(after)).toEqual({ core: 400, other: 200 });
    expect([...after.prices]).toEqual([]);
    expect(quantities(settled(given))).toEqual({ core: { VTI: 10, GLD: -5 }, other: { BND: 2 } });
  });

  test('count what the broker does not hold at its quote, and for nothing without one', () => {
    const given = { ...HELD, held: { GLD: -5, BND: 2 } };
    expect(exposures(settled(given))).toEqual({ core: 500, other: 200 });
    const observed = { quotes: new Map([['VTI', { price: dollars(30), asOf: NOON }]]) };
    expect(exposures(settled({ ...given, observed }))).toEqual({ core: 800, other: 200 });
  });

  test('are the books after a split that the plan follows, whatever else is unknown', () => {
    const split: SplitAction = {
      id: 'split',
      kind: 'apply-split',
      strategy: null,
      symbol: 'VTI',
      reason: 'SplitAnnounced',
      splits: [{ date: TODAY, ratio: { from: 1, to: 2 } }],
      lots: [{ strategy: 'core', from: shares(10), to: shares(20), cost: dollars(1_000) }],
      unmanaged: { from: 0 as Quantity, to: 0 as Quantity },
      from: shares(10),
      to: shares(20),
      seenPrice: dollars(50),
      anchor: { at: NOON, unmanaged: 0 as Quantity },
      sources: [],
    };
    const given = { ...HELD, held: { VTI: 20, GLD: -5, BND: 2 } };
    for (const snapshot of [{}, { clock: UNKNOWN }]) {
      const after = settled({ ...given, snapshot }, split);
      expect(quantities(after)).toEqual({ core: { VTI: 20, GLD: -5 }, other: { BND: 2 } });
      expect([...after.prices]).toEqual([]);
    }
    expect([...settled(given, split).ledger.splits.values()]).toMatchObject([{ appliedOn: TODAY }]);
  });
});

describe('the price of a symbol', () => {
  const price = (more: OpinionFacts, symbol = 'VTI') => priceOf(gatherFacts(inputOf(more)), symbol);
  const quoted = { observed: { quotes: new Map([['VTI', { price: dollars(30), asOf: NOON }]]) } };
  const worth = (of: number) => ({ held: { VTI: { quantity: shares(1), marketPrice: dollars(of) } } });
  test.each<[what: string, facts: OpinionFacts, expected: number | undefined]>([
    ['is that of the position', { ...quoted, ...worth(50) }, dollars(50)],
    ['else that of the quote', quoted, dollars(30)],
    ['also while nobody knows what is held', { ...quoted, snapshot: { positions: UNKNOWN } }, dollars(30)],
    ['else unknown', {}, undefined],
    ['and nothing is no price', { ...quoted, ...worth(0) }, undefined],
  ])('%s', (_, facts, expected) => {
    expect(price(facts)).toBe(expected);
  });
});

test('what the broker has not answered is told once a cause', () => {
  const down = (reason: string) => ({ kind: 'unknown' as const, reason });
  const parts = unknownParts(
    inputOf({
      snapshot: {
        account: down('a'),
        positions: down('b'),
        openOrders: down('a'),
        clock: known(undefined as never),
      },
    }),
  );
  expect(parts).toEqual([
    { reason: 'AccountUnknown', detail: 'a' },
    { reason: 'PositionsUnknown', detail: 'b' },
  ]);
  const rest = unknownParts(inputOf({ snapshot: { openOrders: down('c'), clock: down('d') } }));
  expect(rest.map(({ reason }) => reason)).toEqual(['OrdersUnknown', 'ClockUnknown']);
});
