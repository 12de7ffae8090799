/** Series of market data, as signals read them: oldest first, one row a session, dates strictly rising. */
import type { CalendarDate } from '../domain/instant.ts';

/** One session of a share, in dollars: prices as they are adjusted by whoever provides them. */
export interface DailyBar extends DailyClose {
  readonly open: number;
}

/** One close, in dollars, or in points of an index. */
export interface DailyClose {
  readonly date: CalendarDate;
  readonly close: number;
}
