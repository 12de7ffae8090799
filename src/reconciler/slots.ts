/** Which scheduled execution of a strategy is due, and which comes next. Each runs at most once. */
import { sessionOn } from '../domain/calendar.ts';
import { dateOf, type Instant } from '../domain/instant.ts';
import { nextSlot, slotAt, slotsOn, type Slot } from '../domain/schedule.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';

/** The slot whose window contains `now` and that has not run; one that was started and not ended is still due. */
export function dueSlot(ledger: Ledger, strategy: DesiredStrategy, now: Instant): Slot | null {
  const session = sessionOn(dateOf(now));
  if (session === null) return null;
  const open = slotsOn(strategy.name, strategy.schedule, session).filter((slot) => !hasRun(ledger, slot));
  return slotAt(open, now);
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
