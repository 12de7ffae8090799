import { expect, test } from 'vitest';
import { IANAZone } from 'luxon';
import { newYorkOffset } from '../../src/domain/new-york.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
test('the rules say what the zone data says, every day of 1968 to 2040, and at every hour of the days of change', () => {
  const zone = IANAZone.create('America/New_York');
  const changes: number[] = [];
  const check = (moment: number): number => {
    const offset = zone.offset(moment);
    if (newYorkOffset(moment) !== offset) expect.fail(new Date(moment).toISOString());
    return offset;
  };
  let before = check(Date.UTC(1968, 0, 1));
  for (let day = Date.UTC(1968, 0, 2); day < Date.UTC(2041, 0, 1); day += DAY) {
    const offset = check(day);
    if (offset !== before) changes.push(day);
    before = offset;
  }
  expect(changes).toHaveLength(2 * 73);
  for (const day of changes) for (let moment = day - DAY; moment < day; moment += HOUR) check(moment);
});

test('before the rules they say nothing', () => {
  expect(newYorkOffset(Date.UTC(1966, 11, 31))).toBeUndefined();
});
