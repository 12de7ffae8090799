/**
 * Plans as no planner would make them, and the facts that they are judged by: plain data, one exchange day, every share $100.
 * Nothing here is asked of a broker or folded from a journal, so that a test can have what should never be.
 */
import type { AccountLimits, DesiredAccount, DesiredStrategy } from '../../src/desired/desired-state.ts';
import type { Quantity, Ratio } from '../../src/domain/decimal.ts';
import { instantAt, type Instant } from '../../src/domain/instant.ts';
import type { BrokerOrder, BrokerPosition, Observed } from '../../src/observed/broker-view.ts';
import type { Lot } from '../../src/observed/book.ts';
import type { IntentPayload } from '../../src/observed/events.ts';
import type { Ledger, LedgerOrder } from '../../src/observed/ledger.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { ObservedState } from '../../src/observed/observed-state.ts';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import type { PlanInput } from '../../src/reconciler/draft.ts';
import type { Action, OrderAction, Plan } from '../../src/reconciler/plan-types.ts';
import { TEST_ACCOUNT } from './account.ts';
import { dollars, shares } from './simulated-world.ts';

export const TODAY = '2025-12-02';
export const NOON = instantAt(TODAY, '12:00');
export const PRICE = dollars(100);

export interface OpinionFacts {
  readonly now?: Instant;
  readonly orders?: readonly OrderAction[];
  /** Other actions than orders, before them. */
  readonly actions?: readonly Action[];
  readonly plan?: Partial<Plan>;
  /** `core` alone, with all symbols, if left out. */
  readonly strategies?: readonly DesiredStrategy[];
  readonly account?: Partial<DesiredAccount>;
  readonly limits?: Partial<AccountLimits>;
  /** Strategy -> symbol -> shares, signed; or a lot of its own. */
  readonly books?: Readonly<Record<string, Readonly<Record<string, number | Partial<Lot>>>>>;
  /** Symbol -> shares at the broker, signed, or what is unusual about them. The sums of the books if left out. */
  readonly held?: Readonly<Record<string, number | Partial<BrokerPosition>>>;
  /** $10,000 each if left out. */
  readonly equity?: number;
  readonly buyingPower?: number;
  readonly ledger?: Partial<Ledger>;
  readonly snapshot?: Partial<ObservedState['snapshot']>;
  readonly observed?: Partial<ObservedState>;
}

/** What the second opinion finds: `invariant: detail`. */
export function opinionOn(facts: OpinionFacts): string[] {
  return checkPlan(planOf(facts), inputOf(facts)).map(({ invariant, detail }) => `${invariant}: ${detail}`);
}

export function planOf({ orders = [], actions = [], plan, now = NOON }: OpinionFacts): Plan {
  return {
    formatVersion: '1.0',
    revision: '',
    at: now,
    session: TODAY,
    actions: [...actions, ...orders],
    notDone: [],
    slots: [],
    totals: null,
    needsSecondLook: false,
    toBorrow: [],
    ...plan,
  };
}

export function inputOf(facts: OpinionFacts): PlanInput {
  const { strategies = [strategy('core')], account, limits, now = NOON, observed } = facts;
  return {
    desired: {
      digest: '',
      account: { ...TEST_ACCOUNT, ...account, limits: { ...TEST_ACCOUNT.limits, ...limits } },
      strategies,
    },
    observed: {
      ledger: { ...emptyLedger(), books: booksOf(facts), ...facts.ledger },
      snapshot: snapshotOf(facts),
      history: null,
      quotes: new Map(),
      assets: null,
      lock: { kind: 'free' },
      earlier: null,
      signals: new Map(),
      lateOrders: [],
      ...observed,
    },
    now,
    turnTaken: new Set(),
    reductionsOver: false,
    manifests: 'accepted',
  };
}

/** It may have everything, up to ten positions. */
export function strategy(name: string, more: Partial<DesiredStrategy> = {}): DesiredStrategy {
  return {
    name,
    description: '',
    labels: {},
    lifecycle: 'active',
    priority: 10,
    signal: { type: 'fixed', targets: [], band: null, wholeShares: true, unlisted: 'close' },
    universe: new Set(['VTI', 'GLD', 'BND', 'QQQ']),
    capital: { positionSize: percent(100), maxPositions: 10, maxExposure: percent(100), shorts: 'allowed' },
    schedule: [],
    orphans: 'hold',
    toggle: { enabled: true, shutdownRequested: false },
    ...more,
  };
}

export function percent(parts: number): Ratio {
  return (parts * 10_000) as Ratio;
}

