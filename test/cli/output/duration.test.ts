import { describe, expect } from 'vitest';
import { fc, test } from '../../support/law.ts';
import { formatDuration } from '../../../src/cli/output/duration.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, y: YEAR };

describe('a duration', () => {
  test.each([
    [-5 * MINUTE, '<invalid>'],
    [-SECOND, '<invalid>'],
    [-999, '0s'],
    [0, '0s'],
    [999, '0s'],
    [SECOND, '1s'],
    [119 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [2 * MINUTE + 13 * SECOND, '2m13s'],
    [10 * MINUTE - 1, '9m59s'],
    [10 * MINUTE + 30 * SECOND, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR, '3h'],
    [5 * HOUR, '5h'],
    [7 * HOUR + 59 * MINUTE, '7h59m'],
    [8 * HOUR + 30 * MINUTE, '8h'],
    [47 * HOUR, '47h'],
    [2 * DAY, '2d'],
    [7 * DAY + 23 * HOUR, '7d23h'],
    [8 * DAY + HOUR, '8d'],
    [41 * DAY, '41d'],
    [2 * YEAR - 1, '729d'],
    [2 * YEAR, '2y'],
    [3 * YEAR + 120 * DAY, '3y120d'],
    [8 * YEAR + 120 * DAY, '8y'],
  ])('of %i ms is %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test.prop([fc.integer({ min: 0, max: 20 * YEAR })], { numRuns: 1000 })(
    'is rounded down by less than an eighth, or by less than a second',
    (milliseconds) => {
      const parts = [...formatDuration(milliseconds).matchAll(/(\d+)([smhdy])/g)];
      const shown = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
      expect(shown).toBeLessThanOrEqual(milliseconds);
      expect(milliseconds - shown).toBeLessThan(Math.max(SECOND, milliseconds / 8));
    },
  );
});
