/** `hgctl journal verify`: checks every record. */
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import { verifyJournal } from '../../store/journal-check.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { dataPaths } from '../places.ts';

export function runJournalVerify(io: Io, options: GlobalOptions): ExitCode {
  const { journal } = dataPaths(io, options, null);
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
