/** What must hold of money, and of what other people do with the shares of a book. A part of the table in all.ts. */
import type { SimulatedOrder, SimulatedState } from '../../src/broker/simulated-state.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import { findOrder, type Ledger } from '../../src/observed/ledger.ts';
import { isEntry } from '../../src/reconciler/plan-types.ts';
import { ORDER_ID_PREFIX } from '../../src/reconciler/rules/orders-in-flight.ts';
import type { Invariant } from './invariant.ts';
import type { Written } from '../machine/watcher.ts';

const SHARE = 1_000_000_000;
/** A dollar, in the smallest unit of money. */
const DOLLAR = 1_000_000;

/** Largest age of what was seen of the account, ms. */
const SNAPSHOT_AGE = 30_000;
/** The last looks for an order, its quote and its record, ms. */
const SENDING = 10_000;

/** What manifests limit. */
export interface Limits {
  /** Behind so many orders of a session no entry goes out. */
  readonly ordersADay: number;
  /** Of one entry, in the smallest unit of money. */
  readonly orderValue: number;
  /** By strategy: what it may hold, a part of equity. */
  readonly exposures: ReadonlyMap<string, number>;
}

export const MONEY_INVARIANTS: readonly Invariant[] = [
  {
    name: 'money-is-the-brokers',
    sentence:
      'What a strategy has put into its shares, and has not taken out, changes by what the broker’s fills cost, and by what shares were worth that came or left by another hand.',
    attackedBy: ['partial fill', 'lost answer', 'crash', 'two processes', 'outside trade', 'stale read'],
    at: 'record',
    check: (written) => {
      const { event } = written.record;
      if (written.before.books === written.after.books && written.before.realised === written.after.realised)
        return null;
      if (IS_OPERATORS_WORD.has(event.type)) return null;
      for (const [strategy, change] of changesOfMoney(written.before, written.after)) {
        const { least, most } = paidBy(written, strategy);
        if (change < least || change > most)
          return `${strategy} has put in ${dollars(change)} by ${event.type}, where it was ${dollars(least)} to ${dollars(most)}`;
      }
      return null;
    },
  },
  {
    name: 'profit-is-of-what-left',
    sentence:
      'A trade that closes takes its part of the cost out at the average, and one that opens realises nothing.',
    attackedBy: ['partial fill', 'crash', 'outside trade'],
    at: 'record',
    check: ({ record: { event }, before, after }) => {
      const traded = tradedBy(event, before);
      if (traded === null || before.books === after.books) return null;
      const { strategy, symbol } = traded;
      const [old, young] = [before, after].map(({ books }) => books.get(strategy)?.get(symbol));
      const profit = realisedBy(after, strategy, symbol) - realisedBy(before, strategy, symbol);
      const [from, to] = [old?.quantity ?? 0, young?.quantity ?? 0];
      const isMore = Math.abs(to) > Math.abs(from) && from * to >= 0;
      if (isMore)
        return profit === 0 ? null : `${strategy}/${symbol} grew, and ${dollars(profit)} were realised`;
      if (from * to < 0) return null;
      const kept = ((old?.cost ?? 0) * to) / from;
      const cost = young?.cost ?? 0;
      return Math.abs(kept - cost) <= 1
        ? null
        : `${strategy}/${symbol} costs ${dollars(cost)}, where ${dollars(kept)} are left of ${dollars(old?.cost ?? 0)}`;
    },
  },
  {
    name: 'fees-are-the-brokers',
    sentence: 'At rest, each strategy bears the fees that the broker has charged for its orders.',
    attackedBy: ['partial fill', 'lost answer', 'crash', 'power loss', 'stale read', 'two processes'],
    at: 'rest',
    check: ({ ledger, account }) => {
      for (const [strategy, { least, most }] of feesOf(account, ledger)) {
        const booked = ledger.fees.get(strategy) ?? 0;
        if (booked < least || booked > most)
          return `${strategy} bears ${dollars(booked)} of fees, and was charged ${dollars(least)}`;
      }
      return null;
    },
  },
  {
    name: 'a-sale-by-hand-stays',
    sentence:
      'What somebody else has taken from a book does not come back in that session, unless an operator says so.',
    attackedBy: ['outside trade', 'edit', 'crash', 'two processes'],
    at: 'record',
    check: ({ record: { event }, reduced }) =>
      event.type === 'intent' && isEntry(event.purpose) && reduced.get(event.symbol) === event.sessionDate
        ? `${event.clientOrderId} buys back what was sold by hand`
        : null,
  },
  {
    name: 'two-looks-before-a-break',
    sentence: 'What one look lacks and the next one has is no break, for which somebody would have to come.',
    attackedBy: ['empty list', 'stale read', 'outside trade'],
    at: 'comparison',
  },
  {
    name: 'within-its-limits',
    sentence:
      'No entry goes beyond what the manifests limit: orders of a day, the value of one, and what its strategy may hold.',
    attackedBy: ['crash', 'lost answer', 'lost request', 'partial fill', 'two processes', 'edit'],
    at: 'order',
    check: ({ order, account, ledger }, { limits }) => {
      const intent = findOrder(ledger, order.clientOrderId)?.intent;
      if (limits === undefined || intent === undefined || !isEntry(intent.purpose)) return null;
      const day = dayOf(order.clientOrderId);
      const today = account.orders.filter(({ clientOrderId }) => dayOf(clientOrderId) === day).length;
      if (today > limits.ordersADay)
        return `${order.clientOrderId} is order ${today} of its day, of ${limits.ordersADay}`;
      const value = valueOf(order);
      if (value > limits.orderValue)
        return `${order.clientOrderId} is of ${dollars(value)}, of ${dollars(limits.orderValue)} at most`;
      const most = (limits.exposures.get(intent.strategy) ?? Infinity) * equityOf(account);
      const exposure = exposureOf(account, intent.strategy);
      return exposure > most
        ? `${intent.strategy} comes to ${dollars(exposure)}, of ${dollars(most)} at most`
        : null;
    },
  },
  {
    name: 'on-a-fresh-look',
    sentence:
      'No entry goes out on a look at the account of half a minute ago, but for the time that it takes to send it.',
    attackedBy: ['partial fill', 'rate limit', 'lost answer', 'lost request'],
    at: 'order',
    check: ({ order, ledger, lookedBefore }) => {
      const intent = findOrder(ledger, order.clientOrderId)?.intent;
      if (intent === undefined || !isEntry(intent.purpose) || lookedBefore === null) return null;
      return lookedBefore > SNAPSHOT_AGE + SENDING
        ? `${order.clientOrderId} was sent ${lookedBefore} ms after a look`
        : null;
    },
  },
  {
    name: 'asks-for-no-more-than-there-is',
    sentence: 'The broker refuses no order of ours for want of money.',
    attackedBy: ['crash', 'lost answer', 'lost request', 'partial fill', 'two processes', 'edit'],
    at: 'record',
    check: ({ record: { event } }) =>
      event.type === 'order-ended' && event.detail.includes('InsufficientBuyingPower')
        ? `${event.clientOrderId}: ${event.detail}`
        : null,
  },
];

