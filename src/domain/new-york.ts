/**
 * New York's offset from UTC by the rule in force since 2007: daylight time from the second Sunday of March to the first
 * Sunday of November, both at 2:00. The host's zone data says the same (the tests compare them hour by hour) and costs
 * 20 ms to load, half of what a command may take to start.
 */
import { SUNDAY, dayOf, weekdayFrom } from './days.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STANDARD = -5 * 60;
const DAYLIGHT = -4 * 60;

/** From this year on the rule holds; before it, ask the zone data. */
const RULE_SINCE_YEAR = 2007;
const RULE_SINCE = dayOf(RULE_SINCE_YEAR, 1, 1) * DAY;
const DAYS_PER_YEAR = 365.2425;

/** Minutes to add to UTC at a moment (ms since 1970); undefined before the rule. */
export function newYorkOffset(moment: number): number | undefined {
  if (moment < RULE_SINCE + DAY) return undefined;
  const year = 1970 + Math.floor((moment + STANDARD * MINUTE) / (DAY * DAYS_PER_YEAR));
  // Around New Year the estimate may be a year off, and both years then say the same.
  const starts = weekdayFrom(dayOf(year, 3, 8), SUNDAY) * DAY + 2 * HOUR - STANDARD * MINUTE;
  const ends = weekdayFrom(dayOf(year, 11, 1), SUNDAY) * DAY + 2 * HOUR - DAYLIGHT * MINUTE;
  return moment >= starts && moment < ends ? DAYLIGHT : STANDARD;
}
