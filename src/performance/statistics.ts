/** Moments of samples of finite numbers. */

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Square root of the sum of squared distances from the mean / (n - 1): the unbiased variance, Bessel's correction. */
export function sampleDeviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Square root of the mean over all n values of min(value, 0) squared: the target is zero, and values above it count as
 * zero, not as absent (Sortino and van der Meer 1991, "Downside Risk").
 */
export function downsideDeviation(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + Math.min(value, 0) ** 2, 0) / values.length);
}
