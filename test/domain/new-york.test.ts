import { expect, test } from 'vitest';
import { IANAZone } from 'luxon';
import { newYorkOffset } from '../../src/domain/new-york.ts';

const HOUR = 3_600_000;

test('the rule says what the zone data says, at every hour of 2008 to 2040', () => {
  const zone = IANAZone.create('America/New_York');
  for (let moment = Date.UTC(2008, 0, 1); moment < Date.UTC(2041, 0, 1); moment += HOUR) {
    if (newYorkOffset(moment) !== zone.offset(moment)) expect.fail(new Date(moment).toISOString());
  }
});

test('before the rule it says nothing', () => {
  expect(newYorkOffset(Date.UTC(2006, 11, 31))).toBeUndefined();
});
