/** Time that moves only while everybody waits for it: to the next moment that somebody waits for, and at once. */
import { plus, type Instant } from '../domain/instant.ts';
import type { Clock } from '../reconciler/ports.ts';

export interface VirtualClock extends Clock {
  /** Work that takes real time, such as reading a file: no virtual time passes meanwhile. */
  outside<Result>(work: () => Promise<Result>): Promise<Result>;
}

interface Sleeper {
  /** ms since the start. */
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Who waits for an earlier moment wakes first, and of one moment who began to wait first: each does all it can before the
 * next one wakes. Its monotonic time starts at zero.
 */
export function virtualClock(start: Instant): VirtualClock {
  const sleepers: Sleeper[] = [];
  let elapsed = 0;
  let working = 0;
  let isArranged = false;
  const arrange = (): void => {
    if (isArranged || working > 0 || sleepers.length === 0) return;
    isArranged = true;
    // After everything that can go on has gone on.
    setImmediate(move);
  };
  const move = (): void => {
    isArranged = false;
    if (working > 0) return;
    const next = earliest(sleepers);
    if (next === undefined) return;
    sleepers.splice(sleepers.indexOf(next), 1);
    elapsed = Math.max(elapsed, next.at);
    next.wake();
    arrange();
  };
  return {
    now: () => plus(start, elapsed),
    monotonic: () => elapsed,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: elapsed + Math.max(0, milliseconds), wake });
        arrange();
      }),
    outside: async (work) => {
      working += 1;
      try {
        return await work();
      } finally {
        working -= 1;
        arrange();
      }
    },
  };
}

function earliest(sleepers: readonly Sleeper[]): Sleeper | undefined {
  return sleepers.reduce<Sleeper | undefined>(
    (first, sleeper) => (first === undefined || sleeper.at < first.at ? sleeper : first),
    undefined,
  );
}
