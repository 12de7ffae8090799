/** Brings price files up to date from a source, a group of symbols at a time. */
import { join } from 'node:path';
import { formatChain, HgctlError } from '../domain/errors.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { DataSource, Found } from '../market/data-source.ts';
import type { DailyBar, DailyClose } from '../observed/bars.ts';
import {
  fileRows,
  formatPriceFile,
  mergeRows,
  readPriceFile,
  spanToAsk,
  type FileRow,
} from '../market/price-file.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import { replaceFile } from '../store/replace-file.ts';
import { priceText } from './price-folder.ts';

export interface PulledFile {
  readonly symbol: string;
  readonly file: string;
  /** `absent`: the source answered that it has none. `failed`: there was no answer. `refused`: the file is left alone. */
  readonly status: 'written' | 'unchanged' | 'absent' | 'failed' | 'refused';
  /** Of the file, as it is now. */
  readonly rows: number;
  readonly from: CalendarDate | null;
  readonly to: CalendarDate | null;
  readonly added: number;
  readonly changed: number;
  /** Why it was not brought, or what stood in for the first source. */
  readonly detail: string | null;
}

/** A file before its rows came. */
interface Target {
  readonly symbol: string;
  readonly file: string;
  readonly have: readonly FileRow[];
}

/** One answer a symbol, in their order. A file is replaced as a whole, or stays as it was. */
export async function pullFiles(
  source: DataSource,
  folder: string,
  symbols: readonly string[],
  asked: DateSpan,
): Promise<readonly PulledFile[]> {
  const targets = symbols.map((symbol) => targetIn(folder, symbol));
  const ready = targets.filter((target) => 'have' in target);
  if (ready.length === 0) return targets.filter((target) => 'status' in target);
  const spans = new Map(ready.map(({ symbol, have }) => [symbol, spanToAsk(have, asked)]));
  const widest = [...spans.values()].reduce(union, asked);
  const names = ready.map(({ symbol }) => symbol);
  const closes = await source.closes(names, widest);
  const bars = await source.bars(names, widest);
  return targets.map((target) =>
    'have' in target ? pulled(target, spans.get(target.symbol) ?? asked, { closes, bars }) : target,
  );
}

function union(a: DateSpan, b: DateSpan): DateSpan {
  return { from: a.from < b.from ? a.from : b.from, to: a.to > b.to ? a.to : b.to };
}

function targetIn(folder: string, symbol: string): Target | PulledFile {
  const file = join(folder, `${symbol}.csv`);
  const target = { symbol, file, have: [] };
  return orRefused(target, () => {
    const text = priceText(file);
    const have = text === null ? [] : readPriceFile(text);
    return typeof have === 'string' ? without(target, 'refused', have) : { ...target, have };
  });
}

/** What goes wrong with a file is told of it, and stops no other. */
function orRefused<Result>(target: Target, work: () => Result): Result | PulledFile {
  try {
    return work();
  } catch (error) {
    if (error instanceof HgctlError) return without(target, 'refused', formatChain(error));
    throw error;
  }
}

interface Answers {
  readonly closes: Found<readonly DailyClose[]>;
  readonly bars: Found<readonly DailyBar[]>;
}

function pulled(target: Target, span: DateSpan, { closes, bars }: Answers): PulledFile {
  const { symbol, have } = target;
  const trouble = closes.failed.get(symbol) ?? bars.failed.get(symbol);
  if (trouble !== undefined) return without(target, 'failed', trouble);
  const isAsked = ({ date }: DailyClose): boolean => date >= span.from && date <= span.to;
  const rows = fileRows((closes.rows.get(symbol) ?? []).filter(isAsked), bars.rows.get(symbol) ?? []);
  if (typeof rows === 'string') return without(target, 'refused', rows);
  if (rows.length === 0) return without(target, 'absent', 'no source has it in these days');
  const merged = mergeRows(have, rows);
  if (!('rows' in merged))
    return without(
      target,
      'refused',
      `closes of its past have changed, as after a split or a dividend: pull it --from ${merged.from} --to ${merged.to} or later, so that all its rows are of one series`,
    );
  const { added, changed } = merged;
  const detail = closes.instead.get(symbol) ?? null;
  if (added + changed === 0) return { ...standing(target), status: 'unchanged', detail };
  return orRefused(target, () => {
    replaceFile(target.file, formatPriceFile(merged.rows));
    return { ...standing({ ...target, have: merged.rows }), status: 'written', added, changed, detail };
  });
}

function without(target: Target, status: PulledFile['status'], detail: string): PulledFile {
  return { ...standing(target), status, detail };
}

function standing({ symbol, file, have }: Target): Omit<PulledFile, 'status' | 'detail'> {
  const [from, to] = [have[0]?.date ?? null, have.at(-1)?.date ?? null];
  return { symbol, file, rows: have.length, from, to, added: 0, changed: 0 };
}
