/** Whether an order opened a position or closed one: from what was held when it was sent. */
import type { Side } from '../../domain/names.ts';
import { subtract, type Quantity } from '../../domain/decimal.ts';
import type { BrokerFill } from '../../observed/broker-view.ts';
import type { CorporateChange, SimulatedOrder, SimulatedState } from '../simulated-state.ts';
import { heldChangeOf, undoChange } from './corporate-changes.ts';
import { backwards, signedOf } from './past.ts';

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

/** Backwards from what is held now: each order saw it without the fills and splits since. */
function intentsOf(state: SimulatedState): ReadonlyMap<string, Intent> {
  const held = new Map([...state.positions].map(([symbol, { quantity }]) => [symbol, quantity]));
  const found = new Map<string, Intent>();
  const happened = backwards(state);
  let next = happened.next();
  for (const order of [...state.orders].sort((a, b) => b.submittedAt - a.submittedAt)) {
    for (; next.done !== true && next.value.time >= order.submittedAt; next = happened.next())
      undo(next.value, held);
    found.set(order.brokerOrderId, intent(order.side, held.get(order.symbol) ?? 0));
  }
  return found;
}

function undo(happened: BrokerFill | CorporateChange, held: Map<string, Quantity>): void {
  if (!('kind' in happened)) {
    const before = subtract(held.get(happened.symbol) ?? (0 as Quantity), signedOf(happened));
    held.set(happened.symbol, before);
    return;
  }
  const change = heldChangeOf(happened);
  if (change !== null) undoChange(held, change);
}

function intent(side: Side, held: number): Intent {
  if (side === 'buy') return held < 0 ? 'buy_to_close' : 'buy_to_open';
  return held > 0 ? 'sell_to_close' : 'sell_to_open';
}
