/** Bars of the past, page by page over all symbols in their order. */
import { compareText, isSymbol } from '../../domain/names.ts';
import { dateOf, instantAt, type Instant } from '../../domain/instant.ts';
import { badQuestion, ok, type Answer } from './answer.ts';
import { barsOf, parseTimeframe, type Bar } from './bars.ts';
import { checkHistorical, isFalling, isSplitAdjusted } from './data-query.ts';
import type { Desk } from './desk.ts';
import { count, instant, list } from './query.ts';
import type { ApiRequest } from './request.ts';

const LIMIT = { otherwise: 1_000, most: 10_000 };

export async function listBars(desk: Desk, { query }: ApiRequest): Promise<Answer> {
  const { rows, next } = await page(desk, symbolsAsked(query), query);
  const bars: Record<string, Bar[]> = {};
  for (const { symbol, bar } of rows) (bars[symbol] ??= []).push(bar);
  return ok({ bars, next_page_token: next });
}

export async function listBarsOfOne(desk: Desk, { query, parameters }: ApiRequest): Promise<Answer> {
  const symbol = symbolIn(parameters['symbol'] ?? '');
  const { rows, next } = await page(desk, [symbol], query);
  return ok({ bars: rows.map(({ bar }) => bar), symbol, next_page_token: next });
}

/** Throws as Alpaca answers: one wrong symbol refuses them all. */
export function symbolsAsked(query: URLSearchParams): readonly string[] {
  const symbols = list(query, 'symbols');
  if (symbols === null) throw badQuestion('symbols is required');
  return [...new Set(symbols.map(symbolIn))].sort(compareText);
}

export function symbolIn(text: string): string {
  if (isSymbol(text)) return text;
  throw badQuestion(`invalid symbol: ${text}`);
}

interface Row {
  readonly symbol: string;
  readonly bar: Bar;
}

async function page(
  desk: Desk,
  symbols: readonly string[],
  query: URLSearchParams,
): Promise<{ readonly rows: readonly Row[]; readonly next: string | null }> {
  const timeframe = parseTimeframe(query.get('timeframe') ?? '');
  if (timeframe === undefined) throw badQuestion(`invalid timeframe: ${query.get('timeframe') ?? ''}`);
  const limit = count(query, 'limit', LIMIT, badQuestion);
  checkHistorical(query);
  const falls = isFalling(query);
  const now = desk.read().time;
  const market = isSplitAdjusted(query) ? desk.adjusted : desk.market;
  const found = await barsOf(market, symbols, timeframe, spanOf(query, now));
  const rows = symbols.flatMap((symbol) => {
    const bars = (found.get(symbol) ?? []).map((bar): Row => ({ symbol, bar }));
    return falls ? bars.reverse() : bars;
  });
  const start = startOf(rows, query.get('page_token'));
  const last = rows[start + limit - 1];
  const next = rows.length > start + limit && last !== undefined ? tokenOf(last) : null;
  return { rows: rows.slice(start, start + limit), next };
}

/** From the begin of the day, and until now. Nothing that has not been yet is told. */
function spanOf(query: URLSearchParams, now: Instant): { readonly from: Instant; readonly until: Instant } {
  const until = instant(query, 'end', badQuestion) ?? now;
  const from = instant(query, 'start', badQuestion) ?? instantAt(dateOf(now), '00:00');
  if (from > until) throw badQuestion('end should not be before start');
  return { from, until: until < now ? until : now };
}

/** Of the last row of a page. */
function tokenOf({ symbol, bar }: Row): string {
  return Buffer.from(`${symbol}|${bar.t}`).toString('base64');
}

function startOf(rows: readonly Row[], token: string | null): number {
  if (token === null || token === '') return 0;
  const at = rows.findIndex((row) => tokenOf(row) === token);
  if (at === -1) throw badQuestion('invalid page_token');
  return at + 1;
}
