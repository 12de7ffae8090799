/** Parameters of the signal `vol-term-structure`. r is VIX / VIX3M: below 1, the market is calm (contango). */

export interface VolParameters {
  /** Held in calm, e.g. SVXY: half of the inverse of short VIX futures. */
  readonly shortVolSymbol: string;
  /** Held in a panic, e.g. VXX. */
  readonly longVolSymbol: string;
  readonly longVol: 'off' | 'on';
  /** Short volatility is entered below (exclusive) and left from (inclusive) these smoothed ratios. */
  readonly enterBelow: number;
  readonly leaveFrom: number;
  /** No entry from this VIX on (inclusive), nor when it rose by this part over 5 sessions (inclusive). */
  readonly vixCap: number;
  readonly vixRise: number;
  /** Emergency: the ratio of now, the rise of VIX on the day, the loss on the position; each inclusive. */
  readonly emergencyRatio: number;
  readonly emergencyRise: number;
  readonly emergencyLoss: number;
  /** Sessions from an emergency exit to the next entry. */
  readonly reentryDelay: number;
  /** Long volatility: entered above (exclusive) on two sessions, left below (exclusive); sessions and loss inclusive. */
  readonly panicAbove: number;
  readonly panicOverBelow: number;
  readonly longVolSessions: number;
  readonly longVolLoss: number;
  /** Parts of equity; short volatility gets less where its symbol moves more than `targetVolatility` a year. */
  readonly shortVolWeight: number;
  readonly longVolWeight: number;
  readonly targetVolatility: number;
}

export const DEFAULT_VOL_PARAMETERS: VolParameters = {
  shortVolSymbol: 'SVXY',
  longVolSymbol: 'VXX',
  longVol: 'off',
  enterBelow: 0.9,
  leaveFrom: 0.917,
  vixCap: 30,
  vixRise: 0.2,
  emergencyRatio: 1,
  emergencyRise: 0.25,
  emergencyLoss: 0.08,
  reentryDelay: 5,
  panicAbove: 1,
  panicOverBelow: 0.97,
  longVolSessions: 10,
  longVolLoss: 0.1,
  shortVolWeight: 0.1,
  longVolWeight: 0.03,
  targetVolatility: 0.25,
};

/** What is wrong with a set of parameters, in words; undefined: nothing. */
export function volProblem(parameters: VolParameters): string | undefined {
  const { enterBelow, leaveFrom, emergencyRatio, panicAbove, panicOverBelow } = parameters;
  if (!(enterBelow < leaveFrom && leaveFrom <= emergencyRatio))
    return `entry ${enterBelow} < exit ${leaveFrom} <= emergency ${emergencyRatio} does not hold`;
  if (!(panicOverBelow < panicAbove))
    return `the end of a panic at ${panicOverBelow} is not below its begin at ${panicAbove}`;
  if (!(panicAbove >= leaveFrom))
    return `a panic from ${panicAbove} on begins before short volatility is left at ${leaveFrom}`;
  if (parameters.shortVolSymbol === parameters.longVolSymbol) return 'both sides have the same symbol';
  if (!(parameters.targetVolatility > 0)) return 'the target volatility must be above zero';
  return undefined;
}
