/** What `broker.json` must look like; numbers and times come out of it as values. */
import * as z from 'zod';
import { parseMoney, parsePrice, parseQuantity, type Money, type Quantity } from '../domain/decimal.ts';
import { parseInstant } from '../domain/instant.ts';
import { isSymbol, SYMBOL_RULE } from '../domain/names.ts';
import { isTerminal } from '../observed/broker-view.ts';
import { parseUtc } from '../observed/utc-text.ts';
import type { SimulatedOrder } from './simulated-state.ts';

export const DOCUMENT_VERSION = 1;

/** Text that `parse` understands, as the value that it means. */
function textOf<Value>(parse: (text: string) => Value | undefined, what: string) {
  return z.string().transform((text, context): Value => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not ${what}` });
    return z.NEVER;
  });
}

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

const NAME = z.string().min(1);
const SYMBOL = z.string().refine(isSymbol, SYMBOL_RULE);
const SIDE = z.enum(['buy', 'sell']);
const PRICE = textOf(parsePrice, 'a price');
const AMOUNT = textOf(positive, 'a quantity above zero');
const TIME = textOf((text) => parseUtc(text) ?? parseInstant(text), 'a time with an offset or Z');

const EVENT = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('new'), at: TIME }),
  z.strictObject({ kind: z.literal('fill'), at: TIME, quantity: AMOUNT, price: PRICE }),
  z.strictObject({ kind: z.literal('canceled'), at: TIME }),
  z.strictObject({ kind: z.literal('expired'), at: TIME }),
]);

const ORDER = z
  .strictObject({
    brokerOrderId: NAME,
    clientOrderId: NAME,
    symbol: SYMBOL,
    side: SIDE,
    quantity: AMOUNT,
    filledQuantity: textOf(notNegative(parseQuantity), 'a quantity of zero or more'),
    filledValue: textOf(notNegative(parseMoney), 'an amount of zero or more'),
    status: z.enum([
      'accepted',
      'pending_new',
      'new',
      'partially_filled',
      'pending_cancel',
      'filled',
      'canceled',
      'expired',
    ]),
    submittedAt: TIME,
    updatedAt: TIME,
    pending: z.array(EVENT),
  })
  .refine(addsUp, 'its fills, done and pending, do not fit its quantity and status')
  .refine(isAscending, 'its pending events are not in the order of time');

const FILL = z.strictObject({
  id: NAME,
  brokerOrderId: NAME,
  symbol: SYMBOL,
  side: SIDE,
  quantity: AMOUNT,
  price: PRICE,
  time: TIME,
});

const HOLDING = z.strictObject({
  quantity: textOf(nonZero, 'a quantity other than zero'),
  averagePrice: PRICE,
});

export const DOCUMENT = z.strictObject({
  version: z.literal(DOCUMENT_VERSION),
  accountId: NAME,
  seed: z.number(),
  time: TIME,
  cash: textOf(parseMoney, 'an amount of money'),
  positions: z.record(SYMBOL, HOLDING),
  orders: z
    .array(ORDER)
    .refine(
      (orders) => areUnique(orders.map((order) => order.clientOrderId)),
      'a client order id occurs twice',
    )
    .refine(
      (orders) => areUnique(orders.map((order) => order.brokerOrderId)),
      'a broker order id occurs twice',
    ),
  fills: z
    .array(FILL)
    .refine((fills) => areUnique(fills.map((fill) => fill.id)), 'an execution id occurs twice')
    .transform((fills) => fills.toSorted((a, b) => a.time - b.time)),
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
