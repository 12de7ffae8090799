/** `hgctl journal verify`: checks every record. */
import { existsSync } from 'node:fs';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { readKnown, verifyJournal } from '../../store/journal-check.ts';
import { inspectStateFile } from '../../store/state-inspection.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { dataPaths, variable, type DataPaths } from '../places.ts';

export function runJournalVerify(io: Io, options: GlobalOptions): ExitCode {
  const paths = dataPaths(io, options, declaredData(io, options));
  const { folder, journal } = paths;
  // Before the first apply there is nothing to verify; a folder that was named and is not there is a wrong path.
  if (isNamed(io, options) && !existsSync(folder)) {
    throw new HgctlError(EXIT.notFound, `there is no data folder ${folder}`, { hint: 'name it with --data' });
  }
  const verdict = verifyJournal(journal);
  if (verdict.kind === 'damaged') {
    io.stdout(`${journal}: damaged\n${verdict.file}: ${verdict.message}\n`);
    for (const { line, problem } of verdict.lines) io.stdout(`  line ${line}: ${problem}\n`);
    return EXIT.differs;
  }
  const { records, segments, voidLines, suspects, undecidedBytes, head } = verdict;
  const seen = seenBeyond(paths);
  const last = head === null ? 'no record yet' : `head ${head.seq} (${head.hash.slice(0, 12)})`;
  io.stdout(
    `${journal}: ${seen === null ? 'intact' : 'records are lost'}, ${records} records${segments > 1 ? ` in ${segments} segments` : ''}, ${last}, ${voidLines} void lines, ${undecidedBytes} undecided bytes\n`,
  );
  if (seen !== null) io.stdout(`${paths.stateFile} has seen record ${seen} of the right journal\n`);
  for (const { line, problem } of suspects) io.stdout(`  line ${line}, behind the last record: ${problem}\n`);
  return seen === null ? EXIT.done : EXIT.differs;
}

/** The record that the state file has seen and this journal lacks; null where there is none. */
function seenBeyond(paths: DataPaths): number | null {
  for (;;) {
    const known = readKnown(paths.journal);
    const state = inspectStateFile(paths.stateFile, known);
    if (state.kind !== 'ahead') return null;
    // Another process may have gone on between the two looks.
    if (readKnown(paths.journal).ledger().seq === known.ledger().seq) return state.seq;
  }
}

/** A journal can be verified beside invalid manifests, or none: then it is looked for in the default place. */
function declaredData(io: Io, options: GlobalOptions): string | null {
  if (isNamed(io, options)) return null;
  try {
    return readManifests(io, options).desired.account.data;
  } catch (error) {
    if (error instanceof HgctlError) return null;
    throw error;
  }
}

function isNamed(io: Io, options: GlobalOptions): boolean {
  return options.data !== undefined || variable(io, 'HGCTL_DATA') !== undefined;
}
