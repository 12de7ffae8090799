/** Why the simulated broker does not take an order, in Alpaca's words. */
import {
  absolute,
  formatMoney,
  formatQuantity,
  mulDiv,
  SHARE,
  subtract,
  valueOf,
  type Money,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import { isTerminal } from '../observed/broker-view.ts';
import type { OrderRequest, RefusalCode, SubmitAnswer } from '../reconciler/ports.ts';
import {
  assetView,
  availableOf,
  buyingPowerOf,
  openingOf,
  pendingFeesOf,
  pendingValueOf,
  takenByFees,
  takenByValue,
} from './simulated-account.ts';
import { auctionOf, missedWords } from './simulated-auctions.ts';
import { allowedBy } from './simulated-configuration.ts';
import {
  heldOf,
  openOrdersOf,
  remainingOf,
  type Allowed,
  type SimulatedOrder,
  type SimulatedSettings,
  type SimulatedState,
  type TimeInForce,
  type Venue,
} from './simulated-state.ts';

const CLIENT_ORDER_ID_LENGTH_MAX = 128;

/** What Alpaca's answer over HTTP says of a refusal besides its message. */
export interface RefusalBody {
  readonly status: 403 | 404 | 422;
  /** Alpaca's own code. */
  readonly code: number;
  /** Further fields of Alpaca's body, decimal strings and ids as Alpaca writes them. */
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
}

export type SimulatedRefusal = Extract<SubmitAnswer, { kind: 'refused' }> & { readonly body: RefusalBody };

export type SimulatedAnswer = Extract<SubmitAnswer, { kind: 'created' }> | SimulatedRefusal;

/** One code for all that the account may not do: only the message and the fields tell these refusals apart. */
function forbidden(code: RefusalCode, message: string, fields: RefusalBody['fields'] = {}): SimulatedRefusal {
  return { kind: 'refused', code, message, body: { status: 403, code: 40310000, fields } };
}

/** For what nobody could do. */
function impossible(code: RefusalCode, message: string): SimulatedRefusal {
  return { kind: 'refused', code, message, body: { status: 422, code: 42210000, fields: {} } };
}

/** For fields of the request that are wrong by themselves. */
function malformed(code: RefusalCode, message: string): SimulatedRefusal {
  return { kind: 'refused', code, message, body: { status: 422, code: 40010001, fields: {} } };
}

export const NOT_UNIQUE = malformed('DuplicateClientOrderId', 'client_order_id must be unique');

export function unknownSymbol(symbol: string): SimulatedRefusal {
  return impossible('UnknownSymbol', `asset ${JSON.stringify(symbol)} not found`);
}

/** Of prices given by hand, and so without an answer of Alpaca: code and words are our own. */
export const NO_PRICE = impossible('Refused', 'price must be > 0');

/** What an order may do to the position; `either`: what an order does that says nothing of it. */
export type PositionIntent = 'open' | 'close' | 'either';

export interface PlacedRequest extends Omit<OrderRequest, 'reduceOnly'> {
  readonly timeInForce: TimeInForce;
  readonly intent: PositionIntent;
}

/** What can be refused before the order has a price; null when nothing speaks against it. */
export function refusalOfRequest(
  state: SimulatedState,
  request: PlacedRequest,
  { allowed, settings }: { readonly allowed: Allowed; readonly settings: SimulatedSettings },
): SimulatedRefusal | null {
  const { clientOrderId, symbol, side, quantity } = request;
  const wrong = refusalOfFields(request);
  if (wrong !== null) return wrong;
  if (state.orders.some((order) => order.clientOrderId === clientOrderId)) return NOT_UNIQUE;
  if (allowed === 'anything') return null;
  if (state.suspendTrade) return forbidden('Refused', 'new orders are rejected by user request');
  const against = openOrdersOf(state).find((order) => order.symbol === symbol && order.side !== side);
  if (against !== undefined) {
    return forbidden('WashTrade', 'potential wash trade detected. use complex orders', {
      existing_order_id: against.brokerOrderId,
      reject_reason: 'opposite side market/stop order exists',
    });
  }
  const late = refusalOfTime(request, settings, state.time);
  if (late !== null) return late;
  // Of sales, too: a part of a share cannot be sold, even where one is held.
  if (quantity % SHARE !== 0 && settings.notFractionable?.includes(symbol))
    return forbidden('NotFractionable', `asset ${JSON.stringify(symbol)} is not fractionable`);
  if (side === 'buy') return refusalOfBuy(state, request);
  return refusalOfSell(state, request, allowedBy(state, settings));
}

function refusalOfFields({ clientOrderId, quantity }: PlacedRequest): SimulatedRefusal | null {
  // Alpaca makes an id where there is none; nobody who sends none here means to.
  if (clientOrderId === '') return malformed('Refused', 'client_order_id must not be empty');
  if (clientOrderId.length > CLIENT_ORDER_ID_LENGTH_MAX) {
    const words = `client_order_id must be no more than ${CLIENT_ORDER_ID_LENGTH_MAX} characters`;
    return malformed('Refused', words);
  }
  const isAmount = Number.isSafeInteger(quantity) && quantity > 0;
  // The code is assumed.
  return isAmount ? null : malformed('Refused', 'qty must be > 0');
}

/** Whether the auction that the order is for still takes it. */
function refusalOfTime(
  { quantity, timeInForce }: PlacedRequest,
  settings: SimulatedSettings,
  now: Instant,
): SimulatedRefusal | null {
  if (timeInForce === 'day') return null;
  if (quantity % SHARE !== 0) return impossible('NotFractionable', 'fractional orders must be DAY orders');
  const auction = auctionOf(timeInForce, settings, now);
  switch (auction.kind) {
    case 'at':
      return null;
    case 'missed':
      return forbidden('MarketClosed', missedWords(timeInForce, auction.deadline));
    case 'none':
      // Ours alone.
      return impossible(
        'Refused',
        `there is no auction for ${timeInForce} orders: the market is always open`,
      );
  }
}

/** One order never crosses zero. */
function refusalOfSell(
  state: SimulatedState,
  { symbol, quantity, intent }: PlacedRequest,
  settings: SimulatedSettings,
): SimulatedRefusal | null {
  const held = heldOf(state, symbol);
  if (held <= 0) return refusalOfShort({ symbol, quantity, intent }, settings);
  const available = availableOf(state, symbol, held);
  if (quantity > available) return notAvailable(state, { symbol, quantity, held, available });
  return intent === 'open' ? mismatch('sell_to_close', 'sell_to_open') : null;
}

function notAvailable(
  state: SimulatedState,
  what: {
    readonly symbol: string;
    readonly quantity: Quantity;
    readonly held: Quantity;
    readonly available: Quantity;
  },
): SimulatedRefusal {
  const { symbol, held } = what;
  const available = formatQuantity(what.available);
  const related = openOrdersOf(state)
    .filter((order) => order.symbol === symbol && order.side === 'sell')
    .map(({ brokerOrderId }) => brokerOrderId);
  const message = `insufficient qty available for order (requested: ${formatQuantity(what.quantity)}, available: ${available})`;
  return forbidden('InsufficientQuantity', message, {
    available,
    existing_qty: formatQuantity(held),
    held_for_orders: formatQuantity(subtract(held, what.available)),
    symbol,
    ...(related.length > 0 && { related_orders: related }),
  });
}

function refusalOfShort(
  { symbol, quantity, intent }: Pick<PlacedRequest, 'symbol' | 'quantity' | 'intent'>,
  settings: SimulatedSettings,
): SimulatedRefusal | null {
  const { notShortable } = assetView(settings, symbol);
  if (notShortable !== null) {
    const isOfAccount = settings.shorting === undefined;
    return (isOfAccount ? forbidden : impossible)('ShortNotAllowed', notShortable);
  }
  if (intent === 'close') return mismatch('sell_to_open', 'sell_to_close');
  if (quantity % SHARE === 0) return null;
  return impossible('NotFractionable', 'fractional orders cannot be sold short');
}

/** A trade by hand may cross zero upward; what says that it closes, or opens, may not. */
function refusalOfBuy(
  state: SimulatedState,
  { symbol, quantity, intent }: PlacedRequest,
): SimulatedRefusal | null {
  const held = heldOf(state, symbol);
  if (intent === 'open') return held < 0 ? mismatch('buy_to_close', 'buy_to_open') : null;
  if (intent === 'either') return null;
  const short = held < 0 ? absolute(availableOf(state, symbol, held)) : 0;
  return quantity <= short ? null : mismatch('buy_to_open', 'buy_to_close');
}

function mismatch(inferred: string, specified: string): SimulatedRefusal {
  return impossible('Refused', `position intent mismatch, inferred: ${inferred}, specified: ${specified}`);
}

/** What can be refused once the order has its price and its schedule. */
export function refusalOfValue(
  state: SimulatedState,
  { order, price, allowed }: { order: SimulatedOrder; price: Price; allowed: Allowed },
  venue: Venue,
): SimulatedRefusal | null {
  const value = Math.max(valueOf(order.quantity, price), pendingValueOf(order));
  const fees = pendingFeesOf(order);
  const holding = Math.abs(heldOf(state, order.symbol)) + order.quantity;
  if (!Number.isSafeInteger(Math.abs(state.cash) + value + fees) || !Number.isSafeInteger(holding)) {
    // Ours alone: beyond it, amounts would not be exact.
    return impossible('Refused', 'order value is out of range');
  }
  if (allowed === 'anything') return null;
  const before = openOrdersOf(state)
    .filter(({ symbol, side }) => symbol === order.symbol && side === order.side)
    .reduce((sum, other) => sum + remainingOf(other), 0);
  // What only closes needs no money, however little there is.
  const opening = openingOf(state, order, before);
  if (opening === 0) return null;
  const opened = mulDiv(value, opening, order.quantity);
  const needed = takenByValue(opened, order.symbol, venue) + takenByFees(fees, venue);
  const buyingPower = buyingPowerOf(state, venue);
  if (needed <= buyingPower) return null;
  return forbidden('InsufficientBuyingPower', 'insufficient buying power', {
    buying_power: formatMoney(buyingPower),
    cost_basis: formatMoney(needed as Money),
  });
}

/** What Alpaca's answer over HTTP says of a cancel that is not taken. */
export interface CancelRefusal {
  readonly message: string;
  readonly body: RefusalBody;
}

export function unknownOrder(brokerOrderId: string): CancelRefusal {
  return {
    message: `order not found for ${brokerOrderId}`,
    body: { status: 404, code: 40410000, fields: {} },
  };
}

/** Null: the cancel is taken. */
export function refusalOfCancel({ status }: SimulatedOrder): CancelRefusal | null {
  const body: RefusalBody = { status: 422, code: 42210000, fields: {} };
  if (isTerminal(status)) return { message: `order is already in "${status}" state`, body };
  return status === 'pending_cancel' ? { message: 'order pending cancel', body } : null;
}
