/** A clock for tests: time passes only when somebody sleeps or says so. */
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { Clock } from '../../src/reconciler/ports.ts';

export interface VirtualClock extends Clock {
  advance(milliseconds: number): void;
  /** Sets the wall clock forward or back: for the monotonic one no time passes. */
  jump(milliseconds: number): void;
}

/** `monotonic` starts at 0; `sleep` lets its time pass at once. */
export function virtualClock(start: Instant): VirtualClock {
  let elapsed = 0;
  let set = 0;
  const advance = (milliseconds: number): void => {
    elapsed += milliseconds;
  };
  return {
    now: () => plus(start, elapsed + set),
    monotonic: () => elapsed,
    sleep: (milliseconds) => {
      advance(milliseconds);
      return Promise.resolve();
    },
    advance,
    jump: (milliseconds) => {
      set += milliseconds;
    },
  };
}
