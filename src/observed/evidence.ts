/**
 * Whether the account's history explains a missing quantity.
 *
 * The anchor of a symbol says what the broker held beyond the books at some moment. From there on, outside fills must
 * lead exactly to what is seen now; only then did the shares leave at known prices. Anything else is doubt.
 */
import {
  absolute,
  add,
  averageOf,
  mulDiv,
  negate,
  NO_MONEY,
  NO_QUANTITY,
  subtract,
  valueOf,
  type Money,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import { later, type Instant } from '../domain/instant.ts';
import { bookTrade, type Lot } from './book.ts';
import type { BrokerFill, BrokerPosition } from './broker-view.ts';
import type { Anchor } from './anchor.ts';
import type { Difference } from './attribution.ts';
import { allOrders, type Ledger } from './ledger.ts';
import { likelySplit, type HeldBefore, type SplitRatio } from './split.ts';

export type Explanation =
  | { readonly kind: 'explained'; readonly price: Price; readonly fills: readonly BrokerFill[] }
  | { readonly kind: 'silent'; readonly outside: Quantity };

/** From when on the history of a symbol counts. */
export function anchorOf(ledger: Ledger, symbol: string): Anchor {
  return ledger.anchors.get(symbol) ?? { at: ledger.historySince, unmanaged: 0 as Quantity };
}

/** The earliest moment from which fills are needed to judge these symbols. */
export function historyNeededSince(ledger: Ledger, symbols: Iterable<string>): Instant {
  const starts = [...symbols].map((symbol) => anchorOf(ledger, symbol).at);
  return Math.min(...starts) as Instant;
}

/** Fills that no order of ours made. */
export function outsideFills(ledger: Ledger, history: readonly BrokerFill[]): BrokerFill[] {
  const ours = new Set(allOrders(ledger).map((order) => order.brokerOrderId));
  return history.filter((fill) => !ours.has(fill.brokerOrderId));
}

/** The outside fills of a symbol that its anchor does not know. */
export function movedOutside(ledger: Ledger, symbol: string, history: readonly BrokerFill[]): BrokerFill[] {
  return sinceAnchor(ledger, symbol, outsideFills(ledger, history));
}

function sinceAnchor(ledger: Ledger, symbol: string, outside: readonly BrokerFill[]): BrokerFill[] {
  const { at } = anchorOf(ledger, symbol);
  return outside.filter((fill) => fill.symbol === symbol && fill.time > at);
}

/** What the broker should hold beyond the books: what it held at the anchor, and what others have traded since. */
export function expectedBeyond(ledger: Ledger, symbol: string, history: readonly BrokerFill[]): Quantity {
  return add(anchorOf(ledger, symbol).unmanaged, sumOf(movedOutside(ledger, symbol, history)));
}

/** The split that a position looks like, once all trades of others are counted; shares of nobody split like the rest. */
export function splitSeen(
  ledger: Ledger,
  position: BrokerPosition,
  history: readonly BrokerFill[],
): SplitRatio | null {
  const held = heldByRights(ledger, position.symbol, history);
  return held === null ? null : likelySplit(held, position);
}

/** What the account should hold of a symbol by books, anchor and outside trades, and what that has cost; null: nothing. */
export function heldByRights(
  ledger: Ledger,
  symbol: string,
  history: readonly BrokerFill[],
): HeldBefore | null {
  const fills = movedOutside(ledger, symbol, history).sort((a, b) => a.time - b.time);
  return fills.reduce(tradedOutside, heldAtAnchor(ledger, symbol)) ?? null;
}

/** Everything that the account held of a symbol, at what a share of the books cost. */
function heldAtAnchor(ledger: Ledger, symbol: string): Lot | undefined {
  const { at, unmanaged } = anchorOf(ledger, symbol);
  const lots = [...ledger.books.values()].flatMap((book) => book.get(symbol) ?? []);
  const booked = lots.reduce((sum, lot) => add(sum, lot.quantity), NO_QUANTITY);
  const quantity = add(booked, unmanaged);
  if (booked === 0 || quantity === 0) return undefined;
  const cost = lots.reduce((sum, lot) => add(sum, lot.cost), NO_MONEY);
  return { quantity, cost: mulDiv(cost, quantity, booked) as Money, since: at, orderId: null };
}

function tradedOutside(lot: Lot | undefined, fill: BrokerFill): Lot | undefined {
  const quantity = signed(fill);
  const value = valueOf(quantity, fill.price);
  return bookTrade(lot, { quantity, value, at: fill.time, orderId: null }).lot;
}

/** `outside`: the account's outside fills, complete since the symbol's anchor. */
export function explain(ledger: Ledger, difference: Difference, outside: readonly BrokerFill[]): Explanation {
  const { symbol, missing, unmanaged } = difference;
  const fills = sinceAnchor(ledger, symbol, outside);
  const moved = sumOf(fills);
  const isExact = add(anchorOf(ledger, symbol).unmanaged, moved) === add(missing, unmanaged);
  if (missing === 0 || !isExact || !haveTaken(moved, missing)) return { kind: 'silent', outside: moved };
  return { kind: 'explained', price: priceOf(fills, missing), fills };
}

/** Shares that came and went again have taken nothing. */
function haveTaken(moved: Quantity, missing: Quantity): boolean {
  return Math.sign(moved) === Math.sign(missing) && absolute(moved) >= absolute(missing);
}

/** The anchor after a decision on what `history` and the snapshot of `takenAt` showed. */
export function nextAnchor(takenAt: Instant, history: readonly BrokerFill[], unmanaged: Quantity): Anchor {
  return { at: history.reduce((newest, fill) => later(newest, fill.time), takenAt), unmanaged };
}

function sumOf(fills: readonly BrokerFill[]): Quantity {
  return fills.reduce((sum, fill) => add(sum, signed(fill)), NO_QUANTITY);
}

function signed({ side, quantity }: BrokerFill): Quantity {
  return side === 'buy' ? quantity : negate(quantity);
}

/** Average price of the newest fills that took the missing quantity away. */
function priceOf(fills: readonly BrokerFill[], missing: Quantity): Price {
  const newestFirst = fills
    .filter((fill) => Math.sign(signed(fill)) === Math.sign(missing))
    .sort((a, b) => b.time - a.time);
  let open = absolute(missing);
  let value = NO_MONEY;
  for (const { quantity, price } of newestFirst) {
    const taken = Math.min(open, quantity) as Quantity;
    value = add(value, valueOf(taken, price));
    open = subtract(open, taken);
  }
  return averageOf(value, absolute(missing));
}
