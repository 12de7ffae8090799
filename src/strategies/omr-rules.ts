/** Numbers of overnight mean reversion: what an entry needs, and how strong it is. */
import type { KnownRegime, Regime } from './omr-regime.ts';

export interface OmrParameters {
  /** `both`: short as well, where the share of falling nights passes by itself. */
  readonly sides: 'long' | 'both';
  /** Inclusive, 0 to 1. */
  readonly minWinRate: number;
  /** Inclusive, part of one a night. */
  readonly minExpectedReturn: number;
  readonly maxPositions: number;
}

export const DEFAULT_OMR_PARAMETERS: OmrParameters = {
  sides: 'long',
  minWinRate: 0.58,
  minExpectedReturn: 0.002,
  maxPositions: 3,
};

/** Smallest distance of the price from the open, inclusive, part of one. */
export const MIN_MOVE = 0.01;

export interface Thresholds {
  readonly maxPositions: number;
  readonly minWinRate: number;
  readonly minExpectedReturn: number;
}

/** Null: nothing is opened. */
const BY_REGIME: Readonly<Record<Regime, Thresholds | null>> = {
  STRONG_BULL: { maxPositions: 3, minWinRate: 0.6, minExpectedReturn: 0.0025 },
  WEAK_BULL: { maxPositions: 5, minWinRate: 0.55, minExpectedReturn: 0.002 },
  SIDEWAYS: { maxPositions: 4, minWinRate: 0.55, minExpectedReturn: 0.002 },
  UNPREDICTABLE: { maxPositions: 2, minWinRate: 0.65, minExpectedReturn: 0.003 },
  BEAR: null,
};

/** Of strategy and regime, the stricter; null: nothing is opened in this regime. */
export function thresholdsIn(regime: Regime, own: Thresholds): Thresholds | null {
  const ofRegime = BY_REGIME[regime];
  if (ofRegime === null) return null;
  return {
    maxPositions: Math.min(own.maxPositions, ofRegime.maxPositions),
    minWinRate: Math.max(own.minWinRate, ofRegime.minWinRate),
    minExpectedReturn: Math.max(own.minExpectedReturn, ofRegime.minExpectedReturn),
  };
}

export type Side = 'long' | 'short';

/** What a side made in the nights of a cell. */
export interface SideStatistic {
  readonly side: Side;
  /** Share of the nights that this side won. */
  readonly winRate: number;
  /** Mean return of this side a night. */
  readonly expectedReturn: number;
}

/** An expected return and a move from which on a larger one adds no strength. */
const FULL_RETURN = 0.005;
const FULL_MOVE = 0.05;

/**
 * 0 to 1: 0.4 of the distance of the win rate from a coin's, 0.3 of the expected return in half percents, 0.2 of the
 * confidence in the regime, 0.1 of the size of the move in twentieths; each part 0 to 1.
 */
export function strengthOf(
  { winRate, expectedReturn }: Omit<SideStatistic, 'side'>,
  { confidence }: Pick<KnownRegime, 'confidence'>,
  move: number,
): number {
  return (
    0.4 * unit(2 * (winRate - 0.5)) +
    0.3 * unit(expectedReturn / FULL_RETURN) +
    0.2 * unit(confidence) +
    0.1 * unit(Math.abs(move) / FULL_MOVE)
  );
}

function unit(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
