/** The clock of a command: real time, the standing one of `HGCTL_NOW`, or one that it is given; never behind what is on disk. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { formatInstant, parseInstant, type Instant } from '../domain/instant.ts';
import type { Clock } from '../reconciler/ports.ts';
import { clockFrom, fixedClock, systemClock } from '../store/clocks.ts';
import type { Io } from './io.ts';
import { variable } from './places.ts';

export interface CommandClock extends Clock {
  /**
   * Moves the clock forward to the newest of these moments, if it is behind. Simulated time may have been ahead of the
   * real one; going back would undo fills that are booked.
   */
  notBefore(moments: readonly (Instant | undefined)[]): void;
}

const NOTICEABLE = 60_000;
/** Of its pace, while a clock is ahead of the true time: so near to it that hardly an execution takes that for a jump. */
const SLOWED = 0.95;

export function startClock(io: Io): CommandClock {
  const base = baseClock(io);
  let current = base;
  return {
    now: () => current.now(),
    monotonic: () => current.monotonic(),
    sleep: (milliseconds) => current.sleep(milliseconds),
    notBefore: (moments) => {
      const newest = Math.max(...moments.map((moment) => moment ?? 0)) as Instant;
      const behind = newest - current.now();
      if (behind <= 0) return;
      // A real clock that is behind by seconds was set back. What is ahead of it comes back to it, for it would let no entry out.
      const pace = behind <= NOTICEABLE && !isRehearsal(io) ? SLOWED : 1;
      // From the base, which the current one may be ahead of already.
      current = clockFrom(base, newest, pace);
      if (behind > NOTICEABLE)
        io.stderr(`warning: the data folder has seen ${formatInstant(newest)}; time goes on from there\n`);
    },
  };
}

/** Whether time passes by waiting alone: then a wait is a jump, and nobody is told that the real account is well. */
export function isRehearsal(io: Pick<Io, 'environment' | 'clock'>): boolean {
  return io.clock !== undefined || variable(io, 'HGCTL_NOW') !== undefined;
}

function baseClock(io: Io): Clock {
  const text = variable(io, 'HGCTL_NOW');
  if (text === undefined) return io.clock ?? systemClock();
  const instant = parseInstant(text);
  if (instant === undefined) {
    throw new HgctlError(EXIT.usage, `HGCTL_NOW is no instant: ${JSON.stringify(text)}`, {
      hint: 'write it with an offset, for example 2026-01-05T15:55:00-05:00',
    });
  }
  return fixedClock(instant);
}
