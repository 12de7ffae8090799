import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { wakeUps, type WakeUpOptions, type WakeUps } from '../../src/cli/wake-ups.ts';
import type { Instant } from '../../src/domain/instant.ts';

let open: WakeUps | null = null;

afterEach(async () => {
  await open?.close();
  open = null;
});

async function waiting(options: Partial<WakeUpOptions>): Promise<WakeUps> {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-wake-'));
  open = await wakeUps({
    clock: {
      now: () => Date.now() as Instant,
      monotonic: () => performance.now(),
      sleep: () => Promise.resolve(),
    },
    stop: { requested: () => false, signal: () => 'SIGTERM' },
    isRehearsal: false,
    watched: [folder],
    journal: join(folder, 'journal'),
    stamp: () => 'the same',
    isAsked: () => false,
    ...options,
  });
  return open;
}

const inAMinute = (): Instant => (Date.now() + 60_000) as Instant;

describe('the wait between two passes', () => {
  // A test that hangs here is the controller that left `hgctl reconcile` without an answer for five minutes.
  test('ends where somebody asked just before the mark, after the questions were claimed', async () => {
    const wakes = await waiting({ isAsked: () => true });
    wakes.mark();
    const until = inAMinute();
    await wakes.wait(until);
    expect(Date.now()).toBeLessThan(until);
  });

  test('ends where something has changed since the mark', async () => {
    let stamp = 'before';
    const wakes = await waiting({ stamp: () => stamp });
    wakes.mark();
    stamp = 'after';
    const until = inAMinute();
    await wakes.wait(until);
    expect(Date.now()).toBeLessThan(until);
  });

  test('ends where the broker has told of something', async () => {
    const wakes = await waiting({ hasNews: () => true });
    wakes.mark();
    const until = inAMinute();
    await wakes.wait(until);
    expect(Date.now()).toBeLessThan(until);
  });

  test('goes on to its end where nothing has happened', async () => {
    const wakes = await waiting({});
    wakes.mark();
    const until = (Date.now() + 300) as Instant;
    await wakes.wait(until);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
  });
});
