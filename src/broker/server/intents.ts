/** Whether an order opened a position or closed one: from what was held when it was sent. */
import type { Side } from '../../domain/names.ts';
import { signedOf } from './past.ts';
import type { SimulatedOrder, SimulatedState } from '../simulated-state.ts';

type Intent = 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close';

export type IntentOf = (state: SimulatedState, order: SimulatedOrder) => Intent;

/** Looks all of them up once, and again as soon as one order has changed: then the list of orders is another one. */
export function intents(): IntentOf {
  const known = new WeakMap<SimulatedState['orders'], ReadonlyMap<string, Intent>>();
  return (state, order) => {
    const found = known.get(state.orders) ?? intentsOf(state);
    known.set(state.orders, found);
    return found.get(order.brokerOrderId) ?? intent(order.side, 0);
  };
}

/** Backwards from what is held now: each order saw it without the fills since. */
function intentsOf({ orders, fills, positions }: SimulatedState): ReadonlyMap<string, Intent> {
  const held = new Map<string, number>([...positions].map(([symbol, { quantity }]) => [symbol, quantity]));
  const found = new Map<string, Intent>();
  let next = fills.length - 1;
  for (const order of [...orders].sort((a, b) => b.submittedAt - a.submittedAt)) {
    for (let fill = fills[next]; fill !== undefined && fill.time >= order.submittedAt; fill = fills[next]) {
      held.set(fill.symbol, (held.get(fill.symbol) ?? 0) - signedOf(fill));
      next -= 1;
    }
    found.set(order.brokerOrderId, intent(order.side, held.get(order.symbol) ?? 0));
  }
  return found;
}

function intent(side: Side, held: number): Intent {
  if (side === 'buy') return held < 0 ? 'buy_to_close' : 'buy_to_open';
  return held > 0 ? 'sell_to_close' : 'sell_to_open';
}