/** An order of `core` that takes its book `from` so many shares `to` so many. */
export function order(
  symbol: string,
  [from, to]: readonly [from: number, to: number],
  more: Partial<OrderAction> = {},
): OrderAction {
  const kind = kindOf(from, to);
  const owner = more.strategy ?? 'core';
  const size = Math.abs(to - from);
  return {
    id: `${kind}/${owner}/${symbol}`,
    kind,
    strategy: owner,
    symbol,
    side: to > from ? 'buy' : 'sell',
    quantity: shares(size),
    price: PRICE,
    value: dollars(size * 100),
    priority: 0,
    from: shares(from),
    to: shares(to),
    reason: 'NewTarget',
    slot: null,
    sendsAgain: null,
    sources: [],
    ...more,
  };
}

function kindOf(from: number, to: number): OrderAction['kind'] {
  if (from === 0) return 'open';
  if (to === 0) return 'close';
  return Math.abs(to) > Math.abs(from) ? 'increase' : 'reduce';
}

export function known<Data>(data: Data): Observed<Data> {
  return { kind: 'ok', data, asOf: NOON };
}

export const UNKNOWN = { kind: 'unknown', reason: 'down' } as const;

/** An order of ours without an end: 10 VTI of `core`, bought at $100, of which nothing is filled. */
export function working(
  intent: Partial<IntentPayload> = {},
  more: Omit<Partial<LedgerOrder>, 'intent'> = {},
): LedgerOrder {
  return {
    intent: {
      clientOrderId: 'ours',
      fence: 1,
      strategy: 'core',
      symbol: 'VTI',
      side: 'buy',
      quantity: shares(10),
      purpose: 'open',
      reason: 'NewTarget',
      estimate: PRICE,
      sessionDate: TODAY,
      key: '',
      ...intent,
    },
    intendedAt: NOON,
    status: 'created',
    brokerOrderId: 'theirs',
    filled: 0 as Quantity,
    averagePrice: null,
    fills: [],
    detail: '',
    updatedAt: NOON,
    reportedAt: null,
    ...more,
  };
}

/** As the ledger keeps them. */
export function openOrders(...orders: readonly LedgerOrder[]): Pick<Ledger, 'openOrders'> {
  return { openOrders: new Map(orders.map((one) => [one.intent.clientOrderId, one])) };
}

/** An open order at the broker: of the id of {@link working} if nothing else is said. */
export function atBroker(more: Partial<BrokerOrder> = {}): BrokerOrder {
  return {
    brokerOrderId: 'theirs',
    clientOrderId: 'ours',
    symbol: 'VTI',
    side: 'buy',
    quantity: shares(10),
    filledQuantity: 0 as Quantity,
    averagePrice: null,
    status: 'new',
    submittedAt: NOON,
    updatedAt: NOON,
    ...more,
  };
}

function booksOf({ books = {} }: OpinionFacts): Ledger['books'] {
  return new Map(
    Object.entries(books).map(([name, book]) => [
      name,
      new Map(Object.entries(book).map(([symbol, lot]) => [symbol, lotOf(lot)])),
    ]),
  );
}

function lotOf(lot: number | Partial<Lot>): Lot {
  const count = typeof lot === 'number' ? lot : 0;
  return {
    quantity: shares(count),
    cost: dollars(count * 100),
    since: (NOON - 86_400_000) as Instant,
    orderId: null,
    ...(typeof lot === 'number' ? {} : lot),
  };
}

function snapshotOf(facts: OpinionFacts): ObservedState['snapshot'] {
  const { equity = 10_000, buyingPower = 10_000, now = NOON, snapshot } = facts;
  return {
    takenAt: now,
    account: known({
      id: '1',
      environment: 'simulated' as const,
      equity: dollars(equity),
      cash: dollars(equity),
      buyingPower: dollars(buyingPower),
    }),
    positions: known(new Map(heldOf(facts).map((position) => [position.symbol, position]))),
    openOrders: known([]),
    clock: known({
      now,
      isOpen: true,
      session: { date: TODAY, open: instantAt(TODAY, '09:30'), close: instantAt(TODAY, '16:00') },
      lastSubmit: instantAt(TODAY, '15:55'),
    }),
    clockSkew: 0,
    ...snapshot,
  };
}

function heldOf(facts: OpinionFacts): BrokerPosition[] {
  const held = facts.held ?? sumsOf(booksOf(facts));
  return Object.entries(held).map(([symbol, what]) => {
    const own = typeof what === 'number' ? { quantity: shares(what) } : what;
    const quantity = own.quantity ?? (0 as Quantity);
    return {
      symbol,
      quantity,
      available: quantity,
      averagePrice: PRICE,
      marketPrice: PRICE,
      ...own,
    };
  });
}

function sumsOf(books: Ledger['books']): Record<string, Partial<BrokerPosition>> {
  const sums: Record<string, { quantity: Quantity }> = {};
  for (const book of books.values())
    for (const [symbol, { quantity }] of book)
      sums[symbol] = { quantity: ((sums[symbol]?.quantity ?? 0) + quantity) as Quantity };
  return sums;
}
