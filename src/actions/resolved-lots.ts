/** What the books of a symbol are after an operator's word about it. */
import {
  absolute,
  add,
  formatQuantity,
  negate,
  NO_QUANTITY,
  SHARE,
  subtract,
  valueOf,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { expectedBeyond, splitSeen } from '../observed/evidence.ts';
import type { ResolvedLot } from '../observed/book.ts';
import { lotOf, type LedgerOrder } from '../observed/ledger.ts';
import { afterSplit, type SplitRatio } from '../observed/split.ts';
import type { SymbolView } from './operator.ts';

export interface Resolution {
  readonly symbol: string;
  /**
   * `broker`: the book takes the broker's quantity, and its cost where that is in doubt. `books`: the books are right,
   * and the doubt was not. `split`: the books follow a stock split.
   */
  readonly as: 'broker' | 'books' | 'split';
  /** How shares were split, where what is there does not show it. */
  readonly ratio?: SplitRatio | null;
  /** Whose shares left first, where a symbol has two owners; null where it has one. */
  readonly strategy: string | null;
  /** Price of what left the book; null: its average cost, so that no profit is invented. */
  readonly price: Price | null;
  readonly reason: string;
}

/** The lots as they are; where only their cost is in doubt, at the broker's price if that is what counts. */
function lotsOf({ as, symbol }: Resolution, { observed: { ledger }, position }: SymbolView): ResolvedLot[] {
  const isRevalued = as === 'broker' && ledger.breaks.get(symbol)?.kind === 'price-mismatch';
  return [...ledger.books].flatMap(([strategy, book]): ResolvedLot[] => {
    const lot = book.get(symbol);
    if (lot === undefined) return [];
    const cost = isRevalued && position !== undefined ? valueOf(lot.quantity, position.averagePrice) : null;
    return [{ strategy, quantity: lot.quantity, cost }];
  });
}

export function lotsAfter(resolution: Resolution, view: SymbolView, arrived: Arrived | null): ResolvedLot[] {
  const { as, symbol } = resolution;
  const lots = lotsOf(resolution, view);
  const missing = view.difference?.missing ?? NO_QUANTITY;
  if (as === 'books') {
    if (missing !== 0) throw stillMissing(symbol, missing);
    if (arrived !== null) throw mayHaveFilled(symbol, arrived);
    return lots;
  }
  if (missing === 0) return arrived === null ? lots : withArrived(lots, arrived);
  if (view.position === undefined || view.difference?.sideFlip === true)
    return lots.map((lot) => ({ ...lot, quantity: NO_QUANTITY, cost: null }));
  return withoutMissing(lots, missing, firstLoser(resolution, lots));
}

function stillMissing(symbol: string, missing: Quantity): HgctlError {
  return new HgctlError(
    EXIT.refused,
    `the broker still holds ${formatQuantity(missing)} ${symbol} against the books`,
    {
      hint: "the books can only be right once the broker agrees; '--as broker' takes the missing shares out of them",
    },
  );
}

/** What an order that nobody sees may have brought into the account: signed. */
export interface Arrived {
  readonly order: LedgerOrder;
  readonly quantity: Quantity;
}

/**
 * What the broker holds on the side of an order without an end, beyond the books and beyond what cannot have been it: as
 * far as its quantity goes, it may have filled. Where there is a break, the doubt is another one.
 */
export function arrivedOf(view: SymbolView, symbol: string, settleWindow: number): Arrived | null {
  const { difference, history } = view;
  const { ledger } = view.observed;
  if (difference === undefined || difference.sideFlip || ledger.breaks.has(symbol)) return null;
  for (const order of ledger.openOrders.values()) {
    const { intent, filled, intendedAt } = order;
    if (intent.symbol !== symbol) continue;
    const others = history.filter(
      ({ side, time }) => side !== intent.side || time < intendedAt - settleWindow,
    );
    const sign = intent.side === 'buy' ? 1 : -1;
    const surplus = sign * difference.unmanaged;
    const more = surplus - sign * expectedBeyond(ledger, symbol, others);
    const quantity = Math.min(more, surplus, subtract(intent.quantity, filled));
    if (quantity > 0) return { order, quantity: (sign * quantity) as Quantity };
  }
  return null;
}

function mayHaveFilled(symbol: string, { order: { intent }, quantity }: Arrived): HgctlError {
  const { clientOrderId, strategy } = intent;
  const more = `the broker holds ${formatQuantity(quantity)} ${symbol} beyond the books`;
  return new HgctlError(EXIT.refused, `${more}: ${clientOrderId} may have filled`, {
    hint: `'--as broker' books them to ${strategy}; if they are not of that order, 'hgctl release' gives them up afterwards`,
  });
}

function withArrived(lots: readonly ResolvedLot[], { order, quantity }: Arrived): ResolvedLot[] {
  const { strategy } = order.intent;
  const owned = lots.find((lot) => lot.strategy === strategy)?.quantity ?? NO_QUANTITY;
  const others = lots.filter((lot) => lot.strategy !== strategy);
  return [...others, { strategy, quantity: add(owned, quantity), cost: null }];
}

/** The split that the position looks like, if any. */
export function likeness({ observed: { ledger }, position, history }: SymbolView): SplitRatio | null {
  return position === undefined ? null : splitSeen(ledger, position, history);
}

export function splitOf({ symbol, ratio }: Resolution, view: SymbolView): SplitRatio {
  const known = ratio ?? likeness(view);
  if (view.difference !== undefined && known !== null) return known;
  throw new HgctlError(EXIT.refused, `books and broker do not differ in ${symbol} as after a split`, {
    hint: "see 'hgctl get positions'; '--ratio TO:FROM' says how it was split, '--as broker' takes missing shares out of the books",
  });
}

/** Each lot grows or shrinks by the ratio and keeps its cost; fractions that were paid out leave the largest one. */
export function lotsAfterSplit(resolution: Resolution, view: SymbolView, split: SplitRatio): ResolvedLot[] {
  const { symbol, ratio = null } = resolution;
  const { ledger } = view.observed;
  const lots = [...ledger.books.keys()].flatMap((strategy): ResolvedLot[] => {
    const lot = lotOf(ledger, strategy, symbol);
    return lot === undefined ? [] : [{ strategy, quantity: afterSplit(lot.quantity, split), cost: lot.cost }];
  });
  const booked = lots.reduce((sum, { quantity }) => add(sum, quantity), NO_QUANTITY);
  const broker = view.position?.quantity ?? NO_QUANTITY;
  const rest =
    ratio === null
      ? subtract(subtract(broker, afterSplit(expectedBeyond(ledger, symbol, view.history), split)), booked)
      : paidOut(symbol, booked, broker);
  const [largest] = largestFirst(lots);
  return lots.map((lot) => (lot === largest ? { ...lot, quantity: add(lot.quantity, rest) } : lot));
}

/** Less than a share; what the broker holds beyond the books is nobody's. */
function paidOut(symbol: string, booked: Quantity, broker: Quantity): Quantity {
  const beyond = booked < 0 ? subtract(booked, broker) : subtract(broker, booked);
  if (beyond >= 0) return NO_QUANTITY;
  if (beyond > 0 - SHARE) return subtract(broker, booked);
  const says = `after such a split the books say ${formatQuantity(booked)} ${symbol}`;
  throw new HgctlError(EXIT.refused, `${says}, the broker holds ${formatQuantity(broker)}`, {
    hint: 'check the ratio: 10:1 is ten new shares for one old',
  });
}

/** The first loser loses what is missing, and where that is more than it has, the largest of the others the rest. */
function withoutMissing(lots: readonly ResolvedLot[], missing: Quantity, first: ResolvedLot): ResolvedLot[] {
  const losers = [first, ...largestFirst(lots.filter((lot) => lot !== first))];
  const left = new Map<ResolvedLot, Quantity>();
  let open = missing;
  for (const lot of losers) {
    if (open === 0 || lot.quantity > 0 === missing > 0) continue;
    const taken = absolute(open) <= absolute(lot.quantity) ? open : negate(lot.quantity);
    left.set(lot, add(lot.quantity, taken));
    open = subtract(open, taken);
  }
  return lots.map((lot) => {
    const quantity = left.get(lot);
    return quantity === undefined ? lot : { ...lot, quantity, cost: null };
  });
}

/** Of two owners, the operator says whose shares left. */
function firstLoser({ symbol, strategy }: Resolution, lots: readonly ResolvedLot[]): ResolvedLot {
  const [only, second] = lots;
  const chosen =
    strategy === null && second === undefined ? only : lots.find((lot) => lot.strategy === strategy);
  if (chosen !== undefined) return chosen;
  const names = lots.map((lot) => lot.strategy).join(', ');
  throw new HgctlError(
    EXIT.refused,
    `${symbol} is in the books of ${names}: the broker cannot say whose shares left`,
    {
      hint: 'say it with --strategy NAME',
    },
  );
}

function largestFirst(lots: readonly ResolvedLot[]): ResolvedLot[] {
  return [...lots].sort((a, b) => absolute(b.quantity) - absolute(a.quantity));
}
