/** Figures of other programs in our units. */
import { expect, test } from 'vitest';
import { multiply, readLongDecimal, toUnits } from '../../src/observed/long-decimal.ts';

test.each<[text: string, units: number | undefined]>([
  ['45.2', 4_520],
  ['-0.5', -50],
  ['+7', 700],
  ['1e3', 100_000],
  ['1.5E+2', 15_000],
  ['0.005', 1],
  ['0.0049', 0],
  ['-0.005', -1],
  ['-0.0049', 0],
  ['-1.006', -101],
  ['1e12', 100_000_000_000_000],
  ['700000e-005', 700],
  ['9007199254740993e-2', undefined],
  ['1e400', undefined],
  ['', undefined],
  ['1.', undefined],
  ['.5', undefined],
  ['0x10', undefined],
  ['1 ', undefined],
])('%j is %s hundredths', (text, units) => {
  const decimal = readLongDecimal(text);
  expect(decimal && toUnits(decimal, 2)).toBe(units);
});

test('a product is exact', () => {
  const [a, b] = ['45.123333333333335', '3'].map(readLongDecimal);
  if (a === undefined || b === undefined) throw new Error('no decimal');
  expect(multiply(a, b)).toEqual({ digits: 135_370_000_000_000_005n, scale: 15 });
});
