/** Bars of any length that Alpaca knows, from the daily and minute bars of a market. Pure but for the question. */
import { dayNumber, dateOfDay, weekdayOf, MONDAY } from '../../domain/days.ts';
import {
  dateOf,
  HOUR,
  instantAt,
  MINUTE,
  parseInstant,
  plus,
  type CalendarDate,
  type Instant,
} from '../../domain/instant.ts';
import type { DailyBar, MinuteBar } from '../../observed/bars.ts';
import type { Market, TimeSpan } from '../../reconciler/ports.ts';
import { utcStamp } from './text.ts';

/** In the fields of the protocol. */
export interface Bar {
  /** Of its begin. */
  readonly t: string;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
  /** Of trades: nobody counts them here, one is the least. */
  readonly n: number;
  readonly vw: number;
}

export type Timeframe =
  | { readonly of: 'minutes'; /** ms. */ readonly length: number }
  | { readonly of: 'days'; readonly unit: 'day' | 'week' }
  | { readonly of: 'months'; readonly months: number };

/** Undefined for what is none. */
export function parseTimeframe(text: string): Timeframe | undefined {
  const [, number = '', unit = ''] = /^(\d{1,2})(T|Min|H|Hour|D|Day|W|Week|M|Month)$/.exec(text) ?? [];
  return FRAMES[unit]?.(Number(number));
}

type Frame = (count: number) => Timeframe | undefined;

const minutes: Frame = (count) => (count <= 59 ? lengthOf(count, MINUTE) : undefined);
const hours: Frame = (count) => (count <= 23 ? lengthOf(count, HOUR) : undefined);
const day: Frame = (count) => (count === 1 ? { of: 'days', unit: 'day' } : undefined);
const week: Frame = (count) => (count === 1 ? { of: 'days', unit: 'week' } : undefined);
const months: Frame = (count) => (12 % count === 0 ? { of: 'months', months: count } : undefined);

/** By each way to write a unit. */
const FRAMES: Readonly<Record<string, Frame>> = {
  T: minutes,
  Min: minutes,
  H: hours,
  Hour: hours,
  D: day,
  Day: day,
  W: week,
  Week: week,
  M: months,
  Month: months,
};

function lengthOf(count: number, unit: number): Timeframe | undefined {
  return count >= 1 ? { of: 'minutes', length: count * unit } : undefined;
}

/** That begin in the span, oldest first. `until` inclusive, as of the protocol. */
export async function barsOf(
  market: Market,
  symbols: readonly string[],
  timeframe: Timeframe,
  span: TimeSpan,
): Promise<ReadonlyMap<string, readonly Bar[]>> {
  const isIn = ({ t }: Bar): boolean => {
    const at = parseInstant(t);
    return at !== undefined && at >= span.from && at <= span.until;
  };
  const found = new Map<string, readonly Bar[]>();
  if (timeframe.of === 'minutes') {
    const { length } = timeframe;
    const rows = await market.minutes(symbols, { from: span.from, until: plus(span.until, length) });
    for (const [symbol, minutes] of rows)
      found.set(symbol, joined(minutes, ({ at }) => utcStamp(beginOf(at, length)), ofMinute).filter(isIn));
    return found;
  }
  const rows = await market.bars(symbols, { from: dateOf(span.from), to: dateOf(span.until) });
  for (const [symbol, days] of rows)
    found.set(symbol, joined(days, ({ date }) => midnight(firstDay(date, timeframe)), ofDay).filter(isIn));
  return found;
}

/** Hours begin at full hours, minutes at the full ones of their length. */
function beginOf(at: Instant, length: number): Instant {
  const start = instantAt(dateOf(at), '00:00');
  return plus(start, Math.floor((at - start) / length) * length);
}

function firstDay(date: CalendarDate, timeframe: Exclude<Timeframe, { of: 'minutes' }>): CalendarDate {
  if (timeframe.of === 'days') {
    if (timeframe.unit === 'day') return date;
    const day = dayNumber(date);
    return dateOfDay(day - ((weekdayOf(day) + 7 - MONDAY) % 7));
  }
  const month = Number(date.slice(5, 7)) - 1;
  const first = month - (month % timeframe.months) + 1;
  return `${date.slice(0, 5)}${String(first).padStart(2, '0')}-01`;
}

function midnight(date: CalendarDate): string {
  return utcStamp(instantAt(date, '00:00'));
}

type Part = Omit<Bar, 't' | 'n' | 'vw'>;

/** What begins together is one bar. */
function joined<Row>(
  rows: readonly Row[],
  beginOfRow: (row: Row) => string,
  partOf: (row: Row) => Part,
): Bar[] {
  const bars: Bar[] = [];
  for (const row of rows) {
    const [t, next] = [beginOfRow(row), partOf(row)];
    const last = bars.at(-1);
    if (last?.t === t) bars[bars.length - 1] = barOf(t, together(last, next));
    else bars.push(barOf(t, next));
  }
  return bars;
}

function together(a: Part, b: Part): Part {
  return { o: a.o, h: Math.max(a.h, b.h), l: Math.min(a.l, b.l), c: b.c, v: a.v + b.v };
}

/** A price that nobody reckons here, within its bar. */
function barOf(t: string, part: Part): Bar {
  const { o, h, l, c, v } = part;
  return { t, o, h, l, c, v, n: Math.max(1, Math.round(v / 100)), vw: (h + l + c) / 3 };
}

function ofDay({ open, close, volume = 0 }: DailyBar): Part {
  return { o: open, h: Math.max(open, close), l: Math.min(open, close), c: close, v: volume };
}

function ofMinute({ open, high, low, close, volume = 0 }: MinuteBar): Part {
  return { o: open, h: high, l: low, c: close, v: volume };
}

/** The minute of a trade. */
export function minuteBar(row: MinuteBar): Bar {
  return barOf(utcStamp(row.at), ofMinute(row));
}

export function dailyBar(row: DailyBar): Bar {
  return barOf(midnight(row.date), ofDay(row));
}
