/**
 * VIX and VIX3M from the daily files that CBOE publishes. They are closes of sessions that have ended: the level of now
 * is in none of them, and a quote says of which session it is. Where levels are asked for, too, it is that of CBOE's
 * delayed quotes, or else the last close.
 */
import { previousSessionBefore, sessionOn, type CalendarOverrides } from '../domain/calendar.ts';
import { formatChain } from '../domain/errors.ts';
import { dateOf, formatLocalZone, instantAt, MINUTE, SECOND, type Instant } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { Clock, DateSpan } from '../reconciler/ports.ts';
import type { CacheFiles } from './cache-files.ts';
import { formatCopy, parseCopy, parseIndexText, type IndexCopy, type IndexRow } from './cboe-text.ts';
import type { DataSource, Found } from './data-source.ts';
import { askHttp } from './http-text.ts';
import { indexLevels, type Level } from './cboe-levels.ts';
import { INDEX_SYMBOLS } from './index-symbols.ts';

export interface CboeOptions {
  /** Folder of `VIX_History.csv` and `VIX3M_History.csv`, with a slash at its end. */
  readonly url: string;
  /** Folder of the delayed quotes; undefined: no level of now. */
  readonly levels?: string | undefined;
  readonly cache: CacheFiles;
  readonly clock: Pick<Clock, 'now'>;
  readonly calendar: CalendarOverrides | undefined;
  /** Of what people should know and no answer says: a copy that is broken, or cannot be written. */
  readonly tell: (message: string) => void;
  /** ms of one request; 10 s where left out. */
  readonly timeout?: number;
}

/** The files have no minutes, and an index has no shares. */
const NOTHING = { rows: new Map(), failed: new Map(), instead: new Map() };
const TIMEOUT = 10 * SECOND;
/** 36 years of the VIX are half a megabyte. */
const MAX_BYTES = 4 * 1024 * 1024;
/** A file that lacks the last session is asked for again: it comes in the evening, and nobody says when. */
const ASK_AGAIN = 15 * MINUTE;
/** After a failure the copy serves so long: passes come every few seconds. */
const RETRY = MINUTE;
const CLOSE = '16:00';
const MICROS = 1_000_000;

interface Series {
  readonly copy: IndexCopy;
  readonly rows: readonly IndexRow[];
}

interface Failure {
  readonly at: Instant;
  readonly why: string;
}

/** Rows, or why there are none; `instead`: why they may not be the newest. */
type Answer =
  | { readonly kind: 'rows'; readonly rows: readonly IndexRow[]; readonly instead: string | null }
  | { readonly kind: 'failed'; readonly why: string };

export function cboe(options: CboeOptions): DataSource {
  const feed = indexFeed(options);
  const { clock, timeout = TIMEOUT } = options;
  const levels = options.levels === undefined ? null : indexLevels({ url: options.levels, clock, timeout });
  const ask = async <Row>(
    symbols: readonly string[],
    of: (rows: readonly IndexRow[]) => Row | undefined,
  ): Promise<Found<Row>> => {
    const asked = symbols.filter((symbol) => INDEX_SYMBOLS.has(symbol));
    const answers = await Promise.all(asked.map(async (symbol) => [symbol, await feed(symbol)] as const));
    const rows = new Map<string, Row>();
    const failed = new Map<string, string>();
    const instead = new Map<string, string>();
    for (const [symbol, answer] of answers) {
      if (answer.kind === 'failed') failed.set(symbol, answer.why);
      const row = answer.kind === 'rows' ? of(answer.rows) : undefined;
      if (row !== undefined) rows.set(symbol, row);
      if (row !== undefined && answer.kind === 'rows' && answer.instead !== null)
        instead.set(symbol, answer.instead);
    }
    return { rows, failed, instead };
  };
  const lastClose = (rows: readonly IndexRow[]): Quote | undefined => {
    const last = endedRows(rows, options).at(-1);
    return last && { price: last.close, asOf: closeOf(last, options.calendar) };
  };
  const within = (rows: readonly IndexRow[], { from, to }: DateSpan): IndexRow[] | undefined => {
    const found = endedRows(rows, options).filter(({ date }) => date >= from && date <= to);
    return found.length === 0 ? undefined : found;
  };
  return {
    name: 'cboe',
    serves: INDEX_SYMBOLS,
    quotes: async (symbols) => {
      const asked = symbols.filter((symbol) => INDEX_SYMBOLS.has(symbol));
      const now = new Map(
        levels === null
          ? []
          : await Promise.all(asked.map(async (symbol) => [symbol, await levels(symbol)] as const)),
      );
      const rest = asked.filter((symbol) => typeof now.get(symbol) !== 'object');
      return withLevels(now, await ask(rest, lastClose));
    },
    closes: (symbols, span) =>
      ask(symbols, (rows) => within(rows, span)?.map(({ date, close }) => ({ date, close: close / MICROS }))),
    bars: (symbols, span) =>
      ask(symbols, (rows) =>
        within(rows, span)?.flatMap(({ date, open, close }) =>
          open === undefined ? [] : [{ date, open: open / MICROS, close: close / MICROS }],
        ),
      ),
    minutes: () => Promise.resolve(NOTHING),
    actions: () => Promise.resolve(NOTHING),
  };
}

