/** Why the simulated broker does not take an order, in Alpaca's words. */
import { absolute, formatQuantity, mulDiv, SHARE, valueOf, type Price } from '../domain/decimal.ts';
import type { OrderRequest, RefusalCode, SubmitAnswer } from '../reconciler/ports.ts';
import {
  assetView,
  availableOf,
  buyingPowerOf,
  openingOf,
  pendingFeesOf,
  pendingValueOf,
  takenByFees,
} from './simulated-account.ts';
import {
  heldOf,
  openOrdersOf,
  remainingOf,
  type Allowed,
  type SimulatedOrder,
  type SimulatedSettings,
  type SimulatedState,
  type Venue,
} from './simulated-state.ts';

const CLIENT_ORDER_ID_LENGTH_MAX = 128;

type Refusal = Extract<SubmitAnswer, { kind: 'refused' }>;

export function refusal(code: RefusalCode, message: string): Refusal {
  return { kind: 'refused', code, message };
}

/** What an order may do to the position; `either`: what an order does that says nothing of it. */
export type PositionIntent = 'open' | 'close' | 'either';

export interface PlacedRequest extends Omit<OrderRequest, 'reduceOnly'> {
  readonly intent: PositionIntent;
}

/** What can be refused before the order has a price; null when nothing speaks against it. */
export function refusalOfRequest(
  state: SimulatedState,
  request: PlacedRequest,
  { allowed, settings }: { readonly allowed: Allowed; readonly settings: SimulatedSettings },
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
  return side === 'sell' ? refusalOfSell(state, request, settings) : refusalOfBuy(state, request);
}

/** One order never crosses zero. */
function refusalOfSell(
  state: SimulatedState,
  { symbol, quantity, intent }: PlacedRequest,
  settings: SimulatedSettings,
): Refusal | null {
  const held = heldOf(state, symbol);
  if (held <= 0) return refusalOfShort({ symbol, quantity, intent }, settings);
  const available = availableOf(state, symbol, held);
  if (quantity > available) {
    const figures = `requested: ${formatQuantity(quantity)}, available: ${formatQuantity(available)}`;
    return refusal('InsufficientQuantity', `insufficient qty available for order (${figures})`);
  }
  return intent === 'open' ? mismatch('sell_to_close', 'sell_to_open') : null;
}

function refusalOfShort(
  { symbol, quantity, intent }: Pick<PlacedRequest, 'symbol' | 'quantity' | 'intent'>,
  settings: SimulatedSettings,
): Refusal | null {
  const { notShortable } = assetView(settings, symbol);
  if (notShortable !== null) return refusal('ShortNotAllowed', notShortable);
  if (intent === 'close') return mismatch('sell_to_open', 'sell_to_close');
  return quantity % SHARE === 0 ? null : refusal('NotFractionable', 'fractional orders cannot be sold short');
}

/** A trade by hand may cross zero upward; what says that it closes, or opens, may not. */
function refusalOfBuy(state: SimulatedState, { symbol, quantity, intent }: PlacedRequest): Refusal | null {
  const held = heldOf(state, symbol);
  if (intent === 'open') return held < 0 ? mismatch('buy_to_close', 'buy_to_open') : null;
  if (intent === 'either') return null;
  const short = held < 0 ? absolute(availableOf(state, symbol, held)) : 0;
  return quantity <= short ? null : mismatch('buy_to_open', 'buy_to_close');
}

function mismatch(inferred: string, specified: string): Refusal {
  return refusal('Refused', `position intent mismatch, inferred: ${inferred}, specified: ${specified}`);
}

/** What can be refused once the order has its price and its schedule. */
export function refusalOfValue(
  state: SimulatedState,
  { order, price, allowed }: { order: SimulatedOrder; price: Price; allowed: Allowed },
  venue: Venue,
): Refusal | null {
  const value = Math.max(valueOf(order.quantity, price), pendingValueOf(order));
  const fees = pendingFeesOf(order);
  const holding = Math.abs(heldOf(state, order.symbol)) + order.quantity;
  if (!Number.isSafeInteger(Math.abs(state.cash) + value + fees) || !Number.isSafeInteger(holding)) {
    return refusal('Refused', 'order value is out of range');
  }
  if (allowed === 'anything') return null;
  const before = openOrdersOf(state)
    .filter(({ symbol, side }) => symbol === order.symbol && side === order.side)
    .reduce((sum, other) => sum + remainingOf(other), 0);
  // What only closes needs no money, however little there is.
  const opening = openingOf(state, order, before);
  if (opening === 0) return null;
  const needed = mulDiv(value, opening, order.quantity) + takenByFees(fees, venue);
  return needed > buyingPowerOf(state, venue)
    ? refusal('InsufficientBuyingPower', 'insufficient buying power')
    : null;
}
