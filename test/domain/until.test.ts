import { describe, expect, test } from 'vitest';
import { formatInstant, parseInstant } from '../../src/domain/instant.ts';
import { parseSince, parseUntil } from '../../src/domain/until.ts';

const NOW = parseInstant('2025-12-02T15:30:00-05:00') ?? (0 as never);

const until = (text: string, now = NOW): string | undefined => {
  const instant = parseUntil(text, now);
  return instant === undefined ? undefined : formatInstant(instant);
};

describe('The end of a suspension is', () => {
  test.each([
    ['an instant', '2025-12-02T21:00:00Z', '2025-12-02T16:00:00-05:00'],
    ['an instant of another zone', '2025-12-03T09:30:00+09:00', '2025-12-02T19:30:00-05:00'],
    ['New York time', '2026-10-03T09:30', '2026-10-03T09:30:00-04:00'],
    ['New York time to the second', '2026-01-03 09:30:15', '2026-01-03T09:30:15-05:00'],
    ['a date: its first minute', '2025-12-03', '2025-12-03T00:00:00-05:00'],
    ['a time of today', '15:55', '2025-12-02T15:55:00-05:00'],
    ['a time that is over today: tomorrow', '15:30', '2025-12-03T15:30:00-05:00'],
    ['hours', '2h', '2025-12-02T17:30:00-05:00'],
    ['minutes', '90m', '2025-12-02T17:00:00-05:00'],
    ['days', '3d', '2025-12-05T15:30:00-05:00'],
    ['hours and minutes', '1h30m', '2025-12-02T17:00:00-05:00'],
    ['many hours', '12h', '2025-12-03T03:30:00-05:00'],
    ['many days', '10d', '2025-12-12T15:30:00-05:00'],
    ['seconds', '90s', '2025-12-02T15:31:30-05:00'],
    ['all of them', '1d1h1m1s', '2025-12-03T16:31:01-05:00'],
    ['the last second of a minute', '2026-01-03T09:30:59', '2026-01-03T09:30:59-05:00'],
    ['a time that is over', '2025-12-02T15:29', '2025-12-02T15:29:00-05:00'],
  ])('%s: %s', (_, text, expected) => expect(until(text)).toBe(expected));

  test('a span of hours over a clock change, in real hours', () => {
    const before = parseInstant('2025-11-02T00:30:00-04:00') ?? (0 as never);
    expect(until('3h', before)).toBe('2025-11-02T02:30:00-05:00');
  });

  test.each([
    '',
    ' ',
    'tomorrow',
    '25:00',
    '10:60',
    '2025-02-30',
    '2025-13-01',
    '2025-12-02T24:00',
    '2',
    '2 h',
    '-2h',
    'h',
    '2h3',
    '1m1h',
    '2025-12-02T15:30:99',
    'x2025-12-03',
    '2025-12-03x',
    'x15:55',
    '15:55x',
  ])('not %j', (text) => expect(until(text)).toBeUndefined());
});

describe('The beginning of what is asked for is', () => {
  const since = (text: string): string | undefined => {
    const instant = parseSince(text, NOW);
    return instant === undefined ? undefined : formatInstant(instant);
  };

  test.each([
    ['a span back', '2h', '2025-12-02T13:30:00-05:00'],
    ['a time of today', '15:30', '2025-12-02T15:30:00-05:00'],
    ['a time that is still to come: yesterday', '15:31', '2025-12-01T15:31:00-05:00'],
    ['a date', '2025-12-01', '2025-12-01T00:00:00-05:00'],
    ['New York time', '2025-12-01T09:30', '2025-12-01T09:30:00-05:00'],
    ['an instant', '2025-12-01T09:30:00Z', '2025-12-01T04:30:00-05:00'],
  ])('%s: %s', (_, text, expected) => expect(since(text)).toBe(expected));

  test.each(['', 'yesterday', '25:00', '-2h', '2025-02-30'])('not %j', (text) => {
    expect(since(text)).toBeUndefined();
  });
});
