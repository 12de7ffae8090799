/** The clock of a command. */
import { expect, test } from 'vitest';
import { startClock } from '../../src/cli/start-clock.ts';
import type { Io } from '../../src/cli/io.ts';
import { parseInstant } from '../../src/domain/instant.ts';

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
