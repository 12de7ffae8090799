/** `hgctl unlock`: takes the execution lock away from a holder that hangs. */
import { commitDecision } from '../../actions/operator.ts';
import { viewLock } from '../../actions/lock-view.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import type { ExecutionLock } from '../../observed/ledger.ts';
import { openWorldAnyway } from '../acting.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { passEdited, recoverIfPossible, refuseOrphanedState } from '../prepare.ts';
import { operatorName } from '../operator-name.ts';

export interface UnlockOptions extends GlobalOptions {
  readonly kill?: boolean;
}

export async function runUnlock(io: Io, lockId: string, options: UnlockOptions): Promise<ExitCode> {
  const opened = openWorldAnyway(io, options);
  try {
    refuseOrphanedState(opened);
    const world = passEdited(io, opened);
    const { ports } = world;
    const lock = currentLock(ports.journal.ledger().lock, lockId);
    stopHolder(world, lock, options.kill ?? false);
    commitDecision(ports, (ledger) => {
      currentLock(ledger.lock, lockId);
      return { type: 'lock-unlocked', lockId, by: operatorName(io) };
    });
    io.stdout(`lock/${lockId} of ${lock.holder} (pid ${lock.owner.pid}) is taken away\n`);
    await recoverIfPossible(io, world);
    return EXIT.done;
  } finally {
    opened.close();
  }
}

function currentLock(lock: ExecutionLock | null, lockId: string): ExecutionLock {
  if (lock?.lockId === lockId) return lock;
  const now =
    lock === null
      ? 'nobody holds the execution lock'
      : `the execution lock is ${lock.lockId}, of ${lock.holder}`;
  throw new HgctlError(EXIT.notFound, `there is no lock ${JSON.stringify(lockId)}: ${now}`, {
    hint: "see 'hgctl get locks'",
  });
}

/** A holder that lives may be waiting for an answer: its record would be void, and its order still reach the broker. */
function stopHolder({ ports }: World, lock: ExecutionLock, kill: boolean): void {
  if (viewLock(ports, lock, null).kind !== 'held') return;
  const { pid, host } = lock.owner;
  const life = ports.processes.lookUp(lock.owner);
  if (life === 'alive' && kill) {
    process.kill(pid, 'SIGKILL');
    return;
  }
  throw new HgctlError(EXIT.refused, `${lock.holder} (pid ${pid} on ${host}) ${LIFE_WORDS[life]}`, {
    hint:
      life === 'alive'
        ? 'wait for it to end, or stop its process as well: --kill'
        : `stop it on ${host}; its lock ends by itself at its time`,
  });
}

const LIFE_WORDS = {
  alive: 'is alive and may be in the middle of an order',
  gone: 'is gone',
  unknown: 'may be alive: this machine cannot tell',
} as const;
