/** Which scheduled execution of a strategy is due, and which comes next. Each runs at most once. */
import type { Quantity } from '../domain/decimal.ts';
import type { Lot } from '../observed/book.ts';
import type { SlotTarget } from '../observed/events.ts';
import { sessionOn } from '../domain/calendar.ts';
import { dateOf, type Instant } from '../domain/instant.ts';
import { nextSlot, slotAt, slotsOn, type Slot } from '../domain/schedule.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';

/** The slot whose window contains `now` and that has not run; one that was started and not ended is still due. */
export function dueSlot(
  ledger: Ledger,
  strategy: Pick<DesiredStrategy, 'name' | 'schedule'>,
  now: Instant,
): Slot | null {
  const session = sessionOn(dateOf(now));
  if (session === null) return null;
  const open = slotsOn(strategy.name, strategy.schedule, session).filter((slot) => !hasRun(ledger, slot));
  return slotAt(open, now);
}

/** When the window of a slot of today closes; null for a slot that the schedule does not have today. */
export function windowEnd(strategy: DesiredStrategy, slot: string, now: Instant): Instant | null {
  const session = sessionOn(dateOf(now));
  if (session === null) return null;
  return slotsOn(strategy.name, strategy.schedule, session).find(({ id }) => id === slot)?.closesAt ?? null;
}

/** The due slot, else the next one. */
export function dueOrNextSlot(ledger: Ledger, strategy: DesiredStrategy, now: Instant): Slot | null {
  const due = dueSlot(ledger, strategy, now);
  if (due !== null) return due;
  let next = nextSlot(strategy.name, strategy.schedule, now);
  while (next !== null && hasRun(ledger, next))
    next = nextSlot(strategy.name, strategy.schedule, next.opensAt);
  return next;
}

/** By its own record, or by an execution that the original system stamped after its nominal time on the same day. */
function hasRun(ledger: Ledger, slot: Slot): boolean {
  const run = ledger.slots.get(slot.id);
  if (run !== undefined) return run.state !== 'started';
  const stamped = ledger.importedExecution.get(slot.strategy);
  return stamped !== undefined && stamped >= slot.at && stamped <= slot.closesAt;
}

/** What a scheduled exit closes: all that was opened before its nominal time. */
export function exitTargets(book: ReadonlyMap<string, Lot>, nominal: Instant): SlotTarget[] {
  return [...book]
    .filter(([, lot]) => lot.since < nominal)
    .map(([symbol]) => ({ symbol, quantity: 0 as Quantity, priority: 0 }));
}
