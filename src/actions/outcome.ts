/** What became of the actions of a plan: data for the summary, the exit code and `-o json`. */
import type { Quantity } from '../domain/decimal.ts';
import type { Action, Hold, HoldReason } from '../reconciler/plan-types.ts';

/** Why an action was not done; docs/reasons.md explains each. */
export type OutcomeCode =
  | 'AccountRefused'
  | 'AnswerOvertaken'
  | 'BookChanged'
  | 'BreakOpen'
  | 'BrokerUnavailable'
  | 'ClockJumped'
  | 'ExecutionTimeout'
  | 'Halted'
  | 'HandedOver'
  | 'InsufficientBuyingPower'
  | 'Interrupted'
  | 'JournalBusy'
  | 'LockLost'
  | 'LockNotObtained'
  | 'ManifestsReplaced'
  | 'MarketClosed'
  | 'NoLongerNeeded'
  | 'NoPrice'
  | 'NotApproved'
  | 'NotFilled'
  | 'OrderInDoubt'
  | 'OrderNotSeen'
  | 'OrderRefused'
  | 'OrderStillOpen'
  | 'PartialFill'
  | 'PendingOrder'
  | 'PriceCollar'
  | 'QuoteStale'
  | 'RateLimited'
  | 'ShutdownPending'
  | 'ShutdownRequested'
  | 'SlotClosed'
  | 'SpreadTooWide'
  | 'Suspended'
  | 'SymbolConflict'
  | 'SymbolHalted'
  | 'ToggleNotWritten';

interface NotDone {
  readonly action: Action;
  /** A shown order that a later plan holds back carries the reason of that plan. */
  readonly code: OutcomeCode | HoldReason;
  readonly detail: string;
}

export type Outcome =
  | { readonly kind: 'done'; readonly action: Action }
  /** Tried, and not or not wholly achieved. */
  | ({ readonly kind: 'failed'; readonly filled: Quantity } & NotDone)
  /** Not tried, because a check just before it said no. */
  | ({ readonly kind: 'skipped' } & NotDone)
  /** Its turn did not come. */
  | ({ readonly kind: 'not-started' } & NotDone)
  /** The broker's answer is not known; the next run finds out before anything else. */
  | ({ readonly kind: 'in-doubt' } & NotDone);

/** What is wanted on the other side comes in a later pass, once what is there is closed. */
export function isChangingSide({ reason, symbol }: Hold, outcomes: readonly Outcome[]): boolean {
  const isClosed = ({ kind, action }: Outcome): boolean =>
    kind === 'done' && action.symbol === symbol && action.reason === 'SideChanged';
  return reason === 'OppositeSide' && outcomes.some(isClosed);
}
