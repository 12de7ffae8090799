/** Golden values of least squares on real prices, what it does with numbers that decide nothing, and its laws. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { correlation, leastSquares, regressLine } from '../../src/strategies/regression.ts';
import { monthlyCloses } from './vega-data.ts';

describe('a line through monthly closes', () => {
  test.each([
    ['MSFT', 'IBM', '11.4072016943', '0.1460592609', '0.3140460383'],
    ['AAPL', 'AMZN', '-26.7992307295', '1.9073828114', '0.7621219867'],
  ] as const)('%s on %s is %s + %s x, with R2 %s.', (y, x, intercept, slope, r2) => {
    const line = regressLine(monthlyCloses(x), monthlyCloses(y))!;
    expect(line.intercept.toFixed(10)).toBe(intercept);
    expect(line.slope.toFixed(10)).toBe(slope);
    expect(line.r2.toFixed(10)).toBe(r2);
    expect(correlation(monthlyCloses(x), monthlyCloses(y)) ** 2).toBeCloseTo(line.r2, 12);
  });
});

describe('least squares', () => {
  test('standard errors are those of the textbook formulas of one regressor.', () => {
    const line = regressLine([1, 2, 3, 4, 5], [2.1, 3.9, 6.2, 7.8, 10.1])!;
    const variance = line.residuals.reduce((sum, e) => sum + e * e, 0) / 3;
    expect(line.slope).toBeCloseTo(1.99, 12);
    expect(line.slopeError).toBeCloseTo(Math.sqrt(variance / 10), 12);
    expect(line.interceptError).toBeCloseTo(Math.sqrt(variance * (1 / 5 + 9 / 10)), 12);
  });

  test('a level a million times the movement costs no digits that matter.', () => {
    const x = Array.from({ length: 60 }, (_, t) => 1e6 + Math.sin(t));
    const y = x.map((value, t) => 3 * (value - 1e6) + 0.1 * Math.cos(2.7 * t));
    const centred = regressLine(
      x.map((value) => value - 1e6),
      y,
    )!;
    expect(regressLine(x, y)!.slope).toBeCloseTo(centred.slope, 8);
  });

  test.each([
    ['as many columns as rows', [[1, 1]], [1]],
    [
      'a column that is twice another',
      [
        [1, 2, 3, 5],
        [2, 4, 6, 10],
      ],
      [1, 2, 3, 4],
    ],
    ['a column of zeros', [[0, 0, 0]], [1, 2, 3]],
    ['a hole', [[1, Number.NaN, 3]], [1, 2, 3]],
    ['a value that is not finite', [[1, 2, 3]], [1, Number.POSITIVE_INFINITY, 3]],
  ])('%s has no answer.', (_, columns, y) => {
    expect(leastSquares(columns, y)).toBeNull();
  });

  const value = fc.integer({ min: -1_000, max: 1_000 }).map((n) => n / 100);
  const rows = fc.array(fc.tuple(value, value, value), { minLength: 6, maxLength: 40 });
  law.prop([rows])('residuals are orthogonal to every column.', (table) => {
    const columns = [table.map(() => 1), table.map(([a]) => a), table.map(([, b]) => b)];
    const fit = leastSquares(
      columns,
      table.map(([, , c]) => c),
    );
    for (const column of fit === null ? [] : columns)
      expect(column.reduce((sum, a, at) => sum + a * fit!.residuals[at]!, 0)).toBeCloseTo(0, 6);
  });

  test('two samples of which one does not vary have no correlation, not zero.', () => {
    expect(correlation([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(correlation([1, 2, 3], [-2, -4, -6])).toBeCloseTo(-1, 14);
  });
});
