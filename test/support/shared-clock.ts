/**
 * One time for a command and for the server that it asks. It passes while the command waits, and never by itself: what the
 * server has to wait for comes when the command has waited as long, so that a late answer costs no real time.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { Clock } from '../../src/reconciler/ports.ts';

export interface SharedClock {
  /** Its waits make the time pass, at once. */
  readonly command: Clock;
  /** Its waits end with the time that the command makes pass. */
  readonly server: Clock;
  /** Done when so many ms have passed since the start; the wait in which they pass goes on after it. */
  after(milliseconds: number, what: () => Promise<void> | void): void;
  /** Without anybody who waits. */
  advance(milliseconds: number): Promise<void>;
}

interface Due {
  readonly at: number;
  readonly what: () => Promise<void> | void;
}

export function sharedClock(start: Instant): SharedClock {
  let elapsed = 0;
  let waiting: Due[] = [];
  const after = (milliseconds: number, what: Due['what']): void => {
    waiting = [...waiting, { at: milliseconds, what }].sort((a, b) => a.at - b.at);
  };
  const advance = async (milliseconds: number): Promise<void> => {
    const until = elapsed + Math.max(0, milliseconds);
    for (let next = waiting[0]; next !== undefined && next.at <= until; next = waiting[0]) {
      waiting = waiting.filter((due) => due !== next);
      elapsed = Math.max(elapsed, next.at);
      await next.what();
    }
    elapsed = Math.max(elapsed, until);
    await nextTurn();
  };
  const time = { now: () => plus(start, elapsed), monotonic: () => elapsed };
  return {
    command: { ...time, sleep: advance },
    server: {
      ...time,
      sleep: (milliseconds) => new Promise((resolve) => after(elapsed + milliseconds, resolve)),
    },
    after,
    advance,
  };
}
