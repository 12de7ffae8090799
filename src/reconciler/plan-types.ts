/** A plan is plain data: what would be done, why, what is not done, and what the account looks like after it. */
import type { DataIssue } from '../observed/data-issue.ts';
import type { Money, Price, Quantity, Ratio } from '../domain/decimal.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import type { AnnouncedSplit, MovedLot, SplitLot } from '../observed/action-events.ts';
import type { LatchPayload } from '../observed/mark-events.ts';
import type { Anchor } from '../observed/anchor.ts';
import type { BreakKind, OrderPurpose } from '../observed/events.ts';
import type { SlotTarget } from '../observed/slot-events.ts';

/** Why something is done. */
export type ActionReason =
  | 'NewTarget'
  | 'TargetRaised'
  | 'TargetLowered'
  | 'SideChanged'
  | 'RemovedFromTargets'
  | 'TargetZero'
  | 'ExitSlot'
  | 'ShutdownRequested'
  | 'StrategyDisabled'
  | 'ClosedExternally'
  | 'ReducedExternally'
  | 'LockExpired'
  | 'LockHolderGone'
  | 'OrderUnresolved'
  | 'OrderLeftOver'
  | 'MissingShares'
  | 'SideFlip'
  | 'SplitSuspected'
  | 'SplitAnnounced'
  | 'SymbolChangeAnnounced'
  | 'PriceMismatch'
  | 'LateOrder'
  | 'LossLimit'
  | 'SlotMissed'
  | 'Flattening'
  | 'GroupIncomplete';

/** Why something wanted is not done. */
export type HoldReason =
  | 'Halted'
  | 'Suspended'
  | 'WithinBand'
  | 'WantedSince'
  | 'StrategyDisabled'
  | 'StrategyPlanned'
  | 'SignalFailed'
  | 'SignalNotRun'
  | 'ShutdownRequested'
  | 'Undeclared'
  | 'OrphanHeld'
  | 'PendingOrder'
  | 'OrderUnresolved'
  | 'SymbolConflict'
  | 'UnmanagedShares'
  | 'NotShortable'
  | 'BorrowUnknown'
  | 'OppositeSide'
  | 'EntryFrozenExternalReduction'
  | 'SplitPending'
  | 'SplitApplied'
  | 'SymbolChanged'
  | 'BreakOpen'
  | 'Unconfirmed'
  | 'Settling'
  | 'HistoryUnavailable'
  | 'AccountBlocked'
  | 'AccountUnknown'
  | 'PositionsUnknown'
  | 'OrdersUnknown'
  | 'ClockUnknown'
  | 'ForeignController'
  | 'ClockSkew'
  | 'CalendarMismatch'
  | 'ManifestsInvalid'
  | 'LossLimit'
  | 'LossUnknown'
  | 'NoPrice'
  | 'QuoteStale'
  | 'SpreadTooWide'
  | 'PriceCollar'
  | 'SymbolHalted'
  | 'NoEquity'
  | 'OutsideUniverse'
  | 'BelowOneShare'
  | 'PositionSizeLimit'
  | 'MaxPositions'
  | 'MaxExposure'
  | 'MaxGross'
  | 'MaxOrderValue'
  | 'MaxOrdersPerDay'
  | 'MaxOrdersPerSymbol'
  | 'MaxFlipsPerSymbol'
  | 'InsufficientBuyingPower'
  | 'NothingAvailable'
  | 'NoTimeBeforeClose'
  | 'GroupIncomplete'
  | 'MarketClosed';

interface ActionBase {
  /** Stable: equal decisions have equal ids. */
  readonly id: string;
  /** Null where the subject is not a strategy's. */
  readonly strategy: string | null;
  readonly symbol: string | null;
  readonly reason: ActionReason;
  /** What it was decided from: manifest fields, books and broker observations, in words. */
  readonly sources: readonly string[];
}

/** An order to send. `from` and `to` are the book before and after. */
export interface OrderAction extends ActionBase {
  readonly kind: OrderPurpose;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly value: Money;
  readonly priority: number;
  readonly from: Quantity;
  readonly to: Quantity;
  /** The slot that it belongs to; null for what is planned on every pass. */
  readonly slot: string | null;
  /** The client order id of an order that never reached the broker, and goes out again under it; null: a new order. */
  readonly sendsAgain: string | null;
  /** Orders of one group are sent in their order, and come to their targets together or not at all; left out: it stands alone. */
  readonly group?: string;
}

export interface SyncAction extends ActionBase {
  readonly kind: 'sync-position';
  readonly strategy: string;
  readonly symbol: string;
  readonly from: Quantity;
  readonly to: Quantity;
  /** The real price of what left. */
  readonly price: Price;
  readonly anchor: Anchor;
}

/** Books follow a split that was announced, and that the broker has carried out exactly so. */
export interface SplitAction extends ActionBase {
  readonly kind: 'apply-split';
  readonly symbol: string;
  /** By date. */
  readonly splits: readonly AnnouncedSplit[];
  readonly lots: readonly SplitLot[];
  readonly unmanaged: { readonly from: Quantity; readonly to: Quantity };
  /** Of all books. */
  readonly from: Quantity;
  readonly to: Quantity;
  /** The broker's average price. */
  readonly seenPrice: Price;
  readonly anchor: Anchor;
}

