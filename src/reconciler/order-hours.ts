/** When orders may go out: while the broker and our own calendar both say that the exchange is open. */
import { sessionAtOrAfter, type CalendarOverrides, type Session } from '../domain/calendar.ts';
import { plus, SECOND, type Instant } from '../domain/instant.ts';
import type { MarketClock, TradingSession } from '../observed/broker-view.ts';

export interface OrderHours {
  readonly isOpen: boolean;
  /** Null where sessions have no cut-off. */
  readonly lastSubmit: Instant | null;
  /** The session by our calendar, where it is another one than the broker's; null where they agree. */
  readonly disagreement: Session | null;
}

const CUT_OFF = 30 * SECOND;

/** A broker without a cut-off trades at any time: it has no calendar to compare. */
export function orderHours(clock: MarketClock, calendar: CalendarOverrides | undefined): OrderHours {
  const { isOpen, lastSubmit, session, now } = clock;
  if (lastSubmit === null) return { isOpen, lastSubmit, disagreement: null };
  const ours = sessionAtOrAfter(now, calendar);
  return {
    isOpen: isOpen && ours.open <= now,
    lastSubmit: Math.min(lastSubmit, plus(ours.close, -CUT_OFF)) as Instant,
    disagreement: isSame(ours, session) ? null : ours,
  };
}

function isSame(a: TradingSession, b: TradingSession): boolean {
  return a.date === b.date && a.open === b.open && a.close === b.close;
}
