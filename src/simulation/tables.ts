/** The reversion tables of a simulation: from disk where they know nothing of its days, else trained on what was before. */
import { trainTable, usualSpan, type TrainingSpan } from '../actions/train-table.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { previousSessionBefore } from '../domain/calendar.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { Ports, SignalFiles } from '../reconciler/ports.ts';
import { isOfOneMarket, provenanceOf } from '../strategies/omr-provenance.ts';
import type { ReversionTable } from '../strategies/omr-table.ts';
import type { TableText } from '../strategies/omr-table-file.ts';

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

/** Nothing of the first session or later is read. */
export async function tablesFor(
  { desired, from, isOwnData }: Simulated,
  ports: Pick<Ports, 'market' | 'clock' | 'signalFiles'>,
): Promise<SimulatedTables> {
  const prices = provenanceOf(desired.account.prices);
  const span = usualSpan(previousSessionBefore(from, desired.account.calendar).date);
  const tables = new Map<string, TableText | null>();
  const remarks: string[] = [];
  for (const [path, { strategies, universe }] of tablesOf(desired)) {
    const names = strategies.join(', ');
    const own = isOwnData ? await ports.signalFiles.table(path) : null;
    if (own?.kind === 'table' && own.table.training.lastDate < from && isOfOneMarket(own.table, prices)) {
      tables.set(path, own);
      remarks.push(`${names}: the table on disk, trained on data up to ${own.table.training.lastDate}`);
      continue;
    }
    const answer = await trainTable(ports, universe, span, prices);
    tables.set(path, answer.kind === 'trained' ? { kind: 'table', table: answer.table } : null);
    remarks.push(
      answer.kind === 'trained'
        ? trainedRemark(names, answer.table)
        : untrainedRemark(names, span, answer.words),
    );
  }
  return {
    remarks,
    table: (path) => Promise.resolve(tables.get(path) ?? null),
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

function trainedRemark(names: string, { training, cells }: ReversionTable): string {
  const { rows, firstDate, lastDate } = training;
  return `${names}: trained on data before the first session: ${String(rows)} nights from ${firstDate} to ${lastDate}, ${String(cells.length)} cells`;
}

function untrainedRemark(names: string, { from, to }: TrainingSpan, words: string): string {
  return `${names}: enters nothing, for want of a table: the data from ${from} to ${to} do not train one (${words})`;
}
