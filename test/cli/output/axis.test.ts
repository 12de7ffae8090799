/** Ticks at round numbers, and where months and years begin. */
import { describe, expect } from 'vitest';
import { dateTicks, niceScale } from '../../../src/cli/output/axis.ts';
import { dateOfDay, dayNumber } from '../../../src/domain/days.ts';
import { fc, test } from '../../support/law.ts';
import { simulated } from '../../support/simulation-record.ts';

const END = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => Math.round(value * 1e4) / 1e4);
const MOST = fc.integer({ min: 3, max: 12 });

describe('a nice scale', () => {
  test.each([
    [0, 100, 6, [0, 20, 40, 60, 80, 100]],
    [72_638, 107_012, 5, [70_000, 80_000, 90_000, 100_000, 110_000]],
    [-32.06, 0, 3, [-40, -20, 0]],
    [0, 0.31, 5, [0, 0.1, 0.2, 0.3, 0.4]],
    [-1, 1, 3, [-1, 0, 1]],
  ])('of %d to %d with at most %d ticks.', (low, high, most, ticks) => {
    expect(niceScale(low, high, most).ticks).toEqual(ticks);
  });

  test.each([100, 0, -5])('of nothing but %d holds it between its ends.', (value) => {
    const { ticks } = niceScale(value, value, 5);
    expect(ticks[0]).toBeLessThan(value);
    expect(ticks.at(-1)).toBeGreaterThan(value);
  });

  test.prop([END, END, MOST])('holds both ends, has few ticks, and they are evenly spaced.', (a, b, most) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    const { ticks, digits } = niceScale(low, high, most);
    expect(ticks[0]).toBeLessThanOrEqual(low);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(high);
    expect(ticks.length).toBeLessThanOrEqual(most);
    const labels = ticks.map((tick) => tick.toFixed(digits));
    expect(new Set(labels).size).toBe(ticks.length);
    const [first = 0, second = 0] = ticks;
    expect((second - first).toExponential(6)).toMatch(/^[125]\.000000e/);
  });
});

describe('date ticks', () => {
  const dates = simulated({ sessions: 504 }).sessions.map(({ date }) => date);
  const labels = (row: readonly string[], most: number): string[] =>
    dateTicks(row, most).map(({ label }) => label);

  test('two years have quarters, months or years, as there is place.', () => {
    expect(labels(dates, 30).slice(0, 3)).toEqual(['2024-01', '2024-02', '2024-03']);
    expect(labels(dates, 9)).toEqual([
      '2024-01',
      '2024-04',
      '2024-07',
      '2024-10',
      '2025-01',
      '2025-04',
      '2025-07',
      '2025-10',
      '2026-01',
    ]);
    expect(labels(dates, 4)).toEqual(['2024', '2025', '2026']);
    expect(labels(dates, 2)).toEqual(['2024', '2026']);
  });

  test('a few weeks have days or Mondays.', () => {
    expect(labels(dates.slice(0, 3), 5)).toEqual(['2024-01-02', '2024-01-03', '2024-01-04']);
    expect(labels(dates.slice(0, 12), 5)).toEqual(['2024-01-02', '2024-01-08', '2024-01-16']);
  });

  test('a month that began before the first session has no tick there.', () => {
    expect(labels(dates.slice(8, 60), 4)).toEqual(['2024-02', '2024-03']);
  });

  test.prop([fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 1, max: 4000 }), MOST])(
    'there is at least one, never more than fit, each where its label begins.',
    (start, count, most) => {
      const row = Array.from({ length: count }, (_, index) => dateOfDay(start + index));
      const ticks = dateTicks(row, most);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(most);
      for (const { index, label } of ticks) expect(row[index]?.startsWith(label)).toBe(true);
      expect(dayNumber(row[0] ?? '')).toBe(start);
    },
  );
});
