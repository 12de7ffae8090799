/** The state of the market, from SPY and VIX: one of five regimes, or not known. */
import { mean, simpleMovingAverage } from './statistics.ts';

/** In the order in which a tie is decided: the first of the best wins. */
export const REGIMES = ['STRONG_BULL', 'WEAK_BULL', 'SIDEWAYS', 'UNPREDICTABLE', 'BEAR'] as const;
export type Regime = (typeof REGIMES)[number];

/** The longest moving average. */
export const SPY_CLOSES_NEEDED = 200;
/** One year of sessions: the window of the VIX percentile. */
export const VIX_CLOSES_NEEDED = 252;

/** Steps of the 20-day average over which its slope is taken: from its 20th-last value to its last. */
const SLOPE_STEPS = 19;
/** Part of its 20-day mean beyond which (exclusive) VIX has spiked. */
const SPIKE = 1.5;

export interface RegimeIndicators {
  /** The last SPY close is above (strictly) its mean of the last 20, 50, 200 closes. */
  readonly above20: boolean;
  readonly above50: boolean;
  readonly above200: boolean;
  /** Relative change of the 20-day mean of SPY over {@link SLOPE_STEPS} sessions. */
  readonly momentumSlope: number;
  /** Share of the last 252 VIX closes that are below (strictly) the last one, 0 to 100. */
  readonly vixPercentile: number;
  /** VIX is above 1.5 x its mean of the last 20 closes. */
  readonly volatilitySpike: boolean;
}

/** 0 to 1. */
export type RegimeScores = Readonly<Record<Regime, number>>;

export interface KnownRegime {
  readonly kind: 'known';
  readonly regime: Regime;
  /** The score of the regime. */
  readonly confidence: number;
  readonly scores: RegimeScores;
  readonly indicators: RegimeIndicators;
}

export interface UnknownRegime {
  readonly kind: 'unknown';
  readonly code: 'SpyHistoryShort' | 'VixHistoryShort' | 'RegimeUnknown';
  readonly words: string;
}

/** From closes that end at the moment of the question. Only the last 200 of SPY and the last 252 of VIX count. */
export function detectRegime(
  spyCloses: readonly number[],
  vixCloses: readonly number[],
): KnownRegime | UnknownRegime {
  const spy = spyCloses.slice(-SPY_CLOSES_NEEDED);
  const vix = vixCloses.slice(-VIX_CLOSES_NEEDED);
  if (spy.length < SPY_CLOSES_NEEDED)
    return unknown('SpyHistoryShort', shortage('SPY', spy.length, SPY_CLOSES_NEEDED));
  if (vix.length < VIX_CLOSES_NEEDED)
    return unknown('VixHistoryShort', shortage('VIX', vix.length, VIX_CLOSES_NEEDED));
  if (!spy.every(isLevel)) return unknown('RegimeUnknown', 'a close of SPY is not a number above zero');
  if (!vix.every(isLevel)) return unknown('RegimeUnknown', 'a close of VIX is not a number above zero');
  const indicators = indicatorsOf(spy, vix);
  const scores = regimeScores(indicators);
  const regime = REGIMES.reduce((best, next) => (scores[next] > scores[best] ? next : best));
  return { kind: 'known', regime, confidence: scores[regime], scores, indicators };
}

function unknown(code: UnknownRegime['code'], words: string): UnknownRegime {
  return { kind: 'unknown', code, words };
}

function shortage(name: string, have: number, needed: number): string {
  return `${name} has ${have} of the ${needed} daily closes that a regime needs`;
}

/** NaN compares as low as can be, and would pass for calm. */
export function isLevel(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function indicatorsOf(spy: readonly number[], vix: readonly number[]): RegimeIndicators {
  const close = spy.at(-1) ?? Number.NaN;
  const level = vix.at(-1) ?? Number.NaN;
  const average20 = simpleMovingAverage(spy, 20);
  return {
    above20: close > average20,
    above50: close > simpleMovingAverage(spy, 50),
    above200: close > simpleMovingAverage(spy, 200),
    momentumSlope: average20 / simpleMovingAverage(spy, 20, spy.length - SLOPE_STEPS) - 1,
    vixPercentile: (vix.filter((earlier) => earlier < level).length / vix.length) * 100,
    volatilitySpike: level > SPIKE * simpleMovingAverage(vix, 20),
  };
}

/**
 * The mean of what each criterion of a regime gives: a bound 1 or 0 (bounds inclusive), a group of averages the part of
 * them that agrees. A soft match: a regime with a broken criterion can still win.
 */
export function regimeScores(indicators: RegimeIndicators): RegimeScores {
  const { above20, above50, above200, momentumSlope: slope, vixPercentile: percentile } = indicators;
  const above = [above20, above50, above200];
  return {
    STRONG_BULL: mean([point(slope >= 0.02), point(percentile <= 30), shareOfTrue(above)]),
    WEAK_BULL: mean([
      point(slope >= 0),
      point(slope <= 0.02),
      point(percentile <= 50),
      shareOfTrue([above20, above50]),
    ]),
    SIDEWAYS: mean([
      point(slope >= -0.01),
      point(slope <= 0.01),
      point(percentile >= 30),
      point(percentile <= 60),
    ]),
    UNPREDICTABLE: mean([point(percentile >= 60), point(indicators.volatilitySpike)]),
    BEAR: mean([
      point(slope <= -0.02),
      point(percentile >= 70),
      shareOfTrue(above.map((isAbove) => !isAbove)),
    ]),
  };
}

function point(holds: boolean): number {
  return holds ? 1 : 0;
}

function shareOfTrue(answers: readonly boolean[]): number {
  return mean(answers.map(point));
}
