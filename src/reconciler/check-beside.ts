/** The second opinion on orders beside open ones, and beside syncs. Loops of its own, no rule of the planner. */
import type { Ledger, LedgerOrder } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import { isOfSlot } from './decision-key.ts';
import { isReduction, type OrderAction, type Plan } from './plan-types.ts';

/** What is wrong with an order on a symbol that has open ones, in words: none may be, but the lost one that goes out again. */
export function checkBeside(order: OrderAction, { ledger, snapshot }: ObservedState): string[] {
  const { id, sendsAgain, symbol } = order;
  const own = [...ledger.openOrders.values()].filter(({ intent }) => intent.symbol === symbol);
  const others = own.filter(({ intent }) => intent.clientOrderId !== sendsAgain);
  const atBroker = snapshot.openOrders.kind === 'ok' ? snapshot.openOrders.data : [];
  if (others.length > 0 || atBroker.some((open) => open.symbol === symbol))
    return [`${id}: another order on ${symbol} is open`];
  if (sendsAgain === null) return [];
  const [lost] = own;
  const today = snapshot.clock.kind === 'ok' ? snapshot.clock.data.session.date : null;
  if (lost?.status !== 'unseen' || lost.brokerOrderId !== null)
    return [`${id}: ${sendsAgain} may have reached the broker`];
  return isSame(order, lost, ledger) && lost.intent.sessionDate === today
    ? []
    : [`${id}: it is not the order ${sendsAgain}`];
}

/** An entry also by its key: of the slot that is executed now, and of no other. */
function isSame(order: OrderAction, { intent }: LedgerOrder, ledger: Ledger): boolean {
  const { strategy, side, quantity, purpose } = intent;
  const isEntry = purpose === 'open' || purpose === 'increase';
  if (strategy !== order.strategy || side !== order.side || quantity !== order.quantity) return false;
  if (isEntry === isReduction(order)) return false;
  return !isEntry || (order.slot !== null && isOfSlot(ledger, intent, order.slot));
}

/** An order on a symbol that is synced in the same plan is sized from the book after the sync. */
export function checkBesideSync({ actions }: Plan, orders: readonly OrderAction[]): string[] {
  return actions.flatMap((action) => {
    if (action.kind !== 'sync-position') return [];
    const order = orders.find(
      ({ strategy, symbol }) => strategy === action.strategy && symbol === action.symbol,
    );
    return order === undefined || order.from === action.to
      ? []
      : [`${order.id}: not sized from the synced book`];
  });
}
