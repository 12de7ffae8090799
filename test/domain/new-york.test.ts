import { expect, test } from 'vitest';
import { IANAZone } from 'luxon';
import { newYorkOffset } from '../../src/domain/new-york.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Clocks change in these: March, April, October and November. */
const CHANGING: ReadonlySet<number> = new Set([2, 3, 9, 10]);

test('the rules say what the zone data says, at every hour of the months of change and every day of 1988 to 2040', () => {
  const zone = IANAZone.create('America/New_York');
  for (let moment = Date.UTC(1988, 0, 1); moment < Date.UTC(2041, 0, 1);) {
    if (newYorkOffset(moment) !== zone.offset(moment)) expect.fail(new Date(moment).toISOString());
    moment += CHANGING.has(new Date(moment).getUTCMonth()) ? HOUR : DAY;
  }
});

test('before the rules they say nothing', () => {
  expect(newYorkOffset(Date.UTC(1986, 11, 31))).toBeUndefined();
});