/** Lots as they are from now on: no trade. */
const IS_OPERATORS_WORD: ReadonlySet<JournalEvent['type']> = new Set<JournalEvent['type']>([
  'books-opened',
  'lots-set',
  'strategy-renamed',
  'checkpoint',
  'released',
]);

interface Bounds {
  readonly least: number;
  readonly most: number;
}

const NOTHING: Bounds = { least: 0, most: 0 };

/** By strategy: what its shares have cost, less what was realised, now and before. */
function* changesOfMoney(before: Ledger, after: Ledger): Generator<[string, number]> {
  for (const strategy of new Set([...before.books.keys(), ...after.books.keys()])) {
    const change = putIn(after, strategy) - putIn(before, strategy);
    yield [strategy, change];
  }
}

function putIn({ books, realised }: Ledger, strategy: string): number {
  const cost = sum([...(books.get(strategy)?.values() ?? [])].map((lot) => lot.cost));
  return cost - sum([...(realised.get(strategy)?.values() ?? [])]);
}

/** What this strategy has paid by the event; below zero: what it has taken in. */
function paidBy({ record: { event }, before, account }: Written, strategy: string): Bounds {
  switch (event.type) {
    case 'fill': {
      const order = findOrder(before, event.clientOrderId);
      if (order?.intent.strategy !== strategy) return NOTHING;
      const { brokerOrderId, cumulative } = event;
      const filled = (quantity: number): number => valueFilled(account, brokerOrderId, quantity);
      const value = filled(cumulative) - filled(order.filled);
      // The average price of an order has no more than six decimals.
      return around(order.intent.side === 'buy' ? value : 0 - value, 2 * cumulative);
    }
    case 'synced': {
      if (event.strategy !== strategy) return NOTHING;
      const shares = (event.to - event.from) / SHARE;
      const prices = outsidePrices(account, event.symbol, shares > 0 ? 'buy' : 'sell');
      const values = prices.map((price) => shares * price);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return { least: least - Math.abs(shares) - 1, most: most + Math.abs(shares) + 1 };
    }
    case 'adopted':
      return event.strategy === strategy ? around(event.cost, 0) : NOTHING;
    case 'symbol-resolved': {
      const own = event.lots.find((lot) => lot.strategy === strategy);
      // Another cost without a trade: the operator's word, and nobody else knows it.
      if (own !== undefined && own.cost !== null) return { least: -Infinity, most: Infinity };
      const owned = before.books.get(strategy)?.get(event.symbol)?.quantity ?? 0;
      const shares = own === undefined ? 0 : own.quantity - owned;
      return around((shares / SHARE) * event.price, shares);
    }
    default:
      return NOTHING;
  }
}

