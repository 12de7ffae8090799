/** Account activities: fills, and no others. */
import { formatQuantity, type Quantity } from '../../domain/decimal.ts';
import { dateOf, formatLocal } from '../../domain/instant.ts';
import type { BrokerFill } from '../../observed/broker-view.ts';
import type { SimulatedState } from '../simulated-state.ts';
import { malformed, ok, type Answer } from './answer.ts';
import type { Desk } from './desk.ts';
import { executionId } from './ids.ts';
import { count, day, list, moment, oneOf } from './query.ts';
import type { ApiRequest } from './request.ts';
import { nanosOf, plain, stamp } from './text.ts';

const PAGE = { otherwise: 100, most: 100 };

export function listActivities(desk: Desk, request: ApiRequest): Answer {
  const { query } = request;
  const types = list(query, 'activity_types') ?? list(query, 'activity_type');
  const category = oneOf(query, 'category', ['all', 'trade_activity', 'non_trade_activity']);
  if (category !== 'all' && types !== null) throw malformed('category and activity_types exclude each other');
  const hasFills = types?.includes('FILL') ?? category !== 'non_trade_activity';
  return hasFills ? fills(desk, request) : ok([]);
}

export function activitiesOfType(desk: Desk, request: ApiRequest): Answer {
  const type = request.parameters['type'] ?? '';
  if (!/^[A-Z]{2,7}$/.test(type)) throw malformed(`invalid activity type: ${type}`);
  return type === 'FILL' ? fills(desk, request) : ok([]);
}

interface Filled {
  readonly fill: BrokerFill;
  /** Of its order, with it. */
  readonly cumulative: Quantity;
}

function fills(desk: Desk, { query }: ApiRequest): Answer {
  const state = desk.read();
  const size = count(query, 'page_size', PAGE);
  const isAscending = oneOf(query, 'direction', ['desc', 'asc']) === 'asc';
  const [after, until, date] = [moment(query, 'after'), moment(query, 'until'), day(query, 'date')];
  if (date !== null && (after !== null || until !== null)) throw malformed('date excludes after and until');
  const asked = filledOf(state).filter(({ fill }) => {
    const time = timeOf(fill);
    if (date !== null && dateOf(fill.time) !== date) return false;
    return (after === null || time > after) && (until === null || time < until);
  });
  if (!isAscending) asked.reverse();
  const start = startOf(asked, query.get('page_token'));
  const orders = new Map(state.orders.map((order) => [order.brokerOrderId, order]));
  const rows = asked.slice(start, start + size).map(({ fill, cumulative }) => {
    const total = orders.get(fill.brokerOrderId)?.quantity ?? cumulative;
    const isWhole = cumulative === total;
    return {
      id: activityId(fill),
      activity_type: 'FILL',
      transaction_time: timeOf(fill),
      type: isWhole ? 'fill' : 'partial_fill',
      price: plain(fill.price),
      qty: formatQuantity(fill.quantity),
      side: fill.side,
      symbol: fill.symbol,
      leaves_qty: formatQuantity((total - cumulative) as Quantity),
      order_id: fill.brokerOrderId,
      cum_qty: formatQuantity(cumulative),
      order_status: isWhole ? 'filled' : 'partially_filled',
    };
  });
  return ok(rows);
}

function filledOf(state: SimulatedState): Filled[] {
  const filled = new Map<string, number>();
  return state.fills.map((fill) => {
    const cumulative = ((filled.get(fill.brokerOrderId) ?? 0) + fill.quantity) as Quantity;
    filled.set(fill.brokerOrderId, cumulative);
    return { fill, cumulative };
  });
}

/** Behind the last row of the page before. */
function startOf(rows: readonly Filled[], token: string | null): number {
  if (token === null || token === '') return 0;
  const at = rows.findIndex(({ fill }) => activityId(fill) === token);
  if (at === -1) throw malformed('invalid page_token');
  return at + 1;
}

function timeOf({ time, brokerOrderId }: BrokerFill): string {
  return stamp(time, nanosOf(brokerOrderId));
}

/** It begins with New York time, to the millisecond. */
function activityId(fill: BrokerFill): string {
  const seconds = formatLocal(fill.time).replace(/\D/g, '');
  return `${seconds}${String(fill.time % 1_000).padStart(3, '0')}::${executionId(fill)}`;
}
