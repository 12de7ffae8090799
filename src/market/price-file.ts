/** A price file as `data pull` writes and merges it: one row a session, oldest first. Pure. */
import { formatMoney, parsePrice, type Price } from '../domain/decimal.ts';
import { compareText } from '../domain/names.ts';
import type { DailyBar, DailyClose } from '../observed/bars.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import { readCsvRows, type CsvRow } from './csv-rows.ts';

/** Open and volume are undefined where they are not known. */
export type FileRow = Pick<CsvRow, 'date' | 'open' | 'close' | 'volume'>;

const COLUMNS = ['Date', 'Open', 'Close', 'Volume'] as const;
const FILLED: ReadonlySet<string> = new Set(COLUMNS.map((name) => name.toLowerCase()));
const PRICE_DIGITS = 6;

export function formatPriceFile(rows: readonly FileRow[]): string {
  const lines = rows.map(({ date, open, close, volume }) =>
    [date, open === undefined ? '' : formatMoney(open), formatMoney(close), volume ?? ''].join(','),
  );
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

/** By date; or why nothing may be merged into it: a row that nobody understands, or what would be lost. */
export function readPriceFile(text: string): readonly FileRow[] | string {
  const { rows, faults } = readCsvRows(text);
  const [fault] = faults;
  if (fault !== undefined) return `line ${fault.line}: ${fault.what}`;
  const [header = ''] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const others = header
    .split(',')
    .filter((name) => !FILLED.has(name.trim().replaceAll('"', '').toLowerCase()));
  if (others.length > 0) return `it has columns that a pull does not fill: ${others.join(', ')}`;
  const sorted = [...rows].sort((a, b) => compareText(a.date, b.date));
  const twice = sorted.find(({ date }, index) => sorted[index + 1]?.date === date);
  return twice === undefined ? sorted : `it has two rows of ${twice.date}`;
}

/** A row for each close, with open and volume where a bar has them; or what cannot be written. */
export function fileRows(
  closes: readonly DailyClose[],
  bars: readonly DailyBar[],
): readonly FileRow[] | string {
  const byDate = new Map(bars.map((bar) => [bar.date, bar]));
  const rows: FileRow[] = [];
  for (const { date, close } of closes) {
    const bar = byDate.get(date);
    const price = priceOf(close);
    if (price === undefined)
      return `the close of ${date}, ${String(close)}, is no price that a file can have`;
    rows.push({ date, open: bar && priceOf(bar.open), close: price, volume: bar?.volume });
  }
  return rows;
}

function priceOf(value: number): Price | undefined {
  const price = parsePrice(value.toFixed(PRICE_DIGITS));
  return price === undefined || price <= 0 ? undefined : price;
}

/** As many rows of the file on each side are pulled again, so that both can be compared. */
const OVERLAP = 5;

/** What to ask for, so that `asked` can be merged into these rows. */
export function spanToAsk(rows: readonly FileRow[], { from, to }: DateSpan): DateSpan {
  const before = rows.filter(({ date }) => date < from).slice(-OVERLAP);
  const after = rows.filter(({ date }) => date > to).slice(0, OVERLAP);
  return { from: before[0]?.date ?? from, to: after.at(-1)?.date ?? to };
}

export interface Merged {
  readonly rows: readonly FileRow[];
  readonly added: number;
  /** Rows of the file that have other values now. */
  readonly changed: number;
}

/**
 * Pulled rows take the place of those of their date, and the others stay. A split or a dividend changes all closes before
 * it: where the pulled row that is nearest to one that would stay has another close than the file, the two are not of
 * one series, and nothing is merged: then the first and last date of the whole file are named, which must be pulled.
 */
export function mergeRows(have: readonly FileRow[], pulled: readonly FileRow[]): Merged | DateSpan {
  const news = new Map(pulled.map((row) => [row.date, row]));
  const isOther = (row: FileRow): boolean => news.get(row.date)?.close !== row.close;
  const isKnown = ({ date }: FileRow): boolean => news.has(date);
  for (const [index, row] of have.entries()) {
    if (isKnown(row)) continue;
    const nearest = have.slice(index).find(isKnown) ?? have.slice(0, index).findLast(isKnown);
    if (nearest !== undefined && isOther(nearest))
      return { from: have[0]?.date ?? row.date, to: have.at(-1)?.date ?? row.date };
  }
  const old = new Map(have.map((row) => [row.date, row]));
  const rows = [...new Map([...old, ...news]).values()].sort((a, b) => compareText(a.date, b.date));
  return {
    rows,
    added: pulled.filter(({ date }) => !old.has(date)).length,
    changed: have.filter((row) => isKnown(row) && !isSame(row, news.get(row.date))).length,
  };
}

function isSame(a: FileRow, b: FileRow | undefined): boolean {
  return b !== undefined && a.open === b.open && a.close === b.close && a.volume === b.volume;
}
