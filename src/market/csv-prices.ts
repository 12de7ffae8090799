/** Daily closes from a folder of `SYMBOL.csv` files. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dayNumber } from '../domain/days.ts';
import { parsePrice, type Price } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { dateOf, instantAt, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText, isSymbol } from '../domain/names.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import type { PriceSource } from './price-source.ts';

const SESSION_CLOSE = '16:00';
const PRICE_DIGITS = 6;
const MICROS = 1_000_000;
const DECIMAL = /^\d{1,9}\.\d+$/;

interface PriceRow {
  readonly date: CalendarDate;
  readonly close: Price;
  /** Undefined in a file without opens. */
  readonly open: Price | undefined;
  /** What a quote has besides its price. */
  readonly market: Pick<Quote, 'bid' | 'ask' | 'halted'>;
}

interface Loaded {
  /** Tells whether the file changed since it was read. */
  readonly mark: string;
  readonly rows: readonly PriceRow[];
}

/**
 * The price at a moment is the close of the last row up to its New York date, as of 16:00 of that row's date or the
 * moment itself, whichever is earlier. A missing file or row is no price; a malformed one throws an
 * {@link HgctlError} with its line. A file that changed is read again.
 */
export function csvPrices(folder: string): PriceSource {
  const cache = new Map<string, Loaded>();
  const rowsIn = (symbol: string, { from, to }: DateSpan): readonly PriceRow[] => {
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
      rowsIn(symbol, span).flatMap(({ date, open, close }) =>
        open === undefined ? [] : [{ date, open: open / MICROS, close: close / MICROS }],
      ),
  };
}

function rowsOf(file: string, cache: Map<string, Loaded>): readonly PriceRow[] {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  const mark = `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
  const known = cache.get(file);
  if (known?.mark === mark) return known.rows;
  const rows = parseRows(readFileSync(file, 'utf8'), file);
  cache.set(file, { mark, rows });
  return rows;
}

function lastUpTo(rows: readonly PriceRow[], date: CalendarDate): PriceRow | undefined {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.date ?? '') <= date) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1];
}

/** Needs a header with at least `date` and `close`, in any case; of other columns `open`, `bid`, `ask` and `halted` are read. By date. */
function parseRows(text: string, file: string): PriceRow[] {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = cellsOf(header).map((name) => name.toLowerCase());
  const columns = {
    date: names.indexOf('date'),
    close: names.indexOf('close'),
    open: names.indexOf('open'),
    bid: names.indexOf('bid'),
    ask: names.indexOf('ask'),
    halted: names.indexOf('halted'),
  };
  if (columns.date < 0 || columns.close < 0) throw malformed(file, 1, 'the header names no date and close');
  const rows = new Map<CalendarDate, PriceRow>();
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const row = parseRow(cellsOf(line), columns);
    if (typeof row === 'string') throw malformed(file, index + 2, row);
    if (rows.has(row.date)) throw malformed(file, index + 2, `a second row for ${row.date}`);
    rows.set(row.date, row);
  });
  return [...rows.values()].sort((a, b) => compareText(a.date, b.date));
}

/** Where they stand in a line; -1 where they do not. */
interface Columns {
  readonly date: number;
  readonly close: number;
  readonly open: number;
  readonly bid: number;
  readonly ask: number;
  readonly halted: number;
}

/** The row, or what is wrong with it. An open, bid or ask that cannot be read is none. */
function parseRow(cells: readonly string[], columns: Columns): PriceRow | string {
  const date = cells[columns.date] ?? '';
  const text = cells[columns.close] ?? '';
  const close = parseClose(text);
  if (Number.isNaN(dayNumber(date))) return `${JSON.stringify(date)} is not a date like 2025-12-02`;
  if (close === undefined || close <= 0) return `${JSON.stringify(text)} is not a price above zero`;
  const halted = (cells[columns.halted] ?? '').toLowerCase();
  if (halted !== '' && halted !== 'yes' && halted !== 'no')
    return `halted is yes or no, not ${JSON.stringify(halted)}`;
  const [open, bid, ask] = [columns.open, columns.bid, columns.ask].map((column) => priceIn(cells, column));
  const sides = { ...(bid !== undefined && { bid }), ...(ask !== undefined && { ask }) };
  return { date, close, open, market: { ...sides, ...(halted === 'yes' && { halted: true }) } };
}

function priceIn(cells: readonly string[], column: number): Price | undefined {
  const price = parseClose(cells[column] ?? '');
  return price === undefined || price <= 0 ? undefined : price;
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
