import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import {
  absolute,
  add,
  averageOf,
  formatDollars,
  formatMoney,
  formatPercent,
  formatQuantity,
  mulDiv,
  negate,
  parseMoney,
  parsePercent,
  parsePrice,
  parseQuantity,
  partOf,
  ratioOf,
  SHARE,
  shareOf,
  sharesFor,
  subtract,
  valueOf,
  wholeSharesFor,
  WHOLE,
  type Money,
  type Price,
  type Quantity,
  type Ratio,
} from '../../src/domain/decimal.ts';

const RUNS = { numRuns: 1000 };

const quantity = fc.maxSafeInteger().map((nano) => (nano + 0) as Quantity);
const money = fc.maxSafeInteger().map((micro) => (micro + 0) as Money);
const ratio = fc.maxSafeInteger().map((parts) => (parts + 0) as Ratio);
/** Up to ten million dollars. */
const cash = fc.integer({ min: 0, max: 10_000_000_000_000 }).map((micro) => micro as Money);
/** From a tenth of a cent to ten thousand dollars a share. */
const price = fc.integer({ min: 1_000, max: 10_000_000_000 }).map((micro) => micro as Price);
/** Up to a thousand shares either way. */
const position = fc
  .integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 })
  .map((nano) => nano as Quantity);

describe('text', () => {
  test.prop([quantity], RUNS)('of a quantity is read back exactly', (value) => {
    expect(parseQuantity(formatQuantity(value))).toBe(value);
  });

  test.prop([money], RUNS)('of money is read back exactly, and has at least two decimals', (value) => {
    expect(parseMoney(formatMoney(value))).toBe(value);
    expect(formatMoney(value)).toMatch(/^-?\d+\.\d{2,6}$/);
  });

  test.prop([ratio], RUNS)('of a ratio is read back exactly', (value) => {
    expect(parsePercent(formatPercent(value))).toBe(value);
  });

  test.prop([quantity], RUNS)('of a quantity has no zero that says nothing', (value) => {
    expect(formatQuantity(value)).toMatch(/^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/);
  });

  test.each([
    ['12', 12_000_000_000],
    ['-0.5', -500_000_000],
    ['+1', 1_000_000_000],
    ['0.000000001', 1],
    ['1.10', 1_100_000_000],
    ['007', 7_000_000_000],
    ['9007199.254740991', Number.MAX_SAFE_INTEGER],
    ['0', 0],
    ['-0', 0],
  ])('%j is a quantity of %i nano-shares', (text, nano) => {
    expect(parseQuantity(text)).toBe(nano);
  });

  test.each([
    [''],
    ['.5'],
    ['5.'],
    ['1e3'],
    ['0x10'],
    ['1,000'],
    [' 1'],
    ['1\n'],
    ['--1'],
    ['NaN'],
    ['Infinity'],
    ['0.0000000001'],
    ['9007199.254740992'],
    ['99999999999999999999'],
  ])('%j is no quantity', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  test('money beyond micro-dollars is refused, zeros beyond them are not', () => {
    expect(parseMoney('1.1234567')).toBeUndefined();
    expect(parseMoney('1.123456000')).toBe(1_123_456);
    expect(parseMoney('-45.20')).toBe(-45_200_000);
  });

  test('of nothing has no sign', () => {
    expect(formatQuantity(0 as Quantity)).toBe('0');
    expect(formatMoney(0 as Money)).toBe('0.00');
    expect(formatPercent(0 as Ratio)).toBe('0%');
  });

  test('a price is never negative', () => {
    expect(parsePrice('45.20')).toBe(45_200_000);
    expect(parsePrice('0')).toBe(0);
    expect(parsePrice('-0.01')).toBeUndefined();
  });

  test.each([
    ['6.5%', 65_000],
    ['100%', 1_000_000],
    ['0.0001%', 1],
    ['-5 %', -50_000],
    ['6.5', undefined],
    ['65', undefined],
    ['%', undefined],
    ['0.00001%', undefined],
    ['5%%', undefined],
  ])('%j is a ratio of %s parts per million', (text, parts) => {
    expect(parsePercent(text)).toBe(parts);
  });

  test.each([
    [0, '0.00'],
    [5_000, '0.01'],
    [4_999, '0.00'],
    [-4_999, '0.00'],
    [-1_234_565_000, '-1,234.57'],
    [999_999_995_000, '1,000,000.00'],
    [6_500_000_000, '6,500.00'],
  ])('%i micro-dollars are shown as %s', (micro, text) => {
    expect(formatDollars(micro as Money)).toBe(text);
  });
});

describe('products and quotients', () => {
  const factor = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2_000_000, max: 2_000_000 }));
  const divisor = factor.filter((value) => value !== 0);

  test.prop([factor, factor, divisor], { numRuns: 3000 })(
    'are within half of the exact quotient, half away from zero',
    (a, b, c) => {
      const product = BigInt(a) * BigInt(b);
      fc.pre(product / BigInt(c) < 2n ** 52n && product / BigInt(c) > -(2n ** 52n));
      const result = mulDiv(a, b, c);
      expect(Number.isSafeInteger(result)).toBe(true);
      const size = (value: bigint) => (value < 0n ? -value : value);
      const error = size(BigInt(result) * BigInt(c) - product) * 2n;
      expect(error <= size(BigInt(c))).toBe(true);
      if (error === size(BigInt(c))) expect(size(BigInt(result) * BigInt(c)) > size(product)).toBe(true);
    },
  );

  test.prop([factor, factor, divisor], RUNS)('are never a negative zero when they are rounded', (a, b, c) => {
    fc.pre(a !== 0 && b !== 0);
    expect(Object.is(mulDiv(a, b, c), -0)).toBe(false);
  });

  test.each([
    [1, 1, 2, 1],
    [-1, 1, 2, -1],
    [1, 1, 3, 0],
    [-1, 1, 3, 0],
    [2, 1, 3, 1],
    [6, 3, 2, 9],
    [0, -5, 7, 0],
    [Number.MAX_SAFE_INTEGER, 1_000_000, 1_000_000, Number.MAX_SAFE_INTEGER],
  ])('%i * %i / %i is %i', (a, b, c, expected) => {
    expect(mulDiv(a, b, c) + 0).toBe(expected);
  });
});

