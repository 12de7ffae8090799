/** Market history as the signals read it. Every series is oldest first, one row a session, dates strictly rising. */
import type { CalendarDate } from '../domain/instant.ts';

/** One session of one symbol; prices in dollars, adjusted for splits and dividends where the provider can. */
export interface DailyBar {
  readonly date: CalendarDate;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** One close of an index: VIX, VIX3M. */
export interface IndexClose {
  readonly date: CalendarDate;
  readonly close: number;
}
