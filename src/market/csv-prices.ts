/** Daily closes from a folder of `SYMBOL.csv` files. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { dateOf, instantAt, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText, isSymbol } from '../domain/names.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import { readCsvRows, type CsvRow } from './csv-rows.ts';
import type { PriceSource } from './price-source.ts';

const SESSION_CLOSE = '16:00';
const MICROS = 1_000_000;

interface Loaded {
  /** Tells whether the file changed since it was read. */
  readonly mark: string;
  readonly rows: readonly CsvRow[];
}

/**
 * The price at a moment is the close of the last row up to its New York date, as of 16:00 of that row's date or the
 * moment itself, whichever is earlier. A missing file or row is no price; a malformed one throws an
 * {@link HgctlError} with its line. A file that changed is read again.
 */
export function csvPrices(folder: string): PriceSource {
  const cache = new Map<string, Loaded>();
  const rowsIn = (symbol: string, { from, to }: DateSpan): readonly CsvRow[] => {
    if (!isSymbol(symbol)) return [];
    const rows = rowsOf(join(folder, `${symbol}.csv`), cache);
    return rows.filter(({ date }) => date >= from && date <= to);
  };
  return {
    priceAt: (symbol, at) => {
      if (!isSymbol(symbol)) return undefined;
      const row = lastUpTo(rowsOf(join(folder, `${symbol}.csv`), cache), dateOf(at));
      if (row === undefined) return undefined;
      const asOf = Math.min(at, instantAt(row.date, SESSION_CLOSE)) as Instant;
      return { price: row.close, asOf, ...row.market };
    },
    closes: (symbol, span) =>
      rowsIn(symbol, span).map(({ date, close }) => ({ date, close: close / MICROS })),
    bars: (symbol, span) =>
      rowsIn(symbol, span).flatMap(({ date, open, close, volume }) => {
        if (open === undefined) return [];
        const bar = { date, open: open / MICROS, close: close / MICROS };
        return [volume === undefined ? bar : { ...bar, volume }];
      }),
  };
}

function rowsOf(file: string, cache: Map<string, Loaded>): readonly CsvRow[] {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  const mark = `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
  const known = cache.get(file);
  if (known?.mark === mark) return known.rows;
  const rows = parseRows(readFileSync(file, 'utf8'), file);
  cache.set(file, { mark, rows });
  return rows;
}

function lastUpTo(rows: readonly CsvRow[], date: CalendarDate): CsvRow | undefined {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.date ?? '') <= date) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1];
}

/** By date; the first line that is no row, or repeats one, is refused. */
function parseRows(text: string, file: string): CsvRow[] {
  const { rows, faults } = readCsvRows(text);
  const seen = new Set<CalendarDate>();
  const twice = rows.find(({ date }) => seen.size === seen.add(date).size);
  const fault = faults[0];
  if (fault !== undefined && (twice === undefined || fault.line < twice.line))
    throw malformed(file, fault.line, fault.what);
  if (twice !== undefined) throw malformed(file, twice.line, `a second row for ${twice.date}`);
  return [...rows].sort((a, b) => compareText(a.date, b.date));
}

function malformed(file: string, line: number, what: string): HgctlError {
  return new HgctlError(EXIT.invalid, `${file}:${line}: ${what}`, {
    hint: "a price file has a header with date and close, then one row a day: 2025-12-02,187.25; 'hgctl data check' shows all",
  });
}
