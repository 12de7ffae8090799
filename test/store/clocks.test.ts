import { expect, test } from 'vitest';
import { parseInstant } from '../../src/domain/instant.ts';
import { fixedClock, offsetClock, systemClock } from '../../src/store/clocks.ts';

const START = parseInstant('2025-12-02T15:55:00-05:00')!;

test('the real clock sleeps for real', async () => {
  const clock = systemClock();
  const [wall, monotonic] = [clock.now(), clock.monotonic()];
  await clock.sleep(30);
  expect(clock.monotonic() - monotonic).toBeGreaterThanOrEqual(29);
  expect(clock.now()).toBeGreaterThan(wall);
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
});

test('a fixed clock stands still but for its own sleep, which takes no time', async () => {
  const clock = fixedClock(START);
  const monotonic = clock.monotonic();
  await systemClock().sleep(10);
  expect([clock.now(), clock.monotonic()]).toStrictEqual([START, monotonic]);
  const before = performance.now();
  await clock.sleep(3_600_000);
  expect(performance.now() - before).toBeLessThan(1_000);
  expect([clock.now() - START, clock.monotonic() - monotonic]).toStrictEqual([3_600_000, 3_600_000]);
});

test('a fixed clock lets others run while it sleeps', async () => {
  let ran = false;
  setImmediate(() => {
    ran = true;
  });
  await fixedClock(START).sleep(1);
  expect(ran).toBe(true);
});

test('a fixed clock starts at the monotonic time that other processes see', () => {
  expect(Math.abs(fixedClock(START).monotonic() - systemClock().monotonic())).toBeLessThan(1_000);
});

test('a clock that is off shows another time, and runs as fast', async () => {
  const base = fixedClock(START);
  const clock = offsetClock(base, -90_000);
  await clock.sleep(5);
  expect([clock.now() - START, clock.monotonic()]).toStrictEqual([-89_995, base.monotonic()]);
});
