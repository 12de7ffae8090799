/**
 * What overnight returns followed an intraday move of some size in some regime: an empirical frequency table, without
 * prior and without shrinkage. The table is plain JSON and carries what it was made of.
 */
import type { CalendarDate } from '../domain/instant.ts';
import { REGIMES, type Regime } from './omr-regime.ts';
import { mean, quantile, sampleStandardDeviation } from './statistics.ts';

/** Ranges of the intraday return close / open - 1: `from` inclusive, `to` exclusive. */
const BUCKETS = [
  { name: 'large_down', from: -1, to: -0.05 },
  { name: 'medium_down', from: -0.05, to: -0.03 },
  { name: 'small_down', from: -0.03, to: -0.01 },
  { name: 'flat', from: -0.01, to: 0.01 },
  { name: 'small_up', from: 0.01, to: 0.03 },
  { name: 'medium_up', from: 0.03, to: 0.05 },
  { name: 'large_up', from: 0.05, to: 1 },
] as const;
export type Bucket = (typeof BUCKETS)[number]['name'];
export const BUCKET_NAMES = BUCKETS.map(({ name }) => name);

/** A cell of fewer rows says nothing, and is absent. */
export const ROWS_NEEDED = 30;
/** An overnight return beyond this (exclusive) is a win: up for the long side, down for the short side. */
export const WIN = 0.001;
const ROWS_OF_FULL_CONFIDENCE = 100;
const SESSIONS_PER_YEAR = 252;

/** One day of one symbol, and the night after it. Returns are parts of one. */
export interface ReversionRow {
  readonly regime: Regime;
  /** close / open - 1. */
  readonly intraday: number;
  /** The next open / close - 1. */
  readonly overnight: number;
}

export interface ReversionCell {
  readonly symbol: string;
  readonly regime: Regime;
  readonly bucket: Bucket;
  /** Rows. */
  readonly n: number;
  /** Share of overnight returns > 0.001. */
  readonly winRateLong: number;
  /** Share of overnight returns < -0.001. Not 1 - winRateLong: small returns win for nobody. */
  readonly winRateShort: number;
  /** Of the overnight returns; the expected return of the short side is its negative. */
  readonly mean: number;
  /** Sample standard deviation of the overnight returns. */
  readonly standardDeviation: number;
  /** Mean / standard deviation x the root of 252; 0 where nothing varies. */
  readonly sharpe: number;
  /** n / 100, at most 1. */
  readonly confidence: number;
  /** Of the overnight returns, linear between neighbours. */
  readonly percentiles: {
    readonly p5: number;
    readonly p25: number;
    readonly p50: number;
    readonly p75: number;
    readonly p95: number;
  };
}

export interface ReversionTable {
  readonly version: 1;
  /** ISO 8601. */
  readonly trainedAt: string;
  readonly training: Training;
  /** By symbol, regime, bucket. */
  readonly cells: readonly ReversionCell[];
}

/** What a table was made of. */
export interface Training {
  /** The first day of a row. */
  readonly firstDate: CalendarDate;
  /** The morning of the last night: the last session of which the table knows anything. */
  readonly lastDate: CalendarDate;
  /** Absent: of a file that was written before there was this field. */
  readonly prices?: PriceProvenance | undefined;
  readonly rows: number;
  /** By symbol. */
  readonly symbols: readonly SymbolTraining[];
  readonly parameters: {
    readonly rowsNeeded: number;
    readonly win: number;
    readonly spyCloses: number;
    readonly vixCloses: number;
  };
}

/** Where prices came from. */
export interface PriceProvenance {
  /** In words, without folders and addresses: those are of one machine. */
  readonly source: string;
  /** Whether any of them may be made up. */
  readonly invented: boolean;
}

export interface SymbolTraining {
  readonly symbol: string;
  readonly rows: number;
  readonly leftOut: {
    /** Days without a known regime: SPY or VIX has no close of that day, or too few before it. */
    readonly noRegime: number;
    /** Days of which the next bar is not of the next session. */
    readonly noNextSession: number;
    /** Days with a price that is no number above zero. */
    readonly noPrice: number;
  };
}

export function bucketOf(intraday: number): Bucket | undefined {
  return BUCKETS.find(({ from, to }) => from <= intraday && intraday < to)?.name;
}

export interface CellKey {
  readonly symbol: string;
  readonly regime: Regime;
  readonly bucket: Bucket;
}

export function cellFor(
  table: ReversionTable,
  { symbol, regime, bucket }: CellKey,
): ReversionCell | undefined {
  return table.cells.find(
    (cell) => cell.symbol === symbol && cell.regime === regime && cell.bucket === bucket,
  );
}

/** The cells of one symbol that have rows enough, by regime and bucket. */
export function cellsOf(symbol: string, rows: readonly ReversionRow[]): ReversionCell[] {
  return REGIMES.flatMap((regime) =>
    BUCKETS.flatMap(({ name: bucket }) => {
      const nights = rows
        .filter((row) => row.regime === regime && bucketOf(row.intraday) === bucket)
        .map(({ overnight }) => overnight);
      return nights.length < ROWS_NEEDED ? [] : [cellOf({ symbol, regime, bucket }, nights)];
    }),
  );
}

function cellOf(key: CellKey, nights: readonly number[]): ReversionCell {
  const n = nights.length;
  const centre = mean(nights);
  const standardDeviation = sampleStandardDeviation(nights);
  const ascending = nights.toSorted((a, b) => a - b);
  return {
    ...key,
    n,
    winRateLong: nights.filter((night) => night > WIN).length / n,
    winRateShort: nights.filter((night) => night < -WIN).length / n,
    mean: centre,
    standardDeviation,
    sharpe: standardDeviation === 0 ? 0 : (centre / standardDeviation) * Math.sqrt(SESSIONS_PER_YEAR),
    confidence: Math.min(n / ROWS_OF_FULL_CONFIDENCE, 1),
    percentiles: {
      p5: quantile(ascending, 0.05),
      p25: quantile(ascending, 0.25),
      p50: quantile(ascending, 0.5),
      p75: quantile(ascending, 0.75),
      p95: quantile(ascending, 0.95),
    },
  };
}
