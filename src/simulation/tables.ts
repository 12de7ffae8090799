/** The reversion tables of a simulation: from disk where they know nothing of its days, else trained on what was before. */
import { trainTable, usualSpan, type TrainingSpan } from '../actions/train-table.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { previousSessionBefore } from '../domain/calendar.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { Ports, SignalFiles } from '../reconciler/ports.ts';
import type { ReversionTable } from '../strategies/omr-table.ts';
import { parseTable, tableText } from '../strategies/omr-table-file.ts';

export interface SimulatedTables extends SignalFiles {
  readonly remarks: readonly string[];
}

interface Simulated {
  readonly desired: DesiredState;
  /** The first session. */
  readonly from: CalendarDate;
  /** Whether tables on disk were made of the same prices. */
  readonly isOwnData: boolean;
}

interface Wanted {
  readonly strategies: string[];
  readonly universe: Set<string>;
}

/** Nothing of the first session or later is read. Other files are read as they are. */
export async function tablesFor(
  { desired, from, isOwnData }: Simulated,
  ports: Pick<Ports, 'market' | 'clock' | 'signalFiles'>,
): Promise<SimulatedTables> {
  const span = usualSpan(previousSessionBefore(from, desired.account.calendar).date);
  const texts = new Map<string, string | null>();
  const remarks: string[] = [];
  for (const [path, { strategies, universe }] of tablesOf(desired)) {
    const names = strategies.join(', ');
    const own = isOwnData ? parseOwn(await ports.signalFiles.read(path)) : null;
    if (own !== null && own.training.lastDate < from) {
      texts.set(path, tableText(own));
      remarks.push(`${names}: the table on disk, trained on data up to ${own.training.lastDate}`);
      continue;
    }
    const answer = await trainTable(ports, universe, span);
    texts.set(path, answer.kind === 'trained' ? tableText(answer.table) : null);
    remarks.push(
      answer.kind === 'trained'
        ? trainedRemark(names, answer.table)
        : untrainedRemark(names, span, answer.words),
    );
  }
  return {
    remarks,
    read: (path) =>
      texts.has(path) ? Promise.resolve(texts.get(path) ?? null) : ports.signalFiles.read(path),
  };
}

/** Strategies may share a table. */
function tablesOf({ strategies }: DesiredState): ReadonlyMap<string, Wanted> {
  const tables = new Map<string, Wanted>();
  for (const { name, signal, universe } of strategies) {
    if (signal.type !== 'overnight-mean-reversion') continue;
    const wanted = tables.get(signal.table) ?? { strategies: [], universe: new Set<string>() };
    wanted.strategies.push(name);
    for (const symbol of universe) wanted.universe.add(symbol);
    tables.set(signal.table, wanted);
  }
  return tables;
}

function parseOwn(text: string | null): ReversionTable | null {
  if (text === null) return null;
  const read = parseTable(text);
  return read.kind === 'table' ? read.table : null;
}

function trainedRemark(names: string, { training, cells }: ReversionTable): string {
  const { rows, firstDate, lastDate } = training;
  return `${names}: trained on data before the first session: ${String(rows)} nights from ${firstDate} to ${lastDate}, ${String(cells.length)} cells`;
}

function untrainedRemark(names: string, { from, to }: TrainingSpan, words: string): string {
  return `${names}: enters nothing, for want of a table: the data from ${from} to ${to} do not train one (${words})`;
}
