/** Time: the real one, one that stands still for `HGCTL_NOW`, one that is wrong by a constant, and one that goes on from a moment. */
import { setTimeout as delay } from 'node:timers/promises';
import { later, plus, type Instant } from '../domain/instant.ts';
import type { Clock } from '../reconciler/ports.ts';

const NANOSECONDS = 1_000_000n;

/** Its monotonic time is that of the boot: all processes of a machine read the same. */
export function systemClock(): Clock {
  return {
    now: () => Date.now() as Instant,
    monotonic: monotonicNow,
    sleep: async (milliseconds) => {
      await delay(milliseconds);
    },
  };
}

/** Stands at `start`; only `sleep` moves it, at once. Monotonic time starts at the real one, as other processes see it. */
export function fixedClock(start: Instant): Clock {
  const startMonotonic = monotonicNow();
  let slept = 0;
  return {
    now: () => plus(start, slept),
    monotonic: () => startMonotonic + slept,
    sleep: async (milliseconds) => {
      slept += Math.max(0, milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** As `base`, but its wall time is ahead by `offset` ms (negative: behind). */
export function offsetClock(base: Clock, offset: number): Clock {
  return {
    now: () => plus(base.now(), offset),
    monotonic: () => base.monotonic(),
    sleep: (milliseconds) => base.sleep(milliseconds),
  };
}

/**
 * Goes on from `start`, which `base` is behind, until `base` is ahead of it: its wall time was wrong, and somebody has set it
 * right, or it has caught up with a pace below 1.
 */
export function clockFrom(base: Clock, start: Instant, pace = 1): Clock {
  const since = base.monotonic();
  return {
    now: () => later(base.now(), plus(start, Math.floor((base.monotonic() - since) * pace))),
    monotonic: () => base.monotonic(),
    sleep: (milliseconds) => base.sleep(milliseconds),
  };
}

/** Whole milliseconds of CLOCK_MONOTONIC. */
function monotonicNow(): number {
  return Number(process.hrtime.bigint() / NANOSECONDS);
}
