import { describe, expect, test } from 'vitest';
import { LEVERAGED_FUNDS } from '../../src/domain/leveraged-funds.ts';
import { compareText, CONTROLLER, isStrategyName, isSymbol } from '../../src/domain/names.ts';

describe('a symbol', () => {
  test.each(['A', 'AAPL', 'BRK.B', 'BF-B', 'X1', 'ABCDEFGHIJ', 'AB.WXYZ', 'RDS.A2'])('is %j', (text) => {
    expect(isSymbol(text)).toBe(true);
  });

  test.each([
    '',
    'aapl',
    'Aapl',
    '1A',
    'AAPL ',
    ' AAPL',
    'ABCDEFGHIJK',
    'BRK.',
    '.B',
    'BRK/B',
    'BRK.b',
    'BRK.ABCDE',
    'BRK.B.C',
    'A_B',
    'A\n',
  ])('is not %j', (text) => {
    expect(isSymbol(text)).toBe(false);
  });
});

describe('the name of a strategy', () => {
  test.each(['a', 'core', 'omr-2', 'x9', `a${'b'.repeat(31)}`])('is %j', (text) => {
    expect(isStrategyName(text)).toBe(true);
  });

  test.each([
    '',
    'Core',
    '2core',
    '-core',
    'co re',
    'core_1',
    `a${'b'.repeat(32)}`,
    'core\n',
    CONTROLLER,
    'constructor',
    'prototype',
  ])('is not %j', (text) => {
    expect(isStrategyName(text)).toBe(false);
  });
});

test.each([
  ['a', 'a', 0],
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['B', 'a', -1],
  ['a', 'aa', -1],
  ['', 'a', -1],
  ['z', 'é', -1],
])('The order of %j and %j is %d, whatever the host thinks', (a, b, order) => {
  expect(compareText(a, b)).toBe(order);
});

test('Funds that move by a multiple are symbols, of each issuer', () => {
  expect([...LEVERAGED_FUNDS].filter((symbol) => !isSymbol(symbol))).toEqual([]);
  for (const symbol of ['TQQQ', 'ETHU', 'SPXL', 'METD', 'FNGU', 'FNGO', 'NVDL', 'ETU'])
    expect(LEVERAGED_FUNDS.has(symbol)).toBe(true);
  for (const symbol of ['SPY', 'QQQ', 'TLT']) expect(LEVERAGED_FUNDS.has(symbol)).toBe(false);
});
