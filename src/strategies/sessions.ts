/** Ages in sessions. `sessions` are those before today, oldest first. */
import type { CalendarDate } from '../domain/instant.ts';

/** Sessions after a date up to today, today included; 0 on the date itself. */
export function sessionsSince(
  date: CalendarDate,
  sessions: readonly CalendarDate[],
  today: CalendarDate,
): number {
  return date >= today ? 0 : sessions.filter((session) => session > date && session < today).length + 1;
}
