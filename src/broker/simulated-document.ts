/**
 * The text form of a simulated account, `broker.json`: quantities and money as decimal strings, times in UTC. People
 * may write one by hand to start from positions; whoever reads it refuses what does not add up.
 */
import { formatMoney, formatQuantity } from '../domain/decimal.ts';
import { later, type Instant } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { BrokerFill } from '../observed/broker-view.ts';
import { isTooDeep } from '../observed/json-text.ts';
import { formatUtc } from '../observed/utc-text.ts';
import { DOCUMENT, DOCUMENT_VERSION } from './simulated-schema.ts';
import type {
  CorporateChange,
  Holding,
  OrderEvent,
  SimulatedOrder,
  SimulatedState,
} from './simulated-state.ts';

/** Throws an error that names the first place that is wrong. */
export function parseDocument(text: string): SimulatedState {
  if (isTooDeep(text)) throw new Error('the nesting is too deep');
  const { version: _, ...state } = DOCUMENT(JSON.parse(text), '');
  const fills = state.fills.toSorted((a, b) => a.time - b.time);
  return { ...state, fills, time: newestTimeOf(state) };
}

/** Equal accounts give equal bytes. */
export function formatDocument(state: SimulatedState): string {
  const rows = [...state.positions].sort(([a], [b]) => compareText(a, b));
  const positions = rows.map(([symbol, holding]) => [symbol, formatHolding(holding)]);
  const document = {
    version: DOCUMENT_VERSION,
    accountId: state.accountId,
    seed: state.seed,
    time: formatUtc(state.time),
    cash: formatMoney(state.cash),
    ...(state.noShorting && { noShorting: true }),
    ...(state.suspendTrade && { suspendTrade: true }),
    positions: Object.fromEntries(positions) as Record<string, unknown>,
    orders: state.orders.map(formatOrder),
    fills: state.fills.map(formatFill),
    ...(state.changes !== undefined && { changes: state.changes.map(formatChange) }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function formatHolding({ quantity, averagePrice }: Holding): Record<string, unknown> {
  return { quantity: formatQuantity(quantity), averagePrice: formatMoney(averagePrice) };
}

function formatChange({ time, held, ...change }: CorporateChange): Record<string, unknown> {
  return { ...change, time: formatUtc(time), ...(held !== undefined && { held: formatHolding(held) }) };
}

function formatOrder(order: SimulatedOrder): Record<string, unknown> {
  return {
    brokerOrderId: order.brokerOrderId,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    quantity: formatQuantity(order.quantity),
    ...(order.timeInForce !== undefined && { timeInForce: order.timeInForce }),
    filledQuantity: formatQuantity(order.filledQuantity),
    filledValue: formatMoney(order.filledValue),
    ...(order.fees !== undefined && { fees: formatMoney(order.fees) }),
    status: order.status,
    submittedAt: formatUtc(order.submittedAt),
    updatedAt: formatUtc(order.updatedAt),
    pending: order.pending.map(formatEvent),
  };
}

function formatEvent(event: OrderEvent): Record<string, unknown> {
  const at = formatUtc(event.at);
  if (event.kind !== 'fill') return { kind: event.kind, at };
  return {
    kind: event.kind,
    at,
    quantity: formatQuantity(event.quantity),
    price: formatMoney(event.price),
    ...(event.fee !== undefined && { fee: formatMoney(event.fee) }),
  };
}

function formatFill(fill: BrokerFill): Record<string, unknown> {
  return {
    id: fill.id,
    brokerOrderId: fill.brokerOrderId,
    symbol: fill.symbol,
    side: fill.side,
    quantity: formatQuantity(fill.quantity),
    price: formatMoney(fill.price),
    ...(fill.fee !== undefined && { fee: formatMoney(fill.fee) }),
    time: formatUtc(fill.time),
  };
}

/** A document written by hand may carry fills that are newer than its own time. */
function newestTimeOf(state: Pick<SimulatedState, 'time' | 'orders' | 'fills'>): Instant {
  const seen = [...state.fills.map((fill) => fill.time), ...state.orders.map((order) => order.updatedAt)];
  return seen.reduce(later, state.time);
}
