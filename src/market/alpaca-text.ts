/** What Alpaca's market data API answers, as values of ours. Pure: what is not as it should be is a reason, never a row. */
import * as z from 'zod';
import { dayNumber } from '../domain/days.ts';
import type { Json } from '../domain/digest.ts';
import { parsePrice, type Price } from '../domain/decimal.ts';
import { MINUTE, parseInstant, type CalendarDate, type Instant } from '../domain/instant.ts';
import type { DailyBar } from '../observed/bars.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { DateSpan } from '../reconciler/ports.ts';

const page = z.object({
  bars: z.record(z.string(), z.array(z.unknown())).nullable(),
  next_page_token: z.string().min(1).nullable(),
});

/** Rows are not checked yet: each symbol fails alone. Null for what is no page. */
export function parsePage(
  json: Json,
): { readonly bars: ReadonlyMap<string, readonly unknown[]>; readonly next: string | null } | null {
  const { data } = page.safeParse(json);
  if (data === undefined) return null;
  return { bars: new Map(Object.entries(data.bars ?? {})), next: data.next_page_token };
}

const price = z.number().positive();
const dailyBar = z.object({ t: z.string(), o: price, c: price, v: z.number().nonnegative().optional() });
/** A daily bar begins at midnight in New York. */
const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})T0[45]:00:00Z$/;

/** All rows of a symbol in the order of the answer, or what is wrong with the first that cannot be. */
export function parseDailyBars(
  rows: readonly unknown[],
  { from, to }: DateSpan,
): readonly DailyBar[] | string {
  const bars: DailyBar[] = [];
  for (const row of rows) {
    const { data } = dailyBar.safeParse(row);
    const date = dateIn(data?.t ?? '');
    if (data === undefined || date === null) return `${shown(row)} is no daily bar`;
    if (date < from || date > to) return `a bar of ${date}, which was not asked for`;
    const before = bars.at(-1)?.date ?? '';
    if (date <= before) return `a bar of ${date} after that of ${before}`;
    bars.push({ date, open: data.o, close: data.c, ...(data.v !== undefined && { volume: data.v }) });
  }
  return bars;
}

function dateIn(time: string): CalendarDate | null {
  const date = MIDNIGHT.exec(time)?.[1] ?? '';
  return Number.isNaN(dayNumber(date)) ? null : date;
}

const SHOWN_MAX = 80;

function shown(row: unknown): string {
  return JSON.stringify(row).slice(0, SHOWN_MAX);
}

const snapshots = z.record(z.string(), z.unknown());

/** By symbol, each not checked yet. Null for what are no snapshots. */
export function parseSnapshots(json: Json): ReadonlyMap<string, unknown> | null {
  const { data } = snapshots.safeParse(json);
  return data === undefined ? null : new Map(Object.entries(data));
}

const level = z.number().nonnegative();
const trade = z.object({ t: z.string(), p: price });
const offer = z.object({ t: z.string(), bp: level, ap: level });
const snapshot = z
  .object({ latestTrade: trade.nullable().optional(), latestQuote: offer.nullable().optional() })
  .nullable();

/** Bid and ask that are older than the last trade by more say nothing of now. */
const OFFER_LAG = MINUTE;

/**
 * The last trade, with its time, is the price: bid and ask of one exchange may be far from it. They are given as they
 * are, zero for a side that nobody offers, so that a guard sees that there is no market. Null where there was no trade.
 */
export function parseQuote(value: unknown): Quote | string | null {
  const { data, success } = snapshot.safeParse(value);
  if (!success) return `${shown(value)} is no snapshot`;
  const last = data?.latestTrade ?? null;
  if (last === null) return null;
  const [paid, asOf] = [priceOf(last.p), parseInstant(last.t)];
  if (paid === undefined || paid === 0 || asOf === undefined) return `${shown(last)} is no trade`;
  return { price: paid, asOf, ...offerOf(data?.latestQuote ?? null, asOf) };
}

function offerOf(quote: z.output<typeof offer> | null, asOf: Instant): Pick<Quote, 'bid' | 'ask'> {
  if (quote === null) return {};
  const [bid, ask, time] = [priceOf(quote.bp), priceOf(quote.ap), parseInstant(quote.t)];
  const isOld = time === undefined || time < asOf - OFFER_LAG;
  return isOld || bid === undefined || ask === undefined ? {} : { bid, ask };
}

const PRICE_DIGITS = 6;

function priceOf(value: number): Price | undefined {
  return parsePrice(value.toFixed(PRICE_DIGITS));
}
