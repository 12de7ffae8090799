/** When a strategy executes: its schedule on one session gives slots, and each slot runs at most once. */
import { nextSessionAfter, sessionAtOrAfter, type CalendarOverrides, type Session } from './calendar.ts';
import { addDays } from './days.ts';
import {
  dateOf,
  instantAt,
  MINUTE,
  plus,
  SECOND,
  timeOf,
  type CalendarDate,
  type Instant,
} from './instant.ts';
import { compareText } from './names.ts';

export interface ScheduleEntry {
  readonly at: ScheduleTime;
  readonly action: 'entry' | 'exit' | 'rebalance';
  /** How long after `at` the slot may start, ms. */
  readonly window: number;
}

export type ScheduleTime =
  /** New York wall time, `HH:MM`. */
  | { readonly kind: 'clock'; readonly time: string }
  /** Relative to the session, ms: `open+1m`, `close-5m` (negative). */
  | { readonly kind: 'open' | 'close'; readonly offset: number };

/** One scheduled execution. */
export interface Slot {
  /** `<strategy>/<date>/<action>/<HHMM>`. */
  readonly id: string;
  readonly strategy: string;
  readonly date: CalendarDate;
  readonly action: ScheduleEntry['action'];
  /** The nominal time. */
  readonly at: Instant;
  /** First moment at which it may start; equal to `at`. */
  readonly opensAt: Instant;
  /** Last moment at which it may start by itself. */
  readonly closesAt: Instant;
  /** Last moment of its session at which an order may go out. */
  readonly lastStart: Instant;
}

/** No order is sent later than this before the close. */
const CUT_OFF = 30 * SECOND;
const HOUR = 60 * MINUTE;
const LOOK_AHEAD_DAYS = 15;

/**
 * The slots of one session, by time and then by id. An entry whose time is not inside the session, or is later than
 * 30 s before its close, gives none. Entries with one id (`15:55` and `close-5m` on most days) are one slot: the first.
 */
export function slotsOn(strategy: string, schedule: readonly ScheduleEntry[], session: Session): Slot[] {
  const slots = new Map<string, Slot>();
  for (const entry of schedule) {
    const slot = slotOf(strategy, entry, session);
    if (slot !== null && !slots.has(slot.id)) slots.set(slot.id, slot);
  }
  return [...slots.values()].sort((a, b) => a.at - b.at || compareText(a.id, b.id));
}

/** The first slot whose window, both ends included, contains `now`. Windows may overlap: pass those that have not run. */
export function slotAt(slots: readonly Slot[], now: Instant): Slot | null {
  return slots.find((slot) => isInside(slot, now)) ?? null;
}

/** The first slot that opens after `now`, on a session of the next 15 days. */
export function nextSlot(
  strategy: string,
  schedule: readonly ScheduleEntry[],
  now: Instant,
  overrides?: CalendarOverrides,
): Slot | null {
  if (schedule.length === 0) return null;
  const lastDate = addDays(dateOf(now), LOOK_AHEAD_DAYS);
  let session = sessionAtOrAfter(now, overrides);
  while (session.date <= lastDate) {
    const slot = slotsOn(strategy, schedule, session).find((candidate) => candidate.opensAt > now);
    if (slot !== undefined) return slot;
    session = nextSessionAfter(session.date, overrides);
  }
  return null;
}

/** What a strategy waits for, in the words of the status screen. `slot` is the one that is due, or else the next. */
export function waitingFor(slot: Slot | null, now: Instant): string {
  if (slot === null) return `No execution in the next ${LOOK_AHEAD_DAYS} days`;
  const window = `${timeOf(slot.at)} ${slot.action} window`;
  if (isInside(slot, now)) return `In ${window}`;
  if (slot.closesAt < now) return `Late for ${window}`;
  return slot.date === dateOf(now) ? `Waiting for ${window}` : 'Waiting for next trading day';
}

/** `15:55`, `open+1m`, `close-30s`: in the largest unit that is exact. */
export function formatScheduleTime(time: ScheduleTime): string {
  if (time.kind === 'clock') return time.time;
  const size = Math.abs(time.offset);
  const sign = time.kind === 'open' ? '+' : '-';
  if (size > 0 && size % HOUR === 0) return `${time.kind}${sign}${size / HOUR}h`;
  if (size % MINUTE === 0) return `${time.kind}${sign}${size / MINUTE}m`;
  return `${time.kind}${sign}${size / SECOND}s`;
}

const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const RELATIVE = /^(open\+|close-)(\d{1,5})([smh])$/;
const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR };
const REGULAR_SESSION = 6 * HOUR + 30 * MINUTE;

/**
 * Reads `15:55`, `open+1m`, `close-30s`; units are s, m and h. Undefined for anything else, and for a time that can
 * have no slot even in a session from 9:30 to 16:00.
 */
export function parseScheduleTime(text: string): ScheduleTime | undefined {
  if (CLOCK.test(text)) return text >= '09:30' && text < '16:00' ? { kind: 'clock', time: text } : undefined;
  const match = RELATIVE.exec(text);
  if (match === null) return undefined;
  const size = Number(match[2]) * (UNITS[match[3] ?? ''] ?? Number.NaN);
  if (match[1] === 'open+')
    return size <= REGULAR_SESSION - CUT_OFF ? { kind: 'open', offset: size } : undefined;
  return size >= CUT_OFF && size <= REGULAR_SESSION ? { kind: 'close', offset: -size } : undefined;
}

function slotOf(strategy: string, entry: ScheduleEntry, session: Session): Slot | null {
  const at = momentOf(entry.at, session);
  const lastStart = plus(session.close, -CUT_OFF);
  if (at < session.open || at > lastStart) return null;
  const closesAt = Math.min(plus(at, entry.window), lastStart) as Instant;
  const id = `${strategy}/${session.date}/${entry.action}/${timeOf(at).replace(':', '')}`;
  return { id, strategy, date: session.date, action: entry.action, at, opensAt: at, closesAt, lastStart };
}

function momentOf(time: ScheduleTime, session: Session): Instant {
  if (time.kind === 'clock') return instantAt(session.date, time.time);
  return plus(time.kind === 'open' ? session.open : session.close, time.offset);
}

function isInside(slot: Slot, now: Instant): boolean {
  return slot.opensAt <= now && now <= slot.closesAt;
}
