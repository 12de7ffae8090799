/** What `broker.json` must look like; numbers and times come out of it as values. */
import { parseMoney, parsePrice, parseQuantity, type Money, type Quantity } from '../domain/decimal.ts';
import { parseInstant } from '../domain/instant.ts';
import { isSymbol, SYMBOL_RULE } from '../domain/names.ts';
import { isTerminal, type BrokerFill } from '../observed/broker-view.ts';
import { parseUtc } from '../observed/utc-text.ts';
import {
  boolean,
  checked,
  fields,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  textOf,
  type Reader,
} from './checked-json.ts';
import type {
  CorporateChange,
  Holding,
  OrderEvent,
  SimulatedOrder,
  SimulatedState,
} from './simulated-state.ts';

export const DOCUMENT_VERSION = 1;

function positive(text: string): Quantity | undefined {
  const quantity = parseQuantity(text);
  return quantity !== undefined && quantity > 0 ? quantity : undefined;
}

function nonZero(text: string): Quantity | undefined {
  const quantity = parseQuantity(text);
  return quantity === 0 ? undefined : quantity;
}

function notNegative<Unit extends Quantity | Money>(parse: (text: string) => Unit | undefined) {
  return (text: string): Unit | undefined => {
    const value = parse(text);
    return value !== undefined && value >= 0 ? value : undefined;
  };
}

const NAME = textOf((text) => (text === '' ? undefined : text), 'a name');
const SYMBOL = textOf((text) => (isSymbol(text) ? text : undefined), `a symbol: ${SYMBOL_RULE}`);
const SIDE = oneOf(['buy', 'sell']);
const PRICE = textOf(parsePrice, 'a price');
const AMOUNT = textOf(positive, 'a quantity above zero');
const TIME = textOf((text) => parseUtc(text) ?? parseInstant(text), 'a time with an offset or Z');

const FEE = optional(textOf(notNegative(parseMoney), 'an amount of zero or more'));

/** Off is what is left out. */
const SWITCH: Reader<true | undefined> = (value, path) => (boolean(value, path) ? true : undefined);

const FILL_EVENT = fields<Extract<OrderEvent, { kind: 'fill' }>>({
  kind: oneOf(['fill']),
  at: TIME,
  quantity: AMOUNT,
  price: PRICE,
  fee: FEE,
});
const OTHER_EVENT = fields({ kind: oneOf(['new', 'canceled', 'expired', 'rejected']), at: TIME });

const EVENT: Reader<OrderEvent> = (value, path) =>
  object(value, path)['kind'] === 'fill' ? FILL_EVENT(value, path) : OTHER_EVENT(value, path);

const ANY_ORDER = fields<SimulatedOrder>({
  brokerOrderId: NAME,
  clientOrderId: NAME,
  symbol: SYMBOL,
  side: SIDE,
  quantity: AMOUNT,
  timeInForce: optional(oneOf(['opg', 'cls'])),
  filledQuantity: textOf(notNegative(parseQuantity), 'a quantity of zero or more'),
  filledValue: textOf(notNegative(parseMoney), 'an amount of zero or more'),
  fees: FEE,
  status: oneOf([
    'accepted',
    'pending_new',
    'new',
    'partially_filled',
    'pending_cancel',
    'filled',
    'canceled',
    'expired',
    'rejected',
  ]),
  submittedAt: TIME,
  updatedAt: TIME,
  pending: listOf(EVENT),
});

const ORDER = checked(
  checked(ANY_ORDER, addsUp, 'its fills, done and pending, do not fit its quantity and status'),
  isAscending,
  'its pending events are not in the order of time',
);

const ORDERS = checked(
  checked(
    listOf(ORDER),
    (orders) => areUnique(orders.map((order) => order.clientOrderId)),
    'a client order id occurs twice',
  ),
  (orders) => areUnique(orders.map((order) => order.brokerOrderId)),
  'a broker order id occurs twice',
);

const FILL = fields<BrokerFill>({
  id: NAME,
  brokerOrderId: NAME,
  symbol: SYMBOL,
  side: SIDE,
  quantity: AMOUNT,
  price: PRICE,
  fee: FEE,
  time: TIME,
});

const HOLDING = fields<Holding>({
  quantity: textOf(nonZero, 'a quantity other than zero'),
  averagePrice: PRICE,
});

const SHARES = checked(
  number,
  (count) => Number.isSafeInteger(count) && count > 0,
  'expected a whole number above zero',
);

const SPLIT = fields<Extract<CorporateChange, { kind: 'split' }>>({
  kind: oneOf(['split']),
  symbol: SYMBOL,
  from: SHARES,
  to: SHARES,
  time: TIME,
  held: optional(HOLDING),
});
const RENAME = fields<Extract<CorporateChange, { kind: 'rename' }>>({
  kind: oneOf(['rename']),
  from: SYMBOL,
  to: SYMBOL,
  time: TIME,
  held: optional(HOLDING),
});

const CHANGE: Reader<CorporateChange> = (value, path) =>
  object(value, path)['kind'] === 'split' ? SPLIT(value, path) : RENAME(value, path);

interface Document extends SimulatedState {
  readonly version: typeof DOCUMENT_VERSION;
}

/** Fills may stand in any order. */
export const DOCUMENT = fields<Document>({
  version: oneOf([DOCUMENT_VERSION]),
  accountId: NAME,
  seed: number,
  time: TIME,
  cash: textOf(parseMoney, 'an amount of money'),
  noShorting: optional(SWITCH),
  suspendTrade: optional(SWITCH),
  positions: mapOf(SYMBOL, HOLDING),
  orders: ORDERS,
  fills: checked(
    listOf(FILL),
    (fills) => areUnique(fills.map((fill) => fill.id)),
    'an execution id occurs twice',
  ),
  changes: optional(listOf(CHANGE)),
});

function addsUp(order: SimulatedOrder): boolean {
  const isFilled = order.filledQuantity === order.quantity;
  if (isFilled !== (order.status === 'filled')) return false;
  if (isTerminal(order.status)) return order.filledQuantity <= order.quantity && order.pending.length === 0;
  const fills = order.pending.map((event) => (event.kind === 'fill' ? event.quantity : 0));
  return fills.reduce<number>((sum, quantity) => sum + quantity, order.filledQuantity) === order.quantity;
}

function isAscending(order: SimulatedOrder): boolean {
  return order.pending.every(
    (event, index) => index === 0 || event.at >= (order.pending[index - 1]?.at ?? event.at),
  );
}

function areUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
