/** Waiting that the end of the server cuts short: what sleeps keeps a process alive. */
import type { Clock } from '../../reconciler/ports.ts';

export interface Waiting {
  readonly clock: Clock;
  readonly isClosed: () => boolean;
}

const STEP = 50;

/** `milliseconds` of the clock, or until the server is closed. */
export async function pause({ clock, isClosed }: Waiting, milliseconds: number): Promise<void> {
  const end = clock.monotonic() + milliseconds;
  for (let left = milliseconds; left > 0 && !isClosed(); left = end - clock.monotonic())
    await clock.sleep(Math.min(left, STEP));
}
