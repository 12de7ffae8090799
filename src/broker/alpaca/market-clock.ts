/** The market clock: the broker's clock at each look, and its calendar once a session. */
import { dateOf, plus, SECOND, type CalendarDate } from '../../domain/instant.ts';
import type { MarketClock, TradingSession } from '../../observed/broker-view.ts';
import type { WrittenClock } from './mapping.ts';

/** Nothing is sent in the last seconds of a session. */
const CUT_OFF = 30 * SECOND;

/** Of the session that goes on, or else of the next one. */
export function sessionDate({
  is_open: isOpen,
  next_open: open,
  next_close: close,
}: WrittenClock): CalendarDate {
  return dateOf(isOpen ? close : open);
}

/** Whether a session of the calendar is the one that the clock tells of. */
export function isSessionOf(clock: WrittenClock, { date, open, close }: TradingSession): boolean {
  if (date !== sessionDate(clock) || close !== clock.next_close) return false;
  return clock.is_open ? open <= clock.timestamp : open === clock.next_open;
}

export function marketClock(clock: WrittenClock, session: TradingSession): MarketClock {
  return {
    now: clock.timestamp,
    isOpen: clock.is_open,
    session,
    lastSubmit: plus(session.close, -CUT_OFF),
  };
}
