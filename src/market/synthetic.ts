/** Prices out of nothing: a pure function of seed, symbol and New York date. */
import { nextSessionAfter, sessionAtOrAfter } from '../domain/calendar.ts';
import { dayNumber, type DayNumber } from '../domain/days.ts';
import type { Price } from '../domain/decimal.ts';
import { sha256 } from '../domain/digest.ts';
import { dateOf, instantAt } from '../domain/instant.ts';
import { isSymbol } from '../domain/names.ts';
import type { DailyClose } from '../observed/bars.ts';
import { INDEX_SYMBOLS } from './index-symbols.ts';
import type { PriceSource } from './price-source.ts';
import { syntheticMinutes } from './synthetic-minutes.ts';

const MICROS_PER_CENT = 10_000;
const MICROS = 1_000_000;
/** Shares of every symbol in every session: made up to be enough for any limit, and no model of anything. */
export const SYNTHETIC_VOLUME = 5_000_000;
const MIDNIGHT = '00:00';

/** Between these, a price stays within $20 and $500 whatever the days add. */
const BASE_CENTS_MIN = 2_200;
const BASE_CENTS_MAX = 47_000;

/**
 * The daily movement is noise on several time scales, each twice as strong and four times as slow as the one before:
 * it looks like a random walk, but never leaves 6.2 % of the base, moves at most 0.8 % a day, and costs the same for
 * any date.
 */
const SCALES = [
  { days: 1, amplitude: 0.002 },
  { days: 4, amplitude: 0.004 },
  { days: 16, amplitude: 0.008 },
  { days: 64, amplitude: 0.016 },
  { days: 256, amplitude: 0.032 },
] as const;

/** Between $20 and $500, in whole cents, for every symbol; `constant` never moves, `daily` moves with the date. */
export function syntheticPrices({
  seed,
  movement,
}: {
  readonly seed: number;
  readonly movement: 'constant' | 'daily';
}): PriceSource {
  const roots = new Map<string, number>();
  const rootOf = (symbol: string): number => {
    const root = roots.get(symbol) ?? parseInt(sha256(`${seed} price ${symbol}`).slice(0, 8), 16);
    roots.set(symbol, root);
    return root;
  };
  const priceAt: PriceSource['priceAt'] = (symbol, at) => {
    if (!isSymbol(symbol) || INDEX_SYMBOLS.has(symbol)) return undefined;
    const root = rootOf(symbol);
    const base = BASE_CENTS_MIN + (root % (BASE_CENTS_MAX - BASE_CENTS_MIN + 1));
    const factor = movement === 'constant' ? 1 : 1 + driftOf(root, dayNumber(dateOf(at)));
    return { price: (Math.round(base * factor) * MICROS_PER_CENT) as Price, asOf: at };
  };
  const source: PriceSource = {
    priceAt,
    closes: (symbol, { from, to }) => {
      const closes: DailyClose[] = [];
      for (
        let session = sessionAtOrAfter(instantAt(from, MIDNIGHT));
        session.date <= to;
        session = nextSessionAfter(session.date)
      ) {
        const quote = priceAt(symbol, session.close);
        if (quote !== undefined) closes.push({ date: session.date, close: quote.price / MICROS });
      }
      return closes;
    },
    // Within a day no price moves.
    bars: (symbol, span) =>
      source.closes(symbol, span).map((row) => ({ ...row, open: row.close, volume: SYNTHETIC_VOLUME })),
    minutes: syntheticMinutes(priceAt, SYNTHETIC_VOLUME),
    actions: () => undefined,
  };
  return source;
}

/** Relative distance from the base. */
function driftOf(root: number, day: DayNumber): number {
  return SCALES.reduce((sum, { days, amplitude }) => {
    const index = Math.floor(day / days);
    const part = (day - index * days) / days;
    const from = noise(root, days, index);
    return sum + amplitude * (from + (noise(root, days, index + 1) - from) * part);
  }, 0);
}

/** Evenly spread over -1 to 1: the finaliser of MurmurHash3. */
function noise(root: number, scale: number, index: number): number {
  let bits = root ^ Math.imul(scale, 0x9e3779b1) ^ Math.imul(index, 0x27d4eb2f);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 31 - 1;
}
