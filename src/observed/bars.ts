/** Series of market data, as signals read them: oldest first, one row a session, dates strictly rising. */
import type { CalendarDate } from '../domain/instant.ts';

/** One session of a share, in dollars: prices as they are adjusted by whoever provides them. */
export interface DailyBar extends DailyClose {
  readonly open: number;
  /** Shares traded in the session; left out where it is not known. */
  readonly volume?: number;
}

/** One close, in dollars, or in points of an index. */
export interface DailyClose {
  readonly date: CalendarDate;
  readonly close: number;
}

/** One close, and how many shares were traded in its session. */
export interface VolumeBar extends DailyClose {
  readonly volume: number;
}

/** A price, or a level of an index, and the session that it belongs to. */
export interface Reading {
  readonly date: CalendarDate;
  readonly value: number;
}
