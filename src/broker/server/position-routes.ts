/** Positions: shown, and closed by orders of the broker's own. */
import { previousSessionBefore } from '../../domain/calendar.ts';
import {
  absolute,
  formatQuantity,
  mulDiv,
  parseQuantity,
  subtract,
  valueOf,
  type Quantity,
} from '../../domain/decimal.ts';
import { dateOf, plus, type Instant } from '../../domain/instant.ts';
import { compareText } from '../../domain/names.ts';
import { availableOf } from '../simulated-account.ts';
import { openOrdersOf, type Holding, type SimulatedState } from '../simulated-state.ts';
import { malformed, notFound, ok, type Answer } from './answer.ts';
import { assetId } from './ids.ts';
import { EXCHANGE, symbolOf } from './assets.ts';
import type { Desk } from './desk.ts';
import { send } from './order-routes.ts';
import { positionsAt } from './past.ts';
import { quantityOf } from './order-request.ts';
import type { ApiRequest } from './request.ts';
import { plain, ratio } from './text.ts';
import { pause } from './pause.ts';

export async function listPositions(desk: Desk, request: ApiRequest): Promise<Answer> {
  const state = await stateFor(desk, request);
  return ok(bySymbol(state).map(([symbol, holding]) => positionJson(desk, state, symbol, holding)));
}

function bySymbol({ positions }: SimulatedState): (readonly [string, Holding])[] {
  return [...positions].sort(([a], [b]) => compareText(a, b));
}

export async function onePosition(desk: Desk, request: ApiRequest): Promise<Answer> {
  const state = await stateFor(desk, request);
  const { symbol, holding } = held(desk, state, request);
  return ok(positionJson(desk, state, symbol, holding));
}

/** As it is, or as a fault script wants it. */
async function stateFor(desk: Desk, { fault }: ApiRequest): Promise<SimulatedState> {
  const state = await desk.priced();
  if (fault?.effect.kind !== 'stale') return state;
  return { ...state, positions: positionsAt(state, plus(state.time, -fault.effect.by)) };
}

function held(
  desk: Desk,
  state: SimulatedState,
  { parameters }: ApiRequest,
): { readonly symbol: string; readonly holding: Holding } {
  const symbol = symbolOf(desk, parameters['symbol'] ?? '') ?? '';
  const holding = state.positions.get(symbol);
  if (holding === undefined) throw notFound('position does not exist');
  return { symbol, holding };
}

function positionJson(
  desk: Desk,
  state: SimulatedState,
  symbol: string,
  { quantity, averagePrice }: Holding,
): Readonly<Record<string, unknown>> {
  const venue = desk.venue;
  const current = venue.priceAt(symbol, state.time) ?? averagePrice;
  const lastClose = desk.adjustedPrices.priceAt(symbol, closeBefore(desk, state.time));
  const lastDay = lastClose?.price ?? current;
  const cost = valueOf(quantity, averagePrice);
  const value = valueOf(quantity, current);
  const dayValue = valueOf(quantity, lastDay);
  return {
    asset_id: assetId(symbol),
    symbol,
    exchange: EXCHANGE,
    asset_class: 'us_equity',
    asset_marginable: true,
    qty: formatQuantity(quantity),
    qty_available: formatQuantity(availableOf(state, symbol, quantity)),
    avg_entry_price: plain(averagePrice),
    side: quantity > 0 ? 'long' : 'short',
    market_value: plain(value),
    cost_basis: plain(cost),
    unrealized_pl: plain(subtract(value, cost)),
    unrealized_plpc: ratio(value - cost, Math.abs(cost)),
    unrealized_intraday_pl: plain(subtract(value, dayValue)),
    unrealized_intraday_plpc: ratio(value - dayValue, Math.abs(dayValue)),
    current_price: plain(current),
    lastday_price: plain(lastDay),
    change_today: ratio(current - lastDay, lastDay),
  };
}

/** Of the session before the day of now. */
export function closeBefore({ calendar }: Pick<Desk, 'calendar'>, now: Instant): Instant {
  return previousSessionBefore(dateOf(now), calendar).close;
}

/** Alpaca's way: a market order of the broker's own, for the whole position or a part of it. */
export async function closePosition(desk: Desk, request: ApiRequest): Promise<Answer> {
  const state = await desk.priced();
  const { symbol, holding } = held(desk, state, request);
  return close(desk, symbol, holding.quantity, partOf(absolute(holding.quantity), request.query));
}

function partOf(whole: Quantity, query: URLSearchParams): Quantity {
  const [qty, percentage] = [query.get('qty'), query.get('percentage')];
  if (qty !== null && percentage !== null) throw malformed('only one of qty and percentage is allowed');
  if (qty !== null) return quantityOf(qty);
  if (percentage === null) return whole;
  const part = parseQuantity(percentage);
  const hundred = parseQuantity('100') ?? 0;
  if (part === undefined || part <= 0 || part > hundred) throw malformed('invalid percentage');
  return mulDiv(whole, part, hundred) as Quantity;
}

function close(desk: Desk, symbol: string, held: Quantity, quantity: Quantity): Promise<Answer> {
  const side = held > 0 ? 'sell' : 'buy';
  const order = { symbol, side, quantity, timeInForce: 'day' } as const;
  return send(desk, { ...order, clientOrderId: null, intent: 'close', change: null });
}

/** ms: longer than a cancel takes. */
const UNTIL_CANCELED = 150;

export async function closeAllPositions(desk: Desk, { query }: ApiRequest): Promise<Answer> {
  if (query.get('cancel_orders') === 'true') {
    const open = openOrdersOf(desk.read());
    for (const { brokerOrderId } of open) await desk.cancel(brokerOrderId);
    if (open.length > 0) await pause(desk, UNTIL_CANCELED);
  }
  const state = await desk.priced();
  const results: { readonly symbol: string; readonly status: number; readonly body: unknown }[] = [];
  for (const [symbol, { quantity }] of bySymbol(state)) {
    const { status, body } = await close(desk, symbol, quantity, absolute(quantity));
    results.push({ symbol, status, body });
  }
  return { status: 207, body: results };
}
