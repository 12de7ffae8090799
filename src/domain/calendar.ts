/**
 * Sessions of the New York Stock Exchange.
 *
 * Exact for every day of 2018 to 2028. Earlier and later years follow the rules of today, and those closures without
 * a rule since 2000 that are listed here; what the exchange announces at short notice comes in as an override.
 */
import {
  dateOfDay,
  dayNumber,
  dayOf,
  easterOf,
  MONDAY,
  SATURDAY,
  SUNDAY,
  THURSDAY,
  weekdayFrom,
  weekdayOf,
  type DayNumber,
} from './days.ts';
import { dateOf, instantOn, type CalendarDate, type Instant } from './instant.ts';

export interface Session {
  readonly date: CalendarDate;
  /** Inclusive. */
  readonly open: Instant;
  /** Exclusive. */
  readonly close: Instant;
}

/** New York wall time, `HH:MM`. */
export interface WallHours {
  readonly open: string;
  readonly close: string;
}

/** A day without a session, or one with other hours. */
export type DayOverride = 'closed' | WallHours;

/** What dates really are, whatever the rules say. A session opens before it closes. Plain data: it is recorded. */
export type CalendarOverrides = Readonly<Record<CalendarDate, DayOverride>>;

const OPEN = '09:30';
const USUAL: Hours = { open: minuteOf(OPEN), close: minuteOf('16:00') };
const EARLY: Hours = { ...USUAL, close: minuteOf('13:00') };
/** The longest closure of the exchange was that of 1914, four and a half months. */
const SEARCH_DAYS_MAX = 366;

const CLOSED_WITHOUT_RULE: ReadonlySet<CalendarDate> = new Set([
  '2001-09-11',
  '2001-09-12',
  '2001-09-13',
  '2001-09-14',
  '2004-06-11',
  '2007-01-02',
  '2012-10-29',
  '2012-10-30',
  '2018-12-05',
  '2025-01-09',
]);

/** The session of a date; null when the exchange is closed all day, or the text is no date. */
export function sessionOn(date: CalendarDate, overrides?: CalendarOverrides): Session | null {
  return sessionOf(dayNumber(date), date, overrides);
}

/** The hours of that session, for those who need no moments: of 60 years they cost a tenth. */
export function hoursOn(date: CalendarDate, overrides?: CalendarOverrides): WallHours | null {
  const hours = hoursOf(dayNumber(date), date, overrides);
  return hours && { open: wallTime(hours.open), close: wallTime(hours.close) };
}

function sessionOf(
  day: DayNumber,
  date: CalendarDate,
  overrides: CalendarOverrides | undefined,
): Session | null {
  const hours = hoursOf(day, date, overrides);
  if (hours === null) return null;
  // Clocks change at night, which is inside a session where an override opens it at midnight.
  return { date, open: instantOn(day, hours.open), close: instantOn(day, hours.close) };
}

/** The session that contains `now`, or the next one. */
export function sessionAtOrAfter(now: Instant, overrides?: CalendarOverrides): Session {
  const today = dateOf(now);
  const session = sessionOn(today, overrides);
  return session !== null && now < session.close ? session : nextSessionAfter(today, overrides);
}

/** The first session of a later date. Throws when there is none within a year: overrides cannot mean that. */
export function nextSessionAfter(date: CalendarDate, overrides?: CalendarOverrides): Session {
  return findSession(date, 1, overrides);
}

/** The last session of an earlier date. Throws like {@link nextSessionAfter}. */
export function previousSessionBefore(date: CalendarDate, overrides?: CalendarOverrides): Session {
  return findSession(date, -1, overrides);
}

/** The dates of the last `count` sessions before a date, oldest first. */
export function sessionsBefore(
  date: CalendarDate,
  count: number,
  overrides?: CalendarOverrides,
): CalendarDate[] {
  const sessions: CalendarDate[] = [];
  for (let before = date; sessions.length < count;) {
    before = previousSessionBefore(before, overrides).date;
    sessions.push(before);
  }
  return sessions.reverse();
}

export function isOpen(now: Instant, overrides?: CalendarOverrides): boolean {
  const session = sessionOn(dateOf(now), overrides);
  return session !== null && session.open <= now && now < session.close;
}

/** The newest that a price can be: of now, or while the exchange is closed of its last close. */
export function lastOpen(now: Instant, overrides?: CalendarOverrides): Instant {
  if (isOpen(now, overrides)) return now;
  const today = sessionOn(dateOf(now), overrides);
  return today !== null && today.close <= now
    ? today.close
    : previousSessionBefore(dateOf(now), overrides).close;
}

