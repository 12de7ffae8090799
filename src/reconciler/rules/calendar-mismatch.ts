/** Somebody is wrong about the hours of the exchange: nothing is opened until both calendars agree. */
import { formatLocal } from '../../domain/instant.ts';
import type { TradingSession } from '../../observed/broker-view.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { orderHours } from '../order-hours.ts';

export function doubtCalendar({ market, input }: PlanFacts, draft: PlanDraft): void {
  if (market === null) return;
  const { disagreement } = orderHours(market.clock, input.desired.account.calendar);
  if (disagreement === null) return;
  const { session } = market.clock;
  const date = disagreement.date < session.date ? disagreement.date : session.date;
  const detail = `our calendar: ${hoursText(disagreement)}; the broker: ${hoursText(session)}; if the broker is right, say so in spec.calendar.overrides of the Account (${date})`;
  draft.entriesBlocked ??= { reason: 'CalendarMismatch', detail };
  hold(draft, { strategy: null, symbol: null }, 'CalendarMismatch', detail);
}

/** `2026-01-09 09:30-16:00`. */
function hoursText({ date, open, close }: TradingSession): string {
  const time = (at: TradingSession['open']): string => formatLocal(at).slice(11, 16);
  return `${date} ${time(open)}-${time(close)}`;
}
