/**
 * New York's offset from UTC by the rules in force since 1967, always at 2:00: daylight time from the second Sunday of March to
 * the first Sunday of November, before 2007 from the first Sunday of April to the last one of October, before 1987 from the last
 * Sunday of April, but for two years that saved oil. The host's zone data says the same (the tests compare them hour by hour) and
 * costs 20 ms to load, half of what a command may take to start, and up to a hundred microseconds a question.
 */
import { SUNDAY, dayOf, weekdayFrom, type DayNumber } from './days.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STANDARD = -5 * 60;
const DAYLIGHT = -4 * 60;

/** From this year on the rules hold; before it, ask the zone data. */
const RULES_SINCE_YEAR = 1967;
const RULES_SINCE = dayOf(RULES_SINCE_YEAR, 1, 1) * DAY;
const DAYS_PER_YEAR = 365.2425;

/** Minutes to add to UTC at a moment (ms since 1970); undefined before the rules. */
export function newYorkOffset(moment: number): number | undefined {
  if (moment < RULES_SINCE + DAY) return undefined;
  const year = 1970 + Math.floor((moment + STANDARD * MINUTE) / (DAY * DAYS_PER_YEAR));
  // Around New Year the estimate may be a year off, and both years then say the same.
  const starts = firstDaylightDay(year) * DAY + 2 * HOUR - STANDARD * MINUTE;
  const ends = firstStandardDay(year) * DAY + 2 * HOUR - DAYLIGHT * MINUTE;
  return moment >= starts && moment < ends ? DAYLIGHT : STANDARD;
}

function firstDaylightDay(year: number): DayNumber {
  return weekdayFrom(dayOf(year, ...earliestDaylight(year)), SUNDAY);
}

/** Month and day: the Sunday from then on is the one. */
function earliestDaylight(year: number): readonly [number, number] {
  if (year >= 2007) return [3, 8];
  if (year >= 1987) return [4, 1];
  if (year === 1974) return [1, 6];
  return year === 1975 ? [2, 23] : [4, 24];
}

function firstStandardDay(year: number): DayNumber {
  return weekdayFrom(year >= 2007 ? dayOf(year, 11, 1) : dayOf(year, 10, 25), SUNDAY);
}
