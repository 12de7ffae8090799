/** Series of market data, as signals read them: oldest first, one row a session, dates strictly rising. */
import { MINUTE, type CalendarDate, type Instant } from '../domain/instant.ts';

/** One session of a share, in dollars: prices as they are adjusted by whoever provides them. */
export interface DailyBar extends DailyClose {
  readonly open: number;
  /** Shares traded in the session; left out where it is not known. */
  readonly volume?: number;
}

/** One minute of trade, in dollars. A minute without a trade has none. */
export interface MinuteBar {
  /** When it began. */
  readonly at: Instant;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Shares; left out where it is not known. */
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

/** Of a price that decides now, inclusive: older, it says nothing of now. */
export const MAX_PRICE_AGE = 20 * MINUTE;

/** The latest price or level that is known; `age`: ms, while the exchange is closed before its last close. */
export interface LatestReading extends Reading {
  readonly age: number;
}

/** In words, why it is no price of now; null: it is one. */
export function whyOld({ age }: Pick<LatestReading, 'age'>): string | null {
  if (age <= MAX_PRICE_AGE) return null;
  return `${(age / MINUTE).toFixed(0)} minutes old, and ${MAX_PRICE_AGE / MINUTE} are the most`;
}

/** A price, or a level of an index, and the session that it belongs to. */
export interface Reading {
  readonly date: CalendarDate;
  readonly value: number;
}
