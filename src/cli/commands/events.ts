/** `hgctl events`: what the journal has recorded, counted, and what is recorded from now on. Writes nothing. */
import { EXIT, type ExitCode } from '../../domain/errors.ts';
import { followJournal } from '../../store/journal-tail.ts';
import { dataPlaces } from '../data-places.ts';
import { following } from '../following.ts';
import type { GlobalOptions, Io } from '../io.ts';
import { requireRecorded } from '../known-names.ts';
import { readSince } from '../moments.ts';
import { escapeUnsafe, parseTextOrJson, renderJson } from '../output/formats.ts';
import { growingTable } from '../output/growing-table.ts';
import { startClock } from '../start-clock.ts';
import { COUNT_COLUMNS, eventCounter, type EventCount } from '../views/event-counts.ts';

export interface EventsOptions extends GlobalOptions {
  readonly watch?: boolean;
  readonly since?: string;
  readonly strategy?: string;
  readonly output: string;
}

export async function runEvents(io: Io, options: EventsOptions): Promise<ExitCode> {
  const format = parseTextOrJson(options.output);
  const counter = eventCounter({
    since: readSince(options.since, startClock(io).now()),
    strategy: options.strategy ?? null,
  });
  const { journal, declared } = dataPlaces(io, options);
  const tail = followJournal(journal);
  const records = tail.next();
  if (options.strategy !== undefined) requireRecorded(options.strategy, { declared, records });
  const isWatching = options.watch === true;
  if (!isWatching && format === 'json') {
    io.stdout(renderJson({ kind: 'List', items: counter.count(records) }));
    return EXIT.done;
  }
  const table = growingTable(COUNT_COLUMNS);
  const textOf = (counts: readonly EventCount[]): string =>
    format === 'json'
      ? counts.map((count) => `${escapeUnsafe(JSON.stringify(count))}\n`).join('')
      : table.rows(counts);
  const print = (next: typeof records): number => {
    const counts = counter.count(next);
    io.stdout(textOf(counts));
    return counts.length;
  };
  if (print(records) === 0) io.stderr('No events found.\n');
  return isWatching ? following(io.stop, () => void print(tail.next())) : EXIT.done;
}
