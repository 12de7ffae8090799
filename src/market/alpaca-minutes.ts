/** Minute bars of shares from Alpaca's market data API: the question, page by page, and its answer as values of ours. */
import * as z from 'zod';
import { MINUTE, plus, type Instant } from '../domain/instant.ts';
import type { MinuteBar } from '../observed/bars.ts';
import type { TimeSpan } from '../reconciler/ports.ts';
import type { BatchAnswer } from './alpaca-batches.ts';
import { askBarPages, SIP_DELAY, type AlpacaQuestion } from './alpaca-questions.ts';
import { minuteBar } from './minute-rows.ts';

/** Bars of minutes that have ended by now, and of the feed that is late by when it tells of them. */
export async function askMinutes(
  asked: AlpacaQuestion,
  symbols: readonly string[],
  { from, until }: TimeSpan,
  now: Instant,
): Promise<BatchAnswer<readonly MinuteBar[]>> {
  const newest = asked.settings.feed === 'delayed_sip' ? plus(now, -SIP_DELAY) : now;
  // The end is that of the last minute that may begin.
  const span = { from, until: plus(Math.min(until, newest) as Instant, -MINUTE) };
  if (span.until < span.from) return { kind: 'ok', rows: new Map() };
  const read = await askBarPages(asked, symbols, {
    timeframe: '1Min',
    start: new Date(span.from).toISOString(),
    end: new Date(span.until).toISOString(),
  });
  if (read.kind !== 'ok') return read;
  const rows = [...read.rows].map(([symbol, found]) => {
    const bars = parseMinutes(found, span);
    return [symbol, typeof bars === 'string' ? { why: bars } : bars] as const;
  });
  return { kind: 'ok', rows: new Map(rows) };
}

const price = z.number().positive();
const minute = z.object({
  t: z.string(),
  o: price,
  h: price,
  l: price,
  c: price,
  v: z.number().nonnegative().optional(),
});

/** All rows of a symbol, or what is wrong with the first that cannot be. `until`: of the last begin. */
function parseMinutes(rows: readonly unknown[], { from, until }: TimeSpan): readonly MinuteBar[] | string {
  const bars: MinuteBar[] = [];
  for (const row of rows) {
    const { data } = minute.safeParse(row);
    if (data === undefined) return `${JSON.stringify(row).slice(0, SHOWN_MAX)} is no minute bar`;
    const { t: time, o: open, h: high, l: low, c: close, v: volume } = data;
    const bar = minuteBar({ time, open, high, low, close, volume });
    if (typeof bar === 'string') return bar;
    if (bar.at < from || bar.at > until) return `a bar of ${time}, which was not asked for`;
    if (bar.at <= (bars.at(-1)?.at ?? -Infinity)) return `a bar of ${time} after a later one`;
    bars.push(bar);
  }
  return bars;
}

const SHOWN_MAX = 80;
