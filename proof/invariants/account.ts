/** Looks at an account, as the invariants need them. */
import type { SimulatedOrder, SimulatedState } from '../../src/broker/simulated-state.ts';
import { isTerminal } from '../../src/observed/broker-view.ts';
import { ORDER_ID_PREFIX } from '../../src/reconciler/rules/orders-in-flight.ts';

export function isOurs({ clientOrderId }: SimulatedOrder): boolean {
  return clientOrderId.startsWith(ORDER_ID_PREFIX);
}

export function openOf(account: SimulatedState): SimulatedOrder[] {
  return account.orders.filter(({ status }) => !isTerminal(status));
}

export function orderAt(account: SimulatedState, clientOrderId: string): SimulatedOrder | undefined {
  return account.orders.find((order) => order.clientOrderId === clientOrderId);
}

/** How often somebody else has traded a symbol. */
export function outsideOf(account: SimulatedState, symbol: string): number {
  return account.orders.filter((order) => order.symbol === symbol && !isOurs(order)).length;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export const SHARE = 1_000_000_000;

export function shares(quantity: number): string {
  return String(quantity / SHARE);
}
