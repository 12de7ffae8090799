/** Follows orders to their end by asking; streams may only wake it early. */
import type { BrokerOrder } from '../observed/broker-view.ts';
import { findOrder } from '../observed/ledger.ts';
import { FLATTENING } from '../reconciler/brakes.ts';
import type { Ports } from '../reconciler/ports.ts';
import { bookOrder } from './book-order.ts';
import { FIRST_CANCEL, requestCancel, type CancelTurn } from './cancel.ts';
import type { Execution } from './execution.ts';
import { lookUp } from './look-up.ts';
import { read } from './read.ts';

const POLL_FIRST = 100;
const POLL_MAX = 1_000;

export interface Followed {
  readonly clientOrderId: string;
  /** Monotonic; after it the order is cancelled. */
  readonly fillUntil: number;
  /** Monotonic; after it the order is left to the next run. */
  readonly giveUpAt: number;
  /** No request to cancel it follows one that was acknowledged. */
  cancel: CancelTurn;
}

export function followUntil({ ports, settings, releaseBy }: Execution, clientOrderId: string): Followed {
  const fillUntil = ports.clock.monotonic() + settings.fillTimeout;
  const giveUpAt = Math.min(fillUntil + settings.cancelAllowance, releaseBy);
  return { clientOrderId, fillUntil: Math.min(fillUntil, giveUpAt), giveUpAt, cancel: FIRST_CANCEL };
}

/** For an order that is to fill no further: it is cancelled at once. */
export function followCancelled({ ports, settings, releaseBy }: Execution, clientOrderId: string): Followed {
  const now = ports.clock.monotonic();
  const giveUpAt = Math.min(now + settings.cancelAllowance, releaseBy);
  return { clientOrderId, fillUntil: now, giveUpAt, cancel: FIRST_CANCEL };
}

/** Polls until at least one of `orders` has ended, is contradicted or is given up; returns those, and leaves the others. */
export async function followSome(
  execution: Execution,
  orders: readonly Followed[],
): Promise<ReadonlySet<Followed>> {
  const { clock } = execution.ports;
  const finished = new Set<Followed>();
  for (let pause = POLL_FIRST; finished.size === 0; pause = Math.min(pause * 2, POLL_MAX)) {
    await pauseUnlessNews(execution.ports, pause);
    for (const order of await pollOnce(execution, orders)) finished.add(order);
    for (const order of orders) if (clock.monotonic() >= order.giveUpAt) finished.add(order);
  }
  return finished;
}

/** News make the next question come early, and are no answer themselves. */
async function pauseUnlessNews({ broker, clock }: Execution['ports'], pause: number): Promise<void> {
  const news = broker.news?.();
  await (news === undefined ? clock.sleep(pause) : Promise.race([clock.sleep(pause), news]));
}

/** One batched question for all open orders, and one more for each that is no longer among them, all at once. */
async function pollOnce(execution: Execution, orders: readonly Followed[]): Promise<Followed[]> {
  const { broker, clock } = execution.ports;
  const open = await read(clock, () => broker.openOrders(), execution.releaseBy);
  if (open.kind === 'unknown') return [];
  const byId = new Map(open.data.map((order) => [order.clientOrderId, order]));
  const ended: Followed[] = [];
  const looks = await Promise.all(
    orders.map(async (order) => {
      const seen = byId.get(order.clientOrderId) ?? (await single(execution, order));
      return { order, seen };
    }),
  );
  for (const { order, seen } of looks) {
    if (seen === null) continue;
    if (bookOrder(execution, order.clientOrderId, seen) !== 'open') ended.push(order);
    else await cancelWhenDue(execution, order, seen);
  }
  return ended;
}

async function single(execution: Execution, { clientOrderId }: Followed): Promise<BrokerOrder | null> {
  const answer = await lookUp(execution.ports, clientOrderId, execution.releaseBy);
  return answer.kind === 'found' ? answer.order : null;
}

/** A cancel is a request: the order is followed on, and may still fill. */
async function cancelWhenDue({ ports }: Execution, order: Followed, seen: BrokerOrder): Promise<void> {
  const now = ports.clock.monotonic();
  const isDue = now >= order.fillUntil || ports.stop.requested() || isCalledOff(ports, order);
  if (!isDue || now < order.cancel.from) return;
  order.cancel = await requestCancel(ports, seen.brokerOrderId, order.cancel, Number.POSITIVE_INFINITY);
}

/** An operator has halted the account and wants no order open, but for those of the halt itself. */
export function isCalledOff(
  { journal }: Pick<Ports, 'journal'>,
  { clientOrderId }: Pick<Followed, 'clientOrderId'>,
): boolean {
  const ledger = journal.refresh();
  const mode = ledger.halt?.mode ?? 'hold';
  if (mode === 'hold') return false;
  return mode === 'cancel' || findOrder(ledger, clientOrderId)?.intent.reason !== FLATTENING;
}
