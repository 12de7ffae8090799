/** Stopping what is under way: an operator's halt asks the broker itself, because whoever executes may hang. */
import { SECOND } from '../domain/instant.ts';
import { findOrder, type LedgerOrder } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { isCalledOff } from './follow.ts';
import { viewLock } from './lock-view.ts';
import { read } from './read.ts';

/** How long a running execution is waited for: it follows its own orders to their end. */
const WAIT = 60 * SECOND;
const POLL = 250;
/** How long until a cancel that had no effect is asked for again. */
const CANCEL_AGAIN = 5 * SECOND;

/**
 * Asks for the end of every open order that the halt calls off, until there is none, or nobody executes any more, or 60 s
 * are over. Needs no lock: a cancel may only keep something from happening. Books nothing.
 */
export async function callOffOrders(ports: Ports): Promise<void> {
  const { clock, journal, stop } = ports;
  const until = clock.monotonic() + WAIT;
  const again = new Map<string, number>();
  for (;;) {
    await cancelOnce(ports, again);
    const isExecuting = isHeld(ports);
    if (!isExecuting || calledOff(ports).length === 0) return;
    if (clock.monotonic() >= until || stop.requested()) return;
    await clock.sleep(POLL);
    journal.refresh();
  }
}

/** Waits until nobody executes, for at most 60 s; false when somebody still does. */
export async function waitForQuiet(ports: Ports): Promise<boolean> {
  const until = ports.clock.monotonic() + WAIT;
  while (isHeld(ports)) {
    if (ports.clock.monotonic() >= until || ports.stop.requested()) return false;
    await ports.clock.sleep(POLL);
  }
  return true;
}

export function isHeld(ports: Ports): boolean {
  return viewLock(ports, ports.journal.refresh().lock, null).kind === 'held';
}

/** Orders without an end that the halt calls off, as the books have them. */
export function calledOff(ports: Pick<Ports, 'journal'>): LedgerOrder[] {
  return [...ports.journal.ledger().openOrders.values()].filter(({ intent }) => isCalledOff(ports, intent));
}

/** `again`: broker order id -> monotonic time of the next request. */
async function cancelOnce(ports: Ports, again: Map<string, number>): Promise<void> {
  const { broker, clock, journal } = ports;
  const open = await read(clock, () => broker.openOrders());
  if (open.kind === 'unknown') return;
  const ledger = journal.refresh();
  for (const { clientOrderId, brokerOrderId } of open.data) {
    const isOurs = findOrder(ledger, clientOrderId) !== undefined && isCalledOff(ports, { clientOrderId });
    if (!isOurs || clock.monotonic() < (again.get(brokerOrderId) ?? 0)) continue;
    again.set(brokerOrderId, clock.monotonic() + CANCEL_AGAIN);
    await broker.cancel(brokerOrderId);
  }
}
