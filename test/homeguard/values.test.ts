import { describe, expect } from 'vitest';
import { formatPercent, parsePercent, type Ratio } from '../../src/domain/decimal.ts';
import { parseScheduleTime } from '../../src/domain/schedule.ts';
import { countOf, dollarsOf, percentOf, shown, symbolsOf, timeOf } from '../../src/homeguard/values.ts';
import { fc, test } from '../support/law.ts';

const bad = expect.objectContaining({ kind: 'bad' }) as unknown;

describe('A fraction', () => {
  const part = percentOf({ least: 0, most: 4 });

  test.each([
    [0.065, '6.5%'],
    [0.15, '15%'],
    [-0.05, '5%'],
    [0.002, '0.2%'],
    [0.1 + 0.2, '30%'],
    [1, '100%'],
    [1e-6, '0.0001%'],
  ])('%s is %s.', (value, text) => {
    expect(part(value)).toEqual({ kind: 'ok', text });
  });

  test.each([['0.1'], [Number.NaN], [Number.POSITIVE_INFINITY], [4.01], [null], [[0.1]]])(
    '%s is none.',
    (value) => {
      expect(part(value)).toEqual(bad);
    },
  );

  test.prop([fc.integer({ min: 0, max: 4_000_000 })])(
    'is the percentage that a manifest reads back.',
    (millionths) => {
      const converted = part(millionths / 1_000_000);
      expect(converted.kind === 'ok' && parsePercent(converted.text)).toBe(millionths);
      expect(formatPercent(millionths as Ratio)).toBe(converted.kind === 'ok' ? converted.text : '');
    },
  );
});

describe('A time', () => {
  test.each([
    ['15:50:00', 'close-10m'],
    ['15:55', 'close-5m'],
    ['09:31:00', 'open+1m'],
    ['09:30', 'open+0m'],
  ])('%s is %s.', (value, text) => {
    expect(timeOf(value)).toEqual({ kind: 'ok', text });
    expect(parseScheduleTime(text)).toBeDefined();
  });

  test.each([['16:00'], ['09:29'], ['15:50:30'], ['late'], [57_000], [null]])('%s is none.', (value) => {
    expect(timeOf(value)).toEqual(bad);
  });
});

test('Counts, dollars and symbols are what manifests take, or nothing.', () => {
  expect(countOf(1, 5)(5)).toEqual({ kind: 'ok', text: '5' });
  expect([countOf(1, 5)(6), countOf(1, 5)(1.5), countOf(1, 5)('3')]).toEqual([bad, bad, bad]);
  expect(dollarsOf(50_000)).toEqual({ kind: 'ok', text: '50000.00' });
  expect([dollarsOf(0), dollarsOf(-1), dollarsOf('50000')]).toEqual([bad, bad, bad]);
  expect(symbolsOf(['TQQQ', 'BRK.B', 'TQQQ'])).toEqual({ kind: 'ok', text: '[TQQQ, BRK.B]' });
  expect([symbolsOf([]), symbolsOf(['tqqq']), symbolsOf([1]), symbolsOf('TQQQ')]).toEqual([
    bad,
    bad,
    bad,
    bad,
  ]);
});

test('What may be a secret is not shown.', () => {
  const keys = ['broker.api_key', 'broker.secret_key', 'broker.base_url', 'x.auth_token', 'x.PASSWORD'];
  for (const key of keys) expect(shown(key, 'abc')).toBe('<not shown>');
  expect(shown('strategy.top_n', 10)).toBe('10');
});
