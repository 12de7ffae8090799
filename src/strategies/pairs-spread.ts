/** Where the spread of a pair stands, and what its two legs are worth. */
import type { PairEstimate } from './pairs-estimate.ts';

/** Of the spread e = ln y - alpha - beta ln x. Long: long y and short x. */
export type SpreadSide = 'long' | 'short';

/** What later adjustments have multiplied the closes of `asOf` by, seen from now; 1: nothing was adjusted. */
export interface Rescaling {
  readonly y: number;
  readonly x: number;
}

/**
 * z = (ln y - alpha - beta ln x - mean) / deviation, prices in dollars of now. Splits and dividends after the estimate are
 * taken out by `rescaling`, so that the frozen alpha still fits.
 */
export function zScore(estimate: PairEstimate, prices: Rescaling, rescaling: Rescaling): number {
  const { alpha, beta, mean, deviation } = estimate;
  const spread = Math.log(prices.y / rescaling.y) - alpha - beta * Math.log(prices.x / rescaling.x);
  return (spread - mean) / deviation;
}

export interface PairLeg {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  /** Part of equity that the leg is worth: above zero for long, below zero for short. */
  readonly weight: number;
}

/** One group: both or none. The short leg is sent first, because it is the one that may not be had. */
export type PairLegs = readonly [short: PairLeg, long: PairLeg];

/** y is worth G / (1 + beta), x beta G / (1 + beta): then a change of x that y follows by beta costs nothing. */
export function legsOf({ y, x, beta }: PairEstimate, side: SpreadSide, gross: number): PairLegs {
  const [worthY, worthX] = [gross / (1 + beta), (beta * gross) / (1 + beta)];
  return side === 'long'
    ? [shortLeg(x, worthX), longLeg(y, worthY)]
    : [shortLeg(y, worthY), longLeg(x, worthX)];
}

function shortLeg(symbol: string, worth: number): PairLeg {
  return { symbol, side: 'short', weight: -worth };
}

function longLeg(symbol: string, worth: number): PairLeg {
  return { symbol, side: 'long', weight: worth };
}

/**
 * How far the worth of x is from the hedge of y, |x / (beta y) - 1|, part of one; worths in dollars, without sign. Infinite
 * where one leg is empty.
 */
export function hedgeError(beta: number, worthY: number, worthX: number): number {
  return worthY > 0 && worthX > 0 ? Math.abs(worthX / (beta * worthY) - 1) : Number.POSITIVE_INFINITY;
}

/** The hedge error that is left when both legs are rounded down to whole shares. */
export function wholeShareHedgeError(
  { y, beta }: PairEstimate,
  legs: PairLegs,
  equity: number,
  priceOf: (symbol: string) => number,
): number {
  const worths = legs.map(({ symbol, weight }) => {
    const price = priceOf(symbol);
    return { symbol, worth: Math.floor((Math.abs(weight) * equity) / price) * price };
  });
  const worthY = worths.find(({ symbol }) => symbol === y)?.worth ?? 0;
  const worthX = worths.find(({ symbol }) => symbol !== y)?.worth ?? 0;
  return hedgeError(beta, worthY, worthX);
}
