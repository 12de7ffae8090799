/** `hgctl import state`: what becomes of a state file that somebody edited. */
import { acceptLots, changedLots } from '../../actions/import-state.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/instant.ts';
import { lotsFromForeign } from '../../observed/foreign-state.ts';
import { keepEdited } from '../../store/edited-state.ts';
import { inspectStateFile, type StateInspection } from '../../store/state-inspection.ts';
import { openWorld } from '../acting.ts';
import type { World } from '../compose.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { printable } from '../output/printable.ts';
import { recoverIfPossible, refuseForeignLock } from '../prepare.ts';
import { requireBooks } from './adopt.ts';

export interface ImportStateOptions extends GlobalOptions {
  readonly accept?: boolean;
  readonly discard?: boolean;
}

/** Without an option: shows the difference, exit 1 where there is one. */
export async function runImportState(io: Io, options: ImportStateOptions): Promise<ExitCode> {
  const { accept = false, discard = false } = options;
  if (accept && discard) {
    throw new HgctlError(EXIT.usage, '--accept and --discard exclude each other', {
      hint: 'give one of them',
    });
  }
  const world = openWorld(io, options);
  try {
    const { ports, paths } = world;
    requireBooks(ports.journal.ledger().opened, paths.folder);
    const state = inspectStateFile(paths.stateFile, ports.journal);
    const lines = differenceOf(state);
    if (lines.length === 0) {
      io.stdout('The state file is what the journal says.\n');
      return EXIT.done;
    }
    io.stdout(`${paths.stateFile} was changed outside hgctl:\n`);
    for (const line of lines) io.stdout(`  ${printable(line)}\n`);
    if (!accept && !discard) {
      io.stdout(
        "'--accept' makes the books what the file says, '--discard' makes the file what the books say.\n",
      );
      return EXIT.differs;
    }
    refuseForeignLock(state, ports);
    const kept = keepEdited(paths.stateFile, ports.clock.now());
    if (accept) await acceptFile(world, state);
    ports.stateFile.write(ports.journal.ledger());
    io.stdout(`${accept ? 'Accepted' : 'Discarded'}; a copy is kept in ${kept}\n`);
    await recoverIfPossible(io, world);
    return EXIT.done;
  } finally {
    world.close();
  }
}

function differenceOf(state: StateInspection): readonly string[] {
  switch (state.kind) {
    case 'edited':
    case 'foreign':
      return state.detail;
    case 'invalid':
      return [state.message];
    default:
      return [];
  }
}

async function acceptFile({ ports, desired, paths }: World, state: StateInspection): Promise<void> {
  if (state.kind !== 'edited' && state.kind !== 'foreign') {
    throw new HgctlError(
      EXIT.invalid,
      `${paths.stateFile} cannot be read, so nothing in it can be accepted`,
      {
        hint: 'mend it, or use --discard',
      },
    );
  }
  const lots = changedLots(ports.journal.ledger(), lotsFromForeign(state.document));
  if (lots.length === 0) return;
  const reason = `state file accepted at ${formatInstant(ports.clock.now())}`;
  await acceptLots(ports, desired, { lots, reason });
}