/** So far off as the price of each share may be rounded. */
function around(value: number, shares: number): Bounds {
  const error = 1 + Math.abs(shares) / SHARE;
  return { least: value - error, most: value + error };
}

/** What the broker has filled of an order, share by share: the first so many cost this. */
function valueFilled({ fills }: SimulatedState, brokerOrderId: string, quantity: number): number {
  let left = quantity;
  let value = 0;
  for (const fill of fills.filter((one) => one.brokerOrderId === brokerOrderId)) {
    const taken = Math.min(left, fill.quantity);
    value += (taken / SHARE) * fill.price;
    left -= taken;
  }
  return value;
}

function outsidePrices(
  { orders, fills }: SimulatedState,
  symbol: string,
  side: 'buy' | 'sell',
): readonly number[] {
  const ours = new Set(
    orders
      .filter(({ clientOrderId }) => clientOrderId.startsWith(ORDER_ID_PREFIX))
      .map(({ brokerOrderId }) => brokerOrderId),
  );
  return fills
    .filter((fill) => fill.symbol === symbol && fill.side === side && !ours.has(fill.brokerOrderId))
    .map(({ price }) => price);
}

/** Whose lot of which symbol a trade has changed; null: the event is no trade. */
function tradedBy(
  event: JournalEvent,
  before: Ledger,
): { readonly strategy: string; readonly symbol: string } | null {
  if (event.type === 'synced') return event;
  return event.type === 'fill' ? (findOrder(before, event.clientOrderId)?.intent ?? null) : null;
}

function realisedBy({ realised }: Ledger, strategy: string, symbol: string): number {
  return realised.get(strategy)?.get(symbol) ?? 0;
}

/** The session of an order of ours, by its name; undefined: it is another one's. */
function dayOf(clientOrderId: string): string | undefined {
  return /^hg-.+?-(\d{8})-/.exec(clientOrderId)?.[1];
}

/** Likewise: the first twelve letters of the name that its strategy had. */
function strategyOf(clientOrderId: string): string | undefined {
  return /^hg-(.+?)-\d{8}-/.exec(clientOrderId)?.[1];
}

/** Of all that is filled of it, and will be. */
function valueOf({ filledValue, pending }: SimulatedOrder): number {
  const fills = pending.flatMap((event) => (event.kind === 'fill' ? [event] : []));
  return filledValue + sum(fills.map(({ quantity, price }) => (quantity / SHARE) * price));
}

/** What a strategy has bought and not sold, and what is on its way to it, at what it has cost. Without trades of others. */
function exposureOf({ orders }: SimulatedState, strategy: string): number {
  const own = orders.filter(({ clientOrderId }) => strategyOf(clientOrderId) === strategy);
  return sum(own.map((order) => (order.side === 'buy' ? valueOf(order) : 0 - order.filledValue)));
}

/** Of what is held at what it has cost. */
function equityOf({ cash, positions }: SimulatedState): number {
  const held = [...positions.values()];
  return cash + sum(held.map(({ quantity, averagePrice }) => (quantity / SHARE) * averagePrice));
}

/** By strategy: what was charged for its orders; at least without those that an operator has spoken of. */
function feesOf({ orders }: SimulatedState, ledger: Ledger): ReadonlyMap<string, Bounds> {
  const charged = new Map<string, Bounds>([...ledger.fees.keys()].map((name) => [name, NOTHING]));
  for (const { clientOrderId, fees = 0 } of orders) {
    const strategy = strategyOf(clientOrderId);
    if (strategy === undefined) continue;
    const { least, most } = charged.get(strategy) ?? NOTHING;
    const isResolved = findOrder(ledger, clientOrderId)?.status === 'resolved';
    charged.set(strategy, { least: least + (isResolved ? 0 : fees), most: most + fees });
  }
  return charged;
}

function dollars(money: number): string {
  return `$${(money / DOLLAR).toFixed(6)}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
