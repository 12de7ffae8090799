/** The execution lock: a journal record, so that exactly one contender wins. */
import { SECOND, plus, type Instant } from '../domain/instant.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { ExecutionSettings } from '../desired/desired-state.ts';
import type { ExecutionLock, Ledger } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { stopExit } from './interrupted.ts';
import { LockLost, record, startExecution, type Execution } from './execution.ts';
import { viewLock } from './lock-view.ts';

const POLL = 250;

/**
 * Waits up to `lockWait` (ms) for the lock, takes a stale one over, and leaves the state file showing it.
 * Throws exit 7 naming the holder when the time is over.
 */
export async function acquire(
  ports: Ports,
  settings: ExecutionSettings,
  holder: string,
  lockWait = settings.lockWait,
): Promise<Execution> {
  ports.report.info(holder, 'Acquiring execution lock...');
  const deadline = ports.clock.monotonic() + lockWait;
  for (;;) {
    const ledger = ports.journal.refresh();
    const view = viewLock(ports, ledger.lock, null);
    if (view.kind !== 'held') {
      if (view.kind === 'stale') await letRequestsEnd(ports, settings, ledger.lock, holder);
      const execution = tryAcquire(ports, settings, holder);
      if (execution !== null) return execution;
    }
    if (ports.stop.requested()) throw interruptedWaiting(ports);
    if (ports.clock.monotonic() >= deadline) throw lockNotObtained(ledger.lock, settings);
    await ports.clock.sleep(POLL);
  }
}

/** A former holder's last request may still be on its way: it ends before the new holder looks. */
async function letRequestsEnd(
  ports: Ports,
  settings: ExecutionSettings,
  lock: ExecutionLock | null,
  holder: string,
): Promise<void> {
  ports.report.warn(
    holder,
    `Releasing stale execution lock of ${lock?.holder ?? 'nobody'} (pid ${lock?.owner.pid ?? 0})`,
  );
  const ledger = ports.journal.ledger();
  const isWaiting = [...ledger.openOrders.values()].some((order) => order.status !== 'created');
  if (isWaiting) await ports.clock.sleep(settings.requestTimeout);
}

function tryAcquire(ports: Ports, settings: ExecutionSettings, holder: string): Execution | null {
  const { journal, clock, processes } = ports;
  const before = journal.refresh();
  if (viewLock(ports, before.lock, null).kind === 'held') return null;
  const fence = before.fence + 1;
  // Before the record: whoever is stopped while it is written has less time, never more than the lock.
  const acquired = clock.now();
  const acquiredMonotonic = clock.monotonic();
  const commit = journal.commit({
    type: 'lock-acquired',
    fence,
    lockId: ports.newId(),
    holder,
    owner: processes.self,
    acquired,
    expires: plus(acquired, settings.lockTimeout),
    expiresMonotonic: Math.floor(acquiredMonotonic + settings.lockTimeout),
  });
  if (commit.kind === 'lost') return null;
  ports.stateFile.write(commit.ledger);
  ports.report.info(holder, 'Lock acquired');
  return startExecution(ports, settings, { holder, fence, acquiredAt: acquired, acquiredMonotonic });
}

export function lockNotObtained(lock: ExecutionLock | null, { lockTimeout }: ExecutionSettings): HgctlError {
  const holder =
    lock === null
      ? 'another process'
      : `${lock.holder} (pid ${lock.owner.pid} on ${lock.owner.host}, lock ${lock.lockId})`;
  return new HgctlError(EXIT.lock, `the execution lock is held by ${holder}`, {
    hint: `wait for it to finish (at most ${lockTimeout / SECOND} s), or see 'hgctl get locks'`,
  });
}

/** Asked to stop (exit 130 or 143) before anything was done. */
export function interruptedWaiting({ stop }: Pick<Ports, 'stop'>): HgctlError {
  return new HgctlError(stopExit(stop), 'interrupted while waiting for another execution to end', {
    hint: 'nothing was done',
  });
}

/** Gives the lock back, stamps the strategy's last execution, and waits for the state file. */
export function release(
  execution: Execution,
  stamp: { readonly strategy: string; readonly at: Instant } | null,
): Ledger {
  const { ports, fence, holder } = execution;
  ports.report.info(holder, 'Releasing execution lock');
  if (stamp !== null) record(execution, () => ({ type: 'execution-ended', fence, ...stamp }));
  const ledger = record(execution, () => ({ type: 'lock-released', fence }));
  ports.stateFile.write(ledger);
  return ledger;
}

/** Whatever goes wrong, the lock does not stay behind; the first trouble is the one to report. */
export async function releasing<Result>(execution: Execution, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LockLost)) releaseQuietly(execution);
    throw error;
  }
}

function releaseQuietly(execution: Execution): void {
  try {
    release(execution, null);
  } catch {
    execution.ports.report.error(execution.holder, 'The execution lock could not be released');
  }
}
