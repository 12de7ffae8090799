/** Instants as UTC text: one way to write each, and nothing else is read. */
import { expect, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { formatUtc, parseUtc } from '../../src/observed/utc-text.ts';

test.each<[text: string, time: number]>([
  ['1970-01-01T00:00:00.000Z', 0],
  ['1969-12-31T23:59:59.999Z', -1],
  ['2025-12-02T20:05:09.007Z', 1_764_705_909_007],
])('%s', (text, time) => {
  expect(formatUtc(time as Instant)).toBe(text);
  expect(parseUtc(text)).toBe(time);
});

test.each([
  ['x2025-12-02T20:05:09.007Z'],
  ['2025-12-02T20:05:09.007Zx'],
  ['2025-12-02T24:05:09.007Z'],
  ['2025-12-02T29:05:09.007Z'],
  ['2025-12-02T20:60:09.007Z'],
  ['2025-12-02T20:05:60.007Z'],
  ['2025-12-02T20:05:09.07Z'],
  ['2025-12-02T20:05:09Z'],
  ['2025-02-29T20:05:09.007Z'],
])('%s is not read', (text) => {
  expect(parseUtc(text)).toBeUndefined();
});
