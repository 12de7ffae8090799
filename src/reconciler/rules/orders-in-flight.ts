/** Orders that have no end yet, ours or not: no second order on their symbol, and ours are brought to an end. */
import type { BrokerOrder } from '../../observed/broker-view.ts';
import { findOrder, type LedgerOrder } from '../../observed/ledger.ts';
import { freeze, hold, type PlanDraft, type PlanFacts } from '../draft.ts';

/** Our client order ids start so; nobody else's do. */
export const ORDER_ID_PREFIX = 'hg-';

export function carefulOfOrders(facts: PlanFacts, draft: PlanDraft): void {
  const { ledger, input, market } = facts;
  const openAtBroker = new Map((market?.openOrders ?? []).map((order) => [order.clientOrderId, order]));
  // While another execution runs, its orders are its own business.
  const someoneExecutes = input.observed.lock.kind === 'held';
  for (const order of ledger.openOrders.values()) {
    const { symbol, side } = order.intent;
    if (!someoneExecutes)
      draft.housekeeping.push(careOf(order, openAtBroker.get(order.intent.clientOrderId)));
    freeze(draft, symbol, {
      ...(mayGoAgain(facts, order) ? { grade: 'again', order } : { grade: 'all' }),
      reason: isKnown(order) ? 'PendingOrder' : 'OrderUnresolved',
      detail: `${side} order ${order.intent.clientOrderId} has no end yet`,
    });
  }
  for (const order of openAtBroker.values()) {
    const known = findOrder(ledger, order.clientOrderId);
    if (known === undefined) foreign(order, draft);
    else if (!ledger.openOrders.has(order.clientOrderId)) stillShown(known, order, draft);
  }
}

/** The broker has taken it. */
function isKnown({ status }: LedgerOrder): boolean {
  return status === 'created' || status === 'handed-over';
}

/**
 * One that was lost on its way, in the session for which it was decided, while nothing else moves on its symbol; an entry
 * only for the slot that it was decided for (`proposeEntry`). What a broker may have after all it takes no second time
 * under the same id.
 */
function mayGoAgain({ ledger, market, differences }: PlanFacts, order: LedgerOrder): boolean {
  const { clientOrderId, symbol, sessionDate } = order.intent;
  if (order.status !== 'unseen' || order.brokerOrderId !== null) return false;
  if (market?.clock.session.date !== sessionDate) return false;
  const isOther = ({ intent }: LedgerOrder): boolean =>
    intent.symbol === symbol && intent.clientOrderId !== clientOrderId;
  if ([...ledger.openOrders.values()].some(isOther)) return false;
  if (market.openOrders.some((open) => open.symbol === symbol)) return false;
  const difference = differences.get(symbol);
  return difference === undefined || (difference.missing === 0 && difference.settling === 0);
}

function careOf(order: LedgerOrder, atBroker: BrokerOrder | undefined): PlanDraft['housekeeping'][number] {
  const { clientOrderId, strategy, symbol } = order.intent;
  const base = { strategy, symbol, clientOrderId, sources: [`journal: order ${clientOrderId}`] };
  return atBroker === undefined
    ? {
        ...base,
        kind: 'resolve-order',
        id: `resolve-order/${clientOrderId}`,
        reason: 'OrderUnresolved',
        from: order.status,
        to: 'ended',
      }
    : {
        ...base,
        kind: 'cancel-order',
        id: `cancel-order/${clientOrderId}`,
        reason: 'OrderLeftOver',
        from: atBroker.status,
        to: 'ended',
      };
}

/** A list that lags behind what the broker has said of the order, or an order that has not ended after all. */
function stillShown({ status }: LedgerOrder, { clientOrderId, symbol }: BrokerOrder, draft: PlanDraft): void {
  const detail = `order ${clientOrderId} is ${status} in the journal, and the broker still shows it as open`;
  freeze(draft, symbol, { grade: 'all', reason: 'PendingOrder', detail });
}

function foreign(order: BrokerOrder, draft: PlanDraft): void {
  const detail = `order ${order.clientOrderId} (${order.side} ${order.symbol}) is open at the broker and not in the journal`;
  freeze(draft, order.symbol, { grade: 'all', reason: 'PendingOrder', detail });
  if (order.clientOrderId.startsWith(ORDER_ID_PREFIX)) {
    const what = `${detail}: another controller trades this account`;
    draft.entriesBlocked ??= { reason: 'ForeignController', detail: what };
    hold(draft, { strategy: null, symbol: order.symbol }, 'ForeignController', what);
  }
}
