/** Daily closes from a folder of `SYMBOL.csv` files. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dayNumber } from '../domain/days.ts';
import { parsePrice, type Price } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { dateOf, instantAt, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText, isSymbol } from '../domain/names.ts';
import type { PriceSource } from './price-source.ts';

const SESSION_CLOSE = '16:00';
const PRICE_DIGITS = 6;
const MICROS = 1_000_000;
const DECIMAL = /^\d{1,9}\.\d+$/;

interface DailyClose {
  readonly date: CalendarDate;
  readonly close: Price;
}

interface Loaded {
  /** Tells whether the file changed since it was read. */
  readonly mark: string;
  readonly closes: readonly DailyClose[];
}

/**
 * The price at a moment is the close of the last row up to its New York date, as of 16:00 of that row's date or the
 * moment itself, whichever is earlier. A missing file or row is no price; a malformed one throws an
 * {@link HgctlError} with its line. A file that changed is read again.
 */
export function csvPrices(folder: string): PriceSource {
  const cache = new Map<string, Loaded>();
  return {
    priceAt: (symbol, at) => {
      if (!isSymbol(symbol)) return undefined;
      const row = lastUpTo(closesOf(join(folder, `${symbol}.csv`), cache), dateOf(at));
      if (row === undefined) return undefined;
      const asOf = Math.min(at, instantAt(row.date, SESSION_CLOSE)) as Instant;
      return { price: row.close, asOf };
    },
    closes: (symbol, { from, to }) => {
      if (!isSymbol(symbol)) return [];
      const rows = closesOf(join(folder, `${symbol}.csv`), cache);
      return rows
        .filter(({ date }) => date >= from && date <= to)
        .map(({ date, close }) => ({ date, close: close / MICROS }));
    },
  };
}

function closesOf(file: string, cache: Map<string, Loaded>): readonly DailyClose[] {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  const mark = `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
  const known = cache.get(file);
  if (known?.mark === mark) return known.closes;
  const closes = parseCloses(readFileSync(file, 'utf8'), file);
  cache.set(file, { mark, closes });
  return closes;
}

function lastUpTo(closes: readonly DailyClose[], date: CalendarDate): DailyClose | undefined {
  let low = 0;
  let high = closes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((closes[middle]?.date ?? '') <= date) low = middle + 1;
    else high = middle;
  }
  return closes[low - 1];
}

/** Needs a header with at least `date` and `close`, in any case; other columns are ignored. By date. */
function parseCloses(text: string, file: string): DailyClose[] {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = cellsOf(header).map((name) => name.toLowerCase());
  const columns = { date: names.indexOf('date'), close: names.indexOf('close') };
  if (columns.date < 0 || columns.close < 0) throw malformed(file, 1, 'the header names no date and close');
  const closes = new Map<CalendarDate, DailyClose>();
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const row = parseRow(cellsOf(line), columns);
    if (typeof row === 'string') throw malformed(file, index + 2, row);
    if (closes.has(row.date)) throw malformed(file, index + 2, `a second row for ${row.date}`);
    closes.set(row.date, row);
  });
  return [...closes.values()].sort((a, b) => compareText(a.date, b.date));
}

/** The row, or what is wrong with it. */
function parseRow(cells: readonly string[], columns: { date: number; close: number }): DailyClose | string {
  const date = cells[columns.date] ?? '';
  const text = cells[columns.close] ?? '';
  const close = parseClose(text);
  if (Number.isNaN(dayNumber(date))) return `${JSON.stringify(date)} is not a date like 2025-12-02`;
  if (close === undefined || close <= 0) return `${JSON.stringify(text)} is not a price above zero`;
  return { date, close };
}

/** Exports carry binary floats (`182.00999450683594`): what is finer than a micro-dollar is rounded. */
function parseClose(text: string): Price | undefined {
  return (
    parsePrice(text) ?? (DECIMAL.test(text) ? parsePrice(Number(text).toFixed(PRICE_DIGITS)) : undefined)
  );
}

function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

function malformed(file: string, line: number, what: string): HgctlError {
  return new HgctlError(EXIT.invalid, `${file}:${line}: ${what}`, {
    hint: 'a price file has a header with date and close, then one row a day: 2025-12-02,187.25',
  });
}
