/** What the broker says, in our own types. Nothing here is decided by us. */
import type { Money, Price, Quantity, Ratio } from '../domain/decimal.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import type { Unknown } from './unknown.ts';

export interface BrokerAccount {
  readonly id: string;
  readonly environment: 'simulated' | 'paper' | 'live';
  readonly equity: Money;
  readonly cash: Money;
  /** What the broker still lets the account buy. A limit, never the base of a size. */
  readonly buyingPower: Money;
  /** Why the broker takes no order of this account, in words. Absent: it does, or it does not say. */
  readonly blocked?: string;
  /** Absent: the broker does not say. */
  readonly terms?: AccountTerms;
}

/** On which terms the broker lets the account trade. */
export interface AccountTerms {
  /** Buying power as a multiple of equity. */
  readonly multiplier: Ratio;
  /** Whether anything at all may be sold short. */
  readonly mayShort: boolean;
  /** Equity that what is held needs; with less, the broker sells. Absent: it does not say. */
  readonly maintenanceMargin?: Money;
}

export interface BrokerPosition {
  readonly symbol: string;
  /** Signed; never zero. */
  readonly quantity: Quantity;
  /** The part that no open order holds; signed like `quantity`. */
  readonly available: Quantity;
  readonly averagePrice: Price;
  /** The broker's current price of one share. */
  readonly marketPrice: Price;
}

/** The broker's words. An unknown word is kept as `unknown` and treated as still working. */
export type OrderStatus =
  | 'new'
  | 'accepted'
  | 'pending_new'
  | 'partially_filled'
  | 'filled'
  | 'done_for_day'
  | 'canceled'
  | 'expired'
  | 'rejected'
  | 'replaced'
  | 'pending_cancel'
  | 'pending_replace'
  | 'stopped'
  | 'suspended'
  | 'calculated'
  | 'held'
  | 'unknown';

const TERMINAL: ReadonlySet<OrderStatus> = new Set(['filled', 'canceled', 'expired', 'rejected', 'replaced']);

export function isTerminal(status: OrderStatus): boolean {
  return TERMINAL.has(status);
}

export interface BrokerOrder {
  readonly brokerOrderId: string;
  /** Every broker order has one; those placed outside carry the broker's own. */
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  /** Above zero. */
  readonly quantity: Quantity;
  /** Cumulative; zero or more. */
  readonly filledQuantity: Quantity;
  /** Average over `filledQuantity`; null while nothing is filled. */
  readonly averagePrice: Price | null;
  /** Charged for `filledQuantity`. Absent: none, or the broker does not say. */
  readonly fees?: Money;
  readonly status: OrderStatus;
  readonly submittedAt: Instant;
  readonly updatedAt: Instant;
}

/** One execution from the account's history: evidence, never the source of a booking of our own orders. */
export interface BrokerFill {
  readonly id: string;
  readonly brokerOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  /** Above zero. */
  readonly quantity: Quantity;
  readonly price: Price;
  /** Absent: none, or the broker does not say. */
  readonly fee?: Money;
  readonly time: Instant;
}

/** What the broker lets this account do with one symbol, now. */
export interface Asset {
  /** Why it cannot be sold short, in words; null: whole shares of it can be borrowed. */
  readonly notShortable: string | null;
  /** Whether parts of a share can be traded. Absent: the broker does not say. */
  readonly isFractionable?: boolean;
  /** Absent: the broker does not say. */
  readonly marginRequirement?: MarginRequirement;
}

/** Part of a position's value that must be covered by equity. */
export interface MarginRequirement {
  readonly long?: Ratio;
  readonly short?: Ratio;
}

export interface TradingSession {
  readonly date: CalendarDate;
  readonly open: Instant;
  readonly close: Instant;
}

export interface MarketClock {
  readonly now: Instant;
  readonly isOpen: boolean;
  /** The session that contains `now`, or the next one. */
  readonly session: TradingSession;
  /** Null where sessions have no cut-off: the simulator's always-open clock. */
  readonly lastSubmit: Instant | null;
}

/** An answer, or the reason why there is none. "No answer" is never "nothing there". */
export type Observed<Data> = { readonly kind: 'ok'; readonly data: Data; readonly asOf: Instant } | Unknown;

export interface Quote {
  readonly price: Price;
  readonly asOf: Instant;
  /** What is offered for a share, and asked for one. Absent: the source does not know. */
  readonly bid?: Price;
  readonly ask?: Price;
  /** Trading in the symbol is halted. Absent: it is not, or the source does not know. */
  readonly halted?: true;
}

/** One look at the account. Positions by symbol; a list that was cut short is `unknown`, never shorter. */
export interface Snapshot {
  readonly takenAt: Instant;
  readonly account: Observed<BrokerAccount>;
  readonly positions: Observed<ReadonlyMap<string, BrokerPosition>>;
  readonly openOrders: Observed<readonly BrokerOrder[]>;
  readonly clock: Observed<MarketClock>;
  /** By how many ms the broker's clock is ahead of ours (negative: behind), beyond what the request took. */
  readonly clockSkew: number;
}
