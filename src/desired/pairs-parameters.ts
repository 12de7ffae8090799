/** Parameters of the signal `pairs`: when two shares are a pair, and when their spread is traded. */

export interface PairsParameters {
  /** Sessions from which a pair is estimated. */
  readonly formationWindow: number;
  /** Lagged changes in the Dickey-Fuller regression. */
  readonly adfLags: number;
  /** Inclusive, 0 to 1. */
  readonly maxPValue: number;
  /** Inclusive; a pair of negative beta would be two positions on one side. */
  readonly beta: Range;
  /** Sessions, inclusive. */
  readonly halfLife: Range;
  /** Of daily log returns, inclusive. */
  readonly minCorrelation: number;
  /** Dollars, inclusive. */
  readonly minPrice: number;
  /** Dollars a session, mean of 20 sessions, inclusive. */
  readonly minDollarVolume: number;
  /** Last sessions of the formation that give mean and deviation of the spread; formationWindow: all of them. */
  readonly zWindow: number;
  /** Distances from the mean in deviations; exit < entry < stop. */
  readonly exitZ: number;
  readonly entryZ: number;
  readonly stopZ: number;
  /** A trade lasts no longer than the greater of so many sessions and of so many half-lives. */
  readonly maxSessions: number;
  readonly maxHalfLives: number;
  /** A trade ends when a re-test has a p above it (exclusive). */
  readonly breakPValue: number;
  /** Sessions from the end of a trade to the next. */
  readonly coolDown: number;
  /** Part of equity that the two legs of a pair are worth together. */
  readonly grossPerPair: number;
  readonly maxGross: number;
  readonly maxPairs: number;
  /** Inclusive, part of one: see `hedgeError`. */
  readonly maxHedgeError: number;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

export const DEFAULT_PAIRS_PARAMETERS: PairsParameters = {
  formationWindow: 252,
  adfLags: 1,
  maxPValue: 0.05,
  beta: { min: 0.2, max: 5 },
  halfLife: { min: 2, max: 30 },
  minCorrelation: 0.5,
  minPrice: 5,
  minDollarVolume: 20_000_000,
  zWindow: 60,
  exitZ: 0.5,
  entryZ: 2,
  stopZ: 3.5,
  maxSessions: 20,
  maxHalfLives: 3,
  breakPValue: 0.2,
  coolDown: 10,
  grossPerPair: 0.1,
  maxGross: 0.3,
  maxPairs: 3,
  maxHedgeError: 0.1,
};

/** What is wrong with a set of parameters, in words; undefined: nothing. */
export function parametersProblem(parameters: PairsParameters): string | undefined {
  const { formationWindow, zWindow, exitZ, entryZ, stopZ, beta, grossPerPair } = parameters;
  if (!(exitZ >= 0 && exitZ < entryZ && entryZ < stopZ))
    return `exit ${exitZ} < entry ${entryZ} < stop ${stopZ} does not hold`;
  if (!(zWindow >= 2 && zWindow <= formationWindow))
    return `the z window of ${zWindow} sessions is not 2 to ${formationWindow}`;
  if (!(beta.min > 0)) return 'the smallest beta must be above zero';
  if (!(grossPerPair > 0)) return 'the gross of a pair must be above zero';
  return undefined;
}
