/** What a client can ask of the simulated broker. */
import type { Price, Quantity } from '../domain/decimal.ts';
import { later, plus, type Instant } from '../domain/instant.ts';
import { isSymbol, type Side } from '../domain/names.ts';
import { isTerminal } from '../observed/broker-view.ts';
import type { CancelAnswer, OrderRequest } from '../reconciler/ports.ts';
import { orderView } from './simulated-account.ts';
import { advance } from './simulated-advance.ts';
import { drawUuid } from './simulated-chance.ts';
import { fillPrice, withFees } from './simulated-costs.ts';
import {
  NO_PRICE,
  refusalOfCancel,
  refusalOfRequest,
  refusalOfValue,
  unknownOrder,
  unknownSymbol,
  type PlacedRequest,
  type PositionIntent,
  type SimulatedAnswer,
} from './simulated-refusals.ts';
import type { OrderChange } from './fault-script.ts';
import { scheduleOrder, withEnding, type Schedule } from './simulated-schedule.ts';
import {
  untouched,
  type Allowed,
  type SimulatedState,
  type TimeInForce,
  type Transition,
  type Venue,
} from './simulated-state.ts';

const CANCELED_AFTER = 100;

/** A trade that somebody makes by hand, past every strategy. */
export interface OutsideTrade {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  /** When not given, as of any other order: the current price, with slippage. */
  readonly price?: Price | undefined;
  /** `as-account` when not given. */
  readonly allowed?: Allowed;
}

export interface ScriptedRequest extends OrderRequest {
  /** How it fills, where a fault script says so. */
  readonly change?: OrderChange;
  /** `day` when not given. */
  readonly timeInForce?: TimeInForce;
  /** As `reduceOnly` says, when not given. */
  readonly intent?: PositionIntent;
}

/** Takes a market order. Its first answer is `pending_new`, or `accepted` while the market is closed. */
export function submitOrder(
  state: SimulatedState,
  request: ScriptedRequest,
  now: Instant,
  venue: Venue,
): Transition<SimulatedAnswer> {
  const current = advance(state, now);
  const { clientOrderId, symbol, side, quantity, change, timeInForce = 'day' } = request;
  const order = { clientOrderId, symbol, side, quantity, timeInForce };
  const schedule = (price: Price): Schedule =>
    scheduleOrder({ ...order, submittedAt: current.time, price, change }, state.seed, venue);
  const price = venue.priceAt(symbol, current.time);
  const { intent = request.reduceOnly ? 'close' : 'open' } = request;
  const placed: PlacedRequest = { ...order, intent };
  return settled(state, place(current, { request: placed, price, schedule, allowed: 'as-account' }, venue));
}

/**
 * Fills at once, a millisecond later than everything that the account has seen: whoever asks for the history since an
 * earlier look finds it. Refused like any other order where only what the account may is `allowed`.
 */
export function tradeOutside(
  state: SimulatedState,
  trade: OutsideTrade,
  now: Instant,
  venue: Venue,
): Transition<SimulatedAnswer> {
  const current = advance(state, plus(later(now, state.time), 1));
  const { symbol, side, quantity, allowed = 'as-account' } = trade;
  const clientOrderId = drawUuid(state.seed, String(state.orders.length), 'outside');
  const order = { clientOrderId, symbol, side, quantity, timeInForce: 'day' } as const;
  const request: PlacedRequest = { ...order, intent: 'either' };
  const at = current.time;
  // Who names a price has it from the trade itself.
  const paid = (price: Price): Price => trade.price ?? fillPrice({ symbol, side, at, price }, venue);
  const schedule = (price: Price): Schedule => ({
    status: 'new',
    pending: withFees([{ kind: 'fill', at, quantity, price: paid(price) }], side, venue.settings.fees),
  });
  const price = trade.price ?? venue.priceAt(symbol, current.time);
  return settled(state, place(current, { request, price, schedule, allowed }, venue));
}

/** A cancel is a request: what is scheduled before it takes effect still fills. */
export function cancelOrder(
  state: SimulatedState,
  brokerOrderId: string,
  now: Instant,
): Transition<CancelAnswer> {
  const current = advance(state, now);
  const order = current.orders.find((candidate) => candidate.brokerOrderId === brokerOrderId);
  if (order === undefined)
    return { state, answer: { kind: 'unknown', reason: unknownOrder(brokerOrderId).message } };
  if (refusalOfCancel(order) !== null)
    return { state, answer: { kind: isTerminal(order.status) ? 'already-final' : 'requested' } };
  const pending = withEnding(order.pending, { kind: 'canceled', at: plus(current.time, CANCELED_AFTER) });
  const asked = { ...order, status: 'pending_cancel' as const, updatedAt: current.time, pending };
  const orders = current.orders.map((candidate) => (candidate === order ? asked : candidate));
  return { state: { ...current, orders }, answer: { kind: 'requested' } };
}

interface Placement {
  readonly request: PlacedRequest;
  readonly price: Price | undefined;
  readonly schedule: (price: Price) => Schedule;
  readonly allowed: Allowed;
}

function place(current: SimulatedState, placement: Placement, venue: Venue): Transition<SimulatedAnswer> {
  const { request, price, schedule, allowed } = placement;
  const early = refusalOfRequest(current, request, { allowed, settings: venue.settings });
  if (early !== null) return { state: current, answer: early };
  if (!isSymbol(request.symbol) || price === undefined) {
    return { state: current, answer: unknownSymbol(request.symbol) };
  }
  if (!Number.isSafeInteger(price) || price <= 0) {
    return { state: current, answer: NO_PRICE };
  }
  const order = untouched({
    brokerOrderId: drawUuid(current.seed, request.clientOrderId, 'order'),
    clientOrderId: request.clientOrderId,
    symbol: request.symbol,
    side: request.side,
    quantity: request.quantity,
    ...(request.timeInForce !== 'day' && { timeInForce: request.timeInForce }),
    submittedAt: current.time,
    ...schedule(price),
  });
  const late = refusalOfValue(current, { order, price, allowed }, venue);
  if (late !== null) return { state: current, answer: late };
  const state = advance({ ...current, orders: [...current.orders, order] }, current.time);
  return { state, answer: { kind: 'created', order: orderView(state.orders.at(-1) ?? order) } };
}

/** A refused order leaves no trace, not even the time at which it was refused. */
function settled(
  before: SimulatedState,
  { state, answer }: Transition<SimulatedAnswer>,
): Transition<SimulatedAnswer> {
  return { state: answer.kind === 'created' ? state : before, answer };
}
