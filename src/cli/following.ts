/** Commands that go on printing what others write, until they are asked to stop. */
import { setTimeout as delay } from 'node:timers/promises';
import { stopExit } from '../actions/interrupted.ts';
import type { ExitCode } from '../domain/errors.ts';
import type { StopSignal } from '../reconciler/ports.ts';

/** Of real time: what others write does not wait for a clock that stands still. */
const TICK = 250;

/** Calls `step` again and again; ends as a command that was interrupted does, as soon as it is. */
export async function following(stop: StopSignal, step: () => void): Promise<ExitCode> {
  while (!stop.requested()) {
    step();
    await delay(TICK);
  }
  return stopExit(stop);
}
