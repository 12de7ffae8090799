/** Moments and quantiles of samples of finite numbers. A sample that is too small has none: NaN. */

/** Arithmetic mean: the sum of all values / n. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Square root of the sum of squared distances from the mean / (n - 1), from two values on. */
export function sampleStandardDeviation(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Quantile of an ascending sample, linear between neighbours: type 7 of Hyndman and Fan (1996), "Sample Quantiles in
 * Statistical Packages", which is the default of R, NumPy and pandas. `share` is 0 to 1, both inclusive.
 */
export function quantile(ascending: readonly number[], share: number): number {
  const position = (ascending.length - 1) * share;
  const below = ascending[Math.floor(position)] ?? Number.NaN;
  const above = ascending[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** Mean of the `length` values before index `end`; with the default, of the last ones. */
export function simpleMovingAverage(
  values: readonly number[],
  length: number,
  end: number = values.length,
): number {
  return end < length ? Number.NaN : mean(values.slice(end - length, end));
}
