/** Marks what account and books are worth, under the lock: at the start of a session, after trading, and at its close. */
import { CONTROLLER } from '../domain/names.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { dueMark, markOf } from '../observed/day-mark.ts';
import type { MarkKind } from '../observed/mark-events.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Ports } from '../reconciler/ports.ts';
import { checkAccount } from './open-books.ts';
import { acquire, release, releasing } from './execution-lock.ts';
import { record, type Execution } from './execution.ts';
import { observe } from './observe.ts';

/**
 * Records the start or the close of the session if it is due and nobody has; writes nothing otherwise. For the first pass
 * of a controller in a session, and its first after a close; executions mark by themselves. Returns what it marked. Refuses (exit 5) the broker of another account.
 */
export async function markSession(ports: Ports, desired: DesiredState): Promise<MarkKind | null> {
  if (!ports.journal.ledger().opened) return null;
  const seen = await observe(ports, desired, { ownFence: null, earlier: null });
  if (dueKind(seen, desired) === null) return null;
  await checkAccount(ports);
  const place = await ports.queue.enter();
  try {
    const execution = await acquire(ports, desired.account.execution, CONTROLLER);
    return await releasing(execution, async () => {
      const fresh = await observeUnderLock(execution, desired);
      const marked = markIfDue(execution, desired, fresh);
      release(execution, null);
      return marked;
    });
  } finally {
    await place.leave();
  }
}

/** By an execution, before its first order: the start (or close) that the session still lacks. */
export function markIfDue(
  execution: Execution,
  desired: DesiredState,
  observed: ObservedState,
): MarkKind | null {
  const kind = dueKind(observed, desired);
  return kind === null ? null : recordMark(execution, desired, observed, kind);
}

/** By an execution that has brought the books up to date: `before` is what it looked at. */
export async function markAfterCare(
  execution: Execution,
  desired: DesiredState,
  before: ObservedState,
): Promise<void> {
  if (dueKind(before, desired) === null || execution.ports.stop.requested()) return;
  const observed = await observeUnderLock(execution, desired);
  markIfDue(execution, desired, observed);
}

/** By an execution that has traded: what it leaves behind. An account that does not answer is not marked. */
export async function markAfterTrading(execution: Execution, desired: DesiredState): Promise<void> {
  if (execution.ports.stop.requested()) return;
  const observed = await observeUnderLock(execution, desired);
  const { clock } = observed.snapshot;
  if (clock.kind === 'ok' && clock.data.isOpen) recordMark(execution, desired, observed, 'interim');
}

function observeUnderLock(
  { ports, fence, releaseBy }: Execution,
  desired: DesiredState,
): Promise<ObservedState> {
  return observe(ports, desired, { ownFence: fence, earlier: null, until: releaseBy });
}

function dueKind(
  { ledger, snapshot: { clock } }: ObservedState,
  { account }: DesiredState,
): Exclude<MarkKind, 'interim'> | null {
  return clock.kind === 'ok' ? dueMark(ledger, clock.data, account.calendar) : null;
}

function recordMark(
  execution: Execution,
  { account }: DesiredState,
  observed: ObservedState,
  kind: MarkKind,
): MarkKind | null {
  const { fence } = execution;
  const mark = markOf(observed, kind, account.execution.settleWindow);
  if (mark === null) return null;
  const { books, lastMark } = observed.ledger;
  // Books that somebody changed meanwhile are not what the broker was asked beside: the next pass marks.
  const before = execution.ports.journal.refresh();
  const after = record(execution, (current) =>
    current.books === books && current.lastMark === lastMark ? { type: 'day-marked', fence, ...mark } : null,
  );
  return after.seq === before.seq ? null : kind;
}
