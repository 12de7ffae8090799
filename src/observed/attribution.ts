/** Splits what the broker holds among its owners, and types what does not fit. */
import { absolute, negate, type Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { BrokerPosition } from './broker-view.ts';
import type { Ledger, LedgerOrder } from './ledger.ts';

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
}

export interface Attribution {
  /** Symbols with a difference only. */
  readonly differences: ReadonlyMap<string, Difference>;
  /** Symbols with more than one owner. */
  readonly shared: ReadonlySet<string>;
}

/** `takenAt`: when the broker was asked; fills of ours after `takenAt - settleWindow` may not be in its positions yet. */
export function attribute(
  ledger: Ledger,
  positions: ReadonlyMap<string, BrokerPosition>,
  takenAt: Instant,
  settleWindow: number,
): Attribution {
  const booked = new Map<string, Quantity>();
  const shared = new Set<string>();
  for (const book of ledger.books.values()) {
    for (const [symbol, lot] of book) {
      const before = booked.get(symbol);
      if (before !== undefined) shared.add(symbol);
      booked.set(symbol, before === undefined ? lot.quantity : ((before + lot.quantity) as Quantity));
    }
  }
  const differences = new Map<string, Difference>();
  const settling = settlingTrades(ledger, takenAt, settleWindow);
  const compare = (symbol: string, owned: Quantity, held: Quantity): void => {
    if (owned !== held) differences.set(symbol, split(symbol, owned, held, { ledger, settling }));
  };
  for (const [symbol, owned] of booked)
    compare(symbol, owned, positions.get(symbol)?.quantity ?? (0 as Quantity));
  for (const [symbol, position] of positions) {
    if (!booked.has(symbol)) compare(symbol, 0 as Quantity, position.quantity);
  }
  return { differences, shared };
}

interface SettlingTrades {
  readonly bought: Quantity;
  readonly sold: Quantity;
}

interface SplitContext {
  readonly ledger: Ledger;
  readonly settling: ReadonlyMap<string, SettlingTrades>;
}

function split(
  symbol: string,
  booked: Quantity,
  broker: Quantity,
  { ledger, settling }: SplitContext,
): Difference {
  const owners = [...ledger.books].filter(([, book]) => book.has(symbol)).map(([strategy]) => strategy);
  const gap = (broker - booked) as Quantity;
  const recent = settling.get(symbol);
  const isSettling = recent !== undefined && gap >= negate(recent.bought) && gap <= recent.sold;
  const base = {
    symbol,
    owners,
    booked,
    broker,
    settling: 0 as Quantity,
    unmanaged: 0 as Quantity,
    missing: 0 as Quantity,
  };
  if (isSettling) return { ...base, settling: gap, sideFlip: false };
  if (booked === 0 || gap > 0 === booked > 0) return { ...base, unmanaged: gap, sideFlip: false };
  if (absolute(gap) <= absolute(booked)) return { ...base, missing: gap, sideFlip: false };
  return { ...base, missing: (0 - booked) as Quantity, unmanaged: broker, sideFlip: true };
}

function settlingTrades(ledger: Ledger, takenAt: Instant, window: number): Map<string, SettlingTrades> {
  const trades = new Map<string, SettlingTrades>();
  for (const order of recentOrders(ledger)) {
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

/** Orders whose fills can be young: open ones, and those of the two newest sessions (a fill may cross midnight). */
function recentOrders(ledger: Ledger): LedgerOrder[] {
  const newest = [...ledger.endedOrders.keys()].sort().slice(-2);
  return [
    ...ledger.openOrders.values(),
    ...newest.flatMap((date) => [...(ledger.endedOrders.get(date)?.values() ?? [])]),
  ];
}
