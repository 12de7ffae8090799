/** What became of an order that was followed to its end, or had to be left. */
import { formatQuantity, subtract, type Quantity } from '../domain/decimal.ts';
import type { IntentPayload } from '../observed/events.ts';
import { findOrder, stoppingBreak, type LedgerOrder } from '../observed/ledger.ts';
import { isReduction, type OrderAction } from '../reconciler/plan-types.ts';
import type { Ports } from '../reconciler/ports.ts';
import { describeOrder, type OrderContext } from './dispatch.ts';
import { record, type Execution } from './execution.ts';
import type { Outcome } from './outcome.ts';

/** The decision, and the order that was sent for it. */
interface SentOrder {
  readonly action: OrderAction;
  readonly intent: IntentPayload;
}

export function failedToClose({ report }: Ports, { strategy, symbol }: OrderAction, detail: string): void {
  report.error(strategy, `Failed to close ${symbol}: ${detail}`, 'CloseFailed');
}

export function outcomeOf({ execution }: OrderContext, { action, intent }: SentOrder): Outcome {
  const { report, journal } = execution.ports;
  const order = findOrder(journal.ledger(), intent.clientOrderId);
  const filled = order?.filled ?? (0 as Quantity);
  if (filled === intent.quantity) return { kind: 'done', action };
  const left = formatQuantity(subtract(intent.quantity, filled));
  if (filled > 0 && isReduction(action))
    report.warn(
      action.strategy,
      `Partial close: ${left} shares remaining for ${action.symbol}`,
      'PartialClose',
    );
  const detail = `${formatQuantity(filled)} of ${formatQuantity(intent.quantity)} filled, ${left} left (${order?.status ?? 'unknown'})`;
  if (isOpen(order)) return leftOpen(execution, { action, intent }, detail);
  if (filled === 0) {
    if (isReduction(action)) failedToClose(execution.ports, action, detail);
    else report.warn(action.strategy, `Order not filled: ${describeOrder(intent)}`);
  }
  return { kind: 'failed', action, code: filled > 0 ? 'PartialFill' : 'NotFilled', detail, filled };
}

/** Its symbol and its money stay blocked; whoever holds the lock next brings it to its end. */
function leftOpen(execution: Execution, { action, intent }: SentOrder, detail: string): Outcome {
  const { clientOrderId, symbol } = intent;
  const { report, journal } = execution.ports;
  const found = stoppingBreak(journal.ledger(), symbol);
  if (found !== undefined)
    return { kind: 'in-doubt', action, code: 'BreakOpen', detail: `${found.kind}: ${found.detail}` };
  record(execution, () => ({ type: 'order-handed-over', fence: execution.fence, clientOrderId }));
  report.warn(action.strategy, `${clientOrderId} is still open and handed over to the next execution`);
  return { kind: 'in-doubt', action, code: 'HandedOver', detail };
}

function isOpen(order: LedgerOrder | undefined): boolean {
  return order !== undefined && OPEN.has(order.status);
}

const OPEN: ReadonlySet<LedgerOrder['status']> = new Set([
  'created',
  'intended',
  'unknown',
  'unseen',
  'declined',
  'deferred',
  'handed-over',
]);
