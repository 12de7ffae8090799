/** The term structure of volatility as it is now, as far as it can be believed. */
import { dateOf, MINUTE, type CalendarDate, type Instant } from '../domain/instant.ts';
import { MAX_PRICE_AGE, type DailyClose } from '../observed/bars.ts';
import { quantile, sampleStandardDeviation } from './statistics.ts';
import { RISE_SESSIONS, SMOOTHING_SESSIONS, VOLATILITY_SESSIONS } from './vol-rules.ts';

export interface IndexNow {
  /** Rows of today and later are not read. */
  readonly closes: readonly DailyClose[];
  /** Points; null: not known. */
  readonly value: { readonly at: Instant; readonly value: number } | null;
}

export interface VolIndexes {
  readonly now: Instant;
  /** Sessions before today, oldest first. */
  readonly sessions: readonly CalendarDate[];
  readonly vix: IndexNow;
  readonly vix3m: IndexNow;
}

/** Null: not known. What is known is used, above all to leave. */
export interface VolMarket {
  readonly vix: number | null;
  /** VIX / VIX3M of now. */
  readonly ratio: number | null;
  /** Of the close before. */
  readonly previousRatio: number | null;
  /** Median of the last 3 sessions, now included. */
  readonly smoothedRatio: number | null;
  /** VIX now / close before - 1, and / close 5 sessions before - 1. */
  readonly dayRise: number | null;
  readonly weekRise: number | null;
  /** The first that is missing to judge a position; null: nothing. */
  readonly missing: MissingData | null;
}

export interface MissingData {
  readonly code: 'IndexMissing' | 'IndexStale' | 'IndexImplausible' | 'IndexHistoryMissing';
  readonly words: string;
}

/** Points, exclusive. VIX closed between 9 and 83 since 1990. */
const INDEX_BOUNDS = { least: 5, most: 200 };
/** Exclusive. */
const RATIO_BOUNDS = { least: 0.5, most: 2 };

export function readMarket({ now, sessions, vix, vix3m }: VolIndexes): VolMarket {
  const today = dateOf(now);
  const before = sessions.filter((date) => date < today);
  const [vixNow, vix3mNow] = [readNow('VIX', vix, now), readNow('VIX3M', vix3m, now)];
  const ratio = ratioOf(valueOf(vixNow), valueOf(vix3mNow));
  const [vixCloses, vix3mCloses] = [closesOf(vix), closesOf(vix3m)];
  const level = (sessionsAgo: number): number | null => closeAgo(vixCloses, before, sessionsAgo);
  const past = Array.from({ length: SMOOTHING_SESSIONS - 1 }, (_, index) =>
    ratioOf(level(index + 1), closeAgo(vix3mCloses, before, index + 1)),
  );
  const [dayRise, weekRise] = [
    riseOf(valueOf(vixNow), level(1)),
    riseOf(valueOf(vixNow), level(RISE_SESSIONS)),
  ];
  const smoothedRatio = medianOf([ratio, ...past]);
  return {
    vix: valueOf(vixNow),
    ratio,
    previousRatio: past[0] ?? null,
    smoothedRatio,
    dayRise,
    weekRise,
    missing:
      missingNow(vixNow, vix3mNow, ratio) ??
      (smoothedRatio === null || dayRise === null
        ? { code: 'IndexHistoryMissing', words: 'a close of VIX or VIX3M of the last sessions is missing' }
        : null),
  };
}

type ReadNow = number | MissingData;

function readNow(name: string, { value: reading }: IndexNow, now: Instant): ReadNow {
  if (reading === null) return { code: 'IndexMissing', words: `${name} is not known` };
  const age = now - reading.at;
  if (!(age >= 0 && age <= MAX_PRICE_AGE) || dateOf(reading.at) !== dateOf(now))
    return { code: 'IndexStale', words: `${name} is ${(age / MINUTE).toFixed(0)} minutes old` };
  if (!isLevel(reading.value))
    return { code: 'IndexImplausible', words: `${name} of ${reading.value} is not plausible` };
  return reading.value;
}

function missingNow(vix: ReadNow, vix3m: ReadNow, ratio: number | null): MissingData | null {
  if (typeof vix !== 'number') return vix;
  if (typeof vix3m !== 'number') return vix3m;
  if (ratio !== null) return null;
  return { code: 'IndexImplausible', words: `VIX ${vix} by VIX3M ${vix3m} is not plausible` };
}

function valueOf(read: ReadNow): number | null {
  return typeof read === 'number' ? read : null;
}

function isLevel(value: number): boolean {
  return value > INDEX_BOUNDS.least && value < INDEX_BOUNDS.most;
}

function ratioOf(vix: number | null, vix3m: number | null): number | null {
  if (vix === null || vix3m === null) return null;
  const ratio = vix / vix3m;
  return ratio > RATIO_BOUNDS.least && ratio < RATIO_BOUNDS.most ? ratio : null;
}

function riseOf(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : now / before - 1;
}

/** Of three values; unknown where one of them is. */
function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length
    ? null
    : quantile(
        known.sort((a, b) => a - b),
        0.5,
      );
}

function closesOf({ closes }: IndexNow): ReadonlyMap<CalendarDate, number> {
  return new Map(closes.filter(({ close }) => isLevel(close)).map(({ date, close }) => [date, close]));
}

function closeAgo(
  closes: ReadonlyMap<CalendarDate, number>,
  sessions: readonly CalendarDate[],
  sessionsAgo: number,
): number | null {
  return closes.get(sessions.at(-sessionsAgo) ?? '') ?? null;
}

const SESSIONS_PER_YEAR = 252;

/**
 * Annualised sample deviation of the last 20 daily log returns before today, part of one. Null where one of the 21 closes is
 * missing or the price did not move.
 */
export function realisedVolatility(
  bars: readonly DailyClose[],
  sessions: readonly CalendarDate[],
): number | null {
  const window = sessions.slice(-VOLATILITY_SESSIONS - 1);
  const closes = new Map(bars.filter(({ close }) => close > 0).map(({ date, close }) => [date, close]));
  const logs = window.map((date) => Math.log(closes.get(date) ?? Number.NaN));
  const returns = logs.slice(1).map((log, index) => log - (logs[index] ?? Number.NaN));
  if (returns.length < VOLATILITY_SESSIONS) return null;
  const volatility = sampleStandardDeviation(returns) * Math.sqrt(SESSIONS_PER_YEAR);
  return Number.isFinite(volatility) && volatility > 0 ? volatility : null;
}