describe('values', () => {
  test.prop([position, price], RUNS)(
    'are odd: a short position is worth what the long one is, negated',
    (held, each) => {
      expect(valueOf(negate(held), each)).toBe(negate(valueOf(held, each)));
    },
  );

  test.prop([fc.integer({ min: -10_000, max: 10_000 }), price], RUNS)(
    'of whole shares are exact products',
    (shares, each) => {
      expect(valueOf((shares * SHARE) as Quantity, each) + 0).toBe(shares * each + 0);
    },
  );

  test.prop([position, position, price], RUNS)('add up to within a micro-dollar', (a, b, each) => {
    const parts = add(valueOf(a, each), valueOf(b, each));
    expect(absolute(subtract(valueOf(add(a, b), each), parts))).toBeLessThanOrEqual(1);
  });

  test.prop([position.filter((held) => held !== 0), price], RUNS)(
    'give the price back as the average, to within the rounding of the value',
    (held, each) => {
      const average = averageOf(valueOf(held, each), held);
      expect(Math.abs(average - each)).toBeLessThanOrEqual(Math.ceil(SHARE / Math.abs(held) / 2) + 1);
    },
  );

  test('of an empty position have the average 0', () => {
    expect(averageOf(1_000_000 as Money, 0 as Quantity)).toBe(0);
  });
});

describe('what money buys', () => {
  test.prop([cash, price], RUNS)(
    'in whole shares: as many as it pays for, and not one more',
    (available, each) => {
      const count = wholeSharesFor(available, each) / SHARE;
      fc.pre(count < 9_007_199);
      expect(Number.isInteger(count)).toBe(true);
      expect(BigInt(count) * BigInt(each) <= BigInt(available)).toBe(true);
      expect(BigInt(count + 1) * BigInt(each) > BigInt(available)).toBe(true);
    },
  );

  test.prop([fc.maxSafeNat(), price], RUNS)(
    'in whole shares: where a micro-dollar lacks for one more, that one is not bought',
    (upTo, each) => {
      const count = Math.max(
        1,
        Math.min(Math.floor(upTo / each), Math.floor(Number.MAX_SAFE_INTEGER / SHARE)),
      );
      expect(wholeSharesFor((count * each) as Money, each)).toBe(count * SHARE);
      expect(wholeSharesFor((count * each - 1) as Money, each)).toBe((count - 1) * SHARE);
    },
  );

  test.prop([cash, price], RUNS)('in parts of shares: the most to a nano-share', (available, each) => {
    const bought = BigInt(sharesFor(available, each));
    fc.pre(bought < BigInt(Number.MAX_SAFE_INTEGER));
    const budget = BigInt(available) * BigInt(SHARE);
    expect(bought * BigInt(each) <= budget).toBe(true);
    expect((bought + 1n) * BigInt(each) > budget).toBe(true);
  });
});

describe('parts', () => {
  const part = fc.integer({ min: 0, max: WHOLE }).map((parts) => parts as Ratio);

  test.prop([money, position], RUNS)('the whole of something is all of it', (sum, held) => {
    expect(partOf(held, WHOLE)).toBe(held);
    fc.pre(Math.abs(sum) < 1e13);
    expect(shareOf(sum, WHOLE)).toBe(sum);
  });

  test.prop([cash, part], RUNS)(
    'are never more than the whole, and their ratio is the part',
    (whole, share) => {
      fc.pre(whole > 1_000_000);
      const piece = shareOf(whole, share);
      expect(piece).toBeLessThanOrEqual(whole);
      expect(Math.abs(ratioOf(piece, whole) - share)).toBeLessThanOrEqual(1);
    },
  );

  test.prop([position, part], RUNS)('of a quantity never exceed it', (held, share) => {
    expect(absolute(partOf(held, share))).toBeLessThanOrEqual(absolute(held));
  });

  test('of nothing, or of debt, are 0', () => {
    expect(ratioOf(5 as Money, 0 as Money)).toBe(0);
    expect(ratioOf(5 as Money, -10 as Money)).toBe(0);
  });
});

test('no sign is ever on a zero', () => {
  expect(Object.is(negate(0 as Money), 0)).toBe(true);
  expect(Object.is(parseMoney('-0.00'), 0)).toBe(true);
});

describe('a price of next to nothing', () => {
  test('buys no more shares than a quantity can count', () => {
    const fortune = 9_000_000_000_000_000 as Money;
    expect(wholeSharesFor(fortune, 1 as Price)).toBe(9_007_199 * SHARE);
    expect(sharesFor(fortune, 1 as Price)).toBe(Number.MAX_SAFE_INTEGER);
  });
});
