/** The simulated account as plain data. Every function on it is pure: chance and time come in as arguments. */
import type { CalendarOverrides } from '../domain/calendar.ts';
import type { FeeSchedule, Slippage } from '../domain/costs.ts';
import {
  NO_MONEY,
  NO_QUANTITY,
  type Money,
  type Price,
  type Quantity,
  type Ratio,
} from '../domain/decimal.ts';
import { shortDigest } from '../domain/digest.ts';
import type { Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import { isTerminal, type BrokerFill, type OrderStatus } from '../observed/broker-view.ts';

export interface SimulatedState {
  readonly accountId: string;
  /** Decides, with the client order id, everything that is chance about an order. */
  readonly seed: number;
  readonly cash: Money;
  /** Set on the account itself: no new short position. Absent: off. */
  readonly noShorting?: true;
  /** Likewise: no new order at all. Absent: off. */
  readonly suspendTrade?: true;
  readonly positions: ReadonlyMap<string, Holding>;
  /** Every order ever taken, in the order of submission: client order ids are unique for ever. */
  readonly orders: readonly SimulatedOrder[];
  /** Every execution, oldest first. */
  readonly fills: readonly BrokerFill[];
  /** What companies have done to their shares here, oldest first. Absent: nothing. */
  readonly changes?: readonly CorporateChange[];
  /** The newest moment that the account has seen; the broker's time never goes back behind it. */
  readonly time: Instant;
}

export interface Holding {
  /** Signed; never zero. */
  readonly quantity: Quantity;
  readonly averagePrice: Price;
}

/** A split, or a change of a symbol. */
export type CorporateChange = {
  readonly time: Instant;
  /** Of the symbol that it was about, just before. Absent: nothing. */
  readonly held?: Holding;
} & (
  | { readonly kind: 'split'; readonly symbol: string; readonly from: number; readonly to: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
);

/** `day`: at once, or at the next open. `opg`, `cls`: in the auction at the open, at the close, and never else. */
export type TimeInForce = 'day' | 'opg' | 'cls';

export interface SimulatedOrder {
  readonly brokerOrderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  /** Absent: `day`. */
  readonly timeInForce?: Exclude<TimeInForce, 'day'>;
  readonly filledQuantity: Quantity;
  /** Value of all fills so far, unsigned. */
  readonly filledValue: Money;
  /** Charged for all fills so far. Absent: none. */
  readonly fees?: Money;
  readonly status: OrderStatus;
  readonly submittedAt: Instant;
  readonly updatedAt: Instant;
  /**
   * What will happen to the order, decided at its submission, oldest first; empty once it is final. Its fills add up
   * to what is not filled yet. An ending takes effect before everything behind it.
   */
  readonly pending: readonly OrderEvent[];
}

export type OrderEvent =
  | { readonly kind: 'new'; readonly at: Instant }
  | {
      readonly kind: 'fill';
      readonly at: Instant;
      readonly quantity: Quantity;
      readonly price: Price;
      /** Above zero. Absent: none. */
      readonly fee?: Money;
    }
  | OrderEnding;

export interface OrderEnding {
  readonly kind: 'canceled' | 'expired' | 'rejected';
  readonly at: Instant;
}

/** Whether the account's own rules hold for a trade, or it may go short and spend what is not there. */
export type Allowed = 'as-account' | 'anything';

/** What the manifest says about the simulated broker. */
export interface SimulatedSettings {
  readonly cash: Money;
  readonly clock: 'always-open' | 'exchange';
  readonly seed: number;
  /** Buying power as a multiple of equity. */
  readonly multiplier: Ratio;
  /** Longest time from submission (or the open that an order waits for) to the last fill, ms. */
  readonly fillDelay: number;
  /** Part of the orders that fill in more than one step. */
  readonly partialFills: Ratio;
  /** Days on which the exchange is not as usual. */
  readonly calendar?: CalendarOverrides;
  /** Absent: nothing can be sold short. */
  readonly shorting?: Shorting;
  /** Traded by whole shares only. Absent: nothing is. */
  readonly notFractionable?: readonly string[];
  /** By symbol: part of a position, long or short, that must be covered by equity. Absent: nothing beyond the multiplier. */
  readonly marginRequirements?: Readonly<Record<string, Ratio>>;
  /** By how much a fill is worse than the price of its moment. Absent: by nothing. */
  readonly slippage?: Slippage;
  /** Absent: none. */
  readonly fees?: FeeSchedule;
}

/** The account may be short, of everything but these. */
export interface Shorting {
  readonly hardToBorrow: readonly string[];
}

/** The world around the account: equal questions get equal answers. */
export interface Venue {
  readonly settings: SimulatedSettings;
  /** Undefined for a symbol that has no price. */
  readonly priceAt: (symbol: string, at: Instant) => Price | undefined;
  /** By how much the ask is above the bid. Undefined where that is not known; absent: it never is. */
  readonly spreadAt?: (symbol: string, at: Instant) => Money | undefined;
}

/** `state` is the very object that came in when nothing changes. */
export interface Transition<Answer> {
  readonly state: SimulatedState;
  readonly answer: Answer;
}

/** An account that nobody has used yet. */
export function freshState(settings: SimulatedSettings, now: Instant): SimulatedState {
  return {
    accountId: `SIM-${shortDigest(`account ${settings.seed}`, 8).toUpperCase()}`,
    seed: settings.seed,
    cash: settings.cash,
    positions: new Map(),
    orders: [],
    fills: [],
    time: now,
  };
}

export function openOrdersOf(state: SimulatedState): SimulatedOrder[] {
  return state.orders.filter((order) => !isTerminal(order.status));
}

export function remainingOf(order: SimulatedOrder): Quantity {
  return (order.quantity - order.filledQuantity) as Quantity;
}

export function heldOf(state: SimulatedState, symbol: string): Quantity {
  return state.positions.get(symbol)?.quantity ?? NO_QUANTITY;
}

/** An order on which nothing has happened yet. */
export function untouched(
  order: Omit<SimulatedOrder, 'filledQuantity' | 'filledValue' | 'updatedAt'>,
): SimulatedOrder {
  return { ...order, filledQuantity: NO_QUANTITY, filledValue: NO_MONEY, updatedAt: order.submittedAt };
}
