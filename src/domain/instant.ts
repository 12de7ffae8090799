/**
 * Moments, and New York wall time. The only importer of luxon.
 *
 * Storage is in milliseconds since 1970 UTC; people and the original's files see New York time. What is printed is
 * integer arithmetic: by a zone-aware library it takes 25 us for every line of a table.
 */
import { DateTime, IANAZone } from 'luxon';
import { dateOfDay, dayNumber, type CalendarDate, type DayNumber } from './days.ts';
import { newYorkOffset } from './new-york.ts';

declare const brand: unique symbol;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [brand]: 'instant' };
export type { CalendarDate } from './days.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;

export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Minutes from UTC in winter and in summer. */
const STANDARD = -300;
const DAYLIGHT = -240;
const ZONE = 'America/New_York';
/** Given, so that luxon does not ask the host for one: that costs 20 ms. */
const LOCALE = 'en-US';

/** Reads an ISO 8601 instant with offset or `Z`; undefined when it is none, or names no offset. */
export function parseInstant(text: string): Instant | undefined {
  if (!/T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(text)) return undefined;
  const time = DateTime.fromISO(text, { zone: 'utc', locale: LOCALE });
  return time.isValid ? (time.toMillis() as Instant) : undefined;
}

/** `2025-12-02T15:55:00-05:00`, with milliseconds only when there are some. */
export function formatInstant(instant: Instant): string {
  const { date, time, milliseconds, offset } = inNewYork(instant);
  const fraction = milliseconds === 0 ? '' : `.${padded(milliseconds, 3)}`;
  // New York is behind UTC, and by whole hours since 1883.
  return `${date}T${time}${fraction}-${padded(-offset / 60, 2)}:00`;
}

/** `2025-12-02 15:55:00` in New York. */
export function formatLocal(instant: Instant): string {
  const { date, time } = inNewYork(instant);
  return `${date} ${time}`;
}

/** `2025-12-02 15:55:00 EST`: the label follows the zone in force. */
export function formatLocalZone(instant: Instant): string {
  const { date, time, offset } = inNewYork(instant);
  return `${date} ${time} ${offset === DAYLIGHT ? 'EDT' : 'EST'}`;
}

/** `20251202_205500` in UTC, for file names that sort. */
export function formatStamp(instant: Instant): string {
  const { date, time } = wallAt(instant, 0);
  return `${date.replaceAll('-', '')}_${time.replaceAll(':', '')}`;
}

/** The New York date of a moment. */
export function dateOf(instant: Instant): CalendarDate {
  return dateOfDay(Math.floor((instant + offsetAt(instant) * MINUTE) / DAY));
}

/** `15:55` in New York. */
export function timeOf(instant: Instant): string {
  return inNewYork(instant).time.slice(0, 'hh:mm'.length);
}

/** The moment of a wall time (`HH:mm`) in New York; of a time that a clock change repeats, the first. */
export function instantAt(date: CalendarDate, time: string): Instant {
  return instantOn(dayNumber(date), Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
}

/** Likewise, of a minute of a day. */
export function instantOn(day: DayNumber, minute: number): Instant {
  const wall = day * DAY + minute * MINUTE;
  const inDaylight = wall - DAYLIGHT * MINUTE;
  const isDaylight = offsetAt(inDaylight as Instant) === DAYLIGHT;
  return (isDaylight ? inDaylight : wall - STANDARD * MINUTE) as Instant;
}

export function plus(instant: Instant, milliseconds: number): Instant {
  return (instant + milliseconds) as Instant;
}

export function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

interface WallTime {
  readonly date: CalendarDate;
  /** `hh:mm:ss`. */
  readonly time: string;
  readonly milliseconds: number;
  /** Minutes from UTC. */
  readonly offset: number;
}

function inNewYork(instant: Instant): WallTime {
  return wallAt(instant, offsetAt(instant));
}

function wallAt(instant: Instant, offset: number): WallTime {
  const wall = instant + offset * MINUTE;
  const day = Math.floor(wall / DAY);
  const rest = wall - day * DAY;
  const hours = padded(Math.floor(rest / HOUR), 2);
  const minutes = padded(Math.floor(rest / MINUTE) % 60, 2);
  const seconds = padded(Math.floor(rest / SECOND) % 60, 2);
  return {
    date: dateOfDay(day),
    time: `${hours}:${minutes}:${seconds}`,
    milliseconds: rest % SECOND,
    offset,
  };
}

/** Minutes; the years before the rules that {@link newYorkOffset} knows are looked up in the zone data. */
function offsetAt(instant: Instant): number {
  return newYorkOffset(instant) ?? IANAZone.create(ZONE).offset(instant);
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
