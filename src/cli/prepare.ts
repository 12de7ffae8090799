/** What every mutating command does first: the right account, and a state file that fits the journal. */
import { recoverySteps } from './recovery.ts';
import { Announcements } from '../actions/announcements.ts';
import { checkAccount, checkFirstStart, needsInit, openBooks } from '../actions/open-books.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { recover, type Pass } from '../reconciler/reconcile.ts';
import { verifyJournal } from '../store/journal-check.ts';
import { keepEdited } from '../store/edited-state.ts';
import { inspectStateFile, readState, type StateInspection } from '../store/state-inspection.ts';
import type { Ports } from '../reconciler/ports.ts';
import { formatInstant } from '../domain/instant.ts';
import type { ForeignDocument } from '../observed/foreign-state.ts';
import { parseJson } from '../observed/json-text.ts';
import { printableLines } from './output/printable.ts';
import type { World } from './compose.ts';
import type { Io } from './io.ts';

/** Refuses (exit 5 or 8, with the way out) a wrong account, a lost journal and a state file that was edited. */
export function checkData(world: World): Promise<void> {
  return check(world, (path) => keepEdited(path, world.ports.clock.now()));
}

/** As {@link checkData}, for commands that read but for one record: no copy of an edited file is kept. */
export function checkBesideReading(world: World): Promise<void> {
  return check(world, () => null);
}

/** What would make a mutating command refuse, said on stderr; writes nothing, and blocks no reading. */
export async function warnOfRefusal(io: Io, world: World): Promise<void> {
  const refusal = await refusalOf(world);
  if (refusal === null) return;
  io.stderr(`warning: apply will refuse: ${printableLines(refusal.message)}\n`);
  if (refusal.hint !== undefined) io.stderr(`hint: ${refusal.hint}\n`);
}

/** What would make a mutating command refuse; null where nothing would. Writes nothing. */
export async function refusalOf(world: World): Promise<HgctlError | null> {
  try {
    await check(world, () => null);
    return null;
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    return error;
  }
}

/** Keeps a copy of an edited file; null when none is to be made. */
type KeepCopy = (path: string) => string | null;

