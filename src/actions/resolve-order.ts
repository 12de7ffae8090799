/** Brings orders of earlier executions to their end: found and followed, or known to have never been. */
import type { BrokerOrder, MarketClock, Observed } from '../observed/broker-view.ts';
import { findOrder } from '../observed/ledger.ts';
import type { LateOrderAction, OrderCareAction } from '../reconciler/plan-types.ts';
import { wayOut } from '../reconciler/way-out.ts';
import { bookOrder } from './book-order.ts';
import { record, type Execution } from './execution.ts';
import { followCancelled, followSome, type Followed } from './follow.ts';
import { lookUp, lookUpAll, lookUpOnce, type LookUp } from './look-up.ts';
import { endNeverCreated } from './never-created.ts';
import type { Outcome } from './outcome.ts';

type Care = OrderCareAction | LateOrderAction;

/** All at once, so that many orders take no longer than one. `clock`: the market clock of the look that planned this. */
export async function resolveOrders(
  execution: Execution,
  actions: readonly OrderCareAction[],
  clock: Observed<MarketClock>,
): Promise<Outcome[]> {
  const { ports } = execution;
  const { openOrders } = ports.journal.refresh();
  const open = actions.filter(({ clientOrderId }) => openOrders.has(clientOrderId));
  for (const { strategy, clientOrderId } of open)
    ports.report.info(strategy, `Resolving order ${clientOrderId}`);
  const isDeferred = ({ clientOrderId }: OrderCareAction): boolean =>
    openOrders.get(clientOrderId)?.status === 'deferred';
  const [deferred, doubtful] = [open.filter(isDeferred), open.filter((action) => !isDeferred(action))];
  const answers = new Map([
    ...(await lookUpAll(execution, doubtful.map(idOf))),
    ...(await lookUpOnce(execution, deferred.map(idOf))),
  ]);
  const found = open.flatMap((action) => {
    const answer = answers.get(action.clientOrderId);
    return answer?.kind === 'found' ? [{ action, seen: answer.order }] : [];
  });
  const ended = new Map<Care, Outcome>();
  for (const [action, outcome] of await endAtBroker(execution, found)) ended.set(action, outcome);
  const isAbsent = (action: OrderCareAction): boolean => answers.get(idOf(action))?.kind === 'absent';
  const unseen = await endNeverCreated(execution, doubtful.filter(isAbsent), clock);
  for (const [action, outcome] of unseen) ended.set(action, outcome);
  for (const action of deferred.filter(isAbsent)) ended.set(action, endDeferred(execution, action));
  return actions.map((action) => ended.get(action) ?? unreached(action, answers.get(action.clientOrderId)));
}

function idOf({ clientOrderId }: OrderCareAction): string {
  return clientOrderId;
}

/** The broker has said that it took nothing, and nothing was sent since. */
function endDeferred(execution: Execution, action: OrderCareAction): Outcome {
  const { fence } = execution;
  const { clientOrderId } = action;
  const detail = 'its execution ended in the pause that the broker had asked for';
  record(execution, () => ({ type: 'order-ended', fence, clientOrderId, status: 'refused', detail }));
  return { kind: 'done', action };
}

/** What had ended meanwhile is done. */
function unreached(action: OrderCareAction, answer: LookUp | undefined): Outcome {
  if (answer?.kind !== 'unreachable') return { kind: 'done', action };
  return { kind: 'in-doubt', action, code: 'BrokerUnavailable', detail: answer.reason };
}

/** The broker shows an order that had counted as ended: it is ours again, and brought to its end. */
export async function followLateOrder(execution: Execution, action: LateOrderAction): Promise<Outcome> {
  const { clientOrderId, brokerOrderId, contained, containedValue, strategy } = action;
  const { fence, ports } = execution;
  ports.report.warn(strategy, `Late order ${clientOrderId} found at the broker: ${action.to}`);
  record(execution, (ledger) => {
    if (ledger.openOrders.has(clientOrderId)) return null;
    const reopened = { fence, clientOrderId, brokerOrderId, contained, containedValue };
    const isForgotten = findOrder(ledger, clientOrderId) === undefined;
    const order = isForgotten ? findOrder(ports.journal.whole(), clientOrderId) : undefined;
    return { type: 'order-reopened', ...reopened, ...(order === undefined ? {} : { order }) };
  });
  const answer = await lookUp(ports, clientOrderId, execution.releaseBy);
  if (answer.kind === 'found') {
    const ended = await endAtBroker(execution, [{ action, seen: answer.order }]);
    return ended.get(action) ?? { kind: 'done', action };
  }
  const detail = answer.kind === 'unreachable' ? answer.reason : 'the broker does not know it any more';
  return { kind: 'in-doubt', action, code: 'BrokerUnavailable', detail };
}

interface Found {
  readonly action: Care;
  readonly seen: BrokerOrder;
}

/** Nobody follows them any more, so they are cancelled if they are open; what fills until then is booked. */
async function endAtBroker(
  execution: Execution,
  found: readonly Found[],
): Promise<ReadonlyMap<Care, Outcome>> {
  const outcomes = new Map<Care, Outcome>();
  let working: Followed[] = [];
  for (const { action, seen } of found) {
    const state = bookOrder(execution, action.clientOrderId, seen);
    if (state === 'contradicted') outcomes.set(action, contradicted(execution, action));
    if (state === 'open') working.push(followCancelled(execution, action.clientOrderId));
  }
  while (working.length > 0) {
    const finished = await followSome(execution, working);
    working = working.filter((order) => !finished.has(order));
  }
  const { openOrders } = execution.ports.journal.ledger();
  for (const { action } of found) {
    if (outcomes.has(action)) continue;
    const isOpen = openOrders.has(action.clientOrderId);
    outcomes.set(action, isOpen ? stillOpen(action) : { kind: 'done', action });
  }
  return outcomes;
}

function stillOpen(action: Care): Outcome {
  const detail = `${action.clientOrderId} is still open at the broker`;
  return { kind: 'in-doubt', action, code: 'OrderStillOpen', detail };
}

/** Whose order it is, or what it has filled, is not certain: it is not touched before somebody has looked. */
function contradicted({ ports }: Execution, action: Care): Outcome {
  const found = ports.journal.ledger().breaks.get(action.symbol);
  const detail = `${found?.kind ?? ''}: ${found?.detail ?? ''}; ${wayOut(action.symbol, found?.kind)}`;
  return { kind: 'in-doubt', action, code: 'BreakOpen', detail };
}
