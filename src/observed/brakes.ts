/** What operators have stopped: the whole account, or the entries of a strategy. */
import type { Instant } from '../domain/instant.ts';

/** An operator lets a strategy open nothing; what it holds may still shrink. */
export interface Suspension {
  readonly strategy: string;
  readonly reason: string;
  readonly by: string;
  readonly since: Instant;
  /** From then on it counts no more (inclusive); null: until it is resumed. */
  readonly until: Instant | null;
}

/**
 * What becomes of orders while the account is halted. `hold`: none is sent, and what is in flight is followed to its end.
 * `cancel`: open orders of ours are cancelled, too. `flatten`: cancelled, and what strategies own is sold, nothing else.
 */
export type HaltMode = 'hold' | 'cancel' | 'flatten';

/** An operator has stopped the whole account. */
export interface Halt {
  readonly mode: HaltMode;
  readonly reason: string;
  readonly by: string;
  readonly since: Instant;
}

/** What operators have stopped, where it is handed on to new books. */
export interface Brakes {
  readonly halt: Halt | null;
  readonly suspensions: readonly Suspension[];
}

/** The suspension that is in force now; null where there is none, or its time is over. */
export function suspensionAt(
  { suspensions }: { readonly suspensions: ReadonlyMap<string, Suspension> },
  strategy: string,
  now: Instant,
): Suspension | null {
  const found = suspensions.get(strategy);
  if (found === undefined) return null;
  return found.until === null || now < found.until ? found : null;
}
