/** Golden values of the few moments and quantiles, and what they are of too small a sample. */
import { describe, expect, test } from 'vitest';
import {
  mean,
  quantile,
  sampleStandardDeviation,
  simpleMovingAverage,
} from '../../src/strategies/statistics.ts';

describe('statistics', () => {
  test('the mean is the sum by n, the standard deviation divides by n - 1.', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(values)).toBe(5);
    expect(sampleStandardDeviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 14);
  });

  test.each([
    [0, 1],
    [0.05, 1.15],
    [0.25, 1.75],
    [0.5, 2.5],
    [0.95, 8.95],
    [1, 10],
  ])('the quantile %d of 1, 2, 3, 10 is %d, linear between neighbours.', (share, expected) => {
    expect(quantile([1, 2, 3, 10], share)).toBeCloseTo(expected, 12);
  });

  test('a moving average ends before an index, and is none where values are missing.', () => {
    expect(simpleMovingAverage([1, 2, 3, 4], 2)).toBe(3.5);
    expect(simpleMovingAverage([1, 2, 3, 4], 2, 3)).toBe(2.5);
    expect(simpleMovingAverage([1, 2, 3, 4], 4)).toBe(2.5);
    expect(simpleMovingAverage([1, 2, 3, 4], 5)).toBeNaN();
    expect(simpleMovingAverage([1, 2, 3, 4], 3, 2)).toBeNaN();
  });

  test('too small a sample has no moment, not zero.', () => {
    expect(mean([])).toBeNaN();
    expect(sampleStandardDeviation([1])).toBeNaN();
    expect(quantile([], 0.5)).toBeNaN();
    expect(quantile([7], 0.95)).toBe(7);
  });
});
