/** Series of market data, as signals read them: oldest first, one row a session, dates strictly rising. */
import type { CalendarDate } from '../domain/instant.ts';

/** One close, in dollars, or in points of an index. */
export interface DailyClose {
  readonly date: CalendarDate;
  readonly close: number;
}
