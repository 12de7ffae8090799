/** How two shares hang together: estimated once a week from closes before today, and what a pair must show. */
import type { CalendarDate } from '../domain/instant.ts';
import { engleGranger, halfLife, type Cointegration } from './cointegration.ts';
import type { AlignedCloses } from './pairs-history.ts';
import type { PairsParameters } from '../desired/pairs-parameters.ts';
import { correlation } from './regression.ts';
import { mean, sampleStandardDeviation } from './statistics.ts';

/** ln y = alpha + beta ln x + e, and how e behaves. Plain data: it is kept from session to session. */
export interface PairEstimate {
  readonly y: string;
  readonly x: string;
  /** The last session of the window, and the closes that it then had: later prices are brought to their scale. */
  readonly asOf: CalendarDate;
  readonly closeY: number;
  readonly closeX: number;
  readonly alpha: number;
  readonly beta: number;
  /** Of e over the z window; `deviation` with n - 1. */
  readonly mean: number;
  readonly deviation: number;
  /** Engle-Granger with a constant. */
  readonly tau: number;
  readonly pValue: number;
  /** Sessions; null: e does not return. */
  readonly halfLife: number | null;
  /** Of daily log returns; null: one of them does not vary. */
  readonly correlation: number | null;
}

/**
 * The pair of two symbols as the closes show it: of the two regressions, the one of the lower tau (Engle and Granger 1987:
 * the test depends on which series is regressed on which). Null where the closes do not determine it. `symbols` are the
 * names of `closes.y` and `closes.x`.
 */
export function estimatePair(
  symbols: readonly [string, string],
  closes: AlignedCloses,
  parameters: PairsParameters,
): PairEstimate | null {
  const reversed = { ...closes, y: closes.x, x: closes.y };
  const one = estimateOrder(symbols, closes, parameters);
  const other = estimateOrder([symbols[1], symbols[0]], reversed, parameters);
  if (one === null || other === null) return one ?? other;
  return other.tau < one.tau ? other : one;
}

function estimateOrder(
  [y, x]: readonly [string, string],
  closes: AlignedCloses,
  { adfLags, zWindow }: PairsParameters,
): PairEstimate | null {
  const test = testPair(closes, adfLags);
  const [asOf, closeY, closeX] = [closes.dates.at(-1), closes.y.at(-1), closes.x.at(-1)];
  if (test === null || asOf === undefined || closeY === undefined || closeX === undefined) return null;
  const { intercept: alpha, slope: beta, residuals } = test.line;
  const recent = residuals.slice(-zWindow);
  const deviation = sampleStandardDeviation(recent);
  if (!(deviation > 0)) return null;
  const together = correlation(returnsOf(closes.y), returnsOf(closes.x));
  return {
    y,
    x,
    asOf,
    closeY,
    closeX,
    alpha,
    beta,
    mean: mean(recent),
    deviation,
    tau: test.tau,
    pValue: test.pValue,
    halfLife: halfLife(residuals),
    correlation: Number.isFinite(together) ? together : null,
  };
}

/** Engle-Granger on logs of closes. */
export function testPair({ y, x }: Pick<AlignedCloses, 'y' | 'x'>, lags: number): Cointegration | null {
  return engleGranger(y.map(Math.log), x.map(Math.log), lags);
}

function returnsOf(closes: readonly number[]): number[] {
  return closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? Number.NaN)));
}

export interface GateBlock {
  readonly code: 'NotCointegrated' | 'BetaOutOfRange' | 'HalfLifeOutOfRange' | 'CorrelationTooLow';
  readonly words: string;
}

/** The first gate that an estimate does not pass. */
export function gateOf(estimate: PairEstimate, parameters: PairsParameters): GateBlock | undefined {
  const { maxPValue, beta, halfLife: life, minCorrelation } = parameters;
  if (!(estimate.pValue <= maxPValue))
    return blocked('NotCointegrated', `p is ${estimate.pValue.toFixed(4)}, and ${maxPValue} is the most`);
  if (!(estimate.beta >= beta.min && estimate.beta <= beta.max))
    return blocked('BetaOutOfRange', `beta is ${estimate.beta.toFixed(3)}, not ${beta.min} to ${beta.max}`);
  if (estimate.halfLife === null) return blocked('HalfLifeOutOfRange', 'its spread does not return');
  if (!(estimate.halfLife >= life.min && estimate.halfLife <= life.max))
    return blocked(
      'HalfLifeOutOfRange',
      `its half-life is ${estimate.halfLife.toFixed(1)} sessions, not ${life.min} to ${life.max}`,
    );
  if (!((estimate.correlation ?? Number.NaN) >= minCorrelation))
    return blocked(
      'CorrelationTooLow',
      `the correlation is ${estimate.correlation?.toFixed(2) ?? 'not known'}, and ${minCorrelation} is needed`,
    );
  return undefined;
}

function blocked(code: GateBlock['code'], words: string): GateBlock {
  return { code, words };
}
