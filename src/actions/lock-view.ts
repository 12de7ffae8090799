/** Whether an execution lock still counts. Nobody is asked: its record, the process table and the clocks decide. */
import { plus, SECOND } from '../domain/instant.ts';
import type { ExecutionLock } from '../observed/ledger.ts';
import type { LockView } from '../observed/observed-state.ts';
import { UNKNOWN_BOOT, type Ports } from '../reconciler/ports.ts';

/** Between the wall clocks of two hosts: the only clock that they share. */
const HOST_SKEW = 10 * SECOND;

/** Whether the recorded lock stops others: its holder's process and the monotonic clock of its boot decide. */
export function viewLock(
  { processes, clock }: Pick<Ports, 'processes' | 'clock'>,
  lock: ExecutionLock | null,
  ownFence: number | null,
): LockView {
  if (lock === null) return { kind: 'free' };
  if (lock.fence === ownFence) return { kind: 'own' };
  const holder = processes.lookUp(lock.owner);
  if (holder === 'gone') return { kind: 'stale', why: 'LockHolderGone' };
  const { bootId } = lock.owner;
  const isSameBoot = bootId === processes.self.bootId && bootId !== UNKNOWN_BOOT;
  const isOver = isSameBoot
    ? clock.monotonic() >= lock.expiresMonotonic
    : clock.now() >= plus(lock.expires, HOST_SKEW);
  return isOver ? { kind: 'stale', why: 'LockExpired' } : { kind: 'held' };
}
