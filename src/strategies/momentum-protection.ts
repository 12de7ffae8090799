/**
 * The signal `momentum-protection`: the strongest names of a universe, at half the weight while the market is in danger.
 *
 * Score of a symbol: r(formation) - r(skip), with r(k) = P(t) / P(t - k) - 1 over sessions and today's price as P(t): the
 * return of the last month without that of the last week (Jegadeesh and Titman 1993 skip the latest returns likewise).
 * Prices are adjusted closes in dollars, as binary floats: they rank, they size nothing.
 */
import type { CalendarDate } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { DailyClose } from '../observed/bars.ts';
import type { ActionDoubt } from '../observed/corporate-action.ts';

/** The volatility index. */
export const VIX = 'VIX';

export interface MomentumRules {
  /** Sessions of the longer return, and of the latest part that is taken off. */
  readonly formation: number;
  readonly skip: number;
  /** Protection is on while the volatility index is above this (exclusive), in points. */
  readonly vixAbove: number;
  /** And while the benchmark is further than this part below its peak (exclusive), e.g. 0.05. */
  readonly drawdown: number;
  /** Sessions in which the peak is looked for, today's included. */
  readonly peakWindow: number;
}

export interface PriceDoubt {
  readonly code: ActionDoubt['code'] | 'StaleData';
  readonly words: string;
}

export interface MomentumInput {
  readonly rules: MomentumRules;
  /** How many names are held. */
  readonly count: number;
  readonly universe: readonly string[];
  /** Sessions before today's, oldest first: at least `peakWindow - 1`, or as many as `formation` where that is more. */
  readonly sessions: readonly CalendarDate[];
  /** Closes before today, by symbol. */
  readonly closes: ReadonlyMap<string, readonly DailyClose[]>;
  /** Today's prices. */
  readonly prices: ReadonlyMap<string, number>;
  /** Symbols and indices of which the price is none of now, or may not compare with closes, each with why. */
  readonly doubts: ReadonlyMap<string, PriceDoubt>;
  readonly benchmark: string;
  /** Today's value of the volatility index; undefined where it is not known. */
  readonly vix: number | undefined;
}

/** Why exposure is reduced. */
export type Protection =
  | { readonly kind: 'high-volatility'; readonly vix: number }
  /** `drawdown`: below the peak, negative. */
  | { readonly kind: 'benchmark-drawdown'; readonly drawdown: number };

export interface Ranked {
  readonly symbol: string;
  readonly score: number;
  /** From 1. */
  readonly rank: number;
}

/** A symbol that cannot be ranked is held: neither bought nor sold. */
export interface Unranked {
  readonly symbol: string;
  readonly why: string;
}

export type MomentumAnswer =
  | {
      readonly kind: 'ranked';
      /** By rank: all of the universe that have a score. */
      readonly ranking: readonly Ranked[];
      readonly unranked: readonly Unranked[];
      readonly protections: readonly Protection[];
    }
  /** What is missing decides nothing: everything is held, and nothing is bought. */
  | { readonly kind: 'unknown'; readonly why: string };

/** Ties are broken by symbol, so that the order of the universe changes nothing. */
export function momentumProtection(input: MomentumInput): MomentumAnswer {
  const protections = protectionsOf(input);
  if (typeof protections === 'string') return { kind: 'unknown', why: protections };
  const scored: { symbol: string; score: number }[] = [];
  const unranked: Unranked[] = [];
  for (const symbol of [...input.universe].sort(compareText)) {
    const score = scoreOf(symbol, input);
    if (typeof score === 'string') unranked.push({ symbol, why: score });
    else scored.push({ symbol, score });
  }
  if (scored.length < input.count) {
    const why = `only ${scored.length} of ${input.universe.length} symbols have a score, ${input.count} are needed`;
    return { kind: 'unknown', why: unranked[0] === undefined ? why : `${why}; ${unranked[0].why}` };
  }
  scored.sort((a, b) => b.score - a.score || compareText(a.symbol, b.symbol));
  return {
    kind: 'ranked',
    ranking: scored.map((row, index) => ({ ...row, rank: index + 1 })),
    unranked,
    protections,
  };
}

/** The score, or what is missing: a gap at one of the three sessions is no score. */
function scoreOf(
  symbol: string,
  { rules: { formation, skip }, sessions, closes, prices, doubts }: MomentumInput,
): number | string {
  const doubt = doubts.get(symbol);
  if (doubt !== undefined) return `${symbol}: ${doubt.words}`;
  const now = prices.get(symbol);
  if (now === undefined) return `no price of ${symbol} today`;
  const [far, near] = [sessions.at(-formation), sessions.at(-skip)];
  const series = closes.get(symbol) ?? [];
  const [from, latest] = [closeOn(series, far), closeOn(series, near)];
  if (from === undefined) return `no close of ${symbol} on ${far ?? 'so early a session'}`;
  if (latest === undefined) return `no close of ${symbol} on ${near ?? 'so early a session'}`;
  return now / from - 1 - (now / latest - 1);
}

/** The last rows first: what is asked for lies near the end. */
function closeOn(series: readonly DailyClose[], date: CalendarDate | undefined): number | undefined {
  if (date === undefined) return undefined;
  for (let index = series.length - 1; index >= 0; index -= 1) {
    const row = series[index];
    if (row === undefined || row.date < date) return undefined;
    if (row.date === date) return row.close;
  }
  return undefined;
}

/** The active rules, or what is missing to know them: danger that cannot be seen is not taken for calm. */
function protectionsOf(input: MomentumInput): readonly Protection[] | string {
  const { rules, benchmark, vix } = input;
  for (const name of [VIX, benchmark]) {
    const doubt = input.doubts.get(name);
    if (doubt !== undefined) return `${name}: ${doubt.words}`;
  }
  if (vix === undefined) return 'the volatility index is not known today';
  const peak = peakOf(input);
  if (typeof peak === 'string') return peak;
  const found: Protection[] = [];
  if (vix > rules.vixAbove) found.push({ kind: 'high-volatility', vix });
  const now = input.prices.get(benchmark) ?? 0;
  const drawdown = now / Math.max(peak, now) - 1;
  if (drawdown < -rules.drawdown) found.push({ kind: 'benchmark-drawdown', drawdown });
  return found;
}

/** The highest close of the window; every session of it must be there. */
function peakOf({ rules, benchmark, sessions, closes, prices }: MomentumInput): number | string {
  if (prices.get(benchmark) === undefined) return `no price of ${benchmark} today`;
  const window = sessions.slice(-(rules.peakWindow - 1));
  if (window.length < rules.peakWindow - 1) return `the calendar begins after the window of ${benchmark}`;
  const known = new Map((closes.get(benchmark) ?? []).map(({ date, close }) => [date, close]));
  let peak = 0;
  for (const date of window) {
    const close = known.get(date);
    if (close === undefined) return `no close of ${benchmark} on ${date}`;
    peak = Math.max(peak, close);
  }
  return peak;
}
