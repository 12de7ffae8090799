/** The simulated broker's own machine without its file: for tests that need thousands of worlds. */
import { accountView, assetsView, orderView, positionsView } from '../../src/broker/simulated-account.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import { marketClock } from '../../src/broker/simulated-clock.ts';
import {
  cancelOrder,
  submitOrder,
  tradeOutside,
  type OutsideTrade,
} from '../../src/broker/simulated-orders.ts';
import {
  openOrdersOf,
  type SimulatedState,
  type Transition,
  type Venue,
} from '../../src/broker/simulated-state.ts';
import type { FaultableBroker } from '../../src/broker/faulty-broker.ts';
import { splitHolding } from '../../src/broker/simulated-split.ts';
import type { Clock } from '../../src/reconciler/ports.ts';

export interface MemoryBroker extends FaultableBroker {
  state(): SimulatedState;
  tradeOutside(trade: OutsideTrade): void;
  /** Every order request that reached the broker, refused or not. */
  readonly submitted: readonly string[];
}

export function memoryBroker(start: SimulatedState, venue: Venue, clock: Clock): MemoryBroker {
  let state = start;
  const submitted: string[] = [];
  const change = <Answer>({ state: next, answer }: Transition<Answer>): Answer => {
    state = next;
    return answer;
  };
  const seen = (): SimulatedState => advance(state, clock.now());
  return {
    kind: 'simulated',
    submitted,
    state: seen,
    account: () => Promise.resolve(accountView(seen(), venue)),
    positions: () => Promise.resolve(positionsView(seen(), venue)),
    openOrders: () => Promise.resolve(openOrdersOf(seen()).map(orderView)),
    orderByClientId: (id) => {
      const order = seen().orders.find((candidate) => candidate.clientOrderId === id);
      return Promise.resolve(order === undefined ? null : orderView(order));
    },
    submit: (request) => {
      submitted.push(request.clientOrderId);
      return Promise.resolve(change(submitOrder(state, request, clock.now(), venue)));
    },
    submitChanged: (request, orderChange) => {
      submitted.push(request.clientOrderId);
      return Promise.resolve(
        change(submitOrder(state, { ...request, change: orderChange }, clock.now(), venue)),
      );
    },
    split: (split) => {
      state = splitHolding(seen(), split);
    },
    cancel: (id) => Promise.resolve(change(cancelOrder(state, id, clock.now()))),
    history: (since) => Promise.resolve(seen().fills.filter((fill) => fill.time > since)),
    clock: () => Promise.resolve(marketClock(venue.settings, seen().time)),
    assets: (symbols) => Promise.resolve(assetsView(venue.settings, symbols)),
    tradeFreely: (trade) =>
      change(tradeOutside(state, { ...trade, allowed: 'anything' }, clock.now(), venue)),
    tradeOutside: (trade) => {
      const answer = change(tradeOutside(state, trade, clock.now(), venue));
      if (answer.kind !== 'created')
        throw new Error(`the outside trade was refused: ${JSON.stringify(answer)}`);
    },
  };
}
