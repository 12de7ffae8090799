/** Waits in steps, so that a person who asks to stop is not kept. */
import type { Ports } from '../reconciler/ports.ts';

const STEP = 500;

export async function waitUnlessStopped(
  { clock, stop }: Pick<Ports, 'clock' | 'stop'>,
  milliseconds: number,
): Promise<void> {
  for (let left = milliseconds; left > 0 && !stop.requested(); left -= STEP)
    await clock.sleep(Math.min(left, STEP));
}
