/** When a controller marks the start and the end of a session, and which session it can report then. */
import { sessionOn } from '../domain/calendar.ts';
import { addDays } from '../domain/days.ts';
import { dateOf, instantAt, plus, type CalendarDate, type Instant } from '../domain/instant.ts';
import type { DesiredAccount } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import { LAST_MINUTE } from '../observed/day-mark.ts';

type Clocked = Pick<DesiredAccount, 'broker' | 'calendar'>;

export interface SessionEdge {
  readonly date: CalendarDate;
  readonly kind: 'start' | 'close';
}

/** The edge that was passed last on this date; null before the first one, and where there is no session. */
export function edgeAt({ broker, calendar }: Clocked, now: Instant): SessionEdge | null {
  const date = dateOf(now);
  if (broker.clock === 'always-open') return { date, kind: now < lastMinuteOf(date) ? 'start' : 'close' };
  const session = sessionOn(date, calendar);
  if (session === null || now < session.open) return null;
  return { date, kind: now < session.close ? 'start' : 'close' };
}

/**
 * The session that is over at this edge; `before` and `after`: the last mark before and after it was marked. A session
 * that is never closed takes orders until midnight, so that its report can be written on the next date only.
 */
export function endedAt(
  { broker }: Clocked,
  { date, kind }: SessionEdge,
  { before, after }: Readonly<Record<'before' | 'after', Ledger['lastMark']>>,
): CalendarDate | null {
  if (broker.clock !== 'always-open') return after?.kind === 'close' && after.session === date ? date : null;
  if (kind === 'close' || before === null) return null;
  return before.session < date ? before.session : addDays(date, -1);
}

/** The next edge of a session that no exchange opens or closes; infinity where one does. */
export function nextOwnEdge({ broker }: Clocked, now: Instant): number {
  if (broker.clock !== 'always-open') return Number.POSITIVE_INFINITY;
  const date = dateOf(now);
  return now < lastMinuteOf(date) ? lastMinuteOf(date) : midnightAfter(date);
}

function lastMinuteOf(date: CalendarDate): Instant {
  return plus(midnightAfter(date), -LAST_MINUTE);
}

function midnightAfter(date: CalendarDate): Instant {
  return instantAt(addDays(date, 1), '00:00');
}
