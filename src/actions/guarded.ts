/** Parts of a pass that need the lock, and end without the pass where they do not get it. */
import type { DesiredState } from '../desired/desired-state.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { Action } from '../reconciler/plan-types.ts';
import type { Ports } from '../reconciler/ports.ts';
import { acquire, release, releasing } from './execution-lock.ts';
import { LockLost } from './execution.ts';
import type { Outcome } from './outcome.ts';
import { AnswerOvertaken } from './overtaken.ts';

/** Orders that follow older manifests than those in force would undo what the newer ones have had done. */
export class ManifestsReplaced extends HgctlError {
  constructor() {
    super(EXIT.conflict, 'other manifests were accepted after these were read', {
      hint: 'run the command again',
    });
  }
}

/** A change that is no order. Without the lock it is left: the orders behind it do not get it either. */
export async function changeUnderLock(
  { ports, desired }: { readonly ports: Ports; readonly desired: DesiredState },
  change: () => Promise<void>,
): Promise<void> {
  await guarded([], async () => {
    const execution = await acquire(ports, desired.account.execution, CONTROLLER);
    return releasing(execution, async () => {
      await change();
      release(execution, null);
      return [];
    });
  });
}

/** A lock that cannot be had, or is lost, ends a turn and not the pass. */
export async function guarded(actions: readonly Action[], run: () => Promise<Outcome[]>): Promise<Outcome[]> {
  try {
    return await run();
  } catch (error) {
    const code = whyNoTurn(error);
    if (code === null || !(error instanceof Error)) throw error;
    const detail = error.message;
    return actions.map((action) => ({ kind: 'not-started', action, code, detail }));
  }
}

type NoTurn = 'AnswerOvertaken' | 'LockNotObtained' | 'Interrupted' | 'ManifestsReplaced';

function whyNoTurn(error: unknown): NoTurn | null {
  if (error instanceof LockLost) return 'LockNotObtained';
  if (error instanceof ManifestsReplaced) return 'ManifestsReplaced';
  if (error instanceof AnswerOvertaken) return 'AnswerOvertaken';
  if (!(error instanceof HgctlError)) return null;
  if (error.exit === EXIT.lock) return 'LockNotObtained';
  return error.exit === EXIT.interrupted || error.exit === EXIT.terminated ? 'Interrupted' : null;
}
