import { expect, test } from 'vitest';
import { marketClock } from '../../src/broker/simulated-clock.ts';
import { at } from '../support/simulated-world.ts';

test.each([
  ['2025-12-06T12:00:00-05:00', '2025-12-06', 24],
  ['2025-11-02T12:00:00-05:00', '2025-11-02', 25],
  ['2025-03-09T12:00:00-04:00', '2025-03-09', 23],
  ['2025-12-31T23:59:59.999-05:00', '2025-12-31', 24],
])('the always-open market at %s has all of %s, %d hours', (now, date, hours) => {
  const clock = marketClock({ clock: 'always-open' }, at(now));
  expect(clock).toMatchObject({ isOpen: true, lastSubmit: null, session: { date } });
  expect(clock.session.close - clock.session.open).toBe(hours * 3_600_000);
  expect(clock.session.open).toBeLessThanOrEqual(clock.now);
  expect(clock.now).toBeLessThan(clock.session.close);
});

test.each([
  ['before the open', '2025-12-02T09:29:59.999-05:00', false, '2025-12-02', '2025-12-02T15:59:30-05:00'],
  ['at the open', '2025-12-02T09:30:00-05:00', true, '2025-12-02', '2025-12-02T15:59:30-05:00'],
  ['before the close', '2025-12-02T15:59:59.999-05:00', true, '2025-12-02', '2025-12-02T15:59:30-05:00'],
  ['at the close', '2025-12-02T16:00:00-05:00', false, '2025-12-03', '2025-12-03T15:59:30-05:00'],
  ['before a holiday', '2025-11-26T17:00:00-05:00', false, '2025-11-28', '2025-11-28T12:59:30-05:00'],
  ['on a short day', '2025-11-28T12:59:00-05:00', true, '2025-11-28', '2025-11-28T12:59:30-05:00'],
  ['on a Saturday', '2025-12-06T12:00:00-05:00', false, '2025-12-08', '2025-12-08T15:59:30-05:00'],
])('the exchange %s (%s): open %s, session %s, last submit %s', (_, now, isOpen, date, lastSubmit) => {
  const clock = marketClock({ clock: 'exchange' }, at(now));
  expect(clock).toMatchObject({ now: at(now), isOpen, session: { date }, lastSubmit: at(lastSubmit) });
});
