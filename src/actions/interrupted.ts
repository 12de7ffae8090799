/** What becomes of a pass that hgctl was asked to stop before anything of it was done. */
import { EXIT, HgctlError, type ExitCode } from '../domain/errors.ts';
import type { StopSignal } from '../reconciler/ports.ts';

/** 130 or 143. */
export function stopExit(stop: StopSignal): ExitCode {
  return stop.signal() === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
}

/** Whoever waits for the pass is not told that there was nothing to do. */
export function neverMade(stop: StopSignal): HgctlError {
  return new HgctlError(stopExit(stop), 'asked to stop before the pass was made: nothing was done');
}
