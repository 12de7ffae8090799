/** Golden values made with statsmodels 0.13.5, to the digit that was printed; laws of the tests. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { augmentedDickeyFuller, engleGranger, halfLife } from '../../src/strategies/cointegration.ts';
import { criticalValues, tauPValue } from '../../src/strategies/mackinnon.ts';
import { normalCdf } from '../../src/strategies/normal-distribution.ts';
import { goldenLogX, goldenLogY } from './golden-pair.ts';
import { monthlyCloses, sp500Closes } from './vega-data.ts';

describe('augmented Dickey-Fuller, on the first 500 closes of the S&P 500 from 2000', () => {
  const closes = sp500Closes(500);

  test.each([
    [0, '-1.4005701808', '0.5820027362'],
    [1, '-1.2714375076', '0.6421363047'],
    [5, '-1.2585545003', '0.6479140860'],
  ])('with %d lags, tau is %s and p is %s.', (lags, tau, pValue) => {
    const result = augmentedDickeyFuller(closes, lags)!;
    expect(result.tau.toFixed(10)).toBe(tau);
    expect(result.pValue.toFixed(10)).toBe(pValue);
  });

  test('the critical values are those of the rows that 5 lags leave.', () => {
    const { at1Percent, at5Percent, at10Percent } = augmentedDickeyFuller(closes, 5)!.criticalValues;
    expect([at1Percent, at5Percent, at10Percent].map((value) => value.toFixed(6))).toEqual([
      '-3.443657',
      '-2.867408',
      '-2.569896',
    ]);
  });

  test('log returns have no unit root.', () => {
    const returns = closes.slice(1).map((close, index) => Math.log(close / closes[index]!));
    expect(augmentedDickeyFuller(returns, 1)!.tau.toFixed(10)).toBe('-17.3123117320');
  });
});

describe('Engle-Granger', () => {
  test.each([
    ['MSFT', 'IBM', '-4.6283790533', '0.0007475911'],
    ['AAPL', 'AMZN', '-3.0608363543', '0.0964428130'],
  ] as const)('monthly %s on %s has tau %s and p %s.', (y, x, tau, pValue) => {
    const result = engleGranger(monthlyCloses(y), monthlyCloses(x), 1)!;
    expect(result.tau.toFixed(10)).toBe(tau);
    expect(result.pValue.toFixed(10)).toBe(pValue);
  });

  test('a synthetic pair has the line, tau, p, critical values and half-life of the reference library.', () => {
    const result = engleGranger(goldenLogY, goldenLogX, 1)!;
    expect(result.line.intercept.toFixed(8)).toBe('0.48160684');
    expect(result.line.slope.toFixed(8)).toBe('0.86706807');
    expect(result.tau.toFixed(4)).toBe('-4.3895');
    expect(result.pValue.toFixed(8)).toBe('0.00184957');
    const { at1Percent, at5Percent, at10Percent } = result.criticalValues;
    expect([at1Percent, at5Percent, at10Percent].map((value) => value.toFixed(6))).toEqual([
      '-3.940605',
      '-3.360581',
      '-3.061390',
    ]);
    const life = halfLife(result.line.residuals)!;
    expect(life.toFixed(6)).toBe('3.449284');
    const speed = -Math.LN2 / life;
    expect(speed.toFixed(8)).toBe('-0.20095391');
    // By the discrete formula, which is not used, for comparison.
    expect((-Math.LN2 / Math.log(1 + speed)).toFixed(6)).toBe('3.089763');
  });

  test('a series with itself, one that does not vary, and too few rows decide nothing.', () => {
    const flat = goldenLogX.map(() => 3);
    expect(engleGranger(goldenLogX, goldenLogX, 1)).toBeNull();
    expect(engleGranger(goldenLogY, flat, 1)).toBeNull();
    expect(engleGranger(flat, goldenLogX, 1)).toBeNull();
    expect(engleGranger([1, 3, 2], [2, 1, 2], 1)).toBeNull();
    expect(augmentedDickeyFuller(flat, 1)).toBeNull();
    expect(augmentedDickeyFuller([], 1)).toBeNull();
  });

  law.prop([
    fc.double({ min: 0.01, max: 100, noNaN: true }),
    fc.double({ min: 0.01, max: 100, noNaN: true }),
  ])('a pair in logs keeps beta and tau, whatever the units of its prices.', (unitY, unitX) => {
    const plain = engleGranger(goldenLogY, goldenLogX, 1)!;
    const scaled = engleGranger(
      goldenLogY.map((y) => y + Math.log(unitY)),
      goldenLogX.map((x) => x + Math.log(unitX)),
      1,
    )!;
    expect(scaled.tau).toBeCloseTo(plain.tau, 8);
    expect(scaled.line.slope).toBeCloseTo(plain.line.slope, 10);
  });
});

describe('the half-life', () => {
  test('a deviation that loses a tenth a session halves in 6.93 sessions by its speed.', () => {
    const decay = Array.from({ length: 50 }, (_, t) => 0.9 ** t);
    expect(halfLife(decay)).toBeCloseTo(Math.LN2 / 0.1, 8);
  });

  test('what runs away has none.', () => {
    expect(halfLife(Array.from({ length: 50 }, (_, t) => 1.1 ** t))).toBeNull();
    expect(halfLife([1])).toBeNull();
  });
});

describe('the distribution of tau', () => {
  test.each([
    [-2, '0.528578'],
    [-3, '0.110205'],
    [-3.34, '0.049465'],
    [-3.9, '0.009919'],
    [-4.5, '0.001225'],
    [-18.87, '0.000000'],
    [0.93, '1.000000'],
  ])('of two series, tau %d has p %s.', (tau, pValue) => {
    expect(tauPValue(2, tau).toFixed(6)).toBe(pValue);
  });

  test.each([1, 2] as const)(
    'of %d series, p at the critical value of a long sample is its level.',
    (count) => {
      const { at1Percent, at5Percent, at10Percent } = criticalValues(count, 1e9);
      expect(tauPValue(count, at1Percent)).toBeCloseTo(0.01, 3);
      expect(tauPValue(count, at5Percent)).toBeCloseTo(0.05, 3);
      expect(tauPValue(count, at10Percent)).toBeCloseTo(0.1, 2);
    },
  );

  test('the normal distribution function has the values of the tables, and its ends.', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1.96)).toBeCloseTo(0.97500210485178, 14);
    expect(normalCdf(-5)).toBeCloseTo(2.866515718791939e-7, 14);
    expect(normalCdf(-40)).toBe(0);
    expect(normalCdf(40)).toBe(1);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });
});
