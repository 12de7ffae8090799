/** Which splits lie between two holdings, and what their ratios are. */
import { describe, expect, test } from 'vitest';
import {
  afterSplit,
  costsStay,
  inWholeNumbers,
  isSplitBy,
  likelySplit,
  splitOfPrice,
  splitTwice,
} from '../../src/observed/split.ts';
import { dollars, price, shares } from './support/journal-of.ts';

const before = (count: number, cost: number) => ({ quantity: shares(count), cost: dollars(cost) });
const after = (count: number, averagePrice: number) => ({
  quantity: shares(count),
  averagePrice: price(averagePrice),
});
const TEN = { from: 1, to: 10 };

describe('a holding looks like', () => {
  test.each<[what: string, count: number, averagePrice: number, ratio: readonly [number, number] | null]>([
    ['ten for one', 100, 4, [1, 10]],
    ['a hundred for one', 1_000, 0.4, [1, 100]],
    ['three for two', 15, 400 / 15, [2, 3]],
    ['one for ten', 1, 400, [10, 1]],
    ['four for five', 8, 50, [5, 4]],
    ['no split: as it was', 10, 40, null],
    ['no split: eleven for ten is none that is common', 11, 400 / 11, null],
    ['no split: at another cost', 100, 5, null],
  ])('%s', (_, count, averagePrice, ratio) => {
    const [from, to] = ratio ?? [];
    expect(likelySplit(before(10, 400), after(count, averagePrice))).toEqual(ratio && { from, to });
  });
});

describe('a split lies between two holdings', () => {
  test.each<[what: string, count: number, ratio: { from: number; to: number }, left: number, is: boolean]>([
    ['to the last fraction', 1.5, TEN, 15, true],
    ['in whole shares, the fraction paid out', 15, { from: 10, to: 1 }, 1, true],
    ['of a short, likewise', -15, { from: 10, to: 1 }, -1, true],
    ['not with one share more', 15, { from: 10, to: 1 }, 2, false],
    ['not with another fraction', 15, { from: 10, to: 1 }, 1.4, false],
    ['not where there would be more than can be counted', 900_719.93, TEN, 9_007_199, false],
  ])('%s', (_, count, ratio, left, is) => {
    const each = (40 * ratio.from) / ratio.to;
    expect(isSplitBy(ratio, before(count, count * 40), after(left, each))).toBe(is);
  });

  test.each<[what: string, averagePrice: number, stays: boolean]>([
    ['stays', 4, true],
    ['may be nearly 2 % more', 4.0799, true],
    ['may be nearly 2 % less', 3.9201, true],
    ['is another one beyond', 4.09, false],
    ['is another one below', 3.91, false],
  ])('whose cost %s', (_, averagePrice, stays) => {
    expect(costsStay(TEN, before(10, 400), after(100, averagePrice))).toBe(stays);
    expect(costsStay(TEN, before(-10, -400), after(-100, averagePrice))).toBe(stays);
  });

  test('whose cost may be 2 % off, and not a micro-dollar more', () => {
    // $17 a share, then half of it: the tolerance is 17 cents.
    const stays = (each: number): boolean => costsStay({ from: 1, to: 2 }, before(1, 17), after(2, each));
    expect([8.67, 8.670001, 8.33, 8.329999].map(stays)).toEqual([true, false, true, false]);
  });

  test('is none where there was nothing, or is nothing', () => {
    expect(costsStay(TEN, before(0, 400), after(100, 4))).toBe(false);
    expect(costsStay(TEN, before(0, 0), after(0, 0))).toBe(false);
    expect(costsStay(TEN, before(10, 400), after(0, 4))).toBe(false);
  });
});

describe('a ratio in whole numbers', () => {
  test.each<[from: number, to: number, whole: readonly [number, number] | null]>([
    [1, 10, [1, 10]],
    [1, 1.05, [20, 21]],
    [4, 6, [2, 3]],
    [0.25, 1, [1, 4]],
    [1, 0.999999999, [1_000_000_000, 999_999_999]],
    [0.999999999, 1, [999_999_999, 1_000_000_000]],
    [1, 1.000000001, null],
    [1.000000001, 1, null],
    [0, 1, null],
    [1, 0, null],
    [-1, 1, null],
    [-1, -1, null],
    [1, 1e8, null],
    [1e8, 1, null],
    [1e8, 1e8, null],
    [Number.NaN, 1, null],
  ])('of %s to %s', (from, to, whole) => {
    expect(inWholeNumbers({ from, to })).toEqual(whole && { from: whole[0], to: whole[1] });
  });

  test('behind another one is their product', () => {
    expect(splitTwice({ from: 2, to: 3 }, { from: 3, to: 4 })).toEqual({ from: 1, to: 2 });
    expect(splitTwice({ from: 2, to: 3 }, { from: 5, to: 7 })).toEqual({ from: 10, to: 21 });
    expect(splitTwice(TEN, { from: 10, to: 1 })).toEqual({ from: 1, to: 1 });
    const large = 2 ** 30;
    expect(splitTwice({ from: 1, to: large }, { from: 1, to: large })).toBeNull();
    expect(splitTwice({ from: large, to: 1 }, { from: large, to: 1 })).toBeNull();
  });
});

test.each<[factor: number, tolerance: number, ratio: readonly [number, number] | null]>([
  [0.5, 0, [1, 2]],
  [10, 0, [10, 1]],
  [0.102, 0.05, [1, 10]],
  [0.098, 0.05, [1, 10]],
  [0.9, 0.05, null],
  [1 / 3, 0.5, [1, 3]],
])('a price that moves to its %s-fold, known to %s, is a split', (factor, tolerance, ratio) => {
  expect(splitOfPrice(factor, tolerance)).toEqual(ratio && { from: ratio[0], to: ratio[1] });
});

test('what a split makes of a quantity is rounded to the smallest fraction', () => {
  expect(afterSplit(shares(10), TEN)).toBe(shares(100));
  expect(afterSplit(shares(1), { from: 3, to: 1 })).toBe(333_333_333);
});
