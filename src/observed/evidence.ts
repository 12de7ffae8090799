/**
 * Whether the account's history explains a missing quantity.
 *
 * The anchor of a symbol says what the broker held beyond the books at some moment. From there on, outside fills must
 * lead exactly to what is seen now; only then did the shares leave at known prices. Anything else is doubt.
 */
import {
  averageOf,
  mulDiv,
  negate,
  valueOf,
  type Money,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import { later, type Instant } from '../domain/instant.ts';
import type { BrokerFill } from './broker-view.ts';
import type { Anchor } from './events.ts';
import type { Difference } from './attribution.ts';
import { allOrders, type Ledger } from './ledger.ts';

export type Explanation =
  | { readonly kind: 'explained'; readonly price: Price; readonly fills: readonly BrokerFill[] }
  | { readonly kind: 'silent'; readonly outside: Quantity };

/** From when on the history of a symbol counts. */
function anchorOf(ledger: Ledger, symbol: string): Anchor {
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

/** `outside`: the account's outside fills, complete since the symbol's anchor. */
export function explain(ledger: Ledger, difference: Difference, outside: readonly BrokerFill[]): Explanation {
  const { symbol, missing, unmanaged } = difference;
  const anchor = anchorOf(ledger, symbol);
  const fills = outside.filter((fill) => fill.symbol === symbol && fill.time > anchor.at);
  const moved = fills.reduce((sum, fill) => sum + signed(fill), 0);
  const taken = fills
    .filter(({ side }) => side === sideOf(missing))
    .reduce((sum, fill) => sum + fill.quantity, 0);
  const isExact = anchor.unmanaged + moved === missing + unmanaged;
  if (!isExact || taken < Math.abs(missing)) return { kind: 'silent', outside: moved as Quantity };
  return { kind: 'explained', price: priceOf(fills, missing), fills };
}

/** The anchor after a decision on what `history` and the snapshot of `takenAt` showed. */
export function nextAnchor(takenAt: Instant, history: readonly BrokerFill[], unmanaged: Quantity): Anchor {
  return { at: history.reduce((newest, fill) => later(newest, fill.time), takenAt), unmanaged };
}

function signed(fill: BrokerFill): number {
  return fill.side === 'buy' ? fill.quantity : negate(fill.quantity);
}

/** The side of trades that take such a quantity away. */
function sideOf(missing: Quantity): 'buy' | 'sell' {
  return missing < 0 ? 'sell' : 'buy';
}

/** Average price of the newest fills that took the missing quantity away. */
function priceOf(fills: readonly BrokerFill[], missing: Quantity): Price {
  const side = sideOf(missing);
  let open = Math.abs(missing);
  let value = 0;
  for (const fill of fills.filter((candidate) => candidate.side === side).reverse()) {
    const taken = Math.min(open, fill.quantity);
    value += mulDiv(valueOf(fill.quantity, fill.price), taken, fill.quantity);
    open -= taken;
    if (open === 0) break;
  }
  return averageOf(value as Money, Math.abs(missing) as Quantity);
}
