/** The text of a price file as rows, and what is wrong with it, line by line. Reads nothing and decides nothing. */
import { dayNumber } from '../domain/days.ts';
import { parsePrice, type Price } from '../domain/decimal.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import { headed } from './lines.ts';

const PRICE_DIGITS = 6;
const DECIMAL = /^\d{1,9}\.\d+$/;
const VOLUME = /^\d{1,15}(?:\.\d+)?$/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

/** A file with so many is none: what follows them is not read. */
const FAULTS_MAX = 1_000;

export interface CsvRow {
  /** Of the file, from 1. */
  readonly line: number;
  readonly date: CalendarDate;
  /** Above zero. */
  readonly close: Price;
  /** Undefined in a file without opens, and where it is no price above zero: only signals ask for it. */
  readonly open: Price | undefined;
  /** Shares; undefined where the file has none, or what is no number from zero on. */
  readonly volume: number | undefined;
  /** What a quote has besides its price. */
  readonly market: Pick<Quote, 'bid' | 'ask' | 'halted'>;
}

export interface CsvFault {
  readonly line: number;
  readonly kind: 'unreadable' | 'not-positive';
  readonly what: string;
}

export interface CsvText {
  /** As they stand in the file. */
  readonly rows: readonly CsvRow[];
  /** The first thousand. */
  readonly faults: readonly CsvFault[];
}

/** Needs a header with at least `date` and `close`, in any case; reads `open`, `volume`, `bid`, `ask` and `halted` besides. */
export function readCsvRows(text: string): CsvText {
  const { header, rows: lines } = headed(text);
  const names = cellsOf(header).map((name) => name.toLowerCase());
  const columns = {
    date: names.indexOf('date'),
    close: names.indexOf('close'),
    open: names.indexOf('open'),
    volume: names.indexOf('volume'),
    bid: names.indexOf('bid'),
    ask: names.indexOf('ask'),
    halted: names.indexOf('halted'),
  };
  if (columns.date < 0 || columns.close < 0)
    return {
      rows: [],
      faults: [{ line: 1, kind: 'unreadable', what: 'the header names no date and close' }],
    };
  const rows: CsvRow[] = [];
  const faults: CsvFault[] = [];
  for (const { number, text: line } of lines) {
    if (line.trim() === '') continue;
    const row = parseRow(cellsOf(line), columns, number);
    if ('what' in row) faults.push(row);
    else rows.push(row);
    if (faults.length === FAULTS_MAX) break;
  }
  return { rows, faults };
}

/** Where they stand in a line; -1 where they do not. */
interface Columns {
  readonly date: number;
  readonly close: number;
  readonly open: number;
  readonly volume: number;
  readonly bid: number;
  readonly ask: number;
  readonly halted: number;
}

function parseRow(cells: readonly string[], columns: Columns, line: number): CsvRow | CsvFault {
  const date = cells[columns.date] ?? '';
  const text = cells[columns.close] ?? '';
  const close = parseClose(text);
  if (Number.isNaN(dayNumber(date)))
    return { line, kind: 'unreadable', what: `${JSON.stringify(date)} is not a date like 2025-12-02` };
  if (close === undefined || close <= 0) {
    const kind = NUMBER.test(text) && Number(text) <= 0 ? 'not-positive' : 'unreadable';
    return { line, kind, what: `${JSON.stringify(text)} is not a price above zero` };
  }
  const market = marketOf(cells, columns);
  if (typeof market === 'string') return { line, kind: 'unreadable', what: market };
  return {
    line,
    date,
    close,
    open: priceIn(cells, columns.open),
    volume: volumeIn(cells, columns.volume),
    market,
  };
}

/** Or what is wrong with it. A bid or ask that cannot be read is none. */
function marketOf(cells: readonly string[], columns: Columns): CsvRow['market'] | string {
  const halted = (cells[columns.halted] ?? '').toLowerCase();
  if (halted !== '' && halted !== 'yes' && halted !== 'no')
    return `halted is yes or no, not ${JSON.stringify(halted)}`;
  const [bid, ask] = [priceIn(cells, columns.bid), priceIn(cells, columns.ask)];
  return {
    ...(bid !== undefined && { bid }),
    ...(ask !== undefined && { ask }),
    ...(halted === 'yes' && { halted: true }),
  };
}

function priceIn(cells: readonly string[], column: number): Price | undefined {
  const price = parseClose(cells[column] ?? '');
  return price === undefined || price <= 0 ? undefined : price;
}

function volumeIn(cells: readonly string[], column: number): number | undefined {
  const text = cells[column] ?? '';
  return VOLUME.test(text) ? Number(text) : undefined;
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
