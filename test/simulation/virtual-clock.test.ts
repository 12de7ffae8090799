import { describe, expect } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { virtualClock } from '../../src/simulation/virtual-clock.ts';
import { fc, test } from '../support/law.ts';

const START = 1_000_000 as Instant;

describe('a virtual clock', () => {
  test('stands still while somebody can go on.', async () => {
    const clock = virtualClock(START);
    for (let step = 0; step < 100; step += 1) await Promise.resolve();
    expect(clock.now()).toBe(START);
    await clock.sleep(250);
    expect([clock.now(), clock.monotonic()]).toEqual([START + 250, 250]);
  });

  test.prop([fc.array(fc.nat(50), { minLength: 1, maxLength: 30 })])(
    'wakes all who wait side by side, each at its moment, and of one moment the first one first.',
    async (waits) => {
      const clock = virtualClock(START);
      const woken: [number, number][] = [];
      await Promise.all(
        waits.map(async (wait, index) => {
          await clock.sleep(wait);
          woken.push([clock.monotonic(), index]);
        }),
      );
      const expected = waits.map((wait, index) => [wait, index] as const);
      expect(woken).toEqual([...expected].sort(([a, i], [b, j]) => a - b || i - j));
    },
  );

  test('lets no time pass while work outside goes on, however long that takes.', async () => {
    const clock = virtualClock(START);
    const seen: string[] = [];
    const timer = clock.sleep(5).then(() => seen.push('timer'));
    await clock.outside(async () => {
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      seen.push(`outside at ${String(clock.monotonic())}`);
    });
    await timer;
    expect(seen).toEqual(['outside at 0', 'timer']);
  });

  test('goes on after work outside that fails.', async () => {
    const clock = virtualClock(START);
    await expect(clock.outside(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await clock.sleep(7);
    expect(clock.monotonic()).toBe(7);
  });
});
