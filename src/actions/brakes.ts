/** Stopping what is under way: an operator's halt asks the broker itself, because whoever executes may hang. */
import { SECOND } from '../domain/instant.ts';
import { findOrder, type LedgerOrder } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { ORDER_ID_PREFIX } from '../reconciler/rules/orders-in-flight.ts';
import { CANCEL_AGAIN, FIRST_CANCEL, requestCancel, type CancelTurn } from './cancel.ts';
import { isCalledOff } from './follow.ts';
import { viewLock } from './lock-view.ts';
import { read } from './read.ts';

/** How long a running execution is waited for: it follows its own orders to their end. */
const WAIT = 60 * SECOND;
const POLL = 250;

/**
 * Asks for the end of every open order that the halt calls off, until there is none, or nobody executes any more, or 60 s
 * are over. Needs no lock: a cancel may only keep something from happening. Books nothing.
 */
export async function callOffOrders(ports: Ports): Promise<void> {
  const { clock, journal, stop } = ports;
  const until = clock.monotonic() + WAIT;
  const turns = new Map<string, CancelTurn>();
  for (;;) {
    await cancelOnce(ports, turns);
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

/** `turns`: by broker order id. A cancel that had no effect is asked for again. */
async function cancelOnce(ports: Ports, turns: Map<string, CancelTurn>): Promise<void> {
  const { broker, clock, journal } = ports;
  const open = await read(clock, () => broker.openOrders());
  if (open.kind === 'unknown') return;
  const ledger = journal.refresh();
  for (const { clientOrderId, brokerOrderId } of open.data) {
    // Every order of this program was recorded before it was sent: what bears its prefix and is not known is left over
    // from a journal that was lost, or another controller's, and ends too.
    const isKnown = findOrder(ledger, clientOrderId) !== undefined;
    const isOurs = isKnown
      ? isCalledOff(ports, { clientOrderId })
      : clientOrderId.startsWith(ORDER_ID_PREFIX) && ledger.halt !== null && ledger.halt.mode !== 'hold';
    const turn = turns.get(brokerOrderId) ?? FIRST_CANCEL;
    if (!isOurs || clock.monotonic() < turn.from) continue;
    turns.set(brokerOrderId, await requestCancel(ports, brokerOrderId, turn, CANCEL_AGAIN));
  }
}
