/** Orders: taken, listed, looked up and cancelled. */
import { isSymbol } from '../../domain/names.ts';
import type { SimulatedOrder, SimulatedState } from '../simulated-state.ts';
import { openOrdersOf } from '../simulated-state.ts';
import { symbolOf } from './assets.ts';
import { malformed, notFound, notTaken, ok, refusalOf, type Answer } from './answer.ts';
import type { Desk, PlacedOrder } from './desk.ts';
import { orderJson } from './order-json.ts';
import { ordersAsked } from './order-list.ts';
import { crossesZero, readOrder } from './order-request.ts';
import type { ApiRequest } from './request.ts';

export async function postOrder(desk: Desk, { body, fault }: ApiRequest): Promise<Answer> {
  const written = readOrder(body);
  const symbol = symbolOf(desk, written.symbol) ?? written.symbol;
  const { effect } = fault ?? {};
  const change = effect?.kind === 'order' ? effect : null;
  return send(desk, { ...written, symbol, change }, fault?.hiddenFor ?? 0);
}

/** Also for orders that the broker makes by itself. `hiddenFor`: ms. */
export async function send(desk: Desk, order: PlacedOrder, hiddenFor = 0): Promise<Answer> {
  const crossing = crossesZero(desk.read(), order);
  if (crossing !== null) return crossing.answer;
  const answer = await desk.submit(order);
  if (answer.kind === 'refused') return refusalOf(answer);
  const { brokerOrderId, clientOrderId } = answer.order;
  if (hiddenFor > 0) desk.hidden.hide(clientOrderId, hiddenFor);
  const state = desk.read();
  const taken = state.orders.find((one) => one.brokerOrderId === brokerOrderId);
  if (taken === undefined) throw new Error(`order ${brokerOrderId} was taken and is not there`);
  // As it was taken, whatever has become of it meanwhile.
  return ok(orderJson(desk, state, { ...taken, ...answer.order, filledValue: taken.filledValue }));
}

export function listOrders(desk: Desk, { query }: ApiRequest): Answer {
  const state = desk.read();
  const shown = ordersAsked(state.orders, query, isShown(desk));
  return ok(shown.map((order) => orderJson(desk, state, order)));
}

export function orderById(desk: Desk, { parameters }: ApiRequest): Answer {
  const state = desk.read();
  const id = parameters['id'] ?? '';
  return ok(
    orderJson(
      desk,
      state,
      found(desk, state, id, (order) => order.brokerOrderId === id),
    ),
  );
}

export function orderByClientId(desk: Desk, { query }: ApiRequest): Answer {
  const id = query.get('client_order_id') ?? '';
  if (id === '') throw malformed('client_order_id is required');
  const state = desk.read();
  return ok(
    orderJson(
      desk,
      state,
      found(desk, state, id, (order) => order.clientOrderId === id),
    ),
  );
}

function found(
  desk: Desk,
  state: SimulatedState,
  id: string,
  isIt: (order: SimulatedOrder) => boolean,
): SimulatedOrder {
  const order = state.orders.findLast(isIt);
  if (order !== undefined && isShown(desk)(order)) return order;
  throw notFound(`order not found for ${id}`);
}

function isShown({ hidden }: Desk): (order: SimulatedOrder) => boolean {
  return ({ clientOrderId }) => !hidden.has(clientOrderId);
}

export async function cancelOne(desk: Desk, { parameters }: ApiRequest): Promise<Answer> {
  const refused = await desk.cancel(parameters['id'] ?? '');
  return refused === null ? { status: 204, body: undefined } : refusalOf(refused);
}

export async function cancelAll(desk: Desk): Promise<Answer> {
  const results: unknown[] = [];
  for (const { brokerOrderId: id } of openOrdersOf(desk.read())) {
    const refused = await desk.cancel(id);
    results.push({ id, status: refused === null ? 200 : refused.body.status });
  }
  return { status: 207, body: results };
}

export function replaceOrder(desk: Desk, { parameters }: ApiRequest): Answer {
  const state = desk.read();
  const id = parameters['id'] ?? '';
  found(desk, state, id, (order) => order.brokerOrderId === id);
  throw notTaken('orders cannot be replaced in this simulator: cancel it, and send a new one');
}

/** What a request is about, for faults that are about one symbol or side. */
export function subjectOf(
  desk: Desk,
  { parameters, query, body }: Pick<ApiRequest, 'parameters' | 'query' | 'body'>,
): Partial<Pick<SimulatedOrder, 'symbol' | 'side'>> {
  const client = query.get('client_order_id');
  const id = parameters['id'];
  if (client !== null || id !== undefined) {
    const { orders } = desk.read();
    const order = orders.findLast((one) => one.clientOrderId === client || one.brokerOrderId === id);
    return order === undefined ? {} : { symbol: order.symbol, side: order.side };
  }
  const written = parameters['symbol'] ?? textIn(body, 'symbol') ?? query.get('symbols') ?? '';
  const symbol = isSymbol(written) ? written : symbolOf(desk, written);
  const side = textIn(body, 'side');
  return {
    ...(symbol !== null && { symbol }),
    ...((side === 'buy' || side === 'sell') && { side }),
  };
}

function textIn(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !(name in body)) return undefined;
  const value: unknown = body[name as keyof typeof body];
  return typeof value === 'string' ? value : undefined;
}
