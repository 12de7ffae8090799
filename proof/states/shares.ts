/** How many shares are wanted, held, booked and on their way in the small world, and whose they are. */
import type { SimulatedOrder, SimulatedState } from '../../src/broker/simulated-state.ts';
import { remainingOf } from '../../src/broker/simulated-state.ts';
import type { DesiredStrategy } from '../../src/desired/desired-state.ts';
import { SHARE } from '../../src/domain/decimal.ts';
import { isTerminal, type BrokerFill } from '../../src/observed/broker-view.ts';
import { expectedBeyond } from '../../src/observed/evidence.ts';
import { findOrder, type Ledger } from '../../src/observed/ledger.ts';
import { ORDER_ID_PREFIX } from '../../src/reconciler/rules/orders-in-flight.ts';

export function wantedOf(strategies: readonly DesiredStrategy[], symbol: string): number {
  return strategies.reduce((sum, { signal }) => {
    const target = signal.type === 'fixed' ? signal.targets.find((one) => one.symbol === symbol) : undefined;
    return sum + (target?.size.kind === 'quantity' ? target.size.quantity : 0);
  }, 0);
}

export function heldBy({ positions }: SimulatedState, symbol: string): number {
  return positions.get(symbol)?.quantity ?? 0;
}

export function bookedOf({ books }: Ledger, symbol: string): number {
  return [...books.values()].reduce((sum, book) => sum + (book.get(symbol)?.quantity ?? 0), 0);
}

export function onTheirWay({ orders }: SimulatedState, symbol: string): number {
  const open = orders.filter(
    (order) => order.symbol === symbol && order.side === 'buy' && !isTerminal(order.status),
  );
  return open.reduce((sum, order) => sum + remainingOf(order), 0);
}

export function isOurs({ clientOrderId }: Pick<SimulatedOrder, 'clientOrderId'>): boolean {
  return clientOrderId.startsWith(ORDER_ID_PREFIX);
}

export function notBooked(ledger: Ledger, { orders }: SimulatedState, symbol: string): number {
  return orders
    .filter((order) => order.symbol === symbol && isOurs(order))
    .reduce((sum, { clientOrderId, side, filledQuantity }) => {
      const lacking = filledQuantity - (findOrder(ledger, clientOrderId)?.filled ?? 0);
      return sum + (side === 'buy' ? lacking : 0 - lacking);
    }, 0);
}

/** By the anchor, and by what the account really has of others since. */
export function ofOthers(ledger: Ledger, account: SimulatedState, symbol: string): number {
  return expectedBeyond(ledger, symbol, tradesOfOthers(account));
}

/** Which they really are, whatever the journal knows of our own. */
export function tradesOfOthers({ orders, fills }: SimulatedState): BrokerFill[] {
  const others = new Set(orders.filter((order) => !isOurs(order)).map(({ brokerOrderId }) => brokerOrderId));
  return others.size === 0 ? [] : fills.filter(({ brokerOrderId }) => others.has(brokerOrderId));
}

export function shares(quantity: number): string {
  return String(quantity / SHARE);
}
