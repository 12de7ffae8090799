/** What a signal makes of the exit code of a command. */
import { stopExit } from '../actions/interrupted.ts';
import type { ExitCode } from '../domain/errors.ts';
import type { Io } from './io.ts';

/** None where nobody has asked to stop: what was looked at after a stop is not all that there was to see. */
export function stopExits({ stop }: Pick<Io, 'stop'>): ExitCode[] {
  return stop.signal() === null ? [] : [stopExit(stop)];
}
