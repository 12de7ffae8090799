/**
 * How many requests may go out: one budget for everything that this process asks of the account. Exits, cancels and
 * look-ups may use all of it; reads leave a reserve for them, and entries a larger one. Other processes share the account:
 * what the broker says is left counts as well. Pure: a state, what has happened, and whether one more may go out.
 */
import { MINUTE } from '../../domain/instant.ts';

/** `urgent`: exits, cancels and look-ups. */
export type Purpose = 'urgent' | 'read' | 'entry';

export interface Budget {
  /** Most requests in any minute: of the manifest, or of the broker where that is less. */
  readonly perMinute: number;
  /** When the requests of the last minute went out, oldest first; monotonic ms. */
  readonly sent: readonly number[];
  /** What the broker said last; null where it said nothing, or its window is over. */
  readonly told: Told | null;
}

export interface Told {
  /** Requests that it still takes, less what has gone out since. */
  readonly remaining: number;
  /** When its count starts anew; monotonic ms. */
  readonly resetAt: number;
}

/** What an answer says of the rate limit. */
export interface Heard {
  readonly limit: number;
  readonly remaining: number;
  /** ms until its count starts anew. */
  readonly wait: number;
}

export type Decision = { readonly kind: 'go' } | { readonly kind: 'wait'; readonly milliseconds: number };

/** Parts of the budget that a purpose leaves to the more urgent ones. */
const RESERVE: Readonly<Record<Purpose, number>> = { urgent: 0, read: 0.15, entry: 0.3 };

export function newBudget(perMinute: number): Budget {
  return { perMinute, sent: [], told: null };
}

/** Whether a request may go out now, and else when it is worth asking again if nothing else goes out meanwhile. */
export function decide(budget: Budget, purpose: Purpose, now: number): Decision {
  const { perMinute } = budget;
  const sent = recent(budget, now);
  const least = Math.floor(perMinute * RESERVE[purpose]) + 1;
  const tooMany = sent.length + least - perMinute;
  const oldest = tooMany > 0 ? sent[tooMany - 1] : undefined;
  const waits = [
    ...(oldest === undefined ? [] : [oldest + MINUTE - now]),
    ...(isExhausted(budget, least, now) ? [(budget.told?.resetAt ?? now) - now] : []),
  ];
  return waits.length === 0 ? { kind: 'go' } : { kind: 'wait', milliseconds: Math.max(1, ...waits) };
}

function isExhausted({ told }: Budget, least: number, now: number): boolean {
  return told !== null && now < told.resetAt && told.remaining < least;
}

/** One request goes out. */
export function spend(budget: Budget, now: number): Budget {
  const told = budget.told && { ...budget.told, remaining: budget.told.remaining - 1 };
  return { ...budget, sent: [...recent(budget, now), now], told };
}

/**
 * The broker has said how many it still takes, and for how many ms (at most a minute counts). Answers come in any order: of
 * two within one window the smaller figure counts.
 */
export function hear(
  budget: Budget,
  { limit, remaining, wait, now }: Heard & { readonly now: number },
): Budget {
  const resetAt = now + Math.min(wait, MINUTE);
  const before = budget.told !== null && now < budget.told.resetAt ? budget.told : null;
  const isSameWindow = before !== null && Math.abs(before.resetAt - resetAt) < SAME_WINDOW;
  return {
    ...budget,
    perMinute: Math.min(budget.perMinute, Math.max(LEAST, limit)),
    told: { remaining: isSameWindow ? Math.min(before.remaining, remaining) : remaining, resetAt },
  };
}

/** Below it, reserves would leave nothing. */
const LEAST = 10;
/** The broker tells whole seconds. */
const SAME_WINDOW = 2_000;

function recent({ sent }: Budget, now: number): readonly number[] {
  return sent.filter((at) => at > now - MINUTE);
}
