/** Which scheduled execution of a strategy is due, which comes next, and which were missed. Each runs at most once. */
import type { Quantity } from '../domain/decimal.ts';
import type { Lot } from '../observed/book.ts';
import type { SlotTarget } from '../observed/slot-events.ts';
import {
  previousSessionBefore,
  sessionOn,
  type CalendarOverrides,
  type Session,
} from '../domain/calendar.ts';
import { dateOf, instantAt, type CalendarDate, type Instant } from '../domain/instant.ts';
import { nextSlot, slotAt, slotsOn, type Slot } from '../domain/schedule.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';

export type Scheduled = Pick<DesiredStrategy, 'name' | 'schedule'>;

/**
 * The earliest slot of today that may run now and has not ended: one that was started and not ended is still due, behind
 * all others once its window has passed. Every slot may run in its window, and at any time of its session where an operator has triggered it; an exit also later.
 */
export function dueSlot(
  ledger: Ledger,
  strategy: Scheduled,
  now: Instant,
  calendar?: CalendarOverrides,
): Slot | null {
  const due = runnable(ledger, strategy, now, calendar);
  // An exit that cannot get on does not keep the slots behind it from their windows.
  return due.find((slot) => !isLate(slot, now) || !ledger.slots.has(slot.id)) ?? due[0] ?? null;
}

/** The slot with which a turn began, as long as it may run and has not ended: no other one takes its place in the turn. */
export function slotInHand(
  ledger: Ledger,
  strategy: Scheduled,
  { slot: id, now, calendar }: SlotMoment,
): Slot | null {
  return runnable(ledger, strategy, now, calendar).find((slot) => slot.id === id) ?? null;
}

/** The earliest first. */
function runnable(
  ledger: Ledger,
  { name, schedule }: Scheduled,
  now: Instant,
  calendar: CalendarOverrides | undefined,
): Slot[] {
  const session = sessionOn(dateOf(now), calendar);
  if (session === null) return [];
  const mayRun = (slot: Slot): boolean =>
    !hasRun(ledger, slot) &&
    (slotAt([slot], now) !== null || isTriggered(ledger, slot, now) || isLateExit(ledger, slot, now));
  return slotsOn(name, schedule, session).filter(mayRun);
}

/**
 * The exits that go on although no manifest declares their strategy: as it was accepted last, unless somebody shut it down.
 * One that was off then has none: its positions are kept, as before.
 */
export function undeclaredExits(
  { inventory, drains }: Ledger,
  declared: readonly Pick<Scheduled, 'name'>[],
): Scheduled[] {
  const known = new Set(declared.map(({ name }) => name));
  return [...inventory.values()]
    .filter(({ name, follows }) => !known.has(name) && follows !== false && !drains.has(name))
    .map(({ name, schedule }) => ({ name, schedule: schedule.filter(({ action }) => action === 'exit') }));
}

/** Whether its window has passed, so that it runs later than it was meant to. */
export function isLate({ closesAt }: Slot, now: Instant): boolean {
  return now > closesAt;
}

function isTriggered({ triggers }: Ledger, { id, lastStart }: Slot, now: Instant): boolean {
  return triggers.has(id) && now <= lastStart;
}

/** What should be sold by now is sold until the session ends; not what somebody has only just scheduled. */
function isLateExit(ledger: Ledger, slot: Slot, now: Instant): boolean {
  if (slot.action !== 'exit' || !isLate(slot, now) || now > slot.lastStart) return false;
  return ledger.slots.has(slot.id) || wasInForce(ledger, slot);
}

/** Whether the schedule was known, and followed, before the window of the slot had passed. */
function wasInForce({ inventory, revision }: Ledger, { strategy, action, closesAt }: Slot): boolean {
  const known = inventory.get(strategy);
  const own = action === 'exit' ? (known?.exitsSince ?? known?.since) : known?.since;
  const since = known === undefined ? undefined : (own ?? revision?.acceptedAt);
  return since !== undefined && since <= closesAt;
}

/** Sessions, today's among them: who was away for longer is told of the last ones. */
const LOOK_BACK = 5;

/** `at`: when it was due. */
export type MissedSlot = Pick<Slot, 'id' | 'strategy' | 'at'>;

/**
 * Slots of the last five sessions whose time has passed without a start, or without an end, by strategy, oldest first; then those
 * of days before today that were started, and have no end, and are in no schedule any more.
 */
