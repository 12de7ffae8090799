/** Orders that the broker does not know: when that is proof that they never were, and when one may go out again. */
import { HOUR, type Instant } from '../domain/instant.ts';
import type { BrokerFill, MarketClock, Observed } from '../observed/broker-view.ts';
import type { IntentPayload } from '../observed/events.ts';
import { outsideFills } from '../observed/evidence.ts';
import type { LedgerOrder } from '../observed/ledger.ts';
import { isEntry, type OrderCareAction } from '../reconciler/plan-types.ts';
import { wayOut } from '../reconciler/way-out.ts';
import { record, type Execution } from './execution.ts';
import type { Outcome } from './outcome.ts';
import { read } from './read.ts';

/** Brokers list orders late: until so long after the last word on it, a request of ours or not, no order counts as such. */
const NEVER_CREATED_AFTER = HOUR;

/**
 * That the broker does not know an order is proof only once its session has closed, and the complete history shows no
 * trade that may have been it.
 */
export async function endNeverCreated(
  execution: Execution,
  actions: readonly OrderCareAction[],
  clock: Observed<MarketClock>,
): Promise<ReadonlyMap<OrderCareAction, Outcome>> {
  const { ports } = execution;
  const { openOrders } = ports.journal.ledger();
  const orders = actions.flatMap((action) => {
    const order = openOrders.get(action.clientOrderId);
    return order === undefined ? [] : [{ action, order }];
  });
  const isDue = ({ order }: { order: LedgerOrder }): boolean => isOver(execution, order, clock);
  const history = orders.some((one) => isDue(one) || isLost(one.order, clock))
    ? await historySince(execution, Math.min(...orders.map(({ order }) => order.intendedAt)) as Instant)
    : null;
  return new Map(
    orders.map(({ action, order }) => {
      const doubt = whyUncertain(execution, order, history);
      if (isDue({ order }))
        return [action, doubt === null ? neverCreated(execution, action) : notSeen(action, doubt)];
      if (!isLost(order, clock)) return [action, notSeen(action, notYet(action))];
      noteSight(execution, order, doubt);
      return [action, notSeen(action, doubt ?? goesAgain(order.intent))];
    }),
  );
}

/** Of which the broker has never said anything, in its own session. */
function isLost({ intent, brokerOrderId, status }: LedgerOrder, clock: Observed<MarketClock>): boolean {
  if (clock.kind !== 'ok' || clock.data.session.date !== intent.sessionDate) return false;
  return brokerOrderId === null && status !== 'declined';
}

/** The plan sends it again as long as it counts as not seen. */
function noteSight(execution: Execution, { intent, status }: LedgerOrder, doubt: string | null): void {
  const { fence } = execution;
  const { clientOrderId } = intent;
  if (doubt === null && status !== 'unseen')
    record(execution, () => ({ type: 'order-unseen', fence, clientOrderId }));
  if (doubt !== null && status === 'unseen')
    record(execution, () => ({ type: 'order-unknown', fence, clientOrderId, detail: doubt }));
}

function goesAgain({ clientOrderId, symbol, purpose }: IntentPayload): string {
  const [sure, where] = isEntry(purpose)
    ? [' (yet)', 'in the window of its slot, if it has one,']
    : ['', 'where it is still wanted'];
  return `the broker does not know ${clientOrderId}${sure}: ${where} it goes out again under the same id, and ${symbol} takes no other order in this session`;
}

function notYet({ clientOrderId, symbol }: OrderCareAction): string {
  return `the broker does not know ${clientOrderId} (yet): ${symbol} takes no order in this session`;
}

function isOver(
  { ports }: Execution,
  { intent, updatedAt }: LedgerOrder,
  clock: Observed<MarketClock>,
): boolean {
  const isLong = ports.clock.now() >= updatedAt + NEVER_CREATED_AFTER;
  return isLong && clock.kind === 'ok' && clock.data.session.date > intent.sessionDate;
}

/** Fills of the broker's clock, which may be a little behind ours. */
function historySince(
  { ports, settings, releaseBy }: Execution,
  since: Instant,
): Promise<Observed<readonly BrokerFill[]>> {
  const { broker, clock } = ports;
  return read(clock, () => broker.history((since - settings.settleWindow) as Instant), releaseBy);
}

/** Null where nothing speaks for it any more. */
function whyUncertain(
  { ports, settings }: Execution,
  { intent, intendedAt, brokerOrderId }: LedgerOrder,
  history: Observed<readonly BrokerFill[]> | null,
): string | null {
  const { clientOrderId: id, symbol, side } = intent;
  if (brokerOrderId !== null)
    return `the broker took ${id} as ${brokerOrderId}, and does not know it any more`;
  if (history?.kind !== 'ok') return `the account's history is not available, which would show ${id}`;
  const since = intendedAt - settings.settleWindow;
  const trade = outsideFills(ports.journal.whole(), history.data).find(
    (fill) => fill.symbol === symbol && fill.side === side && fill.time >= since,
  );
  if (trade === undefined) return null;
  return `the broker does not know ${id}, and the history shows a ${side} of ${symbol} (${trade.id}) that may be it`;
}

function notSeen(action: OrderCareAction, doubt: string): Outcome {
  const detail = `${doubt}; ${wayOut(action.symbol)}`;
  return { kind: 'in-doubt', action, code: 'OrderNotSeen', detail };
}

function neverCreated(execution: Execution, action: OrderCareAction): Outcome {
  record(execution, () => ({
    type: 'order-ended',
    fence: execution.fence,
    clientOrderId: action.clientOrderId,
    status: 'not-created',
    detail: 'its session has closed, and neither the broker nor the history knows it',
  }));
  return { kind: 'done', action };
}
