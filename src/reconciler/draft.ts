/** What the rules of a plan share: the facts, looked up once, and the plan as it grows. */
import type { Money, Price } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { DesiredState, DesiredStrategy } from '../desired/desired-state.ts';
import { attribute, type Attribution, type Difference } from '../observed/attribution.ts';
import type {
  BrokerAccount,
  BrokerOrder,
  BrokerPosition,
  MarketClock,
  Observed,
} from '../observed/broker-view.ts';
import type { Ledger, LedgerOrder } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import {
  isEntry,
  type Action,
  type DueSlot,
  type Hold,
  type HoldReason,
  type OrderAction,
  type ShutdownAction,
} from './plan-types.ts';

export interface PlanInput {
  readonly desired: DesiredState;
  readonly observed: ObservedState;
  readonly now: Instant;
  /** Strategies that had their turn in this pass: they take no more buying power from the others. */
  readonly turnTaken: ReadonlySet<string>;
  /** The reductions of this pass had their turn: none is tried again, and what they did not free is not counted on. */
  readonly reductionsOver: boolean;
  readonly manifests: ManifestsOnDisk;
  /** Of the strategy whose turn it is: the slot with which the turn began. Left out: whichever is due. */
  readonly slotInHand?: string | undefined;
}

/** `invalid`: they cannot be accepted. The last accepted revision is in force, and opens nothing. */
export type ManifestsOnDisk = 'accepted' | 'invalid';

/** The parts of a snapshot that orders need, all known. */
export interface Market {
  readonly account: BrokerAccount;
  readonly positions: ReadonlyMap<string, BrokerPosition>;
  readonly openOrders: readonly BrokerOrder[];
  readonly clock: MarketClock;
}

export interface PlanFacts {
  readonly input: PlanInput;
  readonly ledger: Ledger;
  /** Null while any part of the snapshot is unknown: then nothing is ordered. */
  readonly market: Market | null;
  /** Where books and broker differ, by symbol; nothing while positions are unknown. */
  readonly differences: ReadonlyMap<string, Difference>;
  readonly strategies: ReadonlyMap<string, DesiredStrategy>;
  /** Gross value of each book at the broker's prices, by strategy. */
  readonly exposures: ReadonlyMap<string, Money>;
  /** The broker's price of each lot, by strategy and in the order of its book. */
  readonly prices: ReadonlyMap<string, readonly Price[]>;
  /** Symbols whose cost is not the broker's. */
  readonly costDoubts: readonly string[];
}

/** Why a symbol takes no order. */
export type Freeze = {
  readonly reason: HoldReason;
  readonly detail: string;
} & (
  | {
      /** `entries` still lets positions shrink, `all` lets nothing through. */
      readonly grade: 'entries' | 'all';
    }
  | {
      /** Lets nothing through but this one, under the id that it has: the broker does not know it, and never did. */
      readonly grade: 'again';
      readonly order: LedgerOrder;
    }
);

/** A plan while its rules run. */
export interface PlanDraft {
  /** Sync, breaks, care of orders, stale lock. */
  readonly housekeeping: Action[];
  readonly reductions: OrderAction[];
  readonly entries: OrderAction[];
  readonly shutdowns: ShutdownAction[];
  readonly holds: Hold[];
  readonly slots: DueSlot[];
  readonly freezes: Map<string, Freeze>;
  /** Set when no entry at all may be made. */
  entriesBlocked: { readonly reason: HoldReason; readonly detail: string } | null;
  needsSecondLook: boolean;
  /** Symbols that would be sold short, if somebody asked the broker whether they can be. */
  toBorrow: readonly string[];
}

export function emptyDraft(): PlanDraft {
  return {
    housekeeping: [],
    reductions: [],
    entries: [],
    shutdowns: [],
    holds: [],
    slots: [],
    freezes: new Map(),
    entriesBlocked: null,
    needsSecondLook: false,
    toBorrow: [],
  };
}

export function gatherFacts(input: PlanInput): PlanFacts {
  const { ledger, snapshot } = input.observed;
  const { settleWindow } = input.desired.account.execution;
  const attribution =
    snapshot.positions.kind === 'ok'
      ? attribute(ledger, snapshot.positions.data, snapshot.takenAt, settleWindow)
      : NOTHING_KNOWN;
  const strategies = new Map(input.desired.strategies.map((strategy) => [strategy.name, strategy]));
  return { input, ledger, market: knownMarket(input), strategies, ...attribution };
}

const NOTHING_KNOWN: Attribution = {
  differences: new Map(),
  exposures: new Map(),
  prices: new Map(),
  costDoubts: [],
};

function knownMarket({ observed: { snapshot } }: PlanInput): Market | null {
  const { account, positions, openOrders, clock } = snapshot;
  if (account.kind !== 'ok' || positions.kind !== 'ok' || openOrders.kind !== 'ok' || clock.kind !== 'ok')
    return null;
  return { account: account.data, positions: positions.data, openOrders: openOrders.data, clock: clock.data };
}

/** The price that sizes and values a symbol: the position's own, else the latest quote. */
export function priceOf({ input, market }: PlanFacts, symbol: string): Price | undefined {
  const price = market?.positions.get(symbol)?.marketPrice ?? input.observed.quotes.get(symbol)?.price;
  return price === undefined || price <= 0 ? undefined : price;
}

/** The stronger freeze wins; of equals, the first. */
export function freeze(draft: PlanDraft, symbol: string, next: Freeze): void {
  const known = draft.freezes.get(symbol);
  if (known === undefined || strengthOf(known) < strengthOf(next)) draft.freezes.set(symbol, next);
}

/** What lets no entry through lets no lost one through; what lets a position shrink lets a lost reduction. */
function strengthOf(freeze: Freeze): number {
  if (freeze.grade === 'again') return isEntry(freeze.order.intent.purpose) ? 1 : 3;
  return freeze.grade === 'all' ? 4 : 2;
}

export function hold(
  draft: PlanDraft,
  of: { strategy: string | null; symbol: string | null },
  reason: HoldReason,
  detail: string,
): void {
  draft.holds.push({ strategy: of.strategy, symbol: of.symbol, reason, detail });
}

/** What the broker has not answered; one cause of several, as keys that it does not accept, is told of the first. */
export function unknownParts(input: PlanInput): { readonly reason: HoldReason; readonly detail: string }[] {
  const { account, positions, openOrders, clock } = input.observed.snapshot;
  const parts: readonly [HoldReason, Observed<unknown>][] = [
    ['AccountUnknown', account],
    ['PositionsUnknown', positions],
    ['OrdersUnknown', openOrders],
    ['ClockUnknown', clock],
  ];
  const unknown = parts.flatMap(([reason, part]) =>
    part.kind === 'unknown' ? [{ reason, detail: part.reason }] : [],
  );
  return unknown.filter(({ detail }, at) => unknown.findIndex((other) => other.detail === detail) === at);
}