/** Likewise a change of the symbol: the lots go on under another name. */
export interface SymbolChangeAction extends ActionBase {
  readonly kind: 'apply-symbol-change';
  /** As it was. */
  readonly symbol: string;
  readonly from: string;
  readonly to: string;
  readonly date: CalendarDate;
  readonly lots: readonly MovedLot[];
  readonly unmanaged: Quantity;
  readonly seenPrice: Price;
  readonly anchor: Anchor;
}

export interface BreakAction extends ActionBase {
  readonly kind: 'report-break';
  readonly strategy: string | null;
  readonly symbol: string;
  readonly breakKind: BreakKind;
  /** What was seen, in words. */
  readonly detail: string;
  readonly from: Quantity;
  readonly to: Quantity;
}

/** Finds out what became of an order of ours (`resolve-order`), or asks for its end (`cancel-order`). */
export interface OrderCareAction extends ActionBase {
  readonly kind: 'resolve-order' | 'cancel-order';
  readonly strategy: string;
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly from: string;
  readonly to: string;
}

/** Follows an order again that had counted as ended. */
export interface LateOrderAction extends ActionBase {
  readonly kind: 'reopen-order';
  readonly strategy: string;
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly brokerOrderId: string;
  /** What of its fills the books contain already: unsigned. */
  readonly contained: Quantity;
  readonly containedValue: Money;
  readonly from: string;
  readonly to: string;
}

export interface LockAction extends ActionBase {
  readonly kind: 'release-stale-lock';
  readonly fence: number;
  readonly from: string;
  readonly to: string;
}

/** Ends an operator's shutdown: the toggle file says disabled, the journal says what is left. */
export interface ShutdownAction extends ActionBase {
  readonly kind: 'complete-shutdown';
  readonly strategy: string;
  readonly from: string;
  readonly to: string;
}

/** A loss limit is crossed: no entry from now on, until an operator resets it. */
export interface LatchAction extends ActionBase {
  readonly kind: 'latch-limit';
  readonly latch: LatchPayload;
  readonly from: string;
  readonly to: string;
}

/** A slot whose time has passed: what it would have traded is not traded. */
export interface MissedAction extends ActionBase {
  readonly kind: 'report-missed';
  readonly strategy: string;
  readonly slot: string;
  readonly from: string;
  readonly to: string;
}

export type Action =
  | ShutdownAction
  | OrderAction
  | SyncAction
  | SplitAction
  | SymbolChangeAction
  | BreakAction
  | OrderCareAction
  | LateOrderAction
  | LockAction
  | LatchAction
  | MissedAction;

export interface Hold {
  readonly strategy: string | null;
  readonly symbol: string | null;
  readonly reason: HoldReason;
  readonly detail: string;
}

/** A scheduled execution that is due now. */
export interface DueSlot {
  readonly slot: string;
  readonly strategy: string;
  readonly action: 'entry' | 'exit' | 'rebalance';
  readonly started: boolean;
  /** Its window has passed: an exit that goes on until the session ends. */
  readonly late: boolean;
  readonly targets: readonly SlotTarget[];
}

export interface Total {
  readonly now: Money;
  readonly after: Money;
  readonly limit: Money | null;
}

export interface Totals {
  readonly equity: Money;
  readonly gross: Total;
  readonly net: Total;
  readonly buyingPower: Total;
  /** Gross exposure of each strategy, by name. */
  readonly strategies: readonly {
    readonly strategy: string;
    readonly exposure: Total;
    readonly limitRatio: Ratio | null;
  }[];
}

export interface Plan {
  readonly formatVersion: '1.0';
  /** It would trade real money; left out where it would not. */
  readonly environment?: 'live';
  /** Digest of the manifests it was made from. */
  readonly revision: string;
  readonly at: Instant;
  readonly session: CalendarDate | null;
  /** Housekeeping, then reductions, then entries by priority, then shutdowns: the order of execution. */
  readonly actions: readonly Action[];
  readonly notDone: readonly Hold[];
  readonly slots: readonly DueSlot[];
  /** Null while the account is unknown. */
  readonly totals: Totals | null;
  /** True when a second look at the account can decide more than this one. */
  readonly needsSecondLook: boolean;
  /** Symbols whose short sale waits for the broker's word on whether they can be borrowed: it was not asked. */
  readonly toBorrow: readonly string[];
  /** Market data that did not come from where they should; left out where all did. */
  readonly dataIssues?: readonly DataIssue[];
}

const ORDER_KINDS: ReadonlySet<Action['kind']> = new Set([
  'open',
  'increase',
  'reduce',
  'close',
  'close-orphaned',
]);

export function isOrder(action: Action): action is OrderAction {
  return ORDER_KINDS.has(action.kind);
}

/** An order that may only make a position smaller. */
export function isReduction(action: OrderAction): boolean {
  return !isEntry(action.kind);
}

export function isEntry(purpose: OrderPurpose): boolean {
  return purpose === 'open' || purpose === 'increase';
}
