import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { queue } from '../../src/store/queue.ts';
import { temporaryFolder } from './support/journals.ts';

function queueAt(path: string, timeout = 10_000, isWorthWaiting: () => boolean = () => true) {
  return queue({ path, timeout, isWorthWaiting });
}

function newPath(): string {
  return join(temporaryFolder(), 'data', 'execution.queue');
}

test('those who wait go one after the other', async () => {
  const path = newPath();
  let inside = 0;
  let most = 0;
  const visit = async (): Promise<void> => {
    const place = await queueAt(path).enter();
    inside += 1;
    most = Math.max(most, inside);
    await delay(20);
    inside -= 1;
    await place.leave();
  };
  await Promise.all([visit(), visit(), visit(), visit()]);
  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

test('who waited long enough goes on without a place, and leaves the other one alone', async () => {
  const path = newPath();
  const first = await queueAt(path).enter();
  const second = await queueAt(path, 150).enter();
  await second.leave();
  expect(existsSync(path)).toBe(true);
  await first.leave();
  expect(existsSync(path)).toBe(false);
});

test('nobody waits for what is not worth it', async () => {
  const path = newPath();
  const first = await queueAt(path).enter();
  let asked = 0;
  const second = await queueAt(path, 60_000, () => {
    asked += 1;
    return asked < 3;
  }).enter();
  expect(asked).toBe(3);
  await second.leave();
  await first.leave();
});

test('a place that a dead process left is taken over', async () => {
  const path = newPath();
  mkdirSync(path, { recursive: true });
  const longAgo = Date.now() / 1_000 - 60;
  utimesSync(path, longAgo, longAgo);
  const place = await queueAt(path, 0).enter();
  await place.leave();
  expect(existsSync(path)).toBe(false);
});

test('leaving twice does no harm to who came in between', async () => {
  const path = newPath();
  const first = await queueAt(path).enter();
  await first.leave();
  const second = await queueAt(path).enter();
  await first.leave();
  expect(existsSync(path)).toBe(true);
  await second.leave();
});

test('where nothing can be locked, nobody is stopped', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const place = await queueAt(join(folder, 'file', 'execution.queue'), 200).enter();
  await place.leave();
});
