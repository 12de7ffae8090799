/** What every mutating command does first: the right account, and a state file that fits the journal. */
import { checkAccount, checkFirstStart, needsInit, openBooks } from '../actions/open-books.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Pass } from '../reconciler/reconcile.ts';
import { keepEdited } from '../store/edited-state.ts';
import { inspectStateFile } from '../store/state-inspection.ts';
import type { World } from './compose.ts';
import type { Io } from './io.ts';

/** Refuses (exit 5 or 8, with the way out) a wrong account, a lost journal and a state file that was edited. */
export function checkData(world: World): Promise<void> {
  return check(world, (path) => keepEdited(path, world.ports.clock.now()));
}

/** What would make a mutating command refuse, said on stderr; writes nothing, and blocks no reading. */
export async function warnOfRefusal(io: Io, world: World): Promise<void> {
  try {
    await check(world, () => null);
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    io.stderr(`warning: apply will refuse: ${error.message}\n`);
    if (error.hint !== undefined) io.stderr(`hint: ${error.hint}\n`);
  }
}

/** Keeps a copy of an edited file; null when none is to be made. */
type KeepCopy = (path: string) => string | null;

async function check({ ports, paths }: World, keep: KeepCopy): Promise<void> {
  const ledger = ports.journal.ledger();
  const state = inspectStateFile(paths.stateFile, ledger);
  if (state.kind === 'ahead') throw lostJournal(paths, state.seq, ledger.seq);
  if (state.kind === 'invalid') throw edited(paths.stateFile, [state.message], keep);
  if (state.kind === 'edited' || (state.kind === 'foreign' && ledger.opened)) {
    throw edited(paths.stateFile, state.detail, keep);
  }
  if (ledger.opened) {
    await checkAccount(ports);
    return;
  }
  if (state.kind === 'foreign' && holdsPositions(state.document)) throw needsInit(paths.stateFile);
  await checkFirstStart(ports);
}

/** Refuses (exit 5) to open books beside the state file of a journal that is not there. */
export function refuseOrphanedState({ ports, paths }: World): void {
  const ledger = ports.journal.ledger();
  const state = inspectStateFile(paths.stateFile, ledger);
  if (state.kind === 'ahead') throw lostJournal(paths, state.seq, ledger.seq);
}

/** Opens empty books on a first start; later on, sees to it that the state file is there. */
async function openData(io: Io, world: World): Promise<void> {
  const { ports, paths } = world;
  if (ports.journal.refresh().opened) {
    repairStateFile(io, world);
    return;
  }
  const ledger = await openBooks(ports, { kind: 'empty' });
  ports.stateFile.write(ledger);
  io.stderr(`Opened empty books for account ${ledger.account?.id ?? ''} in ${paths.folder}\n`);
}

/** Writes a state file that is missing or behind the journal anew, and says so. */
export function repairStateFile(io: Io, { ports, paths }: World): void {
  const ledger = ports.journal.ledger();
  const state = inspectStateFile(paths.stateFile, ledger);
  if (state.kind !== 'missing' && state.kind !== 'older') return;
  ports.stateFile.write(ledger);
  io.stderr(
    `Rebuilt ${paths.stateFile} from the journal: it was ${state.kind === 'missing' ? 'missing' : 'behind'}\n`,
  );
}

/** What a pass of the loop works on. */
export function passOf(io: Io, world: World): Pass {
  const { ports, desired, manifests } = world;
  return { ports, desired, accountFile: manifests.accountFile, open: () => openData(io, world) };
}

interface Strategies {
  readonly strategies: Readonly<Record<string, { readonly positions: object }>>;
}

function holdsPositions({ strategies }: Strategies): boolean {
  return Object.values(strategies).some(({ positions }) => Object.keys(positions).length > 0);
}

function lostJournal(paths: World['paths'], seen: number, has: number): HgctlError {
  const message = `${paths.stateFile} has seen record ${seen}, the journal ends at ${has} or is another one: records are lost`;
  return new HgctlError(EXIT.refused, message, {
    hint: `put the right journal back into ${paths.journal}; if it is lost for good, move ${paths.stateFile} away, then 'hgctl init --unmanaged' and adopt`,
  });
}

function edited(path: string, detail: readonly string[], keep: KeepCopy): HgctlError {
  const copy = keep(path);
  const list = detail.map((line) => `  ${line}`).join('\n');
  const kept = copy === null ? '' : `a copy is kept in ${copy}; `;
  return new HgctlError(EXIT.conflict, `${path} was changed outside hgctl:\n${list}`, {
    hint: `${kept}remove ${path} to have it rebuilt from the journal, then say with adopt or resolve what should change`,
  });
}
