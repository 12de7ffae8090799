/** Daily closes from a folder of `SYMBOL.csv` files, and the corporate actions that somebody listed beside them. */
import { join } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { dateOf, instantAt, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText, isSymbol } from '../domain/names.ts';
import type { MinuteBar } from '../observed/bars.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import { readActions, type ListedAction } from './corporate-actions-file.ts';
import { readCsvRows, type CsvRow } from './csv-rows.ts';
import { minutesIn, readMinutes } from './minute-rows.ts';
import type { PriceSource } from './price-source.ts';
import { DAYS_MAX, FILE_MAX } from './regular-file.ts';
import { watchedFiles } from './watched-file.ts';

const SESSION_CLOSE = '16:00';
const MICROS = 1_000_000;

/** The list of corporate actions in the folder, which nobody has to keep. */
const ACTIONS = 'corporate-actions.csv';

/** Minutes stand in a folder of their own: another file of the same name. */
export function minuteFile(folder: string, symbol: string): string {
  return join(folder, 'minutes', `${symbol}.csv`);
}

/**
 * The price at a moment is the close of the last row up to its New York date, as of 16:00 of that row's date or the
 * moment itself, whichever is earlier. A missing file or row is no price; a malformed one throws an
 * {@link HgctlError} with its line. A file that changed is read again.
 */
export function csvPrices(folder: string): PriceSource {
  const files = watchedFiles(parseRows, DAYS_MAX);
  const listed = watchedFiles(parseActions, DAYS_MAX);
  const minutes = watchedFiles(parseMinutes, FILE_MAX);
  const rowsOf = (symbol: string): readonly CsvRow[] =>
    isSymbol(symbol) ? (files(join(folder, `${symbol}.csv`)) ?? []) : [];
  const rowsIn = (symbol: string, { from, to }: DateSpan): readonly CsvRow[] =>
    rowsOf(symbol).filter(({ date }) => date >= from && date <= to);
  return {
    priceAt: (symbol, at) => {
      const row = lastUpTo(rowsOf(symbol), dateOf(at));
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
    minutes: (symbol, span) =>
      isSymbol(symbol) ? minutesIn(minutes(minuteFile(folder, symbol)) ?? [], span) : [],
    actions: (symbol, { from, to }) =>
      listed(join(folder, ACTIONS))
        ?.filter((row) => row.symbol === symbol && row.action.date >= from && row.action.date <= to)
        .map(({ action }) => action),
  };
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

function parseActions(text: string, file: string): readonly ListedAction[] {
  const read = readActions(text);
  if (!('line' in read)) return read;
  throw new HgctlError(EXIT.invalid, `${file}:${read.line}: ${read.what}`, {
    hint: 'a list of corporate actions has the header Date,Symbol,Kind,From,To, then rows like 2020-08-31,AAPL,split,1,4',
  });
}

function parseMinutes(text: string, file: string): readonly MinuteBar[] {
  const read = readMinutes(text);
  if (!('line' in read)) return read;
  throw new HgctlError(EXIT.invalid, `${file}:${read.line}: ${read.what}`, {
    hint: "a file of minutes has the header Time,Open,High,Low,Close,Volume; 'hgctl data pull --timeframe 1Min' writes one",
  });
}

function malformed(file: string, line: number, what: string): HgctlError {
  return new HgctlError(EXIT.invalid, `${file}:${line}: ${what}`, {
    hint: "a price file has a header with date and close, then one row a day: 2025-12-02,187.25; 'hgctl data check' shows all",
  });
}
