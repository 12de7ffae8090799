/** What a rule of the plan is given, from little: books, what the broker holds, and what else is said. */
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Difference } from '../../src/observed/attribution.ts';
import type { BrokerFill, BrokerPosition, MarketClock, Snapshot } from '../../src/observed/broker-view.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import type { ObservedState } from '../../src/observed/observed-state.ts';
import {
  emptyDraft,
  gatherFacts,
  type PlanDraft,
  type PlanFacts,
  type PlanInput,
} from '../../src/reconciler/draft.ts';
import type { OrderAction } from '../../src/reconciler/plan-types.ts';
import { shares } from './executing.ts';
import { world, type WorldFacts } from './world.ts';

/** A Tuesday noon in New York, in the middle of its session. */
export const NOON = Date.parse('2025-12-02T12:00:00-05:00') as Instant;
const OPEN = Date.parse('2025-12-02T09:30:00-05:00') as Instant;
const CLOSE = Date.parse('2025-12-02T16:00:00-05:00') as Instant;

export interface FactsOf {
  /** Strategy -> symbol -> shares, each for $10. */
  readonly books?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Symbol -> shares, all of them free, bought and priced at $10 but for what is said otherwise. */
  readonly held?: Readonly<Record<string, number>>;
  readonly positions?: Readonly<Record<string, Partial<BrokerPosition>>>;
  /** Outside fills; `unknown`: the broker does not say; left out: it was not asked. */
  readonly history?: readonly BrokerFill[] | 'unknown' | undefined;
  readonly ledger?: Partial<Ledger> | undefined;
  readonly observed?: Partial<ObservedState>;
  readonly snapshot?: Partial<Snapshot>;
  readonly clock?: Partial<MarketClock> | undefined;
  readonly equity?: number;
  readonly input?: Partial<Omit<PlanInput, 'desired' | 'observed'>>;
  /** Strategies, limits and all that manifests say. */
  readonly declared?: WorldFacts;
  /** In the place of what books and broker come to. */
  readonly differences?: readonly Partial<Difference>[];
}

export async function planFacts(of: FactsOf): Promise<PlanFacts> {
  const { desired } = await world(of.declared ?? {});
  const input: PlanInput = {
    desired,
    observed: observedOf(of),
    now: NOON,
    turnTaken: new Set(),
    reductionsOver: false,
    manifests: 'accepted',
    ...of.input,
  };
  const facts = gatherFacts(input);
  if (of.differences === undefined) return facts;
  const differences = of.differences.map((one) => [one.symbol ?? 'X', { ...NO_DIFFERENCE, ...one }] as const);
  return { ...facts, differences: new Map(differences) };
}

const NO_DIFFERENCE: Difference = {
  symbol: 'X',
  owners: ['a'],
  booked: 0 as Quantity,
  broker: 0 as Quantity,
  settling: 0 as Quantity,
  unmanaged: 0 as Quantity,
  missing: 0 as Quantity,
  sideFlip: false,
  repriced: false,
};

function observedOf(of: FactsOf): ObservedState {
  const { history } = of;
  return {
    ledger: ledgerOf(of),
    snapshot: snapshotOf(of),
    history:
      history === undefined
        ? null
        : history === 'unknown'
          ? { kind: 'unknown', reason: 'HTTP 503' }
          : { kind: 'ok', data: history, asOf: NOON },
    quotes: new Map(),
    assets: null,
    lock: { kind: 'free' },
    earlier: null,
    signals: new Map(),
    lateOrders: [],
    ...of.observed,
  };
}

function ledgerOf({ books = {}, ledger }: FactsOf): Ledger {
  const lot = (count: number) => ({
    quantity: shares(count),
    cost: (count * 10e6) as Money,
    since: (NOON - 86_400_000) as Instant,
    orderId: null,
  });
  return {
    ...emptyLedger(),
    books: new Map(
      Object.entries(books).map(([strategy, book]) => [
        strategy,
        new Map(Object.entries(book).map(([symbol, count]) => [symbol, lot(count)])),
      ]),
    ),
    ...ledger,
  };
}

function snapshotOf({ held = {}, positions = {}, snapshot, clock, equity = 100_000 }: FactsOf): Snapshot {
  const known = <Data>(data: Data) => ({ kind: 'ok' as const, data, asOf: NOON });
  const rows = Object.entries(held).map(([symbol, count]): [string, BrokerPosition] => [
    symbol,
    {
      symbol,
      quantity: shares(count),
      available: shares(count),
      averagePrice: 10e6 as Price,
      marketPrice: 10e6 as Price,
      ...positions[symbol],
    },
  ]);
  const money = (equity * 1e6) as Money;
  return {
    takenAt: NOON,
    account: known({ id: 'acc', environment: 'paper', equity: money, cash: money, buyingPower: money }),
    positions: known(new Map(rows)),
    openOrders: known([]),
    clock: known({
      now: NOON,
      isOpen: true,
      session: { date: '2025-12-02', open: OPEN, close: CLOSE },
      lastSubmit: null,
      ...clock,
    }),
    clockSkew: 0,
    ...snapshot,
  };
}

/** The draft behind a rule, on `before`. */
export function behind(
  rule: (facts: PlanFacts, draft: PlanDraft) => void,
  facts: PlanFacts,
  before: Partial<PlanDraft> = {},
): PlanDraft {
  const draft: PlanDraft = { ...emptyDraft(), ...before };
  rule(facts, draft);
  return draft;
}

/** An entry of ten shares of X at $10 by `a`, but for what is said otherwise. */
export function orderOf(more: Partial<OrderAction> = {}): OrderAction {
  return {
    kind: 'open',
    id: 'open/a/X',
    strategy: 'a',
    symbol: 'X',
    side: 'buy',
    quantity: shares(10),
    price: 10e6 as Price,
    value: 100e6 as Money,
    priority: 0,
    from: shares(0),
    to: shares(10),
    reason: 'NewTarget',
    slot: null,
    sendsAgain: null,
    sources: [],
    ...more,
  };
}

/** `a/X: Settling`, for each hold. */
export const heldBy = ({ holds }: PlanDraft): string[] =>
  holds.map(({ strategy, symbol, reason }) => `${named(strategy)}/${named(symbol)}: ${reason}`);

const named = (name: string | null): string => (name === null ? '*' : name);

/** `X: all BreakOpen`, for each freeze. */
export const frozenBy = ({ freezes }: PlanDraft): string[] =>
  [...freezes].map(([symbol, { grade, reason }]) => `${symbol}: ${grade} ${reason}`);

/** A fill of somebody else. */
export function outside(side: 'buy' | 'sell', count: number, more: Partial<BrokerFill> = {}): BrokerFill {
  return {
    id: 'fill-1',
    brokerOrderId: 'theirs',
    symbol: 'X',
    side,
    quantity: shares(count),
    price: 12e6 as Price,
    time: (NOON - 60_000) as Instant,
    ...more,
  };
}
