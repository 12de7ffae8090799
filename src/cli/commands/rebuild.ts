/** `hgctl rebuild`: the state file from the journal, or new books where the journal is lost. A dry run without --yes. */
import { join } from 'node:path';
import { brokerUnknown } from '../../actions/broker-unknown.ts';
import { positionsOf } from '../../actions/positions.ts';
import { read } from '../../actions/read.ts';
import { openBooks } from '../../actions/open-books.ts';
import { compareWithBroker } from '../../actions/rebuild.ts';
import { formatQuantity } from '../../domain/decimal.ts';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { OpeningLot } from '../../observed/events.ts';
import { keepEdited } from '../../store/edited-state.ts';
import { readKnown, verifyJournal } from '../../store/journal-check.ts';
import { moveIntoPlace, setAside } from '../../store/set-aside.ts';
import { inspectStateFile } from '../../store/state-inspection.ts';
import { booksFrom, visibleIn, type SourceChoice } from '../book-source.ts';
import { openForRebuild, openWorld } from '../acting.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { grouped } from '../output/figures.ts';
import { printable } from '../output/printable.ts';
import { formatTable } from '../output/table.ts';
import { refuseForeignLock } from '../prepare.ts';

export interface RebuildOptions extends GlobalOptions {
  readonly fromJournal?: boolean;
  readonly fromBackup?: boolean | string;
  readonly fromBroker?: boolean;
  readonly yes?: boolean;
}

export async function runRebuild(io: Io, options: RebuildOptions): Promise<ExitCode> {
  const { fromJournal = false, fromBackup = false, fromBroker = false } = options;
  if ([fromJournal, fromBackup !== false, fromBroker].filter(Boolean).length !== 1) {
    throw new HgctlError(EXIT.usage, 'say from what to rebuild', {
      hint: 'exactly one of --from-journal, --from-backup [FILE] and --from-broker',
    });
  }
  if (fromJournal) return rebuildState(io, options);
  return rebuildBooks(io, options, choiceOf(fromBackup));
}

function choiceOf(fromBackup: boolean | string): SourceChoice {
  if (fromBackup === false) return { kind: 'broker' };
  return { kind: 'backup', file: fromBackup === true ? null : fromBackup };
}

/** The journal is the truth: the state file becomes its picture again. */
function rebuildState(io: Io, options: RebuildOptions): ExitCode {
  const world = openWorld(io, options);
  try {
    const { ports, paths } = world;
    const ledger = ports.journal.ledger();
    const state = inspectStateFile(paths.stateFile, ports.journal);
    if (state.kind === 'ahead') {
      throw new HgctlError(
        EXIT.refused,
        `${paths.stateFile} has seen more than the journal: records are lost`,
        {
          hint: 'put the right journal back, or rebuild the books: --from-backup',
        },
      );
    }
    if (state.kind === 'current') {
      io.stdout('The state file is what the journal says.\n');
      return EXIT.done;
    }
    const detail =
      'detail' in state ? state.detail : 'message' in state ? [state.message] : [`it is ${state.kind}`];
    io.stdout(`${paths.stateFile}:\n${detail.map((line) => `  ${printable(line)}\n`).join('')}`);
    refuseForeignLock(state, ports);
    if (options.yes !== true) return dryRun(io);
    if (state.kind !== 'missing') io.stdout(`Kept ${keepEdited(paths.stateFile, ports.clock.now())}\n`);
    ports.stateFile.write(ledger);
    io.stdout(`Rebuilt ${paths.stateFile} from the journal.\n`);
    return EXIT.done;
  } finally {
    world.close();
  }
}

function dryRun(io: Io): ExitCode {
  io.stdout('Nothing was changed; --yes does it.\n');
  return EXIT.done;
}

/** The new journal is whole before the old one goes. */
async function rebuildBooks(io: Io, options: RebuildOptions, choice: SourceChoice): Promise<ExitCode> {
  const world = openForRebuild(io, options);
  const { paths, ports } = world;
  try {
    const lost = join(paths.folder, 'journal');
    refuseInUse(lost, paths.stateFile, ports.clock.now());
    const positions = await read(ports.clock, () => positionsOf(ports.broker));
    if (positions.kind === 'unknown') throw brokerUnknown(positions);
    const { name, opening } = booksFrom(world, choice, positions.data);
    if (choice.kind === 'backup') refuseLocked(name, ports.clock.now());
    io.stdout(`Books from ${name}, of ${formatInstant(opening.writtenAt)}:\n`);
    showComparison(io, opening.lots, positions.data);
    if (opening.drains === undefined) io.stderr(shutdownsUnknown(name));
    if (options.yes !== true) return dryRun(io);
    const now = ports.clock.now();
    const ledger = await openBooks(ports, opening);
    // While the broker was asked, somebody may have put the right journal back, or opened other books and traded on them.
    refuseInUse(lost, paths.stateFile, ports.clock.now());
    const kept = [setAside(lost, now)];
    moveIntoPlace(paths.journal, lost);
    // After the journal: until here the old state file says that records are lost, and stops every command.
    kept.push(setAside(paths.stateFile, now));
    ports.stateFile.write(ledger);
    for (const file of kept) if (file !== null) io.stdout(`Kept ${file}\n`);
    io.stdout(
      `Opened new books for account ${ledger.account?.id ?? ''} in ${paths.folder}; see 'hgctl plan'.\n`,
    );
    return EXIT.done;
  } finally {
    world.close();
  }
}

function shutdownsUnknown(source: string): string {
  return (
    `warning: ${source} does not say which strategies 'hgctl disable' has turned off, or what was suspended or halted\n` +
    "hint: see 'hgctl get strategies', and disable them again before the next apply\n"
  );
}

function refuseInUse(journal: string, stateFile: string, now: Instant): void {
  refuseIntact(journal, stateFile);
  refuseLocked(stateFile, now);
}

/** A journal that is whole and not behind its state file is never thrown away. */
function refuseIntact(journal: string, stateFile: string): void {
  const verdict = verifyJournal(journal);
  if (verdict.kind === 'damaged' || verdict.records === 0) return;
  if (inspectStateFile(stateFile, readKnown(journal)).kind === 'ahead') return;
  throw new HgctlError(EXIT.refused, 'the journal is intact: it is the truth', {
    hint: "for the state file: --from-journal; to change books: 'hgctl adopt', 'release' or 'resolve'",
  });
}

/** Whoever holds a lock may be trading: another program, or an execution of ours whose journal somebody took away. */
function refuseLocked(file: string, now: Instant): void {
  const lock = visibleIn(file)?.execution_lock;
  if (lock === null || lock === undefined || lock.expires <= now) return;
  throw new HgctlError(
    EXIT.lock,
    `${file} shows an execution lock of ${lock.holder} until ${formatInstant(lock.expires)}`,
    { hint: 'a program may be trading on this account: stop it, then run the command again after that time' },
  );
}

function showComparison(
  io: Io,
  lots: readonly OpeningLot[],
  positions: Parameters<typeof compareWithBroker>[1],
): void {
  const rows = compareWithBroker(lots, positions).map(({ symbol, owner, booked, broker }) => [
    owner ?? '<unmanaged>',
    symbol,
    grouped(formatQuantity(booked)),
    grouped(formatQuantity(broker)),
  ]);
  const columns = [{ header: 'STRATEGY' }, { header: 'SYMBOL' }, { header: 'BOOK' }, { header: 'BROKER' }];
  io.stdout(`${formatTable(columns, rows)}\n`);
}
