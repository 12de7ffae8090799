/** When the controller has to look again although nothing has happened: slots and sessions begin, windows close. */
import {
  nextSessionAfter,
  sessionAtOrAfter,
  sessionOn,
  type CalendarOverrides,
  type Session,
} from '../domain/calendar.ts';
import { dateOf, MINUTE, plus, type Instant } from '../domain/instant.ts';
import { nextSlot, slotsOn, type Slot } from '../domain/schedule.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';

/** Time to follow a split or a change of a symbol that takes effect today, before the first slot. */
const AHEAD = 15 * MINUTE;

/** When what was announced for a session is asked for. */
export function lookAheadAt({ open }: Session): Instant {
  return plus(open, -AHEAD);
}

/** The first such moment after `now`. */
export function nextLookAhead(now: Instant, calendar?: CalendarOverrides): Instant {
  const session = sessionAtOrAfter(now, calendar);
  const ahead = lookAheadAt(session);
  return ahead > now ? ahead : lookAheadAt(nextSessionAfter(session.date, calendar));
}

/** Time for a person to look after what is missing. */
const PRELOAD = 5 * MINUTE;

type Scheduled = Pick<DesiredStrategy, 'name' | 'schedule'>;

/** The first moment after `now` at which a slot opens, its window has closed, or the exchange opens or closes. */
export function nextEdge(
  strategies: readonly Scheduled[],
  now: Instant,
  calendar?: CalendarOverrides,
): Instant {
  const ofSlots = strategies.flatMap((strategy) => slotEdges(strategy, now, calendar));
  const edges = [...sessionEdges(now, calendar), ...ofSlots];
  return Math.min(...edges.filter((edge) => edge > now)) as Instant;
}

function sessionEdges(now: Instant, calendar: CalendarOverrides | undefined): Instant[] {
  const session = sessionAtOrAfter(now, calendar);
  return [session.open, session.close, nextSessionAfter(session.date, calendar).open];
}

/** When the data of a slot is asked for; null for an exit, which sells at any price. */
export function preloadAt({ action, opensAt }: Slot): Instant | null {
  return action === 'exit' ? null : plus(opensAt, -PRELOAD);
}

/** A window includes its end: it has closed a millisecond later. */
function slotEdges(
  { name, schedule }: Scheduled,
  now: Instant,
  calendar: CalendarOverrides | undefined,
): Instant[] {
  const today = sessionOn(dateOf(now), calendar);
  const ends = today === null ? [] : slotsOn(name, schedule, today).map(({ closesAt }) => plus(closesAt, 1));
  const next = nextSlot(name, schedule, now, calendar);
  return next === null ? ends : [...ends, preloadAt(next) ?? next.opensAt, next.opensAt];
}
