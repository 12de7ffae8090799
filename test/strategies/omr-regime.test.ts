/** The regime detector against golden vectors: 700 sessions of waves, to the printed digit. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { detectRegime, REGIMES, regimeScores, type KnownRegime } from '../../src/strategies/omr-regime.ts';
import { closesOf, goldenSpy, goldenVix, SESSIONS } from './golden-market.ts';

const SPY = closesOf(goldenSpy());
const VIX = closesOf(goldenVix());

function regimeAt(k: number): KnownRegime {
  const answer = detectRegime(SPY.slice(0, k + 1), VIX.slice(0, k + 1));
  if (answer.kind === 'unknown') throw new Error(answer.words);
  return answer;
}

const fixed = (value: number, digits: number): string => value.toFixed(digits).replace(/^(-?)0[.]/, '$1.');

function printed({ indicators, scores, regime, confidence }: KnownRegime): string {
  const { momentumSlope, vixPercentile, above20, above50, above200, volatilitySpike } = indicators;
  return [
    momentumSlope.toFixed(6),
    vixPercentile.toFixed(4),
    [above20, above50, above200].map(Number).join(' '),
    Number(volatilitySpike),
    REGIMES.map((name) => fixed(scores[name], 4)).join(' '),
    `${regime} ${fixed(confidence, 4)}`,
  ].join(' | ');
}

describe('the regime of the golden market', () => {
  test.each([
    [260, '-0.027740 | 49.6032 | 1 0 0 | 0 | .1111 .6250 .7500 .0000 .5556 | SIDEWAYS .7500'],
    [300, '0.022903 | 65.8730 | 1 1 1 | 0 | .6667 .5000 .5000 .5000 .0000 | STRONG_BULL .6667'],
    [340, '0.006691 | 95.6349 | 0 0 1 | 0 | .1111 .5000 .7500 .5000 .5556 | SIDEWAYS .7500'],
    [383, '-0.026307 | 39.6825 | 0 0 0 | 0 | .0000 .5000 .7500 .0000 .6667 | SIDEWAYS .7500'],
    [420, '0.025347 | 39.2857 | 1 1 1 | 0 | .6667 .7500 .7500 .0000 .0000 | WEAK_BULL .7500'],
    [467, '0.037096 | 16.6667 | 0 1 1 | 0 | .8889 .6250 .5000 .0000 .1111 | STRONG_BULL .8889'],
    [500, '0.007993 | 30.5556 | 0 0 1 | 0 | .1111 .7500 1.0000 .0000 .2222 | SIDEWAYS 1.0000'],
    [514, '-0.019664 | 21.0317 | 0 0 1 | 0 | .4444 .5000 .5000 .0000 .2222 | WEAK_BULL .5000'],
    [600, '0.038972 | 75.0000 | 1 1 1 | 0 | .6667 .5000 .5000 .5000 .3333 | STRONG_BULL .6667'],
    [645, '-0.005760 | 99.6032 | 0 0 1 | 0 | .1111 .2500 .7500 .5000 .5556 | SIDEWAYS .7500'],
    [699, '-0.017499 | 20.2381 | 1 0 1 | 0 | .5556 .6250 .5000 .0000 .1111 | WEAK_BULL .6250'],
  ])('at session %d is as printed.', (k, row) => {
    expect(printed(regimeAt(k))).toBe(row);
  });

  test('counts over sessions 251 to 699 are as printed.', () => {
    const counts = Object.fromEntries(REGIMES.map((regime) => [regime, 0]));
    for (let k = 251; k < SESSIONS; k += 1) counts[regimeAt(k).regime]! += 1;
    expect(counts).toEqual({ SIDEWAYS: 170, STRONG_BULL: 131, WEAK_BULL: 109, BEAR: 25, UNPREDICTABLE: 14 });
  });
});

describe('a score', () => {
  test.each([
    ['STRONG_BULL at slope 0.02, percentile 30', 0.02, 30, 'STRONG_BULL'],
    ['WEAK_BULL at slope 0.02, percentile 50', 0.02, 50, 'WEAK_BULL'],
    ['SIDEWAYS at slope 0.01, percentile 60', 0.01, 60, 'SIDEWAYS'],
    ['SIDEWAYS at slope -0.01, percentile 30', -0.01, 30, 'SIDEWAYS'],
  ] as const)('has inclusive bounds: 1 for %s.', (_, momentumSlope, vixPercentile, regime) => {
    const above = { above20: true, above50: true, above200: true };
    const scores = regimeScores({ ...above, momentumSlope, vixPercentile, volatilitySpike: false });
    expect(scores[regime]).toBe(1);
  });

  test('of a falling market below all averages is 1 for BEAR; a spike without a trend is UNPREDICTABLE.', () => {
    const below = { above20: false, above50: false, above200: false };
    const falling = regimeScores({
      ...below,
      momentumSlope: -0.02,
      vixPercentile: 70,
      volatilitySpike: true,
    });
    expect([falling.BEAR, falling.UNPREDICTABLE]).toEqual([1, 1]);
  });
});

describe('a regime is not known', () => {
  test.each([
    [199, 252, 'SpyHistoryShort', 'SPY has 199 of the 200 daily closes that a regime needs'],
    [200, 251, 'VixHistoryShort', 'VIX has 251 of the 252 daily closes that a regime needs'],
    [0, 0, 'SpyHistoryShort', 'SPY has 0 of the 200 daily closes that a regime needs'],
  ])('with %d closes of SPY and %d of VIX.', (spy, vix, code, words) => {
    const answer = detectRegime(SPY.slice(0, spy), VIX.slice(0, vix));
    expect(answer).toEqual({ kind: 'unknown', code, words });
  });

  test.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('where a close is %d.', (close) => {
    expect(detectRegime([...SPY.slice(1), close], VIX)).toMatchObject({ code: 'RegimeUnknown' });
    expect(detectRegime(SPY, [...VIX.slice(1), close])).toMatchObject({ code: 'RegimeUnknown' });
  });

  test('and is known with 200 closes of SPY and 252 of VIX, whatever was before.', () => {
    const enough = detectRegime(SPY.slice(-200), VIX.slice(-252));
    expect(enough).toEqual(detectRegime(SPY, VIX));
    expect(enough.kind).toBe('known');
  });
});

describe('laws of the regime', () => {
  const session = fc.integer({ min: 251, max: SESSIONS - 1 });
  // Powers of two change no bit of a mantissa, so that equal means equal.
  const scale = fc.integer({ min: -6, max: 6 }).map((power) => 2 ** power);

  law.prop([session, scale, scale])('the unit of SPY and of VIX does not matter.', (k, ofSpy, ofVix) => {
    const spy = SPY.slice(0, k + 1).map((close) => close * ofSpy);
    const vix = VIX.slice(0, k + 1).map((close) => close * ofVix);
    expect(detectRegime(spy, vix)).toEqual(regimeAt(k));
  });

  const level = fc.double({ min: 1, max: 1_000, noNaN: true });
  const history = (length: number) => fc.array(level, { minLength: length, maxLength: length });
  law.prop([history(200), history(252)], { numRuns: 50 })(
    'every score is 0 to 1, and the regime has the best of them.',
    (spy, vix) => {
      const answer = detectRegime(spy, vix);
      if (answer.kind === 'unknown') throw new Error(answer.words);
      const scores = Object.values(answer.scores);
      expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...scores)).toBeLessThanOrEqual(1);
      expect(answer.confidence).toBe(Math.max(...scores));
    },
  );
});
