/**
 * What the broker's JSON means in our own types: with `account.ts` the one place that reads it. From the text of the answers, because the
 * SDK's objects cut times, drop fields of positions and turn null into nothing. What we need and cannot read throws
 * `UnexpectedValue` with the place of the field; fields that we do not need are not looked at.
 */
import {
  absolute,
  negate,
  NO_QUANTITY,
  parsePercent,
  parseQuantity,
  type Money,
  type Price,
  type Quantity,
  type Ratio,
} from '../../domain/decimal.ts';
import { instantAt, parseInstant, type CalendarDate, type Instant } from '../../domain/instant.ts';
import type { Side } from '../../domain/names.ts';
import type {
  Asset,
  BrokerFill,
  BrokerOrder,
  BrokerPosition,
  OrderStatus,
  TradingSession,
} from '../../observed/broker-view.ts';
import { readLongDecimal, toUnits } from '../../observed/long-decimal.ts';
import {
  atLeast,
  checked,
  oneOf,
  orNull,
  textOf,
  truth,
  UnexpectedValue,
  type Reader,
} from '../checked-json.ts';

export const NAME = textOf((text) => (text === '' ? undefined : text), 'a name');
export const MONEY = textOf((text) => rounded(text) as Money | undefined, 'a decimal');
const PRICE = checked(
  textOf((text) => rounded(text) as Price | undefined, 'a decimal'),
  (price) => price >= 0,
  'is below zero',
);
const QUANTITY = textOf(parseQuantity, 'a quantity');
const COUNT = checked(QUANTITY, (quantity) => quantity >= 0, 'is below zero');
const POSITIVE = checked(QUANTITY, (quantity) => quantity > 0, 'is not above zero');
const INSTANT: Reader<Instant> = textOf(parseInstant, 'a time with its offset');

/** Averages come with any number of decimals: to the micro-dollar. */
function rounded(text: string): number | undefined {
  const decimal = readLongDecimal(text);
  return decimal && toUnits(decimal, 6);
}

/** A short sale is a sale. */
const SIDE: Reader<Side> = (value, path) =>
  oneOf(['buy', 'sell', 'sell_short'])(value, path) === 'buy' ? 'buy' : 'sell';

interface WrittenPosition {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly qty: Quantity;
  readonly qty_available: Quantity;
  readonly avg_entry_price: Price;
  readonly current_price: Price;
}

const writtenPosition = atLeast<WrittenPosition>({
  symbol: NAME,
  side: oneOf(['long', 'short']),
  qty: QUANTITY,
  qty_available: QUANTITY,
  avg_entry_price: PRICE,
  current_price: PRICE,
});

/** Of a short one the side says the sign, whether or not the figures have it; a long one below zero is none. */
export const position: Reader<BrokerPosition> = (value, path) => {
  const { symbol, side, qty, qty_available: free, ...prices } = writtenPosition(value, path);
  const isShort = side === 'short';
  if (!isShort && qty < 0) throw new UnexpectedValue(`${path}.qty: is below zero, on side long`);
  return {
    symbol,
    quantity: isShort ? negate(absolute(qty)) : qty,
    // Less than nothing is nothing: it is not free to be sold.
    available: isShort ? negate(absolute(free)) : (Math.max(0, free) as Quantity),
    averagePrice: prices.avg_entry_price,
    marketPrice: prices.current_price,
  };
};

const STATUS: ReadonlyMap<string, OrderStatus> = new Map<string, OrderStatus>([
  ...(
    [
      'new',
      'accepted',
      'pending_new',
      'partially_filled',
      'filled',
      'done_for_day',
      'canceled',
      'expired',
      'rejected',
      'replaced',
      'pending_cancel',
      'pending_replace',
      'stopped',
      'suspended',
      'calculated',
      'held',
    ] as const
  ).map((status): [string, OrderStatus] => [status, status]),
  ['accepted_for_bidding', 'accepted'],
]);

interface WrittenOrder {
  readonly id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: Side;
  /** Null of an order by value, which is somebody else's. */
  readonly qty: Quantity | null;
  readonly filled_qty: Quantity;
  readonly filled_avg_price: Price | null;
  readonly status: string;
  readonly created_at: Instant;
  readonly submitted_at: Instant | null;
  readonly updated_at: Instant | null;
}

const writtenOrder = atLeast<WrittenOrder>({
  id: NAME,
  client_order_id: NAME,
  symbol: NAME,
  side: SIDE,
  qty: orNull(POSITIVE),
  filled_qty: COUNT,
  filled_avg_price: orNull(PRICE),
  status: NAME,
  created_at: INSTANT,
  submitted_at: orNull(INSTANT),
  updated_at: orNull(INSTANT),
});

/** The least that there is. */
const SOME = 1 as Quantity;

