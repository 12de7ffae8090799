/** What one strategy owns of one symbol, and how trades change it. */
import { absolute, add, mulDiv, subtract, type Money, type Quantity } from '../domain/decimal.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';

export interface Lot {
  /** Signed; never zero. */
  readonly quantity: Quantity;
  /** What the position cost, signed like the quantity (a short position has taken money in). */
  readonly cost: Money;
  readonly since: Instant;
  /** The client order id that opened it; null when the books were opened with it. */
  readonly orderId: string | null;
}

export interface Trade {
  /** Signed: a sale is negative. */
  readonly quantity: Quantity;
  /** Signed like the quantity. */
  readonly value: Money;
  readonly at: Instant;
  readonly orderId: string | null;
}

/** A book has shrunk from outside: no entry in that session. */
export interface ShrunkSymbol {
  readonly symbol: string;
  readonly sessionDate: CalendarDate;
}

/** What has been booked of an order at once. */
export interface BookedFill {
  /** Unsigned increase. */
  readonly quantity: Quantity;
  readonly value: Money;
  /** Absent: none. */
  readonly fee?: Money;
  readonly at: Instant;
}

/** The book of one owner after an operator's word. */
export interface ResolvedLot {
  readonly strategy: string;
  readonly quantity: Quantity;
  /** What it costs now, signed like the quantity; null: the difference in quantity leaves at the price of the word. */
  readonly cost: Money | null;
}

export interface Booked {
  readonly lot: Lot | undefined;
  readonly realised: Money;
}

/**
 * Books one trade by average cost: an increase adds its value to the cost, a reduction takes out the cost's share
 * and realises the rest. A trade across zero closes the old side and opens the new one at the trade's price.
 */
export function bookTrade(lot: Lot | undefined, trade: Trade): Booked {
  if (trade.quantity === 0) return { lot, realised: 0 as Money };
  if (lot === undefined) return { lot: opened(trade), realised: 0 as Money };
  if (Math.sign(lot.quantity) === Math.sign(trade.quantity)) {
    const grown = { ...lot, quantity: add(lot.quantity, trade.quantity), cost: add(lot.cost, trade.value) };
    return { lot: grown, realised: 0 as Money };
  }
  if (absolute(trade.quantity) > absolute(lot.quantity)) return crossed(lot, trade);
  return reduced(lot, trade);
}

function opened(trade: Trade): Lot {
  return { quantity: trade.quantity, cost: trade.value, since: trade.at, orderId: trade.orderId };
}

function reduced(lot: Lot, trade: Trade): Booked {
  const costOut = mulDiv(lot.cost, absolute(trade.quantity), absolute(lot.quantity)) as Money;
  const realised = (0 - trade.value - costOut) as Money;
  const quantity = add(lot.quantity, trade.quantity);
  if (quantity === 0) return { lot: undefined, realised };
  return { lot: { ...lot, quantity, cost: subtract(lot.cost, costOut) }, realised };
}

function crossed(lot: Lot, trade: Trade): Booked {
  const closing = (0 - lot.quantity) as Quantity;
  const closingValue = mulDiv(trade.value, closing, trade.quantity) as Money;
  const closed = reduced(lot, { ...trade, quantity: closing, value: closingValue });
  const rest = {
    ...trade,
    quantity: subtract(trade.quantity, closing),
    value: subtract(trade.value, closingValue),
  };
  return { lot: opened(rest), realised: closed.realised };
}
