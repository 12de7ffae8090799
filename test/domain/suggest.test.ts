import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import { closest, editDistance } from '../../src/domain/suggest.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 8 });

describe('the closest word', () => {
  test.each([
    ['aply', ['plan', 'apply', 'get'], 'apply'],
    ['paln', ['plan', 'pan'], 'pan'],
    ['strategies', ['orders', 'strategies'], 'strategies'],
    ['Stategy', ['strategy'], 'strategy'],
    ['abd', ['abc', 'abe', 'abb'], 'abb'],
    ['positon', ['positions'], 'positions'],
    ['xyz', ['apply', 'plan'], undefined],
    ['io', ['up', 'do'], 'do'],
    ['x', ['y'], undefined],
    ['', ['a'], undefined],
    ['a', [], undefined],
  ])('to %j of %j is %j', (wanted, candidates, expected) => {
    expect(closest(wanted, candidates)).toBe(expected);
  });

  test.prop([word, fc.array(word), fc.integer()], { numRuns: 1000 })(
    'does not depend on the order of the candidates and is one of the nearest',
    (wanted, candidates, turn) => {
      const found = closest(wanted, candidates);
      const cut = candidates.length === 0 ? 0 : Math.abs(turn) % candidates.length;
      expect(closest(wanted, [...candidates.slice(cut), ...candidates.slice(0, cut)])).toBe(found);
      const nearest = Math.min(...candidates.map((candidate) => editDistance(wanted, candidate)));
      if (found === undefined) expect(nearest > Math.min(2, wanted.length / 2)).toBe(true);
      else expect(editDistance(wanted, found)).toBe(nearest);
    },
  );
});

describe('the edit distance', () => {
  test.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['plan', 'paln', 1],
    ['ca', 'abc', 3],
  ])('of %j and %j is %i', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  test.prop([word, word], { numRuns: 1000 })(
    'is symmetric, zero only for equals, and at most the longer length',
    (a, b) => {
      const distance = editDistance(a, b);
      expect(editDistance(b, a)).toBe(distance);
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    },
  );
});
