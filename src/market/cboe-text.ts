/** The daily history of an index as CBOE publishes it, and the copy of it that is kept on disk. Pure. */
import * as z from 'zod';
import { dayNumber } from '../domain/days.ts';
import { parsePrice, type Price } from '../domain/decimal.ts';
import { sha256 } from '../domain/digest.ts';
import { formatInstant, parseInstant, type CalendarDate, type Instant } from '../domain/instant.ts';
import { parseJson } from '../observed/json-text.ts';

const HEADER = 'DATE,OPEN,HIGH,LOW,CLOSE';
const DATE = /^(\d{2})\/(\d{2})\/(\d{4})$/;

export interface IndexRow {
  readonly date: CalendarDate;
  /** Points, as micro-points. Undefined where the file has none above zero. */
  readonly open: Price | undefined;
  readonly close: Price;
}

/** At least one row, dates strictly rising; or what is wrong with the first line that is no such row. */
export type IndexText =
  | { readonly kind: 'rows'; readonly rows: readonly IndexRow[] }
  | { readonly kind: 'malformed'; readonly reason: string };

export function parseIndexText(text: string): IndexText {
  const [header = '', ...lines] = text.split(/\r?\n/);
  if (header.trim() !== HEADER) return malformed(`line 1 is not ${HEADER}`);
  const rows: IndexRow[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' && index === lines.length - 1) continue;
    const row = parseRow(line);
    if (row !== null && index === lines.length - 1 && isCut(line))
      return malformed(`line ${index + 2} was cut`);
    if (row === null) return malformed(`line ${index + 2} is no row of ${HEADER}`);
    if (row.date <= (rows.at(-1)?.date ?? ''))
      return malformed(`line ${index + 2} is not after the one before`);
    rows.push(row);
  }
  return rows.length === 0 ? malformed('it has no row') : { kind: 'rows', rows };
}

/** A last line without an end: all levels of a row have the same decimals, unless it was cut. */
function isCut(line: string): boolean {
  const cells = line.split(',');
  const decimals = (cell = ''): number => cell.trim().length - cell.trim().indexOf('.');
  return decimals(cells[1]) !== decimals(cells[4]) && (cells[1] ?? '').includes('.');
}

function malformed(reason: string): IndexText {
  return { kind: 'malformed', reason };
}

function parseRow(line: string): IndexRow | null {
  const cells = line.split(',').map((cell) => cell.trim());
  const [, month = '', day = '', year = ''] = DATE.exec(cells[0] ?? '') ?? [];
  const date = `${year}-${month}-${day}`;
  const close = parsePrice(cells[4] ?? '');
  if (cells.length !== 5 || Number.isNaN(dayNumber(date)) || close === undefined || close <= 0) return null;
  const open = parsePrice(cells[1] ?? '');
  return { date, close, open: open === undefined || open <= 0 ? undefined : open };
}

/** What was fetched, and when it was known to be the newest. */
export interface IndexCopy {
  readonly fetchedAt: Instant;
  readonly etag: string | null;
  readonly text: string;
}

const document = z.object({
  version: z.literal(1),
  source: z.string(),
  fetchedAt: z.string(),
  etag: z.string().nullable(),
  digest: z.string(),
  text: z.string(),
});

export function formatCopy({ fetchedAt, etag, text }: IndexCopy, source: string): string {
  const copy = { version: 1, source, fetchedAt: formatInstant(fetchedAt), etag, digest: sha256(text), text };
  return `${JSON.stringify(copy)}\n`;
}

/** The copy and its rows, or why it is no good: a cut file, another text than was written, or another address. */
export function parseCopy(
  written: string,
  source: string,
): { readonly copy: IndexCopy; readonly rows: readonly IndexRow[] } | string {
  const json = parseJson(written);
  const { data } = document.safeParse(json.kind === 'ok' ? json.value : null);
  if (data === undefined) return 'it is not what was written there';
  if (data.digest !== sha256(data.text)) return 'its text was changed';
  if (data.source !== source) return 'it is of another address';
  const fetchedAt = parseInstant(data.fetchedAt);
  const read = parseIndexText(data.text);
  if (fetchedAt === undefined || read.kind === 'malformed') return 'it is not what was written there';
  return { copy: { fetchedAt, etag: data.etag, text: data.text }, rows: read.rows };
}
