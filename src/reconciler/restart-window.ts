/** When a controller may be restarted without missing, or interrupting, a scheduled execution. */
import { nextSessionAfter, sessionAtOrAfter, type Session } from '../domain/calendar.ts';
import { MINUTE, plus, type Instant } from '../domain/instant.ts';
import { slotsOn, type Slot } from '../domain/schedule.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import { mayFollow } from './rules/targets.ts';
import { undeclaredExits } from './slots.ts';

export interface RestartWindow {
  readonly isSafe: boolean;
  /** When that ends; null where no slot of this session, or the next one, follows. */
  readonly until: Instant | null;
  /** The slots that make it unsafe now, or at `until`. */
  readonly slots: readonly string[];
}

interface Risk {
  readonly from: Instant;
  readonly until: Instant;
  readonly slots: readonly string[];
}

/** A start takes a while, and may fail: people need time before the window to notice. */
const BEFORE = 10 * MINUTE;

/** From ten minutes before a slot (not before the session opens) until its window has closed. */
export function restartWindow(
  { strategies, account }: DesiredState,
  ledger: Ledger,
  now: Instant,
): RestartWindow {
  const { calendar, execution } = account;
  const session = sessionAtOrAfter(now, calendar);
  const scheduled = [...strategies.filter(mayFollow), ...undeclaredExits(ledger, strategies)];
  const all = [session, nextSessionAfter(session.date, calendar)].flatMap((day) =>
    scheduled
      .flatMap(({ name, schedule }) => slotsOn(name, schedule, day))
      .map((slot) => riskOf(slot, day, execution.lockTimeout)),
  );
  const risks = merged(all).filter(({ until }) => now < until);
  const [first] = risks;
  if (first === undefined) return { isSafe: true, until: null, slots: [] };
  const isSafe = now < first.from;
  return { isSafe, until: isSafe ? first.from : first.until, slots: first.slots };
}

/** An execution that begins at the end of a window near the close may go on until the close. */
function riskOf({ id, at, closesAt }: Slot, { open, close }: Session, lockTimeout: number): Risk {
  const from = Math.max(open, plus(at, -BEFORE)) as Instant;
  const until = plus(closesAt, lockTimeout) >= close ? close : closesAt;
  return { from, until, slots: [id] };
}

function merged(risks: readonly Risk[]): Risk[] {
  const all: Risk[] = [];
  for (const risk of [...risks].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last === undefined || risk.from > last.until) all.push(risk);
    else
      all[all.length - 1] = {
        from: last.from,
        until: Math.max(last.until, risk.until) as Instant,
        slots: [...last.slots, ...risk.slots],
      };
  }
  return all;
}
