/**
 * Moments, and New York wall time. The only importer of luxon.
 *
 * Storage is in milliseconds since 1970 UTC; people and the original's files see New York time.
 */
import { DateTime, FixedOffsetZone } from 'luxon';
import type { CalendarDate } from './days.ts';
import { newYorkOffset } from './new-york.ts';

declare const brand: unique symbol;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [brand]: 'instant' };
export type { CalendarDate } from './days.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;

const ZONE = 'America/New_York';
/** Minutes from UTC in winter and in summer. */
const STANDARD = -300;
const DAYLIGHT = -240;
/** Given, so that luxon does not ask the host for one: that costs 20 ms. */
const LOCALE = 'en-US';
const DATE_LENGTH = 'yyyy-mm-dd'.length;
const LOCAL_LENGTH = 'yyyy-mm-dd hh:mm:ss'.length;
const STAMP_LENGTH = 'yyyymmdd_hhmmss'.length;

/** Reads an ISO 8601 instant with offset or `Z`; undefined when it is none, or names no offset. */
export function parseInstant(text: string): Instant | undefined {
  if (!/(?:Z|[+-]\d{2}:?\d{2})$/.test(text)) return undefined;
  const time = DateTime.fromISO(text, { zone: 'utc', locale: LOCALE });
  return time.isValid ? (time.toMillis() as Instant) : undefined;
}

/** `2025-12-02T15:55:00-05:00`, with milliseconds only when there are some. */
export function formatInstant(instant: Instant): string {
  return inNewYork(instant).toISO({ suppressMilliseconds: true }) ?? '';
}

/** `2025-12-02 15:55:00` in New York. */
export function formatLocal(instant: Instant): string {
  const iso = inNewYork(instant).toISO({ includeOffset: false, suppressMilliseconds: true }) ?? '';
  return iso.slice(0, LOCAL_LENGTH).replace('T', ' ');
}

/** `2025-12-02 15:55:00 EST`: the label follows the zone in force. */
export function formatLocalZone(instant: Instant): string {
  return `${formatLocal(instant)} ${inNewYork(instant).offset === DAYLIGHT ? 'EDT' : 'EST'}`;
}

/** `20251202_205500` in UTC, for file names that sort. */
export function formatStamp(instant: Instant): string {
  const iso = DateTime.fromMillis(instant, { zone: 'utc', locale: LOCALE }).toISO({ format: 'basic' }) ?? '';
  return iso.slice(0, STAMP_LENGTH).replace('T', '_');
}

/** The New York date of a moment. */
export function dateOf(instant: Instant): CalendarDate {
  return inNewYork(instant).toISODate() ?? '';
}

/** `15:55` in New York. */
export function timeOf(instant: Instant): string {
  return formatLocal(instant).slice(DATE_LENGTH + 1, LOCAL_LENGTH - ':00'.length);
}

/** The moment of a wall time (`HH:mm`) in New York; of a time that a clock change repeats, the first. */
export function instantAt(date: CalendarDate, time: string): Instant {
  const wall = DateTime.fromISO(`${date}T${time}`, { zone: 'utc', locale: LOCALE }).toMillis();
  const inDaylight = wall - DAYLIGHT * MINUTE;
  const isDaylight = inNewYork(inDaylight as Instant).offset === DAYLIGHT;
  return (isDaylight ? inDaylight : wall - STANDARD * MINUTE) as Instant;
}

export function plus(instant: Instant, milliseconds: number): Instant {
  return (instant + milliseconds) as Instant;
}

export function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

function inNewYork(instant: Instant): DateTime {
  const offset = newYorkOffset(instant);
  const zone = offset === undefined ? ZONE : FixedOffsetZone.instance(offset);
  return DateTime.fromMillis(instant, { zone, locale: LOCALE });
}
