/** The clock of a command. */
import { afterEach, expect, test, vi } from 'vitest';
import { isRehearsal, startClock } from '../../src/cli/start-clock.ts';
import type { Io } from '../../src/cli/io.ts';
import { parseInstant } from '../../src/domain/instant.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const at = (text: string) => parseInstant(text)!;
const NOON = '2025-12-02T12:00:00-05:00';

test('A clock that was moved to what is on disk is moved from there, and never back.', () => {
  const io = { environment: { HGCTL_NOW: NOON }, stderr: () => undefined } as unknown as Io;
  const clock = startClock(io);
  clock.notBefore([at('2025-12-02T13:00:00-05:00')]);
  expect(clock.now()).toBe(at('2025-12-02T13:00:00-05:00'));
  // The manifests are read again, and another process has written a little later.
  clock.notBefore([at('2025-12-02T13:00:05-05:00')]);
  expect(clock.now()).toBe(at('2025-12-02T13:00:05-05:00'));
  clock.notBefore([at('2025-12-02T11:00:00-05:00'), undefined]);
  expect(clock.now()).toBe(at('2025-12-02T13:00:05-05:00'));
});

afterEach(() => {
  vi.useRealTimers();
});

function realClock(time: string) {
  vi.useFakeTimers({ toFake: ['Date', 'hrtime'], now: at(time) });
  const said: string[] = [];
  const io = { environment: {}, stderr: (text: string) => said.push(text) } as unknown as Io;
  return { clock: startClock(io), said, set: (text: string) => vi.setSystemTime(at(text)) };
}

const pass = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1_000);

test('Behind what is on disk by seconds a real clock goes on from there, more slowly, until it has caught up.', () => {
  const { clock, said, set } = realClock(NOON);
  // It was set back, and the manifests are read again.
  set('2025-12-02T11:59:57-05:00');
  clock.notBefore([at(NOON)]);
  expect(clock.now()).toBe(at(NOON));
  pass(20);
  expect(clock.now()).toBe(at('2025-12-02T12:00:19-05:00'));
  clock.notBefore([at('2025-12-02T12:00:19-05:00')]);
  pass(50);
  expect(clock.now()).toBe(at('2025-12-02T12:01:07-05:00'));
  expect(said).toEqual([]);
});

test('It is right again as soon as it is set right.', () => {
  const { clock, set } = realClock(NOON);
  set('2025-12-02T11:59:57-05:00');
  clock.notBefore([at(NOON)]);
  pass(5);
  set('2025-12-02T12:00:05-05:00');
  expect(clock.now()).toBe(at('2025-12-02T12:00:05-05:00'));
});

test('Behind it by more than a minute, time goes on from there, and that is said.', () => {
  const { clock, said } = realClock(NOON);
  clock.notBefore([at('2025-12-02T13:00:00-05:00')]);
  pass(5);
  expect(clock.now()).toBe(at('2025-12-02T13:00:05-05:00'));
  expect(said).toEqual([
    'warning: the data folder has seen 2025-12-02T13:00:00-05:00; time goes on from there\n',
  ]);
});

test('A clock that was behind, and is set right, counts again: no time is an hour ahead for good.', () => {
  const wall = { now: at('2025-12-02T11:00:00-05:00'), monotonic: 1_000 };
  const clock = { now: () => wall.now, monotonic: () => wall.monotonic, sleep: () => Promise.resolve() };
  const started = startClock({ environment: {}, stderr: () => undefined, clock } as unknown as Io);
  started.notBefore([at(NOON)]);
  wall.monotonic += 60_000;
  expect(started.now()).toBe(at('2025-12-02T12:01:00-05:00'));
  wall.now = at('2025-12-02T12:01:00-05:00');
  expect(started.now()).toBe(wall.now);
  wall.now = at('2025-12-02T12:30:00-05:00');
  expect(started.now()).toBe(wall.now);
});

test('A clock that is given is the time of the command, and its waits are jumps; HGCTL_NOW goes before it.', async () => {
  const clock = virtualClock(at(NOON));
  const given = { environment: {}, stderr: () => undefined, clock } as unknown as Io;
  expect(isRehearsal(given)).toBe(true);
  await startClock(given).sleep(60_000);
  expect(clock.now()).toBe(at('2025-12-02T12:01:00-05:00'));
  const named = { ...given, environment: { HGCTL_NOW: '2025-12-02T13:00:00-05:00' } };
  expect(startClock(named).now()).toBe(at('2025-12-02T13:00:00-05:00'));
  expect(isRehearsal({ environment: {} })).toBe(false);
});
