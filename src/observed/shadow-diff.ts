/** What a shadow did beside what the account did: two lists of fills, orders and positions in, the differences out. */
import { add, mulDiv, NO_MONEY, NO_QUANTITY, subtract, valueOf } from '../domain/decimal.ts';
import type { Money, Quantity } from '../domain/decimal.ts';
import { dateOf, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText, type Side } from '../domain/names.ts';
import type { BrokerFill, BrokerPosition } from './broker-view.ts';
import { allOrders, type Ledger } from './ledger.ts';

/** The strategy; null: nobody of ours, as for trades by hand. */
export type Owner = string | null;

/** One of the two accounts. */
export interface Deeds {
  readonly fills: readonly OwnedFill[];
  readonly orders: readonly OwnedOrder[];
  readonly held: readonly OwnedPosition[];
}

export interface OwnedFill {
  readonly owner: Owner;
  readonly symbol: string;
  readonly side: Side;
  /** Above zero. */
  readonly quantity: Quantity;
  /** Unsigned. */
  readonly value: Money;
  readonly fee: Money;
}

export interface OwnedOrder {
  /** The client order id; of an order from outside that of the broker. */
  readonly id: string;
  readonly owner: Owner;
  readonly symbol: string;
  readonly side: Side;
  readonly date: CalendarDate;
  readonly at: Instant;
  readonly status: string;
}

export interface OwnedPosition {
  readonly owner: Owner;
  readonly symbol: string;
  /** Signed; never zero. */
  readonly quantity: Quantity;
}

/** All fills of one owner, symbol and side in one account. */
export interface Traded {
  readonly quantity: Quantity;
  readonly value: Money;
  readonly fees: Money;
}

/** Of everything the first of a pair is the account, and differences are the shadow's less the account's. */
export interface TradeDifference {
  readonly owner: Owner;
  readonly symbol: string;
  readonly side: Side;
  readonly account: Traded;
  readonly shadow: Traded;
  /**
   * By how much the shadow's price was worse (above zero) or better, over the quantity that both have traded; null where
   * one of them has traded nothing.
   */
  readonly slippage: Money | null;
  /** How much more money the shadow has paid, fees included; below zero: less, or it has taken more in. */
  readonly paidMore: Money;
}

export interface PositionDifference {
  readonly owner: Owner;
  readonly symbol: string;
  readonly account: Quantity;
  readonly shadow: Quantity;
}

export interface OrderDifference extends OwnedOrder {
  readonly only: 'account' | 'shadow';
}

export interface ShadowDiff {
  readonly trades: readonly TradeDifference[];
  readonly positions: readonly PositionDifference[];
  /** Orders for which the other account has none of the same owner, symbol, side and day. */
  readonly orders: readonly OrderDifference[];
  /** Over all of `trades`. */
  readonly slippage: Money;
  readonly paidMore: Money;
}

interface Account {
  /** With all its orders. */
  readonly ledger: Ledger;
  readonly positions: readonly BrokerPosition[];
  /** The whole history after `since`. */
  readonly fills: readonly BrokerFill[];
}

/** What an account has done after `since`, and holds now. */
export function deedsOf({ ledger, positions, fills }: Account, since: Instant): Deeds {
  const ours = new Map(allOrders(ledger).map((order) => [order.brokerOrderId, order.intent.strategy]));
  const later = fills.filter(({ time }) => time > since);
  // In a rehearsal the clock stands: what has ended by that very moment came before it.
  const intended = allOrders(ledger).filter(
    ({ intendedAt, updatedAt }) => intendedAt >= since && updatedAt > since,
  );
  const outside = new Map<string, OwnedOrder>();
  for (const { brokerOrderId: id, symbol, side, time: at } of later)
    if (!ours.has(id) && !outside.has(id))
      outside.set(id, { id, owner: null, symbol, side, date: dateOf(at), at, status: 'filled' });
  return {
    fills: later.map(({ brokerOrderId, symbol, side, quantity, price, fee = NO_MONEY }) => {
      const owner = ours.get(brokerOrderId) ?? null;
      return { owner, symbol, side, quantity, value: valueOf(quantity, price), fee };
    }),
    orders: [
      ...intended.map(({ intent, intendedAt: at, status }) => {
        const { clientOrderId: id, strategy: owner, symbol, side, sessionDate: date } = intent;
        return { id, owner, symbol, side, date, at, status };
      }),
      ...outside.values(),
    ],
    held: heldOf(ledger, positions),
  };
}

/** The books, and what the broker holds beyond them, or lacks. */
function heldOf({ books }: Ledger, positions: readonly BrokerPosition[]): OwnedPosition[] {
  const owned = [...books].flatMap(([owner, book]) =>
    [...book].map(([symbol, { quantity }]) => ({ owner, symbol, quantity })),
  );
  const beyond = new Map<string, Quantity>(positions.map(({ symbol, quantity }) => [symbol, quantity]));
  for (const { symbol, quantity } of owned)
    beyond.set(symbol, subtract(beyond.get(symbol) ?? NO_QUANTITY, quantity));
  const rest = [...beyond].map(([symbol, quantity]) => ({ owner: null, symbol, quantity }));
  return [...owned, ...rest].filter(({ quantity }) => quantity !== 0);
}

