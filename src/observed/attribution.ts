/** Splits what the broker holds among its owners, and types what does not fit. */
import {
  absolute,
  negate,
  SHARE,
  valueOf,
  type Money,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { BrokerPosition } from './broker-view.ts';
import { newestEndedOrders, type Ledger } from './ledger.ts';

/**
 * One symbol where books and broker differ. All quantities are signed, and
 * `booked + settling + unmanaged + missing = broker`, always.
 */
export interface Difference {
  readonly symbol: string;
  readonly owners: readonly string[];
  readonly booked: Quantity;
  readonly broker: Quantity;
  /** Explained by our own fills younger than the settle window. */
  readonly settling: Quantity;
  /** Held by the broker beyond the books, or with no book. */
  readonly unmanaged: Quantity;
  /** In the books and not at the broker: signed against the books. */
  readonly missing: Quantity;
  /** The broker stands on the other side of zero. */
  readonly sideFlip: boolean;
  /** A share cost so much more or less at the broker than in the books that there may have been a split. */
  readonly repriced: boolean;
}

export interface Attribution {
  /** Symbols where books and broker differ, only. */
  readonly differences: ReadonlyMap<string, Difference>;
  /** Gross value of each book at the broker's prices, by strategy. */
  readonly exposures: ReadonlyMap<string, Money>;
  /** By strategy, the broker's price of each lot in the order of its book; 0 for a lot that the broker does not hold. */
  readonly prices: ReadonlyMap<string, readonly Price[]>;
  /** Symbols of one owner whose quantity agrees and whose cost does not, by more than one percent. */
  readonly costDoubts: readonly string[];
}

/** `takenAt`: when the broker was asked; fills of ours after `takenAt - settleWindow` may not be in its positions yet. */
export function attribute(
  ledger: Ledger,
  positions: ReadonlyMap<string, BrokerPosition>,
  takenAt: Instant,
  settleWindow: number,
): Attribution {
  const { suspects, exposures, prices, costDoubts } = compare(ledger, positions);
  const differences = new Map<string, Difference>();
  // Stryker disable next-line ConditionalExpression: who is not suspected has no use for them.
  const settling = suspects.size === 0 ? NO_TRADES : settlingTrades(ledger, takenAt, settleWindow);
  for (const symbol of suspects) {
    const owners = [...ledger.books].filter(([, book]) => book.has(symbol));
    const booked = owners.reduce((sum, [, book]) => sum + (book.get(symbol)?.quantity ?? 0), 0) as Quantity;
    const broker = positions.get(symbol)?.quantity ?? (0 as Quantity);
    if (booked === broker) continue;
    const names = owners.map(([name]) => name);
    const cost = owners.reduce((sum, [, book]) => sum + (book.get(symbol)?.cost ?? 0), 0) as Money;
    const difference = divide({ symbol, owners: names, booked, broker }, settling.get(symbol));
    differences.set(symbol, {
      ...difference,
      repriced: isApart(cost, booked, positions.get(symbol)?.averagePrice, REPRICED),
    });
  }
  return { differences, exposures, prices, costDoubts };
}

interface Comparison extends Pick<Attribution, 'exposures' | 'prices' | 'costDoubts'> {
  readonly suspects: ReadonlySet<string>;
}

/** What the broker holds beyond the books and what is settling: signed. */
export function gapOf({ missing, unmanaged }: Difference): Quantity {
  return (missing + unmanaged) as Quantity;
}

/** One look-up a lot, because every pass does this for every lot and nearly always finds nothing. */
function compare(ledger: Ledger, positions: ReadonlyMap<string, BrokerPosition>): Comparison {
  const suspects = new Set(ledger.shared);
  const exposures = new Map<string, Money>();
  const prices = new Map<string, readonly Price[]>();
  const costDoubts: string[] = [];
  let owned = 0;
  for (const [name, book] of ledger.books) {
    let exposure = 0;
    const bookPrices: Price[] = [];
    for (const [symbol, { quantity, cost }] of book) {
      const position = positions.get(symbol);
      const price = position?.marketPrice ?? (0 as Price);
      bookPrices.push(price);
      if (position?.quantity !== quantity) suspects.add(symbol);
      else if (isApart(cost, quantity, position.averagePrice, COST_TOLERANCE) && !ledger.shared.has(symbol))
        costDoubts.push(symbol);
      if (position === undefined) continue;
      // Stryker disable next-line AssignmentOperator: a wrong count is a needless look.
      owned += 1;
      exposure += Math.abs(valueOf(quantity, price));
    }
    exposures.set(name, exposure as Money);
    prices.set(name, bookPrices);
  }
  // Positions that no book has; those of two owners were counted twice.
  // Stryker disable next-line ConditionalExpression,EqualityOperator: a needless look finds nobody; of too few there is a test.
  if (owned !== positions.size || ledger.shared.size > 0) {
    const books = [...ledger.books.values()];
    for (const symbol of positions.keys()) if (!books.some((book) => book.has(symbol))) suspects.add(symbol);
  }
  return { suspects, exposures, prices, costDoubts };
}

const COST_TOLERANCE = 0.01;
/** The smallest split moves a price by a fifth; a purchase beside the book at some other price moves it less. */
const REPRICED = 0.1;

/** A broker that says no average price (zero), or has no position, says nothing; nor does a price of nothing. */
function isApart(
  cost: Money,
  quantity: Quantity,
  averagePrice: number | undefined,
  tolerance: number,
): boolean {
  const theirs = (quantity / SHARE) * (averagePrice ?? 0);
  return theirs !== 0 && Math.abs(theirs - cost) > tolerance * Math.abs(cost);
}

interface SettlingTrades {
  readonly bought: Quantity;
  readonly sold: Quantity;
}

const NO_TRADES: ReadonlyMap<string, SettlingTrades> = new Map();

type Sums = Pick<Difference, 'symbol' | 'owners' | 'booked' | 'broker'>;

function divide(sums: Sums, recent: SettlingTrades | undefined): Omit<Difference, 'repriced'> {
  const { booked, broker } = sums;
  const gap = (broker - booked) as Quantity;
  const none = 0 as Quantity;
  const base = { ...sums, settling: none, unmanaged: none, missing: none, sideFlip: false };
  if (recent !== undefined && gap >= negate(recent.bought) && gap <= recent.sold)
    return { ...base, settling: gap };
  if (booked === 0 || Math.sign(gap) === Math.sign(booked)) return { ...base, unmanaged: gap };
  if (absolute(gap) <= absolute(booked)) return { ...base, missing: gap };
  return { ...base, missing: negate(booked), unmanaged: broker, sideFlip: true };
}

function settlingTrades(ledger: Ledger, takenAt: Instant, window: number): Map<string, SettlingTrades> {
  const trades = new Map<string, SettlingTrades>();
  for (const order of [...ledger.openOrders.values(), ...newestEndedOrders(ledger)]) {
    const { symbol, side } = order.intent;
    for (const fill of order.fills) {
      if (fill.at <= takenAt - window) continue;
      const { bought, sold } = trades.get(symbol) ?? { bought: 0, sold: 0 };
      const buys = side === 'buy' ? fill.quantity : 0;
      const sells = side === 'sell' ? fill.quantity : 0;
      trades.set(symbol, { bought: (bought + buys) as Quantity, sold: (sold + sells) as Quantity });
    }
  }
  return trades;
}
