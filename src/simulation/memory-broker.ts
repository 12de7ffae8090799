/** The simulated broker without its file, and quick over years: what has ended is kept apart from what may still happen. */
import { accountView, assetsView, orderView, positionsView } from '../broker/simulated-account.ts';
import { advance } from '../broker/simulated-advance.ts';
import { marketClock } from '../broker/simulated-clock.ts';
import { cancelOrder, submitOrder } from '../broker/simulated-orders.ts';
import { NOT_UNIQUE } from '../broker/simulated-refusals.ts';
import {
  freshState,
  openOrdersOf,
  type SimulatedOrder,
  type SimulatedState,
  type Transition,
  type Venue,
} from '../broker/simulated-state.ts';
import { isTerminal, type BrokerFill } from '../observed/broker-view.ts';
import type { Broker, Clock } from '../reconciler/ports.ts';

export interface MemoryBroker extends Broker {
  /** The account as it is now. Its orders and fills are those that have not ended at the last look. */
  state(): SimulatedState;
}

export function memoryBroker(venue: Venue, clock: Clock): MemoryBroker {
  const ended = new Map<string, SimulatedOrder>();
  /** Oldest first. */
  const fills: BrokerFill[] = [];
  let state = freshState(venue.settings, clock.now());
  const keep = (next: SimulatedState): SimulatedState => {
    state = next;
    if (next.fills.length > 0 || next.orders.some(({ status }) => isTerminal(status))) {
      for (const order of next.orders) if (isTerminal(order.status)) ended.set(order.clientOrderId, order);
      for (const fill of next.fills) fills.push(fill);
      state = { ...next, orders: openOrdersOf(next), fills: [] };
    }
    return state;
  };
  // Equal instants give equal accounts, whatever the steps.
  const now = (): SimulatedState => keep(advance(state, clock.now()));
  const change = <Answer>({ state: next, answer }: Transition<Answer>): Answer => {
    keep(next);
    return answer;
  };
  return {
    kind: 'simulated',
    state: now,
    account: () => Promise.resolve(accountView(now(), venue)),
    positions: () => Promise.resolve(positionsView(now(), venue)),
    openOrders: () => Promise.resolve(openOrdersOf(now()).map(orderView)),
    orderByClientId: (id) => {
      const order = now().orders.find(({ clientOrderId }) => clientOrderId === id) ?? ended.get(id);
      return Promise.resolve(order === undefined ? null : orderView(order));
    },
    submit: (request) => {
      const current = now();
      if (ended.has(request.clientOrderId)) return Promise.resolve(NOT_UNIQUE);
      return Promise.resolve(change(submitOrder(current, request, clock.now(), venue)));
    },
    cancel: (id) => {
      const current = now();
      const isOver = [...ended.values()].some(({ brokerOrderId }) => brokerOrderId === id);
      if (isOver) return Promise.resolve({ kind: 'already-final' });
      return Promise.resolve(change(cancelOrder(current, id, clock.now())));
    },
    history: (since) => {
      now();
      return Promise.resolve(fills.filter(({ time }) => time > since));
    },
    clock: () => Promise.resolve(marketClock(venue.settings, now().time)),
    assets: (symbols) => Promise.resolve(assetsView(venue.settings, symbols)),
  };
}