export function missedSlots(
  ledger: Ledger,
  strategies: readonly Scheduled[],
  now: Instant,
  calendar?: CalendarOverrides,
): MissedSlot[] {
  const sessions = lastSessions(now, firstRemembered(ledger), calendar);
  const planned = strategies
    .flatMap(({ name, schedule }) => sessions.flatMap((session) => slotsOn(name, schedule, session)))
    .filter((slot) => isOver(ledger, slot, now) && !hasRun(ledger, slot))
    .filter((slot) => ledger.slots.has(slot.id) || wasInForce(ledger, slot));
  return [...planned, ...leftBehind(ledger, planned, now)];
}

/** What nobody can finish: an edit has taken its time away, or its strategy. */
function leftBehind({ slots }: Ledger, planned: readonly Slot[], now: Instant): MissedSlot[] {
  const today = dateOf(now);
  const known = new Set(planned.map(({ id }) => id));
  return [...slots].flatMap(([id, { state }]) => {
    const [strategy = '', date = '', , time = ''] = id.split('/');
    if (state !== 'started' || date >= today || known.has(id)) return [];
    return [{ id, strategy, at: instantAt(date, `${time.slice(0, 2)}:${time.slice(2)}`) }];
  });
}

/** Of older dates the ledger may have forgotten what became of their slots. */
function firstRemembered({ slots }: Ledger): CalendarDate {
  let first: CalendarDate | undefined;
  for (const id of slots.keys()) {
    const date = id.split('/')[1] ?? '';
    if (first === undefined || date < first) first = date;
  }
  return first ?? '';
}

/** None before `first`, oldest first. */
function lastSessions(now: Instant, first: CalendarDate, calendar: CalendarOverrides | undefined): Session[] {
  const sessions: Session[] = [];
  const today = dateOf(now);
  let session = sessionOn(today, calendar) ?? previousSessionBefore(today, calendar);
  while (session.date >= first) {
    sessions.unshift(session);
    if (sessions.length === LOOK_BACK) break;
    session = previousSessionBefore(session.date, calendar);
  }
  return sessions;
}

function isOver({ triggers }: Ledger, slot: Slot, now: Instant): boolean {
  const runsOn = slot.action === 'exit' || triggers.has(slot.id);
  return now > (runsOn ? slot.lastStart : slot.closesAt);
}

/** When a slot of today may start no entry any more; null for a slot that the schedule does not have today. */
export function windowEnd(
  { triggers }: Ledger,
  strategy: Scheduled,
  { slot: id, now, calendar }: SlotMoment,
): Instant | null {
  const session = sessionOn(dateOf(now), calendar);
  if (session === null) return null;
  const slot = slotsOn(strategy.name, strategy.schedule, session).find((candidate) => candidate.id === id);
  if (slot === undefined) return null;
  return triggers.has(id) ? slot.lastStart : slot.closesAt;
}

interface SlotMoment {
  readonly slot: string;
  readonly now: Instant;
  readonly calendar: CalendarOverrides | undefined;
}

/** The due slot, else the next one. */
export function dueOrNextSlot(
  ledger: Ledger,
  strategy: Scheduled,
  now: Instant,
  calendar?: CalendarOverrides,
): Slot | null {
  const due = dueSlot(ledger, strategy, now, calendar);
  if (due !== null) return due;
  let next = nextSlot(strategy.name, strategy.schedule, now, calendar);
  while (next !== null && hasRun(ledger, next))
    next = nextSlot(strategy.name, strategy.schedule, next.opensAt, calendar);
  return next;
}

/** By its own record, or by an execution that the original system stamped after its nominal time on the same day. */
function hasRun(ledger: Ledger, slot: Slot): boolean {
  const run = ledger.slots.get(slot.id);
  if (run !== undefined) return run.state !== 'started';
  const stamped = ledger.importedExecution.get(slot.strategy);
  return stamped !== undefined && stamped >= slot.at && stamped <= slot.closesAt;
}

/** Whether a later slot of the day has begun, and wants it: the newest decision counts. */
export function isWantedSince(
  { slots }: Ledger,
  { id, strategy, date }: Pick<Slot, 'id' | 'strategy' | 'date'>,
  symbol: string,
): boolean {
  return [...slots.values()].some(
    (run) =>
      run.slot.startsWith(`${strategy}/${date}/`) &&
      timeOf(run.slot) > timeOf(id) &&
      run.targets.some((target) => target.symbol === symbol && target.quantity !== 0),
  );
}

/** `1555`, of `mp/2025-12-02/exit/1555`. */
function timeOf(slot: string): string {
  return slot.split('/')[3] ?? '';
}

/** What a scheduled exit closes: all that was opened before its nominal time. */
export function exitTargets(book: ReadonlyMap<string, Lot>, nominal: Instant): SlotTarget[] {
  return [...book]
    .filter(([, lot]) => lot.since < nominal)
    .map(([symbol]) => ({ symbol, quantity: 0 as Quantity, priority: 0 }));
}
