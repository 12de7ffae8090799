/** Brings an order of an earlier execution to its end: found and followed, or known to have never been. */
import type { MarketClock, Observed } from '../observed/broker-view.ts';
import type { OrderCareAction } from '../reconciler/plan-types.ts';
import { wayOut } from '../reconciler/way-out.ts';
import { bookOrder } from './book-order.ts';
import { record, type Execution } from './execution.ts';
import { followSome, followUntil } from './follow.ts';
import { lookUp, lookUpAfterDoubt } from './look-up.ts';
import type { Outcome } from './outcome.ts';

/** `clock`: the market clock of the look that planned this. */
export async function resolveOrder(
  execution: Execution,
  action: OrderCareAction,
  clock: Observed<MarketClock>,
): Promise<Outcome> {
  const { clientOrderId, strategy } = action;
  const { ports } = execution;
  const order = ports.journal.refresh().openOrders.get(clientOrderId);
  if (order === undefined) return { kind: 'done', action };
  ports.report.info(strategy, `Resolving order ${clientOrderId}`);
  const first = await lookUp(ports, clientOrderId);
  const found = first.kind === 'absent' ? await lookUpAfterDoubt(execution, clientOrderId) : first;
  switch (found.kind) {
    case 'found':
      if (bookOrder(execution, clientOrderId, found.order)) return { kind: 'done', action };
      return endAtBroker(execution, action, found.order.brokerOrderId);
    case 'absent':
      return neverCreated(execution, action, isSessionOver(clock, order.intent.sessionDate));
    case 'unreachable':
      return { kind: 'in-doubt', action, code: 'BrokerUnavailable', detail: found.reason };
  }
}

/** Nobody follows it any more, so it is cancelled; what fills until then is booked. */
async function endAtBroker(
  execution: Execution,
  action: OrderCareAction,
  brokerOrderId: string,
): Promise<Outcome> {
  await execution.ports.broker.cancel(brokerOrderId);
  const followed = { ...followUntil(execution, action.clientOrderId), cancelled: true };
  await followSome(execution, [followed]);
  const isOpen = execution.ports.journal.ledger().openOrders.has(action.clientOrderId);
  if (!isOpen) return { kind: 'done', action };
  return {
    kind: 'in-doubt',
    action,
    code: 'OrderStillOpen',
    detail: `${action.clientOrderId} is still open at the broker`,
  };
}

/** A broker may list an order late, so absence is proof only once the order's session has closed. */
function neverCreated(execution: Execution, action: OrderCareAction, isOver: boolean): Outcome {
  const { clientOrderId, symbol } = action;
  if (!isOver) {
    const detail = `the broker does not know ${clientOrderId} (yet): ${symbol} takes no order in this session; ${wayOut(symbol)}`;
    return { kind: 'in-doubt', action, code: 'OrderNotSeen', detail };
  }
  record(execution, () => ({
    type: 'order-ended',
    fence: execution.fence,
    clientOrderId,
    status: 'not-created',
    detail: 'its session has closed and the broker does not know it',
  }));
  return { kind: 'done', action };
}

function isSessionOver(clock: Observed<MarketClock>, sessionDate: string): boolean {
  return clock.kind === 'ok' && clock.data.session.date > sessionDate;
}