/** A level of now where there is one; else the close, and why. */
function withLevels(now: ReadonlyMap<string, Level>, closes: Found<Quote>): Found<Quote> {
  const rows = new Map(closes.rows);
  const instead = new Map(closes.instead);
  for (const [symbol, level] of now) {
    if (typeof level !== 'string') rows.set(symbol, level);
    else if (rows.has(symbol)) instead.set(symbol, `the last close: ${level}`);
  }
  return { ...closes, rows, instead };
}

/** Nothing of a session that has not ended: a clock that is set back sees what was known then. */
function endedRows(rows: readonly IndexRow[], { clock, calendar }: CboeOptions): readonly IndexRow[] {
  const now = clock.now();
  return rows.filter((row) => row.date < dateOf(now) || closeOf(row, calendar) <= now);
}

function closeOf({ date }: IndexRow, calendar: CalendarOverrides | undefined): Instant {
  return sessionOn(date, calendar)?.close ?? instantAt(date, CLOSE);
}

/** One request a symbol at a time, and none while what is there is the newest that can be. */
function indexFeed(options: CboeOptions): (symbol: string) => Promise<Answer> {
  const { clock } = options;
  const known = new Map<string, Series>();
  const failures = new Map<string, Failure>();
  const running = new Map<string, Promise<Answer>>();
  const answer = async (symbol: string): Promise<Answer> => {
    const series = known.get(symbol) ?? readCopy(symbol, options);
    const failure = failures.get(symbol) ?? null;
    if (series !== null && isEnough(series, options)) return keep(symbol, series);
    const isEarly = failure !== null && Math.abs(clock.now() - failure.at) < RETRY;
    return isEarly ? withoutNews(symbol, series, failure.why) : ask(symbol, series);
  };
  const keep = (symbol: string, series: Series): Answer => {
    known.set(symbol, series);
    return { kind: 'rows', rows: series.rows, instead: null };
  };
  const withoutNews = (symbol: string, series: Series | null, why: string): Answer => {
    if (series === null) return { kind: 'failed', why };
    known.set(symbol, series);
    const last = series.rows.at(-1)?.date ?? '';
    const instead = `the copy of ${formatLocalZone(series.copy.fetchedAt)}, which ends with ${last}: ${why}`;
    return { kind: 'rows', rows: series.rows, instead };
  };
  const ask = async (symbol: string, series: Series | null): Promise<Answer> => {
    const fetched = await fetchSeries(symbol, series, options);
    if (typeof fetched === 'string') {
      failures.set(symbol, { at: clock.now(), why: fetched });
      return withoutNews(symbol, series, fetched);
    }
    failures.delete(symbol);
    writeCopy(symbol, fetched.copy, options);
    return keep(symbol, fetched);
  };
  return (symbol) => {
    const asked = running.get(symbol) ?? answer(symbol).finally(() => running.delete(symbol));
    running.set(symbol, asked);
    return asked;
  };
}

/** It has the last session that has ended, or was fetched a short while ago. */
function isEnough({ copy, rows }: Series, { clock, calendar }: CboeOptions): boolean {
  const now = clock.now();
  const today = sessionOn(dateOf(now), calendar);
  const newest =
    today !== null && today.close <= now ? today.date : previousSessionBefore(dateOf(now), calendar).date;
  return (rows.at(-1)?.date ?? '') >= newest || Math.abs(now - copy.fetchedAt) < ASK_AGAIN;
}

async function fetchSeries(
  symbol: string,
  series: Series | null,
  { url, clock, timeout = TIMEOUT }: CboeOptions,
): Promise<Series | string> {
  const etag = series?.copy.etag ?? null;
  const answer = await askHttp({
    url: addressOf(url, symbol),
    headers: etag === null ? {} : { 'if-none-match': etag },
    timeout,
    maxBytes: MAX_BYTES,
  });
  if (answer.kind === 'failed') return answer.reason;
  if (answer.kind === 'ok') return newer(symbol, series, { ...answer, fetchedAt: clock.now() });
  return series === null
    ? 'the answer is "not modified", and there is no copy'
    : { ...series, copy: { ...series.copy, fetchedAt: clock.now() } };
}

/** What was fetched, or why the copy is better. */
function newer(symbol: string, series: Series | null, copy: IndexCopy): Series | string {
  const read = parseIndexText(copy.text);
  if (read.kind === 'malformed') return `the answer is no history of ${symbol}: ${read.reason}`;
  const had = series?.rows.at(-1)?.date ?? '';
  if ((read.rows.at(-1)?.date ?? '') < had) return `the answer ends before ${had}, which the copy has`;
  return { copy, rows: read.rows };
}

function addressOf(url: string, symbol: string): URL {
  return new URL(`${symbol}_History.csv`, url);
}

function readCopy(symbol: string, { url, cache, tell }: CboeOptions): Series | null {
  const written = cache.read(fileOf(symbol));
  if (written === null) return null;
  const read = parseCopy(written, addressOf(url, symbol).href);
  if (typeof read !== 'string') return read;
  tell(`the copy of ${symbol} is not used: ${read}`);
  return null;
}

function writeCopy(symbol: string, copy: IndexCopy, { url, cache, tell }: CboeOptions): void {
  try {
    cache.write(fileOf(symbol), formatCopy(copy, addressOf(url, symbol).href));
  } catch (error) {
    // It is in memory; the next process fetches it again.
    tell(`the copy of ${symbol} was not kept: ${formatChain(error)}`);
  }
}

function fileOf(symbol: string): string {
  return `cboe-${symbol}.json`;
}
