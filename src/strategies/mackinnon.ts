/**
 * The distribution of the Dickey-Fuller tau under its null hypothesis, regression with a constant: of one series (a unit
 * root), and of the residual of a regression of two (no cointegration, Engle and Granger 1987).
 */
import { normalCdf } from './normal-distribution.ts';

/** How many series the test is about. */
export type SeriesCount = 1 | 2;

export interface CriticalValues {
  readonly at1Percent: number;
  readonly at5Percent: number;
  readonly at10Percent: number;
}

/**
 * MacKinnon (2010), "Critical Values for Cointegration Tests", Queen's Economics Department Working Paper 1227, case
 * "constant, no trend": b0 + b1 / T + b2 / T^2 + b3 / T^3.
 */
const RESPONSE_SURFACES = {
  1: {
    at1Percent: [-3.43035, -6.5393, -16.786, -79.433],
    at5Percent: [-2.86154, -2.8903, -4.234, -40.04],
    at10Percent: [-2.56677, -1.5384, -2.809, 0],
  },
  2: {
    at1Percent: [-3.89644, -10.9519, -33.527, 0],
    at5Percent: [-3.33613, -6.1101, -6.823, 0],
    at10Percent: [-3.04445, -4.2412, -2.72, 0],
  },
} as const;

/** Below these, tau speaks against the null. `observations`: T of the surface. */
export function criticalValues(series: SeriesCount, observations: number): CriticalValues {
  const { at1Percent, at5Percent, at10Percent } = RESPONSE_SURFACES[series];
  const inverse = 1 / observations;
  return {
    at1Percent: polynomial(at1Percent, inverse),
    at5Percent: polynomial(at5Percent, inverse),
    at10Percent: polynomial(at10Percent, inverse),
  };
}

/**
 * MacKinnon (1994), "Approximate Asymptotic Distribution Functions for Unit-Root and Cointegration Tests", Journal of
 * Business & Economic Statistics 12, case "constant": the normal distribution function of a polynomial in tau, one
 * polynomial for the left tail (up to `split`, inclusive), another for the rest; 0 and 1 outside of `least` and `most`.
 */
const DISTRIBUTIONS = {
  1: {
    least: -18.83,
    split: -1.61,
    most: 2.74,
    tail: [2.1659, 1.4412, 0.038269],
    rest: [1.7339, 0.93202, -0.12745, -0.010368],
  },
  2: {
    least: -18.86,
    split: -2.62,
    most: 0.92,
    tail: [2.92, 1.5012, 0.039796],
    rest: [2.1945, 0.64695, -0.29198, -0.042377],
  },
} as const;

/** Asymptotic probability, 0 to 1, of a tau as low or lower under the null. */
export function tauPValue(series: SeriesCount, tau: number): number {
  const { least, split, most, tail, rest } = DISTRIBUTIONS[series];
  if (tau > most) return 1;
  if (tau < least) return 0;
  return normalCdf(polynomial(tau <= split ? tail : rest, tau));
}

/** Horner's rule; the constant first. */
function polynomial(coefficients: readonly number[], at: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * at + coefficient, 0);
}
