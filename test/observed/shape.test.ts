/** What each kind of value may be, up to its bounds, and where a misshapen one is said to be. */
import { describe, expect, test } from 'vitest';
import {
  always,
  date,
  finite,
  instant,
  json,
  listOf,
  money,
  name,
  nullable,
  object,
  oneOf,
  optional,
  ordinal,
  price,
  quantity,
  ratio,
  recordOf,
  text,
  truth,
  variants,
  wallTime,
  whole,
  type Misshape,
  type Shape,
} from '../../src/observed/shape.ts';

type Checked = Pick<Shape<unknown>, 'check'>;

const BIGGEST = Number.MAX_SAFE_INTEGER;
/** 0000-01-01 to 9999-12-31, to the millisecond. */
const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');
/** Of no kind but the one that takes anything. */
const NEVER = [undefined, null, [], {}, Symbol('x')];
const nested = (levels: number): unknown => (levels === 0 ? 0 : [nested(levels - 1)]);

describe.each<[expected: string, shapes: readonly Checked[], good: unknown[], bad: unknown[]]>([
  ['text', [text], ['', 'a'], [0, true]],
  ['a name', [name], ['a', ' '], ['', 0]],
  ['true or false', [truth], [true, false], [0, 'true']],
  ['true', [always], [true], [false, 1, 'true']],
  ['a number', [finite], [0, -0.5, 1e300], [NaN, Infinity, -Infinity, '1', 1n]],
  [
    'a whole number',
    [whole, quantity, money, ratio],
    [0, 1, -1, BIGGEST, -BIGGEST],
    [0.5, BIGGEST + 1, -BIGGEST - 1, NaN, '1'],
  ],
  ['a whole number above zero', [ordinal], [1, BIGGEST], [0, -1, 1.5, BIGGEST + 1, '1']],
  ['a whole number, not below zero', [price], [0, 1, BIGGEST], [-1, 0.5, BIGGEST + 1, '1']],
  ['a moment, in milliseconds', [instant], [0, FIRST, LAST], [FIRST - 1, LAST + 1, 0.5, '0']],
  [
    'a time of day',
    [wallTime],
    ['00:00', '09:30', '19:59', '23:59'],
    ['24:00', '29:00', '12:60', '9:30', '09:3', '09:30:00', ' 09:30', '09.30', 930],
  ],
  ['a date', [date], ['2024-02-29', '0000-01-01', '9999-12-31'], ['2025-02-29', '2025-1-1', '', 20250101]],
  ['one of a, b', [oneOf({ a: true, b: true })], ['a', 'b'], ['', 'c', 'toString', 'a,b', 0]],
])('%s', (expected, shapes, good, bad) => {
  test.each(shapes.map((shape) => [shape]))('is what it says, no more and no less', ({ check }) => {
    for (const value of good) expect(check(value), String(value)).toBeNull();
    for (const value of [...bad, ...NEVER])
      expect(check(value), String(value)).toEqual({ place: '', expected });
  });
});

test('JSON is anything, up to a depth; what is not there is none.', () => {
  for (const value of [null, 0, '', true, [], {}, { a: [{ b: null }] }, nested(100)])
    expect(json.check(value)).toBeNull();
  const expected = 'JSON of at most 100 levels';
  for (const value of [undefined, nested(101), { a: nested(100) }])
    expect(json.check(value)).toEqual({ place: '', expected });
});

test('Null is good where it may be, and a missing value where it may be left out; each only there.', () => {
  expect(nullable(whole).check(null)).toBeNull();
  expect(nullable(whole).check(1)).toBeNull();
  expect(nullable(whole).check(undefined)).not.toBeNull();
  expect(nullable(whole).check('1')).toEqual(whole.check('1'));
  expect(optional(whole).check(undefined)).toBeNull();
  expect(optional(whole).check(1)).toBeNull();
  expect(optional(whole).check(null)).not.toBeNull();
  expect(optional(whole).check('1')).toEqual(whole.check('1'));
});

interface Size {
  readonly count: number;
}
type Form = { readonly kind: 'round' } | { readonly kind: 'square'; readonly side: number };
const size: Shape<Size> = object<Size>({ count: whole });
const form: Shape<Form> = variants<Form, 'kind'>('kind', {
  round: object({ kind: oneOf({ round: true }) }),
  square: object({ kind: oneOf({ square: true }), side: whole }),
});

describe('what is made of others', () => {
  const WHOLE = 'a whole number';
  const OBJECT = { place: '', expected: 'an object' };
  const KIND = { place: '.kind', expected: 'one of round, square' };

  test.each<[what: string, shape: Checked, value: unknown, found: Misshape | null]>([
    ['a list', listOf(whole), [1, 2], null],
    ['an empty list', listOf(whole), [], null],
    ['a list with a wrong item', listOf(whole), [1, 'b', 'c'], { place: '[1]', expected: WHOLE }],
    ['a list with a wrong field', listOf(size), [{ count: '' }], { place: '[0].count', expected: WHOLE }],
    ['no list', listOf(whole), { 0: 1, length: 1 }, { place: '', expected: 'a list' }],
    ['a record', recordOf(whole), { a: 1, b: 2 }, null],
    ['an empty record', recordOf(whole), {}, null],
    ['a record with a wrong value', recordOf(whole), { a: 1, b: '' }, { place: '.*', expected: WHOLE }],
    [
      'a record with a wrong item, behind many that are right',
      recordOf(listOf(whole)),
      { ...Object.fromEntries('abcdefghijkl'.split('').map((key) => [key, [1]])), m: [1, ''] },
      { place: '.*[1]', expected: WHOLE },
    ],
    ['no record', recordOf(whole), [1], OBJECT],
    ['an object', size, { count: 1 }, null],
    ['an object with more than is known', size, { count: 1, more: '' }, null],
    [
      'an object that only inherits its field',
      size,
      Object.create({ count: 1 }),
      { place: '.count', expected: WHOLE },
    ],
    ['an object without its field', size, {}, { place: '.count', expected: WHOLE }],
    ['null', size, null, OBJECT],
    ['a list for an object', size, [], OBJECT],
    ['the first variant', form, { kind: 'round' }, null],
    ['the second variant', form, { kind: 'square', side: 1 }, null],
    ['a variant without its field', form, { kind: 'square' }, { place: '.side', expected: WHOLE }],
    ['a variant that is not known', form, { kind: 'oval' }, KIND],
    ['a variant by the name of what every object has', form, { kind: 'toString' }, KIND],
    ['a variant without a word', form, {}, KIND],
    ['a variant that only inherits its word', form, Object.create({ kind: 'round' }), KIND],
    ['a variant with another word than text', form, { kind: ['round'] }, KIND],
    ['no object for a variant', form, 'round', OBJECT],
  ])('%s', (_, { check }, value, found) => {
    expect(check(value)).toEqual(found);
  });
});
