/** Numbers of tables. */
import { describe, expect, test } from 'vitest';
import { grouped, twoDecimals } from '../../../src/cli/output/figures.ts';

describe('grouped', () => {
  test.each([
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['-29754.40', '-29,754.40'],
    ['1234567.000001', '1,234,567.000001'],
    ['<unknown>', '<unknown>'],
    ['', ''],
  ])('%j is %j', (text, shown) => expect(grouped(text)).toBe(shown));
});

describe('twoDecimals', () => {
  test.each([
    ['0%', '0.00%'],
    ['8.5%', '8.50%'],
    ['-1.25%', '-1.25%'],
    ['33.3333%', '33.3333%'],
    ['<none>', '<none>'],
  ])('%j is %j', (text, shown) => expect(twoDecimals(text)).toBe(shown));
});
