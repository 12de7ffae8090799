import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import {
  dateOf,
  formatInstant,
  formatLocal,
  formatLocalZone,
  formatStamp,
  instantAt,
  later,
  parseInstant,
  plus,
  timeOf,
  type Instant,
} from '../../src/domain/instant.ts';

const RUNS = { numRuns: 1000 };
const anyInstant = fc
  .integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2100, 11, 31) })
  .map((milliseconds) => milliseconds as Instant);

const newYork = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'medium',
});

describe('text of an instant', () => {
  test.prop([anyInstant], RUNS)('is read back exactly, repeated hours included', (instant) => {
    expect(parseInstant(formatInstant(instant))).toBe(instant);
  });

  test.prop([anyInstant], RUNS)('in New York time agrees with the host', (instant) => {
    const wall = newYork.format(instant);
    expect(formatLocal(instant)).toBe(wall);
    expect(`${dateOf(instant)} ${timeOf(instant)}`).toBe(wall.slice(0, 16));
  });

  test.prop([anyInstant, anyInstant], RUNS)('for file names sorts by time', (a, b) => {
    fc.pre(Math.floor(a / 1000) !== Math.floor(b / 1000));
    expect(formatStamp(a) < formatStamp(b)).toBe(a < b);
  });

  test.each([
    ['2025-12-02T20:55:00Z', '2025-12-02T15:55:00-05:00', '2025-12-02 15:55:00 EST', '20251202_205500'],
    [
      '2025-07-03T13:30:00.250Z',
      '2025-07-03T09:30:00.250-04:00',
      '2025-07-03 09:30:00 EDT',
      '20250703_133000',
    ],
    ['2025-03-09T06:59:59Z', '2025-03-09T01:59:59-05:00', '2025-03-09 01:59:59 EST', '20250309_065959'],
    ['2025-03-09T07:00:00Z', '2025-03-09T03:00:00-04:00', '2025-03-09 03:00:00 EDT', '20250309_070000'],
    ['2025-11-02T05:30:00Z', '2025-11-02T01:30:00-04:00', '2025-11-02 01:30:00 EDT', '20251102_053000'],
    ['2025-11-02T06:30:00Z', '2025-11-02T01:30:00-05:00', '2025-11-02 01:30:00 EST', '20251102_063000'],
  ])('%s', (utc, offset, labelled, stamp) => {
    const instant = parseInstant(utc)!;
    expect(formatInstant(instant)).toBe(offset);
    expect(formatLocalZone(instant)).toBe(labelled);
    expect(formatStamp(instant)).toBe(stamp);
    expect(parseInstant(offset)).toBe(instant);
  });

  test.each([
    ['1955-07-01T12:00:00Z', '1955-07-01T08:00:00-04:00'],
    ['1955-01-03T12:00:05Z', '1955-01-03T07:00:05-05:00'],
  ])('of before the rules of today follows the zone data: %s', (utc, local) => {
    expect(formatInstant(parseInstant(utc)!)).toBe(local);
  });

  test.each([
    ['2025-12-02T15:55:00'],
    ['2025-12-02'],
    ['2025-02-30T10:00:00Z'],
    ['2025-12-02T25:00:00Z'],
    ['2025-12-02T15:55:00-05:00[America/New_York]'],
    ['tomorrow Z'],
    ['1764708900000'],
    [''],
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

test('An offset may be written without its colon.', () => {
  expect(parseInstant('2025-12-02T15:55:00-0500')).toBe(parseInstant('2025-12-02T20:55:00Z'));
});

describe('wall time', () => {
  test.prop([anyInstant], RUNS)(
    'of a moment leads back to its minute, or to the first of a repeated hour',
    (instant) => {
      const minute = Math.floor(instant / 60_000) * 60_000;
      const found = instantAt(dateOf(instant), timeOf(instant));
      expect([minute, minute - 3_600_000]).toContain(found);
      expect(timeOf(found)).toBe(timeOf(instant));
    },
  );

  test('that a clock change repeats is the first', () => {
    expect(instantAt('2025-11-02', '01:30')).toBe(parseInstant('2025-11-02T05:30:00Z'));
  });

  test('follows daylight saving', () => {
    expect(instantAt('2025-03-07', '15:55')).toBe(parseInstant('2025-03-07T20:55:00Z'));
    expect(instantAt('2025-03-10', '15:55')).toBe(parseInstant('2025-03-10T19:55:00Z'));
  });
});

test.prop([anyInstant, anyInstant], RUNS)(
  'the later of two instants is their maximum, and plus adds milliseconds',
  (a, b) => {
    expect(later(a, b)).toBe(Math.max(a, b));
    expect(plus(a, b - a)).toBe(b);
  },
);