async function check(world: World, keep: KeepCopy): Promise<void> {
  const { ports, paths } = world;
  const state = inspectState(world);
  const ledger = ports.journal.ledger();
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

/** Another process may go on meanwhile: a file that is ahead is compared again, with all that the journal says by now. */
function inspectState({ ports: { journal }, paths }: World): StateInspection {
  for (;;) {
    const ledger = journal.ledger();
    const state = inspectStateFile(paths.stateFile, journal);
    if (state.kind !== 'ahead' || journal.refresh().seq === ledger.seq) return state;
  }
}

export type ForeignLock = NonNullable<ForeignDocument['execution_lock']>;

/** An execution lock in the state file that has not expired and is not ours: another program may be trading. */
function foreignLockOf(
  state: StateInspection,
  { journal, clock }: Pick<Ports, 'journal' | 'clock'>,
): ForeignLock | null {
  if (state.kind !== 'edited' && state.kind !== 'foreign') return null;
  const { execution_lock: lock } = state.document;
  const own = journal.ledger().lock;
  if (lock === null || lock === undefined || lock.expires <= clock.now()) return null;
  const isOwn = own?.holder === lock.holder && formatInstant(own.expires) === formatInstant(lock.expires);
  return isOwn ? null : lock;
}

/** The execution lock of another program that the state file shows; null where there is none. */
export function foreignLock(world: World): ForeignLock | null {
  return foreignLockOf(inspectState(world), world.ports);
}

export function refuseForeignLock(state: StateInspection, ports: Pick<Ports, 'journal' | 'clock'>): void {
  const lock = foreignLockOf(state, ports);
  if (lock === null) return;
  const until = formatInstant(lock.expires);
  throw new HgctlError(
    EXIT.lock,
    `the state file shows an execution lock of ${lock.holder} until ${until}, and it is not ours`,
    { hint: 'another program may be trading on this account: stop it, then wait for that time' },
  );
}

/**
 * For commands whose word counts beside any state file: one that was changed outside stays as it is, until somebody says
 * with `import state` what becomes of it. A copy of it is kept.
 */
export function passEdited(io: Io, world: World): World {
  const { ports, paths } = world;
  const { kind } = inspectState(world);
  const isChanged = kind === 'edited' || kind === 'foreign' || kind === 'invalid';
  if (!isChanged || !ports.journal.ledger().opened) return world;
  const copy = keepEdited(paths.stateFile, ports.clock.now());
  io.stderr(
    `warning: ${paths.stateFile} was changed outside hgctl, and is left as it is; a copy is kept in ${copy}\n` +
      "hint: 'hgctl import state' shows the difference: --accept takes it over, --discard undoes it\n",
  );
  return { ...world, ports: { ...ports, stateFile: { write: () => undefined, schedule: () => undefined } } };
}

/**
 * Refuses (exit 7) to trade while the state file shows an execution lock of another program, also where the rest of it
 * cannot be read. A file that is no JSON shows none, and blocks nobody who shuts a strategy down.
 */
export function refuseWhileForeign(world: World): void {
  const { ports, paths } = world;
  const state = inspectState(world);
  if (state.kind === 'invalid' && showsLock(readState(paths.stateFile) ?? '')) {
    throw new HgctlError(EXIT.lock, `${state.message}: it shows an execution lock of another program`, {
      hint: "stop what trades on this account; 'hgctl import state --discard' writes the file anew",
    });
  }
  refuseForeignLock(state, ports);
}

function showsLock(text: string): boolean {
  const parsed = parseJson(text);
  if (parsed.kind === 'invalid') return false;
  const { value } = parsed;
  const isObject = typeof value === 'object' && value !== null && 'execution_lock' in value;
  return isObject && value['execution_lock'] !== null;
}

/** Refuses (exit 5) to go on beside the state file of a journal that is not there. */
export function refuseOrphanedState(world: World): void {
  const lost = lossOfJournal(world);
  if (lost !== null) throw lost;
}

/** Says that the state file has seen records that the journal lacks; null where it has not. */
export function lossOfJournal(world: World): HgctlError | null {
  const state = inspectState(world);
  return state.kind === 'ahead'
    ? lostJournal(world.paths, state.seq, world.ports.journal.ledger().seq)
    : null;
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
  const state = inspectStateFile(paths.stateFile, ports.journal);
  if (state.kind !== 'missing' && state.kind !== 'older') return;
  ports.stateFile.write(ledger);
  io.stderr(
    `Rebuilt ${paths.stateFile} from the journal: it was ${state.kind === 'missing' ? 'missing' : 'behind'}\n`,
  );
}

/** What a pass of the loop works on. */
export function passOf(io: Io, world: World): Pass {
  const { ports, desired, manifests, problems } = world;
  return {
    ports,
    desired,
    manifests: problems.length === 0 ? 'accepted' : 'invalid',
    resting: new Set(),
    acceptedBefore: ports.journal.ledger().revision?.number ?? null,
    accountFile: manifests.accountFile,
    open: () => openData(io, world),
    looked: (look) => io.stderr(recoverySteps(world, look)),
    announcements: new Announcements(),
  };
}

/**
 * Recovery beside an operator's word, which counts whatever comes of it: with data that `apply` would refuse, or a broker
 * that does not answer, it is left to the next `apply`.
 */
export async function recoverIfPossible(io: Io, world: World): Promise<void> {
  if (!world.ports.journal.refresh().opened) return;
  try {
    await check(world, () => null);
    await recover(passOf(io, world));
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    io.stderr(`warning: recovery is left to the next apply: ${error.message}\n`);
  }
}

interface Strategies {
  readonly strategies: Readonly<Record<string, { readonly positions: object }>>;
}

function holdsPositions({ strategies }: Strategies): boolean {
  return Object.values(strategies).some(({ positions }) => Object.keys(positions).length > 0);
}

/** In one sentence; 'hgctl journal verify' tells more of them. */
const SUSPECTS_TOLD = 10;

function lostJournal(paths: World['paths'], seen: number, has: number): HgctlError {
  const verdict = verifyJournal(paths.journal);
  const suspects = verdict.kind === 'intact' ? verdict.suspects : [];
  const behind = suspects
    .slice(0, SUSPECTS_TOLD)
    .map(({ line, problem }) => `; line ${line} behind its last record: ${problem}`);
  const message = `${paths.stateFile} has seen record ${seen}, the journal ends at ${has} or is another one: records are lost${behind.join('')}`;
  return new HgctlError(EXIT.refused, message, {
    hint: `put the right journal back into ${paths.journal}; if it is lost for good, 'hgctl rebuild --from-backup' opens new books`,
  });
}

function edited(path: string, detail: readonly string[], keep: KeepCopy): HgctlError {
  const copy = keep(path);
  const list = detail.map((line) => `  ${line}`).join('\n');
  const kept = copy === null ? '' : `a copy is kept in ${copy}; `;
  return new HgctlError(EXIT.conflict, `${path} was changed outside hgctl:\n${list}`, {
    hint: `${kept}'hgctl import state' shows the difference: --accept takes it over, --discard undoes it`,
  });
}
