/** `hgctl logs`: what the log says, for people or as it is kept. Writes nothing. */
import { EXIT, HgctlError, type ExitCode } from '../../domain/errors.ts';
import { dateOf } from '../../domain/instant.ts';
import { closest } from '../../domain/suggest.ts';
import type { JournalRecord } from '../../observed/events.ts';
import { readRecords } from '../../store/journal-check.ts';
import { readLogs } from '../../store/log-reader.ts';
import { dataPlaces, type DataPlaces } from '../data-places.ts';
import { following } from '../following.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { requireRecorded } from '../known-names.ts';
import { readSince } from '../moments.ts';
import { parseTextOrJson } from '../output/formats.ts';
import { startClock } from '../start-clock.ts';
import {
  humanLine,
  isSelected,
  LEVELS,
  parseLogLine,
  rawLine,
  type Level,
  type LogFilter,
} from '../views/log-lines.ts';

export interface LogsOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly strategy?: string;
  readonly since?: string;
  readonly level: string;
  readonly output: string;
}

export async function runLogs(io: Io, options: LogsOptions): Promise<ExitCode> {
  const filter: LogFilter = {
    strategy: options.strategy ?? null,
    since: readSince(options.since, startClock(io).now()),
    level: parseLevel(options.level),
  };
  const textOf = parseTextOrJson(options.output) === 'json' ? rawLine : humanLine;
  const places = dataPlaces(io, options);
  const { logs } = places;
  const reader = readLogs(logs, filter.since === null ? null : dateOf(filter.since));
  let printed = 0;
  let unreadable = 0;
  const print = (): void => {
    for (const text of reader.next()) {
      const line = parseLogLine(text);
      if (line === null && text !== '') unreadable += 1;
      if (line === null || !isSelected(line, filter)) continue;
      printed += 1;
      io.stdout(textOf(line));
    }
  };
  print();
  if (printed === 0 && filter.strategy !== null) requireKnown(filter.strategy, places);
  if (printed === 0) io.stderr(`No log lines found in ${logs}.\n`);
  if (unreadable > 0) io.stderr(`warning: ${unreadable} lines in ${logs} cannot be read and are left out\n`);
  return options.follow === true ? following(io.stop, print) : EXIT.done;
}

/** Who has a line of its own, whatever its time and level, is known; and whoever manifests or journal name. */
function requireKnown(name: string, { declared, journal, logs }: DataPlaces): void {
  for (const text of readLogs(logs).next()) if (parseLogLine(text)?.strategy === name) return;
  const records = recordsIn(journal);
  if (records !== null) requireRecorded(name, { declared, records });
}

/** Null where they cannot be read: the log can, and nobody knows which names they have. */
function recordsIn(journal: string): readonly JournalRecord[] | null {
  try {
    return readRecords(journal);
  } catch (error) {
    if (error instanceof HgctlError) return null;
    throw error;
  }
}

function parseLevel(text: string): Level {
  const level = LEVELS.find((candidate) => candidate === text);
  if (level !== undefined) return level;
  const likely = closest(text, LEVELS);
  const question = likely === undefined ? '' : `did you mean ${likely}? `;
  throw new HgctlError(EXIT.usage, `there is no level ${JSON.stringify(text)}`, {
    hint: `${question}one of: ${LEVELS.join(', ')}`,
  });
}
