/** Why the simulated broker does not take an order, in Alpaca's words. */
import { absolute, formatQuantity, valueOf, type Price } from '../domain/decimal.ts';
import type { OrderRequest, RefusalCode, SubmitAnswer } from '../reconciler/ports.ts';
import { availableOf, buyingPowerOf, pendingValueOf } from './simulated-account.ts';
import {
  heldOf,
  openOrdersOf,
  type Allowed,
  type SimulatedOrder,
  type SimulatedState,
  type Venue,
} from './simulated-state.ts';

const CLIENT_ORDER_ID_LENGTH_MAX = 128;

type Refusal = Extract<SubmitAnswer, { kind: 'refused' }>;

export function refusal(code: RefusalCode, message: string): Refusal {
  return { kind: 'refused', code, message };
}

/** What can be refused before the order has a price; null when nothing speaks against it. */
export function refusalOfRequest(
  state: SimulatedState,
  request: OrderRequest,
  allowed: Allowed,
): Refusal | null {
  const { clientOrderId, symbol, side, quantity } = request;
  if (clientOrderId === '' || clientOrderId.length > CLIENT_ORDER_ID_LENGTH_MAX) {
    return refusal('Refused', `client_order_id must have 1 to ${CLIENT_ORDER_ID_LENGTH_MAX} characters`);
  }
  if (state.orders.some((order) => order.clientOrderId === clientOrderId)) {
    return refusal('DuplicateClientOrderId', 'client_order_id must be unique');
  }
  if (!Number.isSafeInteger(quantity) || quantity <= 0) return refusal('Refused', 'qty must be > 0');
  if (allowed === 'anything') return null;
  if (openOrdersOf(state).some((order) => order.symbol === symbol && order.side !== side)) {
    const message = 'potential wash trade detected. use complex orders (opposite side market order exists)';
    return refusal('WashTrade', message);
  }
  return side === 'sell' ? refusalOfSell(state, request) : refusalOfCover(state, request);
}

/** This account cannot be short. */
function refusalOfSell(state: SimulatedState, { symbol, quantity }: OrderRequest): Refusal | null {
  const held = heldOf(state, symbol);
  if (held <= 0) return refusal('ShortNotAllowed', 'account is not allowed to short');
  const available = availableOf(state, symbol, held);
  if (quantity <= available) return null;
  const figures = `requested: ${formatQuantity(quantity)}, available: ${formatQuantity(available)}`;
  return refusal('InsufficientQuantity', `insufficient qty available for order (${figures})`);
}

/** A buy that may only reduce has nothing to reduce but a short position that came with the state file. */
function refusalOfCover(state: SimulatedState, request: OrderRequest): Refusal | null {
  if (!request.reduceOnly) return null;
  const held = heldOf(state, request.symbol);
  const short = held < 0 ? absolute(availableOf(state, request.symbol, held)) : 0;
  if (request.quantity <= short) return null;
  return refusal('Refused', 'position intent mismatch, inferred: buy_to_open, specified: buy_to_close');
}

/** What can be refused once the order has its price and its schedule. */
export function refusalOfValue(
  state: SimulatedState,
  { order, price, allowed }: { order: SimulatedOrder; price: Price; allowed: Allowed },
  venue: Venue,
): Refusal | null {
  const value = Math.max(valueOf(order.quantity, price), pendingValueOf(order));
  const holding = Math.abs(heldOf(state, order.symbol)) + order.quantity;
  if (!Number.isSafeInteger(Math.abs(state.cash) + value) || !Number.isSafeInteger(holding)) {
    return refusal('Refused', 'order value is out of range');
  }
  if (allowed === 'as-account' && order.side === 'buy' && value > buyingPowerOf(state, venue)) {
    return refusal('InsufficientBuyingPower', 'insufficient buying power');
  }
  return null;
}
