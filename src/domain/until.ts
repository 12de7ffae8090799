/** When something is to end, or began, as people write it. */
import { addDays, dateOfDay, dayNumber, type CalendarDate } from './days.ts';
import { dateOf, HOUR, instantAt, MINUTE, parseInstant, plus, SECOND, type Instant } from './instant.ts';

export const TIME_FORMS =
  'an instant (2026-10-03T09:30:00-04:00), New York time (2026-10-03T09:30, 15:55), a date, or a span (2h, 90m, 3d)';

/**
 * The moment that a text names; undefined where it names none. Without an offset, times are those of New York: a time
 * alone is the next one of the clock, a date is its beginning. A span counts from `now`. It may lie in the past.
 */
export function parseUntil(text: string, now: Instant): Instant | undefined {
  const length = parseSpan(text);
  if (length !== undefined) return plus(now, length);
  return parseInstant(text) ?? wallTime(text) ?? timeAlone(text, now);
}

/** Likewise, of what was: a time alone is the last one of the clock, and a span counts back from `now`. */
export function parseSince(text: string, now: Instant): Instant | undefined {
  const length = parseSpan(text);
  if (length !== undefined) return plus(now, -length);
  return parseInstant(text) ?? wallTime(text) ?? lastTime(text, now);
}

function wallTime(text: string): Instant | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (match === null) return undefined;
  const [, date = '', time = '00:00', seconds = '00'] = match;
  if (!isDate(date) || !isTime(time) || Number(seconds) > 59) return undefined;
  return plus(instantAt(date, time), Number(seconds) * SECOND);
}

function timeAlone(text: string, now: Instant): Instant | undefined {
  if (!isTime(text)) return undefined;
  const today = dateOf(now);
  const first = instantAt(today, text);
  return first > now ? first : instantAt(addDays(today, 1), text);
}

/** The time of the clock that is not after `now`. */
function lastTime(text: string, now: Instant): Instant | undefined {
  if (!isTime(text)) return undefined;
  const today = instantAt(dateOf(now), text);
  return today <= now ? today : instantAt(addDays(dateOf(now), -1), text);
}

/** `2h`, `1h30m`, `3d`: ms; undefined where a text is no span. */
export function parseSpan(text: string): number | undefined {
  const match = /^(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return (Number(days) * 24 + Number(hours)) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
}

function isTime(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
}

function isDate(text: string): text is CalendarDate {
  return dateOfDay(dayNumber(text)) === text;
}
