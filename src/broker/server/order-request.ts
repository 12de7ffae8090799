/** What a client sends for a new order, as the simulated broker takes it; all else is refused in words. */
import * as z from 'zod';
import { absolute, formatQuantity, parseQuantity, type Quantity } from '../../domain/decimal.ts';
import type { Side } from '../../domain/names.ts';
import { availableOf } from '../simulated-account.ts';
import type { PositionIntent } from '../simulated-refusals.ts';
import { heldOf, type SimulatedState, type TimeInForce } from '../simulated-state.ts';
import { malformed, notTaken, Refused, refusal } from './answer.ts';

export interface ReadOrder {
  /** Null: the client leaves it to the broker. */
  readonly clientOrderId: string | null;
  /** Or the id of an asset. */
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly timeInForce: TimeInForce;
  readonly intent: PositionIntent;
}

const figure = z.union([z.string(), z.number()]).nullish();

const written = z.object({
  symbol: z.string().nullish(),
  side: z.string().nullish(),
  type: z.string().nullish(),
  time_in_force: z.string().nullish(),
  qty: figure,
  notional: figure,
  limit_price: figure,
  stop_price: figure,
  trail_price: figure,
  trail_percent: figure,
  order_class: z.string().nullish(),
  extended_hours: z.boolean().nullish(),
  client_order_id: z.string().nullish(),
  position_intent: z.string().nullish(),
  legs: z.unknown().optional(),
  take_profit: z.unknown().optional(),
  stop_loss: z.unknown().optional(),
  advanced_instructions: z.unknown().optional(),
});

type Written = z.output<typeof written>;

/** Throws {@link Refused}. */
export function readOrder(body: unknown): ReadOrder {
  const { data, error } = written.safeParse(body);
  if (data === undefined) {
    const path = error.issues[0]?.path.join('.') ?? '';
    throw new Refused(
      refusal(400, 40010000, `request body format is invalid${path === '' ? '' : `: ${path}`}`),
    );
  }
  const symbol = data.symbol ?? '';
  if (symbol === '') throw malformed('symbol is required');
  const { side } = data;
  if (side !== 'buy' && side !== 'sell') throw malformed('invalid side');
  const timeInForce = timeOf(data);
  const id = data.client_order_id ?? '';
  return {
    clientOrderId: id === '' ? null : id,
    symbol,
    side,
    quantity: quantityOf(data.qty),
    timeInForce,
    intent: intentOf(data.position_intent ?? '', side),
  };
}

const ELSEWHERE =
  'this simulator takes market orders by qty for the day, the open or the close, and no others';

function refuse(what: string): never {
  throw notTaken(`${what}: ${ELSEWHERE}`);
}

/** Throws what Alpaca takes and this simulator does not, by name. */
function timeOf(order: Written): TimeInForce {
  const { type, time_in_force: time, order_class: kind } = order;
  if (!isThere(type)) throw malformed('type is required');
  if (!isThere(time)) throw malformed('time_in_force is required');
  if (!TYPES.has(type)) throw malformed('invalid order type');
  if (!TIMES.has(time)) throw malformed('invalid time_in_force');
  if (type !== 'market') refuse(`${type} orders are not simulated`);
  if (isThere(kind) && !CLASSES.has(kind)) throw malformed('invalid order_class');
  if (isThere(kind) && kind !== 'simple') refuse(`order class ${kind} is not simulated`);
  refuseOtherFields(order);
  if (time === 'day' || time === 'opg' || time === 'cls') return time;
  return refuse(`time_in_force ${time} is not simulated`);
}

function refuseOtherFields(order: Written): void {
  if (isThere(order.notional)) refuse('notional orders are not simulated');
  if (order.extended_hours === true) throw malformed('extended hours order must be DAY limit orders');
  const prices = [order.limit_price, order.stop_price, order.trail_price, order.trail_percent];
  if (prices.some(isThere)) throw malformed('market orders require no stop or limit price');
  if ([order.legs, order.take_profit, order.stop_loss].some(isThere))
    refuse('orders with legs are not simulated');
  if (isThere(order.advanced_instructions)) refuse('advanced_instructions are not simulated');
}

const TYPES: ReadonlySet<string> = new Set(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']);
const CLASSES: ReadonlySet<string> = new Set(['simple', 'bracket', 'oco', 'oto', 'mleg']);
const TIMES: ReadonlySet<string> = new Set(['day', 'gtc', 'opg', 'cls', 'ioc', 'fok']);

function isThere<Value>(value: Value): value is NonNullable<Value> {
  return value !== null && value !== undefined && value !== '';
}

/** Text or number: SDKs send both, small ones with an exponent. */
export function quantityOf(value: string | number | null | undefined): Quantity {
  const text = String(value ?? '');
  if (text === '') throw malformed('qty or notional is required');
  const expanded = /^\d(?:\.\d+)?e-\d$/.test(text) ? Number(text).toFixed(9) : text;
  const quantity = parseQuantity(expanded);
  if (quantity === undefined) throw malformed('invalid qty');
  if (quantity <= 0) throw malformed('qty must be > 0');
  return quantity;
}

function intentOf(text: string, side: Side): PositionIntent {
  if (text === '') return 'either';
  const [, of, intent] = /^(buy|sell)_to_(open|close)$/.exec(text) ?? [];
  if (of !== side || (intent !== 'open' && intent !== 'close')) throw malformed('invalid position_intent');
  return intent;
}

/** No order crosses zero, also where it does not say what it is for; null: it does not. */
export function crossesZero(state: SimulatedState, order: ReadOrder): Refused | null {
  const { symbol, side, quantity, intent } = order;
  const held = heldOf(state, symbol);
  if (intent !== 'either' || side !== 'buy' || held >= 0) return null;
  const available = absolute(availableOf(state, symbol, held));
  if (quantity <= available) return null;
  const [asked, free] = [formatQuantity(quantity), formatQuantity(available)];
  const message = `insufficient qty available for order (requested: ${asked}, available: ${free})`;
  const fields = {
    available: free,
    existing_qty: formatQuantity(absolute(held)),
    held_for_orders: formatQuantity((absolute(held) - available) as Quantity),
    symbol,
  };
  return new Refused(refusal(403, 40310000, message, fields));
}
