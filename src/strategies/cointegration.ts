/** Whether a series returns to its mean, and whether two series keep together. Series are oldest first. */
import { criticalValues, tauPValue, type CriticalValues } from './mackinnon.ts';
import { leastSquares, regressLine, type Line } from './regression.ts';

export interface UnitRootTest {
  /** t statistic of the lagged level: the lower, the more the series returns. */
  readonly tau: number;
  readonly pValue: number;
  readonly criticalValues: CriticalValues;
}

/**
 * The augmented Dickey-Fuller test with a constant and a given number of lags: t of gamma in
 * de(t) = a + gamma e(t-1) + d1 de(t-1) + ... + dk de(t-k) + u(t). Null where the series does not determine it.
 * Dickey and Fuller (1979), Said and Dickey (1984).
 */
export function augmentedDickeyFuller(series: readonly number[], lags: number): UnitRootTest | null {
  const tau = tauOf(series, lags, 'constant');
  if (tau === null) return null;
  const observations = series.length - 1 - lags;
  return { tau, pValue: tauPValue(1, tau), criticalValues: criticalValues(1, observations) };
}

export interface Cointegration extends UnitRootTest {
  /** y = intercept + slope x + e, the cointegrating regression; e are its residuals. */
  readonly line: Line;
}

/**
 * The two steps of Engle and Granger (1987): regress y on x with a constant, then test the residuals, which have mean zero,
 * for a unit root without a constant. Null where the series do not determine it, e.g. where one is the other.
 */
export function engleGranger(y: readonly number[], x: readonly number[], lags: number): Cointegration | null {
  const line = regressLine(x, y);
  if (line === null || Math.hypot(...line.residuals) <= ROUNDING * Math.hypot(...y)) return null;
  const tau = tauOf(line.residuals, lags, 'none');
  if (tau === null) return null;
  const critical = criticalValues(2, y.length - 1);
  return { line, tau, pValue: tauPValue(2, tau), criticalValues: critical };
}

/** Residuals of no more than this part of y are rounding errors. */
const ROUNDING = 1e-12;

/**
 * Half-life of a deviation in rows, -ln 2 / lambda, with lambda of de(t) = a + lambda e(t-1): an Ornstein-Uhlenbeck process
 * read as a first-order regression. Null for a series that does not return (lambda >= 0).
 */
export function halfLife(series: readonly number[]): number | null {
  const line = regressLine(series.slice(0, -1), differences(series));
  return line !== null && line.slope < 0 ? -Math.LN2 / line.slope : null;
}

function tauOf(series: readonly number[], lags: number, deterministic: 'constant' | 'none'): number | null {
  const changes = differences(series);
  const rows = changes.slice(lags);
  const level = series.slice(lags, -1);
  const lagged = Array.from({ length: lags }, (_, lag) => changes.slice(lags - lag - 1, -lag - 1));
  const constant = deterministic === 'constant' ? [rows.map(() => 1)] : [];
  const fit = leastSquares([...constant, level, ...lagged], rows);
  const gamma = fit?.coefficients[constant.length] ?? Number.NaN;
  const error = fit?.standardErrors[constant.length] ?? Number.NaN;
  const tau = gamma / error;
  return Number.isFinite(tau) ? tau : null;
}

function differences(series: readonly number[]): number[] {
  return series.slice(1).map((value, index) => value - (series[index] ?? Number.NaN));
}
