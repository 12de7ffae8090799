/** Which orders a client asks for. Pure. */
import { isTerminal } from '../../observed/broker-view.ts';
import type { SimulatedOrder } from '../simulated-state.ts';
import { malformed, notFound } from './answer.ts';
import { count, list, moment, oneOf } from './query.ts';
import { nanosOf, stamp } from './text.ts';

const LIMIT = { otherwise: 50, most: 500 };

/**
 * Newest first, unless it is asked otherwise. `orders`: in the order of submission. `isShown`: what a fault script leaves.
 * Throws {@link Refused}.
 */
export function ordersAsked(
  orders: readonly SimulatedOrder[],
  query: URLSearchParams,
  isShown: Filter,
): SimulatedOrder[] {
  const limit = count(query, 'limit', LIMIT);
  const isAscending = oneOf(query, 'direction', ['desc', 'asc']) === 'asc';
  const isAsked = filterOf(query);
  const found: SimulatedOrder[] = [];
  const part = partOf(orders, query);
  for (const order of isAscending ? part : backwards(part)) {
    if (found.length === limit) break;
    if (isAsked(order) && isShown(order)) found.push(order);
  }
  return found;
}

/** Those before or after an order that the client has seen. */
function partOf(orders: readonly SimulatedOrder[], query: URLSearchParams): readonly SimulatedOrder[] {
  const [before, after] = [query.get('before_order_id'), query.get('after_order_id')];
  const id = before ?? after;
  if (id === null) return orders;
  const others = [before !== null && after, query.get('after'), query.get('until')];
  if (others.some((other) => typeof other === 'string'))
    throw malformed('before_order_id, after_order_id and after or until exclude each other');
  const at = orders.findIndex(({ brokerOrderId }) => brokerOrderId === id);
  if (at === -1) throw notFound(`order not found for ${id}`);
  return before === null ? orders.slice(at + 1) : orders.slice(0, at);
}

export type Filter = (order: SimulatedOrder) => boolean;

function filterOf(query: URLSearchParams): Filter {
  const status = oneOf(query, 'status', ['open', 'closed', 'all']);
  const side = query.get('side');
  const symbols = list(query, 'symbols');
  const classes = list(query, 'asset_class');
  const [after, until] = [moment(query, 'after'), moment(query, 'until')];
  return (order) => {
    if (status !== 'all' && isTerminal(order.status) !== (status === 'closed')) return false;
    if (side !== null && side !== '' && order.side !== side) return false;
    if (symbols !== null && !symbols.includes(order.symbol)) return false;
    if (classes !== null && !classes.includes('us_equity') && !classes.includes('all')) return false;
    const submitted = stamp(order.submittedAt, nanosOf(order.brokerOrderId));
    return (after === null || submitted > after) && (until === null || submitted < until);
  };
}

function* backwards(orders: readonly SimulatedOrder[]): Generator<SimulatedOrder> {
  for (let index = orders.length - 1; index >= 0; index -= 1) {
    const order = orders[index];
    if (order !== undefined) yield order;
  }
}
