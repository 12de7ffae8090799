/** Orders that had counted as ended, as never created or by an operator's word, and that the broker shows after all. */
import type { Difference } from '../observed/attribution.ts';
import { isTerminal, type BrokerOrder, type Snapshot } from '../observed/broker-view.ts';
import { findOrder, newestEndedOrders, type Ledger, type LedgerOrder } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { lookUp } from './look-up.ts';

export interface Look {
  readonly snapshot: Snapshot;
  readonly differences: ReadonlyMap<string, Difference>;
  /** Monotonic; no pause between questions goes on beyond it. */
  readonly until: number | undefined;
}

/**
 * Open orders give themselves away. Others are asked for only where books and broker differ: there they may be the
 * reason.
 */
export async function findLateOrders(
  ports: Pick<Ports, 'broker' | 'clock'>,
  ledger: Ledger,
  { snapshot, differences, until }: Look,
): Promise<BrokerOrder[]> {
  const open = snapshot.openOrders.kind === 'ok' ? snapshot.openOrders.data : [];
  const late = open.filter(({ clientOrderId }) => hasEnded(findOrder(ledger, clientOrderId)));
  for (const order of differences.size === 0 ? [] : newestEndedOrders(ledger).filter(isUncertain)) {
    const { clientOrderId, symbol } = order.intent;
    if (!differences.has(symbol) || late.some((one) => one.clientOrderId === clientOrderId)) continue;
    const found = await lookUp(ports, clientOrderId, until);
    if (found.kind === 'found' && isNews(found.order, order)) late.push(found.order);
  }
  return late;
}

/** Never seen at the broker, or cancelled: a broker's "cancelled" can be overtaken by a fill. */
function isUncertain({ status }: LedgerOrder): boolean {
  return status === 'resolved' || status === 'not-created' || status === 'canceled' || status === 'expired';
}

function hasEnded(order: LedgerOrder | undefined): boolean {
  return order !== undefined && isUncertain(order);
}

function isNews(seen: BrokerOrder, { filled }: LedgerOrder): boolean {
  return seen.filledQuantity > filled || !isTerminal(seen.status);
}
