/**
 * An order that had counted as ended shows itself: it is booked to its strategy after all, and cancelled if open.
 *
 * The books may contain its fills already, because an operator has said so or evidence has moved them. What they lack
 * is what the broker holds beyond them, less what others have traded: no more than that is booked.
 */
import {
  formatQuantity,
  mulDiv,
  subtract,
  valueOf,
  type Money,
  type Quantity,
} from '../../domain/decimal.ts';
import type { BrokerOrder } from '../../observed/broker-view.ts';
import { anchorOf, movedOutside } from '../../observed/evidence.ts';
import { findOrder, valueBooked, type LedgerOrder } from '../../observed/ledger.ts';
import { gapOf } from '../../observed/attribution.ts';
import { freeze, hold, type PlanDraft, type PlanFacts } from '../draft.ts';

export function followLateOrders(facts: PlanFacts, draft: PlanDraft): void {
  for (const seen of facts.input.observed.lateOrders) {
    const order = findOrder(facts.ledger, seen.clientOrderId);
    if (order === undefined) continue;
    const detail = `order ${seen.clientOrderId} had counted as ${order.status}; the broker has filled ${formatQuantity(seen.filledQuantity)} of it`;
    const blocker = whyNotYet(facts, order, seen);
    freeze(draft, order.intent.symbol, { grade: 'all', reason: blocker ?? 'OrderUnresolved', detail });
    if (blocker === null) draft.housekeeping.push(reopening(facts, order, seen));
    else hold(draft, { strategy: order.intent.strategy, symbol: order.intent.symbol }, blocker, detail);
  }
}

/** Positions follow fills with a lag: until then nobody can say what the books lack. */
function whyNotYet(
  { input }: PlanFacts,
  order: LedgerOrder,
  seen: BrokerOrder,
): 'Settling' | 'HistoryUnavailable' | 'PendingOrder' | null {
  const { snapshot, history, lock } = input.observed;
  if (lock.kind === 'held') return 'PendingOrder';
  if (snapshot.positions.kind !== 'ok' || history?.kind !== 'ok') return 'HistoryUnavailable';
  const { settleWindow } = input.desired.account.execution;
  const isYoung = seen.updatedAt > snapshot.takenAt - settleWindow;
  return isYoung && seen.filledQuantity > order.filled ? 'Settling' : null;
}

function reopening(
  facts: PlanFacts,
  order: LedgerOrder,
  seen: BrokerOrder,
): PlanDraft['housekeeping'][number] {
  const { strategy, symbol, clientOrderId } = order.intent;
  const unbooked = Math.max(0, subtract(seen.filledQuantity, order.filled));
  const lacking = Math.min(Math.max(0, lackingOf(facts, order, seen)), unbooked) as Quantity;
  const contained = subtract(seen.filledQuantity, lacking);
  const grown = subtract(contained, order.filled);
  return {
    kind: 'reopen-order',
    id: `reopen-order/${clientOrderId}`,
    strategy,
    symbol,
    reason: 'LateOrder',
    clientOrderId,
    brokerOrderId: seen.brokerOrderId,
    contained: grown > 0 ? contained : order.filled,
    containedValue: grown > 0 ? containedValue(order, seen, contained) : valueBooked(order),
    from: order.status,
    to: seen.status,
    sources: [
      `journal: order ${clientOrderId} (${order.status})`,
      `broker: order ${clientOrderId} (${seen.status}), ${formatQuantity(seen.filledQuantity)} filled`,
    ],
  };
}

/** The broker's whole value, less what is about to be booked at the same average. */
function containedValue(
  order: LedgerOrder,
  { averagePrice, filledQuantity }: BrokerOrder,
  contained: Quantity,
): Money {
  if (averagePrice === null) return valueBooked(order);
  return mulDiv(valueOf(filledQuantity, averagePrice), contained, filledQuantity) as Money;
}

/** What the account has moved on the order's side beyond the books and beyond what others traded. */
function lackingOf({ ledger, differences, input }: PlanFacts, order: LedgerOrder, seen: BrokerOrder): number {
  const { symbol, side } = order.intent;
  const { history } = input.observed;
  const difference = differences.get(symbol);
  if (difference === undefined || history?.kind !== 'ok') return 0;
  const others = movedOutside(ledger, symbol, history.data)
    .filter(({ brokerOrderId }) => brokerOrderId !== seen.brokerOrderId)
    .reduce((sum, fill) => sum + (fill.side === 'buy' ? fill.quantity : 0 - fill.quantity), 0);
  const gap = gapOf(difference) + difference.settling - anchorOf(ledger, symbol).unmanaged - others;
  return side === 'buy' ? gap : 0 - gap;
}
