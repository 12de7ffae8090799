/**
 * Moments, and New York wall time. The only importer of luxon.
 *
 * Storage is in milliseconds since 1970 UTC; people and the original's files see New York time.
 */
import { DateTime } from 'luxon';

declare const brand: unique symbol;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly [brand]: 'instant' };
/** `YYYY-MM-DD`, a date of the New York calendar. */
export type CalendarDate = string;

export const SECOND = 1_000;
export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const ZONE = 'America/New_York';

/** Reads an ISO 8601 instant with offset or `Z`; undefined when it is none, or names no offset. */
export function parseInstant(text: string): Instant | undefined {
  if (!/(?:Z|[+-]\d{2}:?\d{2})$/.test(text)) return undefined;
  const time = DateTime.fromISO(text, { zone: 'utc' });
  return time.isValid ? (time.toMillis() as Instant) : undefined;
}

/** `2025-12-02T15:55:00-05:00`, with milliseconds only when there are some. */
export function formatInstant(instant: Instant): string {
  return inNewYork(instant).toISO({ suppressMilliseconds: true }) ?? '';
}

/** `2025-12-02 15:55:00` in New York. */
export function formatLocal(instant: Instant): string {
  return inNewYork(instant).toFormat('yyyy-MM-dd HH:mm:ss');
}

/** `2025-12-02 15:55:00 EST`: the label follows the zone in force. */
export function formatLocalZone(instant: Instant): string {
  return inNewYork(instant).toFormat('yyyy-MM-dd HH:mm:ss ZZZZ', { locale: 'en-US' });
}

/** `20251202_205500` in UTC, for file names that sort. */
export function formatStamp(instant: Instant): string {
  return DateTime.fromMillis(instant, { zone: 'utc' }).toFormat('yyyyMMdd_HHmmss');
}

/** The New York date of a moment. */
export function dateOf(instant: Instant): CalendarDate {
  return inNewYork(instant).toISODate() ?? '';
}

/** `15:55` in New York. */
export function timeOf(instant: Instant): string {
  return inNewYork(instant).toFormat('HH:mm');
}

/** The moment of a wall time (`HH:mm`) in New York; of a time that a clock change repeats, the first. */
export function instantAt(date: CalendarDate, time: string): Instant {
  const wall = DateTime.fromISO(`${date}T${time}`, { zone: ZONE });
  // Of two such moments luxon takes one or the other, by the season in which the program runs.
  const hourBefore = inNewYork(plus(wall.toMillis() as Instant, -HOUR));
  return (hourBefore.hour === wall.hour ? hourBefore : wall).toMillis() as Instant;
}

export function plus(instant: Instant, milliseconds: number): Instant {
  return (instant + milliseconds) as Instant;
}

export function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

function inNewYork(instant: Instant): DateTime {
  return DateTime.fromMillis(instant, { zone: ZONE });
}
