/** The level of an index now, as CBOE's delayed quotes have it: about a quarter of an hour ago, and with its time. */
import * as z from 'zod';
import { dayNumber } from '../domain/days.ts';
import { parsePrice } from '../domain/decimal.ts';
import { instantAt, plus, SECOND, MINUTE, type Instant } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import { parseJson } from '../observed/json-text.ts';
import type { Clock } from '../reconciler/ports.ts';
import { askHttp } from './http-text.ts';

export interface LevelOptions {
  /** Folder of `_VIX.json` and `_VIX3M.json`, with a slash at its end. */
  readonly url: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly timeout: number;
}

const MAX_BYTES = 64 * 1024;
/** They change every quarter of a minute, and passes come every few seconds. */
const ASK_AGAIN = 30 * SECOND;
const SKEW = MINUTE;

/** Or why it is not known. */
export type Level = Quote | string;

export function indexLevels(options: LevelOptions): (symbol: string) => Promise<Level> {
  const { clock } = options;
  const known = new Map<string, { readonly askedAt: Instant; readonly level: Promise<Level> }>();
  return (symbol) => {
    const now = clock.now();
    const last = known.get(symbol);
    if (last !== undefined && Math.abs(now - last.askedAt) < ASK_AGAIN) return last.level;
    const level = askLevel(symbol, options);
    known.set(symbol, { askedAt: now, level });
    return level;
  };
}

async function askLevel(symbol: string, { url, clock, timeout }: LevelOptions): Promise<Level> {
  const answer = await askHttp({ url: new URL(`_${symbol}.json`, url), timeout, maxBytes: MAX_BYTES });
  if (answer.kind === 'failed') return answer.reason;
  if (answer.kind === 'not-modified') return 'the answer is "not modified", and nobody has asked so';
  const level = parseLevel(answer.text, symbol);
  if (typeof level === 'string') return `the answer is no level of ${symbol}: ${level}`;
  return level.asOf <= plus(clock.now(), SKEW)
    ? level
    : `the level of ${symbol} is of a time that has not come yet`;
}

const document = z.object({
  data: z.object({ symbol: z.string(), current_price: z.number().positive(), last_trade_time: z.string() }),
});
/** New York wall time. */
const TIME = /^(\d{4}-\d{2}-\d{2})T((?:[01]\d|2[0-3]):[0-5]\d):([0-5]\d)(?:\.\d+)?$/;
const PRICE_DIGITS = 6;

/** Or what is wrong with it. */
export function parseLevel(text: string, symbol: string): Level {
  const json = parseJson(text);
  if (json.kind === 'invalid') return json.message;
  const { data } = document.safeParse(json.value);
  if (data === undefined) return 'it has no price above zero with a time';
  const { symbol: name, current_price: level, last_trade_time: time } = data.data;
  if (name !== `^${symbol}`) return `it is of ${JSON.stringify(name)}`;
  const [, date = '', minute = '', seconds = ''] = TIME.exec(time) ?? [];
  const price = parsePrice(level.toFixed(PRICE_DIGITS));
  if (Number.isNaN(dayNumber(date))) return `${JSON.stringify(time)} is no time`;
  if (price === undefined || price === 0) return 'its price is none';
  return { price, asOf: plus(instantAt(date, minute), Number(seconds) * SECOND) };
}