/** True for a session that ends before 16:00. */
export function isEarlyClose(date: CalendarDate, overrides?: CalendarOverrides): boolean {
  const hours = hoursOf(dayNumber(date), date, overrides);
  return hours !== null && hours.close < USUAL.close;
}

const HOURS = /^(?:((?:[01]\d|2[0-3]):[0-5]\d)-)?((?:[01]\d|2[0-3]):[0-5]\d)$/;

/** Reads `closed`, `13:00` (an early close) and `10:00-13:00`; undefined for anything else. */
export function parseDayOverride(text: string): DayOverride | undefined {
  if (text === 'closed') return 'closed';
  const [, open = OPEN, close = ''] = HOURS.exec(text) ?? [];
  return open < close ? { open, close } : undefined;
}

/** Minute of the day of a wall time. */
function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** `09:30`, of a minute of the day. */
function wallTime(minute: number): string {
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function findSession(date: CalendarDate, step: 1 | -1, overrides: CalendarOverrides | undefined): Session {
  const start = dayNumber(date);
  for (let distance = 1; distance <= SEARCH_DAYS_MAX; distance += 1) {
    const day = start + step * distance;
    const session = sessionOf(day, dateOfDay(day), overrides);
    if (session !== null) return session;
  }
  throw new Error(`no exchange session within ${SEARCH_DAYS_MAX} days of ${JSON.stringify(date)}`);
}

/** Minutes of the day, in New York. */
interface Hours {
  readonly open: number;
  readonly close: number;
}

/** Null when there is no session. */
function hoursOf(day: DayNumber, date: CalendarDate, overrides: CalendarOverrides | undefined): Hours | null {
  if (Number.isNaN(day)) return null;
  const override = overrides !== undefined && Object.hasOwn(overrides, date) ? overrides[date] : undefined;
  if (override === undefined) return usualHours(day, date);
  return override === 'closed' ? null : { open: minuteOf(override.open), close: minuteOf(override.close) };
}

function usualHours(day: DayNumber, date: CalendarDate): Hours | null {
  const weekday = weekdayOf(day);
  if (weekday === SUNDAY || weekday === SATURDAY || CLOSED_WITHOUT_RULE.has(date)) return null;
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7));
  if (holidaysOf(year, month).includes(day)) return null;
  return isEarlyDay(year, month, day) ? EARLY : USUAL;
}

/** Of the month that a day lies in: the others cost, and are asked for thousands of times. */
function holidaysOf(year: number, month: number): DayNumber[] {
  switch (month) {
    case 1:
      return [newYearOf(year), ...(year >= 1998 ? [weekdayFrom(dayOf(year, 1, 15), MONDAY)] : [])];
    case 2:
      return [weekdayFrom(dayOf(year, 2, 15), MONDAY)];
    case 3:
    case 4:
      return [easterOf(year) - 2];
    case 5:
      return [weekdayFrom(dayOf(year, 5, 25), MONDAY)];
    case 6:
      return year >= 2022 ? [observed(dayOf(year, 6, 19))] : [];
    case 7:
      return [observed(dayOf(year, 7, 4))];
    case 9:
      return [weekdayFrom(dayOf(year, 9, 1), MONDAY)];
    case 11:
      return [thanksgivingOf(year)];
    case 12:
      return [observed(dayOf(year, 12, 25))];
    default:
      return [];
  }
}

/** Days that end at 13:00 if they are sessions: where the holiday is observed on one of them, they are not. */
function isEarlyDay(year: number, month: number, day: DayNumber): boolean {
  if (month === 7) return day === dayOf(year, 7, 3);
  if (month === 11) return day === thanksgivingOf(year) + 1;
  return month === 12 && day === dayOf(year, 12, 24);
}

/** The exchange does not end a year with a holiday: a New Year on Saturday is not observed. */
function newYearOf(year: number): DayNumber {
  const day = dayOf(year, 1, 1);
  return weekdayOf(day) === SUNDAY ? day + 1 : day;
}

/** A holiday on Saturday is kept on Friday, one on Sunday on Monday. */
function observed(day: DayNumber): DayNumber {
  const weekday = weekdayOf(day);
  if (weekday === SATURDAY) return day - 1;
  return weekday === SUNDAY ? day + 1 : day;
}

function thanksgivingOf(year: number): DayNumber {
  return weekdayFrom(dayOf(year, 11, 22), THURSDAY);
}
