/** The questions to Alpaca's market data API: daily bars of a span, page by page, and the latest quotes. */
import type { Json } from '../domain/digest.ts';
import { instantAt, MINUTE, type Instant } from '../domain/instant.ts';
import type { DailyBar } from '../observed/bars.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { DateSpan } from '../reconciler/ports.ts';
import type { BatchAnswer } from './alpaca-batches.ts';
import type { ApiAnswer, AskAlpaca, Patience } from './alpaca-client.ts';
import { parseDailyBars, parsePage, parseQuote, parseSnapshots } from './alpaca-text.ts';
import type { AlpacaSettings } from './price-source.ts';

export interface AlpacaQuestion {
  readonly ask: AskAlpaca;
  readonly settings: AlpacaSettings;
  readonly patience: Patience;
}

/** Without a subscription, what the whole market did is told this much later. */
export const SIP_DELAY = 16 * MINUTE;
/** Rows of one page, of all symbols together; the most that there is. */
const PAGE = 10_000;
const PAGES_MAX = 1_000;

/** Of days that have begun, at most up to `now`. */
export async function askBars(
  asked: AlpacaQuestion,
  symbols: readonly string[],
  span: DateSpan,
  now: Instant,
): Promise<BatchAnswer<readonly DailyBar[]>> {
  const newest = asked.settings.feed === 'delayed_sip' ? now - SIP_DELAY : now;
  const read = await askBarPages(asked, symbols, {
    timeframe: '1Day',
    start: isoTime(instantAt(span.from, '00:00')),
    end: isoTime(Math.min(newest, instantAt(span.to, '23:59'))),
  });
  return read.kind === 'ok' ? { kind: 'ok', rows: barsIn(read.rows, span) } : read;
}

interface BarsOf {
  readonly timeframe: '1Day' | '1Min';
  readonly start: string;
  /** Of the last begin. */
  readonly end: string;
}

/** By symbol the rows of all pages, not checked yet. */
export async function askBarPages(
  { ask, settings: { feed, adjustment }, patience }: AlpacaQuestion,
  symbols: readonly string[],
  of: BarsOf,
): Promise<
  | { readonly kind: 'ok'; readonly rows: ReadonlyMap<string, readonly unknown[]> }
  | Exclude<ApiAnswer, { kind: 'ok' }>
> {
  const query = {
    symbols: symbols.join(','),
    ...of,
    limit: String(PAGE),
    adjustment,
    feed: feed === 'delayed_sip' ? 'sip' : feed,
    sort: 'asc',
  };
  const found = new Map<string, unknown[]>(symbols.map((symbol) => [symbol, []]));
  const read = await askPages({ ask, patience }, 'v2/stocks/bars', query, (json) => {
    const page = parsePage(json);
    if (page === null) return null;
    for (const [symbol, rows] of page.bars) for (const row of rows) found.get(symbol)?.push(row);
    return page;
  });
  return read.kind === 'ok' ? { kind: 'ok', rows: found } : read;
}

type Page = { readonly next: string | null } | null;

/** One page after the other, to the last; `take` gives null for what is none. */
export async function askPages(
  { ask, patience }: Pick<AlpacaQuestion, 'ask' | 'patience'>,
  path: string,
  query: Readonly<Record<string, string>>,
  take: (json: Json) => Page,
): Promise<{ readonly kind: 'ok' } | Exclude<ApiAnswer, { kind: 'ok' }>> {
  let token: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const answer = await ask(path, token === null ? query : { ...query, page_token: token }, patience);
    if (answer.kind !== 'ok') return answer;
    const page = take(answer.json);
    if (page === null) return { kind: 'failed', why: `its answer is no page of ${path}` };
    if (page.next === null) return { kind: 'ok' };
    if (page.next === token) break;
    token = page.next;
  }
  return { kind: 'failed', why: 'its pages have no end' };
}

function barsIn(
  found: ReadonlyMap<string, readonly unknown[]>,
  span: DateSpan,
): ReadonlyMap<string, readonly DailyBar[] | { readonly why: string }> {
  const answers = [...found].map(([symbol, rows]) => {
    const bars = parseDailyBars(rows, span);
    return [symbol, typeof bars === 'string' ? { why: bars } : bars] as const;
  });
  return new Map(answers);
}

/** A price of later than `now` is refused: one of the two clocks is wrong. */
export async function askQuotes(
  { ask, settings: { feed }, patience }: AlpacaQuestion,
  symbols: readonly string[],
  now: Instant,
): Promise<BatchAnswer<Quote>> {
  const answer = await ask('v2/stocks/snapshots', { symbols: symbols.join(','), feed }, patience);
  if (answer.kind !== 'ok') return answer;
  const snapshots = parseSnapshots(answer.json);
  if (snapshots === null) return { kind: 'failed', why: 'its answer has no snapshots' };
  const rows = new Map<string, Quote | { readonly why: string }>();
  for (const [symbol, snapshot] of snapshots) {
    const quote = parseQuote(snapshot);
    if (typeof quote === 'string') rows.set(symbol, { why: quote });
    else if (quote !== null) rows.set(symbol, inTime(quote, now));
  }
  return { kind: 'ok', rows };
}

const SKEW = MINUTE;

function inTime(quote: Quote, now: Instant): Quote | { readonly why: string } {
  if (quote.asOf <= now + SKEW) return quote;
  return { why: `its last trade is of ${isoTime(quote.asOf)}, which has not come yet` };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
