/** When the controller has to look again although nothing has happened: slots and sessions begin, windows close. */
import { nextSessionAfter, sessionAtOrAfter, sessionOn } from '../domain/calendar.ts';
import { dateOf, plus, type Instant } from '../domain/instant.ts';
import { nextSlot, slotsOn } from '../domain/schedule.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';

type Scheduled = Pick<DesiredStrategy, 'name' | 'schedule'>;

/** The first moment after `now` at which a slot opens, its window has closed, or the exchange opens or closes. */
export function nextEdge(strategies: readonly Scheduled[], now: Instant): Instant {
  const edges = [...sessionEdges(now), ...strategies.flatMap((strategy) => slotEdges(strategy, now))];
  return Math.min(...edges.filter((edge) => edge > now)) as Instant;
}

function sessionEdges(now: Instant): Instant[] {
  const session = sessionAtOrAfter(now);
  return [session.open, session.close, nextSessionAfter(session.date).open];
}

/** A window includes its end: it has closed a millisecond later. */
function slotEdges({ name, schedule }: Scheduled, now: Instant): Instant[] {
  const today = sessionOn(dateOf(now));
  const ends = today === null ? [] : slotsOn(name, schedule, today).map(({ closesAt }) => plus(closesAt, 1));
  const next = nextSlot(name, schedule, now);
  return next === null ? ends : [...ends, next.opensAt];
}
