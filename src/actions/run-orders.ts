/** Sends the orders of one execution, a few at a time, and follows each to its end. */
import { formatQuantity, subtract, type Quantity } from '../domain/decimal.ts';
import type { IntentPayload } from '../observed/events.ts';
import { findOrder, type LedgerOrder } from '../observed/ledger.ts';
import { isReduction, type OrderAction } from '../reconciler/plan-types.ts';
import { bookOrder } from './book-order.ts';
import { describeOrder, dispatch, type OrderContext } from './dispatch.ts';
import { record } from './execution.ts';
import { followSome, followUntil, type Followed } from './follow.ts';
import { lookUpAfterDoubt } from './look-up.ts';
import type { Outcome } from './outcome.ts';

/** Reasons that hold for every order that is left, not for this one alone. */
const ENDS_THE_EXECUTION: ReadonlySet<string> = new Set(['Interrupted', 'ExecutionTimeout', 'ClockJumped']);

interface InFlight extends Followed {
  readonly action: OrderAction;
  readonly intent: IntentPayload;
}

/** Outcomes in the order in which they became known. Throws {@link LockLost} when another holder took over. */
export async function runOrders(context: OrderContext, actions: readonly OrderAction[]): Promise<Outcome[]> {
  const { settings } = context.execution;
  const outcomes: Outcome[] = [];
  const waiting = [...actions];
  let inFlight: InFlight[] = [];
  while (waiting.length > 0 || inFlight.length > 0) {
    while (waiting.length > 0 && inFlight.length < settings.maxInFlight) {
      const action = waiting.shift();
      if (action === undefined) break;
      const started = await start(context, action);
      if ('kind' in started) outcomes.push(started);
      else inFlight.push(started);
    }
    if (inFlight.length === 0) continue;
    const finished = await followSome(context.execution, inFlight);
    for (const order of inFlight.filter((candidate) => finished.has(candidate)))
      outcomes.push(outcomeOf(context, order));
    inFlight = inFlight.filter((candidate) => !finished.has(candidate));
  }
  return outcomes;
}

async function start(context: OrderContext, action: OrderAction): Promise<Outcome | InFlight> {
  const { execution } = context;
  const { report } = execution.ports;
  if (isReduction(action))
    report.info(
      action.strategy,
      `Closing position: ${action.symbol} (${formatQuantity(action.quantity)} shares)`,
    );
  const dispatched = await dispatch(context, action);
  if (dispatched.kind === 'skipped') {
    const { code, detail } = dispatched.skip;
    report.warn(action.strategy, `${action.symbol} not sent: ${detail}`);
    return { kind: ENDS_THE_EXECUTION.has(code) ? 'not-started' : 'skipped', action, code, detail };
  }
  const { intent, answer } = dispatched;
  report.info(action.strategy, `Submitting order: ${describeOrder(intent)}`);
  if (!isReduction(action)) context.buyingPower -= action.value;
  if (answer.kind === 'created') {
    bookOrder(execution, intent.clientOrderId, answer.order);
    return { ...followUntil(execution, intent.clientOrderId), action, intent };
  }
  if (answer.kind === 'refused' && answer.code !== 'DuplicateClientOrderId') {
    return refused(context, { action, intent }, `${answer.code}: ${answer.message}`);
  }
  return afterDoubt(context, { action, intent }, answer.kind === 'unknown' ? answer.reason : answer.message);
}

interface Sent {
  readonly action: OrderAction;
  readonly intent: IntentPayload;
}

function refused({ execution }: OrderContext, { action, intent }: Sent, detail: string): Outcome {
  const { fence, ports } = execution;
  const { clientOrderId } = intent;
  const ledger = record(execution, () => ({
    type: 'order-ended',
    fence,
    clientOrderId,
    status: 'refused',
    detail,
  }));
  ports.stateFile.schedule(ledger);
  ports.report.error(action.strategy, `Order refused: ${describeOrder(intent)}: ${detail}`);
  return { kind: 'failed', action, code: 'OrderRefused', detail, filled: 0 as Quantity };
}

/** The answer is lost, or says that the id is known: ask by client order id, never send blindly. */
async function afterDoubt(context: OrderContext, sent: Sent, detail: string): Promise<Outcome | InFlight> {
  const { execution } = context;
  const { fence, ports } = execution;
  const { clientOrderId, strategy } = sent.intent;
  record(execution, () => ({ type: 'order-unknown', fence, clientOrderId, detail }));
  ports.report.warn(strategy, `No clear answer for ${clientOrderId} (${detail}); looking it up`);
  const found = await lookUpAfterDoubt(execution, clientOrderId);
  if (found.kind === 'found') {
    bookOrder(execution, clientOrderId, found.order);
    return { ...followUntil(execution, clientOrderId), ...sent };
  }
  const why = found.kind === 'absent' ? 'the broker does not know it (yet)' : found.reason;
  ports.report.error(strategy, `${clientOrderId} is in doubt: ${why}`);
  return { kind: 'in-doubt', action: sent.action, code: 'OrderInDoubt', detail: `${clientOrderId}: ${why}` };
}

function outcomeOf({ execution }: OrderContext, { action, intent }: InFlight): Outcome {
  const { report, journal } = execution.ports;
  const order = findOrder(journal.ledger(), intent.clientOrderId);
  const filled = order?.filled ?? (0 as Quantity);
  if (order !== undefined && filled === intent.quantity) return { kind: 'done', action };
  const left = formatQuantity(subtract(intent.quantity, filled));
  if (filled > 0 && isReduction(action))
    report.warn(action.strategy, `Partial close: ${left} shares remaining for ${action.symbol}`);
  const detail = `${formatQuantity(filled)} of ${formatQuantity(intent.quantity)} filled, ${left} left (${order?.status ?? 'unknown'})`;
  return isOpen(order)
    ? { kind: 'in-doubt', action, code: 'OrderStillOpen', detail }
    : { kind: 'failed', action, code: filled > 0 ? 'PartialFill' : 'NotFilled', detail, filled };
}

function isOpen(order: LedgerOrder | undefined): boolean {
  return order?.status === 'created' || order?.status === 'intended' || order?.status === 'unknown';
}
