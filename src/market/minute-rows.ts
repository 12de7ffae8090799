/** Minute bars as text: a file of them, `Time,Open,High,Low,Close,Volume`, and what makes a row no bar. Pure. */
import { MINUTE, type Instant } from '../domain/instant.ts';
import type { MinuteBar } from '../observed/bars.ts';
import { headed } from './lines.ts';

const COLUMNS = ['Time', 'Open', 'High', 'Low', 'Close', 'Volume'] as const;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:\d{2})$/;
const NUMBER = /^\d{1,15}(?:\.\d+)?$/;

export interface MinuteFault {
  /** Of the file, from 1. */
  readonly line: number;
  readonly what: string;
}

/** Oldest first, or the first line that is no bar, or does not come after the one before. */
export function readMinutes(text: string): readonly MinuteBar[] | MinuteFault {
  const { header, rows } = headed(text);
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  const places = COLUMNS.map((name) => names.indexOf(name.toLowerCase()));
  const missing = COLUMNS.find((_, index) => places[index] === -1);
  if (missing !== undefined) return { line: 1, what: `the header names no ${missing.toLowerCase()}` };
  const bars: MinuteBar[] = [];
  for (const { number, text: line } of rows) {
    if (line.trim() === '') continue;
    const cells = line.split(',').map((cell) => cell.trim());
    const [time = '', ...numbers] = places.map((place) => cells[place] ?? '');
    const [open, high, low, close, volume] = numbers.map((cell) =>
      NUMBER.test(cell) ? Number(cell) : Number.NaN,
    );
    const bar = minuteBar({ time, open, high, low, close, volume });
    if (typeof bar === 'string') return { line: number, what: bar };
    if (bar.at <= (bars.at(-1)?.at ?? -Infinity))
      return { line: number, what: `${time} does not come after the row before` };
    bars.push(bar);
  }
  return bars;
}

export function formatMinutes(bars: readonly MinuteBar[]): string {
  const lines = bars.map(({ at, open, high, low, close, volume }) =>
    [new Date(at).toISOString().replace('.000Z', 'Z'), open, high, low, close, volume ?? ''].join(','),
  );
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

interface MinuteFacts {
  readonly time: string;
  readonly open: number | undefined;
  readonly high: number | undefined;
  readonly low: number | undefined;
  readonly close: number | undefined;
  /** NaN or undefined: not known. */
  readonly volume: number | undefined;
}

/** Or what is wrong with it. */
export function minuteBar({ time, volume, ...prices }: MinuteFacts): MinuteBar | string {
  const at = TIME.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at) || at % MINUTE !== 0)
    return `${JSON.stringify(time)} is not the begin of a minute like 2025-12-02T14:30:00Z`;
  const { open = 0, high = 0, low = 0, close = 0 } = prices;
  if (![open, high, low, close].every((price) => price > 0)) return `a price of ${time} is not above zero`;
  if (low > Math.min(open, close) || high < Math.max(open, close))
    return `open and close of ${time} are not between low and high`;
  const bar = { at: at as Instant, open, high, low, close };
  return volume === undefined || Number.isNaN(volume) ? bar : { ...bar, volume };
}

/** Those that begin in the span and have ended by its end: what comes later is not known yet. */
export function minutesIn(
  bars: readonly MinuteBar[],
  { from, until }: { readonly from: Instant; readonly until: Instant },
): readonly MinuteBar[] {
  return bars.filter(({ at }) => at >= from && at + MINUTE <= until);
}