export function shadowDiff(account: Deeds, shadow: Deeds): ShadowDiff {
  const trades = tradeDifferences(account.fills, shadow.fills);
  return {
    trades,
    positions: positionDifferences(account.held, shadow.held),
    orders: [
      ...unmatched(account.orders, shadow.orders).map((order) => ({ ...order, only: 'account' as const })),
      ...unmatched(shadow.orders, account.orders).map((order) => ({ ...order, only: 'shadow' as const })),
    ].sort((a, b) => a.at - b.at || compareText(a.id, b.id)),
    slippage: trades.reduce((sum, { slippage }) => add(sum, slippage ?? NO_MONEY), NO_MONEY),
    paidMore: trades.reduce((sum, { paidMore }) => add(sum, paidMore), NO_MONEY),
  };
}

export function isEqual({ trades, positions, orders }: ShadowDiff): boolean {
  return trades.length + positions.length + orders.length === 0;
}

const NOTHING: Traded = { quantity: NO_QUANTITY, value: NO_MONEY, fees: NO_MONEY };

function tradeDifferences(account: readonly OwnedFill[], shadow: readonly OwnedFill[]): TradeDifference[] {
  const [real, paper] = [tradedBy(account), tradedBy(shadow)];
  return keysOf(real, paper).flatMap((key) => {
    const place = real.get(key)?.place ?? paper.get(key)?.place;
    const [one, other] = [real.get(key)?.traded ?? NOTHING, paper.get(key)?.traded ?? NOTHING];
    const isSame = one.quantity === other.quantity && one.value === other.value && one.fees === other.fees;
    if (place === undefined || isSame) return [];
    const { owner, symbol, side } = place;
    return [{ owner, symbol, side, account: one, shadow: other, ...costs(side, one, other) }];
  });
}

function costs(side: Side, account: Traded, shadow: Traded): Pick<TradeDifference, 'slippage' | 'paidMore'> {
  const paid = (value: number): Money => (side === 'buy' ? value : 0 - value) as Money;
  const both = Math.min(account.quantity, shadow.quantity);
  const valueOfBoth = ({ value, quantity }: Traded): number => mulDiv(value, both, quantity);
  return {
    slippage: both === 0 ? null : paid(valueOfBoth(shadow) - valueOfBoth(account)),
    paidMore: add(paid(shadow.value - account.value), subtract(shadow.fees, account.fees)),
  };
}

interface TradedPlace {
  readonly place: Pick<OwnedFill, 'owner' | 'symbol' | 'side'>;
  readonly traded: Traded;
}

function tradedBy(fills: readonly OwnedFill[]): Map<string, TradedPlace> {
  const found = new Map<string, TradedPlace>();
  for (const fill of fills) {
    const key = keyOf(fill, fill.side);
    const { traded } = found.get(key) ?? { traded: NOTHING };
    found.set(key, {
      place: fill,
      traded: {
        quantity: add(traded.quantity, fill.quantity),
        value: add(traded.value, fill.value),
        fees: add(traded.fees, fill.fee),
      },
    });
  }
  return found;
}

function positionDifferences(
  account: readonly OwnedPosition[],
  shadow: readonly OwnedPosition[],
): PositionDifference[] {
  const byKey = (held: readonly OwnedPosition[]): Map<string, OwnedPosition> =>
    new Map(held.map((position) => [keyOf(position), position]));
  const [real, paper] = [byKey(account), byKey(shadow)];
  return keysOf(real, paper).flatMap((key) => {
    const [one, other] = [real.get(key), paper.get(key)];
    const place = one ?? other;
    if (place === undefined || one?.quantity === other?.quantity) return [];
    const { owner, symbol } = place;
    const quantities = { account: one?.quantity ?? NO_QUANTITY, shadow: other?.quantity ?? NO_QUANTITY };
    return [{ owner, symbol, ...quantities }];
  });
}

/** The newest orders beyond as many as the other side has of the same kind: ids of two accounts are never the same. */
function unmatched(orders: readonly OwnedOrder[], others: readonly OwnedOrder[]): OwnedOrder[] {
  const left = new Map<string, number>();
  for (const order of others) {
    const key = keyOf(order, order.side, order.date);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  const oldestFirst = orders.toSorted((a, b) => a.at - b.at || compareText(a.id, b.id));
  return oldestFirst.filter((order) => {
    const key = keyOf(order, order.side, order.date);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count <= 0;
  });
}

interface Place {
  readonly owner: Owner;
  readonly symbol: string;
}

/** In the order of owner, symbol and the rest; what nobody of ours has comes last. */
function keyOf({ owner, symbol }: Place, ...rest: readonly string[]): string {
  return [owner === null ? '~' : owner, symbol, ...rest].join(' ');
}

function keysOf(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].sort(compareText);
}
