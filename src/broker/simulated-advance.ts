/** Lets time pass on the simulated account: everything that was scheduled for it happens. */
import {
  absolute,
  add,
  averageOf,
  formatQuantity,
  negate,
  NO_MONEY,
  subtract,
  valueOf,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import { later, type Instant } from '../domain/instant.ts';
import { isTerminal, type BrokerFill } from '../observed/broker-view.ts';
import type { Holding, OrderEvent, SimulatedOrder, SimulatedState } from './simulated-state.ts';

type FillEvent = Extract<OrderEvent, { kind: 'fill' }>;

/**
 * The account at `now`, or at its own time if that is later. Equal instants give equal states, whatever the steps:
 * `advance(advance(s, t1), t2)` is `advance(s, t2)` for t1 <= t2.
 */
export function advance(state: SimulatedState, now: Instant): SimulatedState {
  const time = later(now, state.time);
  const due = dueEvents(state.orders, time);
  if (due.length === 0) return { ...state, time };
  const orders = [...state.orders];
  const positions = new Map(state.positions);
  const fills = [...state.fills];
  let cash = state.cash;
  for (const { index, event } of due) {
    const order = orders[index];
    if (order === undefined || isTerminal(order.status)) continue;
    const next = afterEvent(order, event);
    orders[index] = next;
    if (event.kind !== 'fill') continue;
    fills.push(executionOf(next, event));
    const signed = next.side === 'buy' ? event.quantity : negate(event.quantity);
    cash = subtract(subtract(cash, valueOf(signed, event.price)), event.fee ?? NO_MONEY);
    const holding = afterTrade(positions.get(next.symbol), signed, event.price);
    if (holding === null) positions.delete(next.symbol);
    else positions.set(next.symbol, holding);
  }
  return { ...state, orders, positions, fills, cash, time };
}

interface DueEvent {
  readonly index: number;
  readonly event: OrderEvent;
}

/** By time; events of one moment in the order of submission. */
function dueEvents(orders: readonly SimulatedOrder[], time: Instant): DueEvent[] {
  const due = orders.flatMap((order, index) =>
    order.pending.filter((event) => event.at <= time).map((event) => ({ index, event })),
  );
  return due.sort((a, b) => a.event.at - b.event.at);
}

function afterEvent(order: SimulatedOrder, event: OrderEvent): SimulatedOrder {
  const isBeingCanceled = order.status === 'pending_cancel';
  const rest = { pending: order.pending.slice(1), updatedAt: event.at };
  switch (event.kind) {
    case 'new':
      return { ...order, ...rest, status: isBeingCanceled ? order.status : 'new' };
    case 'canceled':
    case 'expired':
    case 'rejected':
      return { ...order, ...rest, status: event.kind, pending: [] };
    case 'fill': {
      const filledQuantity = add(order.filledQuantity, event.quantity);
      const filledValue = add(order.filledValue, valueOf(event.quantity, event.price));
      const fees = event.fee !== undefined && { fees: add(order.fees ?? NO_MONEY, event.fee) };
      const filled = { ...order, ...rest, filledQuantity, filledValue, ...fees };
      if (filledQuantity === order.quantity) return { ...filled, status: 'filled', pending: [] };
      return { ...filled, status: isBeingCanceled ? order.status : 'partially_filled' };
    }
  }
}

/** The cumulative quantity grows with every execution of an order, so it tells them apart. */
function executionOf(order: SimulatedOrder, event: FillEvent): BrokerFill {
  return {
    id: `${order.brokerOrderId}:${formatQuantity(order.filledQuantity)}`,
    brokerOrderId: order.brokerOrderId,
    symbol: order.symbol,
    side: order.side,
    quantity: event.quantity,
    price: event.price,
    ...(event.fee !== undefined && { fee: event.fee }),
    time: event.at,
  };
}

/** Null when nothing is left. A reduction keeps the average price; what crosses zero starts at the trade's price. */
function afterTrade(holding: Holding | undefined, signed: Quantity, price: Price): Holding | null {
  if (holding === undefined) return { quantity: signed, averagePrice: price };
  const quantity = add(holding.quantity, signed);
  if (quantity === 0) return null;
  if (holding.quantity > 0 === signed > 0) {
    const cost = add(valueOf(holding.quantity, holding.averagePrice), valueOf(signed, price));
    return { quantity, averagePrice: averageOf(cost, quantity) };
  }
  const crossed = absolute(signed) > absolute(holding.quantity);
  return { quantity, averagePrice: crossed ? price : holding.averagePrice };
}
