import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import {
  addDays,
  dateOfDay,
  dayNumber,
  dayOf,
  easterOf,
  weekdayFrom,
  weekdayOf,
} from '../../src/domain/days.ts';

const DAY = 86_400_000;
/** Years 0001 to 9998, so that a step to a neighbour stays in range. */
const anyDay = fc.integer({ min: -719_000, max: 2_932_000 });

describe('day numbers', () => {
  test.prop([anyDay], { numRuns: 2000 })('agree with the calendar of the host', (day) => {
    const host = new Date(day * DAY);
    expect(dateOfDay(day)).toBe(host.toISOString().slice(0, 10));
    expect(dayOf(host.getUTCFullYear(), host.getUTCMonth() + 1, host.getUTCDate())).toBe(day);
    expect(weekdayOf(day)).toBe(host.getUTCDay());
  });

  test.prop([anyDay], { numRuns: 1000 })('survive the way to text and back', (day) => {
    expect(dayNumber(dateOfDay(day))).toBe(day);
  });

  test.each([
    ['2025-02-29'],
    ['1900-02-29'],
    ['2025-04-31'],
    ['2025-00-10'],
    ['2025-01-00'],
    ['25-01-01'],
    ['2025-01-010'],
    ['2025/01/01'],
    ['2025/01-01'],
    ['2025-01/01'],
    ['2025-1a-01'],
    ['20 5-01-01'],
    ['-025-01-01'],
    [''],
  ])('do not exist for %j', (text) => {
    expect(dayNumber(text)).toBeNaN();
  });

  test.each([['2000-02-29'], ['2024-02-29'], ['1900-02-28']])('exist for %j', (text) => {
    expect(dateOfDay(dayNumber(text))).toBe(text);
  });

  test.prop([anyDay, fc.integer({ min: 0, max: 6 })], { numRuns: 1000 })(
    'lead to the first given weekday on or after a day',
    (day, weekday) => {
      const found = weekdayFrom(day, weekday);
      expect(weekdayOf(found)).toBe(weekday);
      expect(found - day).toBeGreaterThanOrEqual(0);
      expect(found - day).toBeLessThan(7);
    },
  );

  test('are added over month, leap day and year', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2025-12-31', 1)).toBe('2026-01-01');
    expect(addDays('2026-01-01', -366)).toBe('2024-12-31');
  });
});

test.each([
  ['1818-03-22'],
  ['1943-04-25'],
  ['1995-04-16'],
  ['1999-04-04'],
  ['2000-04-23'],
  ['2008-03-23'],
  ['2011-04-24'],
  ['2014-04-20'],
  ['2025-04-20'],
  ['2038-04-25'],
  ['2285-03-22'],
])('Easter Sunday of its year is %s', (date) => {
  expect(dateOfDay(easterOf(Number(date.slice(0, 4))))).toBe(date);
});
