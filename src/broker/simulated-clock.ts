/** When the simulated market is open. */
import { sessionAtOrAfter } from '../domain/calendar.ts';
import { addDays } from '../domain/days.ts';
import { dateOf, instantAt, plus, SECOND, type CalendarDate, type Instant } from '../domain/instant.ts';
import type { MarketClock, TradingSession } from '../observed/broker-view.ts';
import type { SimulatedSettings } from './simulated-state.ts';

const LAST_SUBMIT_BEFORE_CLOSE = 30 * SECOND;

/** `always-open`: a session is a New York date, and there is no cut-off. `exchange`: the hours of the NYSE. */
export function marketClock(
  { clock, calendar }: Pick<SimulatedSettings, 'clock' | 'calendar'>,
  now: Instant,
): MarketClock {
  if (clock === 'always-open') return { now, isOpen: true, session: wholeDay(dateOf(now)), lastSubmit: null };
  const session = sessionAtOrAfter(now, calendar);
  const lastSubmit = plus(session.close, -LAST_SUBMIT_BEFORE_CLOSE);
  return { now, isOpen: session.open <= now && now < session.close, session, lastSubmit };
}

/** A session where none is ever closed. */
export function wholeDay(date: CalendarDate): TradingSession {
  return { date, open: instantAt(date, '00:00'), close: instantAt(addDays(date, 1), '00:00') };
}
