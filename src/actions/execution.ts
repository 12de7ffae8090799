/** One acquisition of the execution lock: what it may still do, and how it records what it does. */
import type { CalendarDate, Instant } from '../domain/instant.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { ExecutionSettings } from '../desired/desired-state.ts';
import type { JournalEvent } from '../observed/events.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';

/** No order later than this part of the lock's time (180 of 240 s), so that fills are booked before it ends. */
const SUBMIT_PART = 0.75;
/** The lock is given back by this part of its time (235 of 240 s). */
const RELEASE_PART = 235 / 240;
/** Wall and monotonic time that part by more than this mean a sleep or a jump: no order is sent. */
const CLOCK_DRIFT_MAX = 2_000;
const RECORD_TRIES_MAX = 1_000;

export interface Execution {
  readonly ports: Ports;
  readonly settings: ExecutionSettings;
  /** A strategy, or `hgctl`. */
  readonly holder: string;
  readonly fence: number;
  readonly acquiredAt: Instant;
  readonly acquiredMonotonic: number;
  /** Monotonic; no request starts later. */
  readonly submitUntil: number;
  /** Monotonic; orders that are open then are left to the next execution, so that the lock is given back in time. */
  readonly releaseBy: number;
}

/** The lock went to somebody else: nothing more may be recorded or sent by this execution. */
export class LockLost extends Error {
  override readonly name = 'LockLost';
}

/** `lock`: as it is recorded, so that its time and that of the execution are one. */
export function startExecution(
  ports: Ports,
  settings: ExecutionSettings,
  lock: Pick<Execution, 'holder' | 'fence' | 'acquiredAt' | 'acquiredMonotonic'>,
): Execution {
  const { acquiredMonotonic } = lock;
  return {
    ports,
    settings,
    ...lock,
    submitUntil: acquiredMonotonic + settings.lockTimeout * SUBMIT_PART,
    releaseBy: acquiredMonotonic + settings.lockTimeout * RELEASE_PART,
  };
}

/** Why no order may be sent any more, or null. `lastSubmit`: the session's last submit time. */
export function whyTooLate(
  execution: Execution,
  lastSubmit: Instant | null,
): 'ExecutionTimeout' | 'ClockJumped' | 'MarketClosed' | null {
  const { clock } = execution.ports;
  const elapsed = clock.monotonic() - execution.acquiredMonotonic;
  if (clock.monotonic() + execution.settings.requestTimeout > execution.submitUntil)
    return 'ExecutionTimeout';
  if (Math.abs(clock.now() - execution.acquiredAt - elapsed) > CLOCK_DRIFT_MAX) return 'ClockJumped';
  if (lastSubmit !== null && clock.now() > lastSubmit) return 'MarketClosed';
  return null;
}

/**
 * Records under the fence what has happened. A record that loses to another process's is built again as it is, for the
 * world does not take back a fill; only a lost lock ends it.
 */
export function record(execution: Execution, build: (ledger: Ledger) => JournalEvent | null): Ledger {
  const { journal } = execution.ports;
  let ledger = journal.refresh();
  for (let attempt = 0; attempt < RECORD_TRIES_MAX; attempt += 1) {
    assertFence(execution, ledger);
    const event = build(ledger);
    if (event === null) return ledger;
    const commit = journal.commit(event);
    if (commit.kind === 'committed') return commit.ledger;
    ledger = commit.ledger;
  }
  throw new HgctlError(EXIT.lock, 'the journal is too busy: a record lost to others a thousand times', {
    hint: 'look for programs that write to the same data folder, then run the command again',
  });
}

export function assertFence({ fence }: Execution, ledger: Ledger): void {
  if (ledger.lock?.fence !== fence)
    throw new LockLost(`the execution lock (fence ${fence}) went to somebody else`);
}

/** What an execution needs to know of the session it trades in. */
export interface SessionBounds {
  readonly date: CalendarDate;
  readonly lastSubmit: Instant | null;
}
