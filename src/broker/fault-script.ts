/**
 * What a user says that goes wrong at the simulated broker. Pure: which fault a call meets depends on the script, on
 * how often each fault was met before, and on the time.
 */
import type { Price, Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import type { RefusalCode } from '../reconciler/ports.ts';

export const OPERATIONS = [
  'account',
  'positions',
  'openOrders',
  'orderByClientId',
  'submit',
  'cancel',
  'history',
  'clock',
  'assets',
] as const;

export type Operation = (typeof OPERATIONS)[number];

export interface Fault {
  readonly on: Operation;
  /** Only calls about this symbol, this side, this strategy: where the call tells. */
  readonly symbol: string | null;
  readonly side: Side | null;
  readonly strategy: string | null;
  /** So many matching calls pass first, then so many meet the fault. */
  readonly after: number;
  readonly times: number;
  readonly from: Instant | null;
  readonly until: Instant | null;
  readonly effect: FaultEffect;
}

export type FaultEffect =
  /** No answer in time, or a server error: on a submit nobody knows whether the order was taken; here it was not. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The request is carried out, and its answer is lost. `hiddenFor`: how long the new order is not shown, ms. */
  | { readonly kind: 'answer-lost'; readonly hiddenFor: number }
  | { readonly kind: 'rate-limited'; readonly retryAfter: number | null }
  | { readonly kind: 'reject'; readonly code: RefusalCode; readonly message: string }
  /** The order is taken, and behaves so. */
  | ({ readonly kind: 'order'; readonly hiddenFor: number } & OrderChange)
  /** Trading in the symbol is halted: the order is taken, and waits for the end of it. `until` null: none is known. */
  | { readonly kind: 'halt'; readonly until: Instant | null }
  /** The cancel is acknowledged and never happens. */
  | { readonly kind: 'stuck' }
  /** A list that looks complete and is not: without these symbols, or without any. */
  | { readonly kind: 'without'; readonly symbols: readonly string[] | 'all' }
  /** Positions or history as they were so many ms ago; a clock that is so much behind. */
  | { readonly kind: 'stale'; readonly by: number }
  /** Somebody trades by hand just before the call. */
  | {
      readonly kind: 'trade';
      readonly symbol: string;
      readonly side: Side;
      readonly quantity: Quantity;
      readonly price: Price | null;
    }
  /** A split takes effect just before the call: each `from` shares become `to`. */
  | { readonly kind: 'split'; readonly symbol: string; readonly from: number; readonly to: number };

/** What becomes of an order when a script says so. */
export interface OrderChange {
  /** No more than so many shares ever fill; null: all. */
  readonly fills: Quantity | null;
  /** Later than it would, ms. */
  readonly fillAfter: number;
  /** Taken, and rejected so many ms later, with what has filled by then. Absent: not. */
  readonly rejectAfter?: number;
  /** Its symbol does not trade before then; null: no more. Absent: it trades. */
  readonly haltedUntil?: Instant | null;
}

export interface Call {
  readonly operation: Operation;
  readonly symbol?: string;
  readonly side?: Side;
  readonly clientOrderId?: string;
}

/** How often each fault of a script was met, by its place in the script; absent is never. */
export type FaultCounts = readonly number[];

export interface Met {
  /** Null where the call goes through untouched. */
  readonly effect: FaultEffect | null;
  readonly counts: FaultCounts;
}

/** The first fault that is due for this call. */
export function meet(script: readonly Fault[], counts: FaultCounts, call: Call, now: Instant): Met {
  const { fault, counts: next } = firstDue(script, counts, (one) => matches(one, call, now));
  return { effect: fault?.effect ?? null, counts: next };
}

/** Of those that match, the first that is due. Every fault that matches counts it, due or not. */
export function firstDue<Item extends Pick<Fault, 'after' | 'times'>>(
  script: readonly Item[],
  counts: FaultCounts,
  matchesCall: (fault: Item) => boolean,
): { readonly fault: Item | null; readonly counts: FaultCounts } {
  let due: Item | null = null;
  const next = script.map((fault, index) => {
    const before = counts[index] ?? 0;
    if (!matchesCall(fault)) return before;
    if (due === null && before >= fault.after && before < fault.after + fault.times) due = fault;
    return before + 1;
  });
  return { fault: due, counts: next };
}

function matches(fault: Fault, { operation, symbol, side, clientOrderId }: Call, now: Instant): boolean {
  if (fault.on !== operation) return false;
  if (fault.from !== null && now < fault.from) return false;
  if (fault.until !== null && now >= fault.until) return false;
  if (fault.symbol !== null && fault.symbol !== symbol) return false;
  if (fault.side !== null && fault.side !== side) return false;
  return fault.strategy === null || (clientOrderId !== undefined && isOf(fault.strategy, clientOrderId));
}

/** So much of a strategy's name is in an order id; after it comes the date. */
const NAME_LENGTH = 12;

/** Strategies whose names begin with the same twelve characters are not told apart: ids do not either. */
function isOf(strategy: string, clientOrderId: string): boolean {
  const start = `hg-${strategy.slice(0, NAME_LENGTH)}-`;
  return clientOrderId.startsWith(start) && /^\d{8}-/.test(clientOrderId.slice(start.length));
}
