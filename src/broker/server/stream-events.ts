/** What has become of orders between two looks at the account, as the events of the stream. Pure. */
import { add, formatQuantity, subtract, valueOf, type Quantity } from '../../domain/decimal.ts';
import { later, type Instant } from '../../domain/instant.ts';
import { isTerminal, type BrokerFill, type OrderStatus } from '../../observed/broker-view.ts';
import { executionId } from './ids.ts';
import { signedOf } from './past.ts';
import { plain } from './text.ts';
import { heldOf, untouched, type SimulatedOrder, type SimulatedState } from '../simulated-state.ts';

export interface OrderEventFacts {
  /** In the words of the stream: those of an order's status, but `fill` and `partial_fill`. */
  readonly event: string;
  readonly at: Instant;
  /** As it was after the event. */
  readonly order: SimulatedOrder;
  readonly execution: Execution | null;
}

export interface Execution {
  readonly id: string;
  readonly fill: BrokerFill;
  /** Of the whole account, after it. */
  readonly positionQuantity: Quantity;
}

/** In the order of time. `before` is an earlier look at the same account. */
export function eventsBetween(before: SimulatedState, after: SimulatedState): OrderEventFacts[] {
  if (before.orders === after.orders) return [];
  const earlier = new Map(before.orders.map((order) => [order.brokerOrderId, order]));
  const executions = executionsSince(before, after);
  const events = after.orders.flatMap((order) => {
    const known = earlier.get(order.brokerOrderId);
    return known === order ? [] : eventsOf(known, order, executions.get(order.brokerOrderId) ?? []);
  });
  return events.sort((a, b) => a.at - b.at);
}

/** By order, oldest first. */
function executionsSince(before: SimulatedState, after: SimulatedState): ReadonlyMap<string, Execution[]> {
  const fresh = after.fills.slice(before.fills.length);
  const held = new Map<string, Quantity>();
  const found = new Map<string, Execution[]>();
  for (const fill of fresh.reverse()) {
    const positionQuantity = held.get(fill.symbol) ?? heldOf(after, fill.symbol);
    held.set(fill.symbol, subtract(positionQuantity, signedOf(fill)));
    const rows = found.get(fill.brokerOrderId) ?? [];
    rows.unshift({ id: executionId(fill), fill, positionQuantity });
    found.set(fill.brokerOrderId, rows);
  }
  return found;
}

const UNACKNOWLEDGED: ReadonlySet<OrderStatus> = new Set(['pending_new', 'accepted']);

function eventsOf(
  known: SimulatedOrder | undefined,
  order: SimulatedOrder,
  executions: readonly Execution[],
): OrderEventFacts[] {
  const events: OrderEventFacts[] = [];
  const tell = (event: string, current: SimulatedOrder, execution: Execution | null = null): void => {
    events.push({ event, at: current.updatedAt, order: current, execution });
  };
  let current = known ?? taken(order);
  if (known === undefined) tell(current.status, current);
  if (
    UNACKNOWLEDGED.has(current.status) &&
    !UNACKNOWLEDGED.has(order.status) &&
    isAcknowledged(order, executions)
  ) {
    current = { ...current, status: 'new', updatedAt: acknowledgedAt(current, order, executions) };
    tell('new', current);
  }
  for (const execution of executions) {
    current = filledBy(current, execution.fill);
    tell(current.status === 'filled' ? 'fill' : 'partial_fill', current, execution);
  }
  const isAsked = order.status === 'pending_cancel' && current.status !== 'pending_cancel';
  if (isAsked || (isTerminal(order.status) && order.status !== 'filled')) tell(order.status, order);
  return events;
}

/** As it was at its submission. */
function taken({
  brokerOrderId,
  clientOrderId,
  symbol,
  side,
  quantity,
  ...rest
}: SimulatedOrder): SimulatedOrder {
  const { submittedAt, pending } = rest;
  const status = rest.status === 'accepted' ? 'accepted' : 'pending_new';
  return untouched({ brokerOrderId, clientOrderId, symbol, side, quantity, status, submittedAt, pending });
}

/** An order that was cancelled at once has never been. */
function isAcknowledged({ status }: SimulatedOrder, executions: readonly Execution[]): boolean {
  return status === 'new' || status === 'partially_filled' || status === 'filled' || executions.length > 0;
}

function acknowledgedAt(
  current: SimulatedOrder,
  order: SimulatedOrder,
  executions: readonly Execution[],
): Instant {
  const scheduled = current.pending.find(({ kind }) => kind === 'new')?.at;
  const latest = executions[0]?.fill.time ?? order.updatedAt;
  return scheduled !== undefined && scheduled < latest ? scheduled : later(latest, current.submittedAt);
}

function filledBy(order: SimulatedOrder, fill: BrokerFill): SimulatedOrder {
  const filledQuantity = add(order.filledQuantity, fill.quantity);
  const filledValue = add(order.filledValue, valueOf(fill.quantity, fill.price));
  const status = filledQuantity === order.quantity ? 'filled' : 'partially_filled';
  return { ...order, filledQuantity, filledValue, status, updatedAt: fill.time };
}

/** The further fields of an event that is a fill. */
export function executionFields({ fill, positionQuantity }: Execution): Readonly<Record<string, string>> {
  return {
    price: plain(fill.price),
    qty: formatQuantity(fill.quantity),
    position_qty: formatQuantity(positionQuantity),
  };
}