/** `unknown`: told of a status that nobody knows. */
export function orderOf(unknown: (status: string) => void): Reader<BrokerOrder> {
  return (value, path) => {
    const order = writtenOrder(value, path);
    const status = STATUS.get(order.status);
    if (status === undefined) unknown(order.status);
    const { filled_qty: filledQuantity, created_at: createdAt } = order;
    return {
      brokerOrderId: order.id,
      clientOrderId: order.client_order_id,
      symbol: order.symbol,
      side: order.side,
      // Of an order by value only what it has filled is known; the broker has set its money aside.
      quantity: order.qty ?? (filledQuantity > 0 ? filledQuantity : SOME),
      filledQuantity,
      averagePrice: filledQuantity === NO_QUANTITY ? null : order.filled_avg_price,
      status: status ?? 'unknown',
      submittedAt: order.submitted_at ?? createdAt,
      updatedAt: order.updated_at ?? createdAt,
    };
  };
}

interface WrittenFill {
  readonly activity_type: 'FILL';
  readonly id: string;
  readonly order_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly qty: Quantity;
  readonly price: Price;
  readonly transaction_time: Instant;
}

const writtenFill = atLeast<WrittenFill>({
  activity_type: oneOf(['FILL']),
  id: NAME,
  order_id: NAME,
  symbol: NAME,
  side: SIDE,
  qty: POSITIVE,
  price: PRICE,
  transaction_time: INSTANT,
});

export const fill: Reader<BrokerFill> = (value, path) => {
  const {
    id,
    order_id: brokerOrderId,
    symbol,
    side,
    qty: quantity,
    price,
    transaction_time: time,
  } = writtenFill(value, path);
  return { id, brokerOrderId, symbol, side, quantity, price, time };
};

interface WrittenAsset {
  readonly symbol: string;
  readonly status: string;
  readonly tradable: boolean;
  readonly shortable: boolean;
  readonly fractionable: boolean | null;
  readonly borrow_status: string | null;
  readonly easy_to_borrow: boolean | null;
  readonly margin_requirement_long: Ratio | null;
  readonly margin_requirement_short: Ratio | null;
}

/** `30`: a percentage without its sign. For information only: what cannot be read is not there. */
const PERCENT: Reader<Ratio | null> = (value) =>
  (typeof value === 'string' ? parsePercent(`${value}%`) : null) ?? null;

const writtenAsset = atLeast<WrittenAsset>({
  symbol: NAME,
  status: NAME,
  tradable: truth,
  shortable: truth,
  fractionable: orNull(truth),
  borrow_status: orNull(NAME),
  easy_to_borrow: orNull(truth),
  margin_requirement_long: PERCENT,
  margin_requirement_short: PERCENT,
});

export const asset: Reader<Asset> = (value, path) => {
  const written = writtenAsset(value, path);
  const { fractionable, margin_requirement_long: long, margin_requirement_short: short } = written;
  return {
    notShortable: whyNotShortable(written),
    ...(fractionable !== null && { isFractionable: fractionable }),
    ...((long !== null || short !== null) && {
      marginRequirement: { ...(long !== null && { long }), ...(short !== null && { short }) },
    }),
  };
};

/** What the broker does not say is no. */
function whyNotShortable(written: WrittenAsset): string | null {
  const { symbol, status, tradable, shortable, borrow_status: borrow, easy_to_borrow: easy } = written;
  if (status !== 'active' || !tradable) return `${symbol} cannot be traded at the broker, nor sold short`;
  if (!shortable) return `${symbol} cannot be sold short at the broker`;
  if (borrow === 'easy_to_borrow' || (borrow === null && easy === true)) return null;
  if (borrow === null && easy === null)
    return `the broker does not say whether ${symbol} can be borrowed to be sold short`;
  return `${symbol} is hard to borrow, and not sold short (${borrow ?? 'not easy_to_borrow'})`;
}

const writtenConfiguration = atLeast<{ readonly no_shorting: boolean }>({ no_shorting: truth });

/** Whether the account refuses short sales. */
export const noShorting: Reader<boolean> = (value, path) => writtenConfiguration(value, path).no_shorting;

/** The broker's clock. */
export interface WrittenClock {
  readonly timestamp: Instant;
  readonly is_open: boolean;
  readonly next_open: Instant;
  readonly next_close: Instant;
}

export const writtenClock = atLeast<WrittenClock>({
  timestamp: INSTANT,
  is_open: truth,
  next_open: INSTANT,
  next_close: INSTANT,
});

interface WrittenDay {
  readonly date: CalendarDate;
  readonly open: string;
  readonly close: string;
}

const TIME = textOf((text) => (/^([01]\d|2[0-3]):[0-5]\d$/.test(text) ? text : undefined), 'a time as HH:MM');
const DATE = textOf((text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined), 'a date');
const writtenDay = atLeast<WrittenDay>({ date: DATE, open: TIME, close: TIME });

/** A day of the broker's calendar: its times are those of New York. */
export const session: Reader<TradingSession> = (value, path) => {
  const { date, open, close } = writtenDay(value, path);
  return { date, open: instantAt(date, open), close: instantAt(date, close) };
};
