/** `hgctl journal verify`: checks every record. */
import { existsSync } from 'node:fs';
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { verifyJournal } from '../../store/journal-check.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { readManifests } from '../manifests.ts';
import { dataPaths, variable } from '../places.ts';

export function runJournalVerify(io: Io, options: GlobalOptions): ExitCode {
  const { folder, journal } = dataPaths(io, options, declaredData(io, options));
  // Before the first apply there is nothing to verify; a folder that was named and is not there is a wrong path.
  if (isNamed(io, options) && !existsSync(folder)) {
    throw new HgctlError(EXIT.notFound, `there is no data folder ${folder}`, { hint: 'name it with --data' });
  }
  const verdict = verifyJournal(journal);
  if (verdict.kind === 'damaged') {
    io.stdout(`${journal}: damaged\n${verdict.message}\n`);
    for (const { line, problem } of verdict.lines) io.stdout(`  line ${line}: ${problem}\n`);
    return EXIT.differs;
  }
  const { records, voidLines, undecidedBytes, head } = verdict;
  const last = head === null ? 'no record yet' : `head ${head.seq} (${head.hash.slice(0, 12)})`;
  io.stdout(
    `${journal}: intact, ${records} records, ${last}, ${voidLines} void lines, ${undecidedBytes} undecided bytes\n`,
  );
  return EXIT.done;
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
