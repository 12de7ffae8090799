/** Asks the broker a question: patiently, and never for ever. */
import type { Observed } from '../observed/broker-view.ts';
import type { Unknown } from '../observed/unknown.ts';
import { BrokerBarred, BrokerRateLimited, BrokerUnavailable, type Ports } from '../reconciler/ports.ts';

/** Reads are tried three times, one second apart and then two. */
const READ_BACKOFF = [1_000, 2_000] as const;

/** How long to wait where the broker is asked too often and does not say how long. */
export const RATE_LIMIT_PAUSE = 30_000;

/** A longer pause than this is not waited for: a lock is held, or a person waits. */
const RATE_LIMIT_PAUSE_MAX = 60_000;

/**
 * The answer, or why there is none: three tries with growing pauses, but one more only where the broker asked for a
 * pause. `until`: monotonic; no pause goes on beyond it. Anything but an unavailable broker is a bug and goes on up.
 */
export async function read<Data>(
  clock: Ports['clock'],
  ask: () => Promise<Data>,
  until = Number.POSITIVE_INFINITY,
): Promise<Observed<Data>> {
  let wasLimited = false;
  for (let attempt = 0; ; attempt += 1) {
    const asOf = clock.now();
    try {
      return { kind: 'ok', data: await ask(), asOf };
    } catch (error) {
      if (!(error instanceof BrokerUnavailable)) throw error;
      const isLimited = error instanceof BrokerRateLimited;
      const pause = isLimited ? limitPause(error, wasLimited) : backoff(error, attempt);
      wasLimited ||= isLimited;
      const isTooLong = pause !== undefined && !isWorthWaiting(clock, pause, until);
      if (pause === undefined || isTooLong) return unknownBy(error, pause);
      await clock.sleep(pause);
    }
  }
}

/** Whether a pause that the broker asks for is short enough, and over before `until`. */
export function isWorthWaiting(clock: Ports['clock'], pause: number, until: number): boolean {
  return pause <= RATE_LIMIT_PAUSE_MAX && clock.monotonic() + pause <= until;
}

function unknownBy(error: BrokerUnavailable, pause: number | undefined): Unknown {
  const advice = error instanceof BrokerBarred ? { advice: error.advice } : {};
  return { kind: 'unknown', reason: reasonOf(error, pause), ...advice };
}

function reasonOf(error: BrokerUnavailable, pause: number | undefined): string {
  return pause === undefined ? error.message : `${error.message}; it asks for a pause of ${pause / 1_000} s`;
}

function backoff(error: BrokerUnavailable, attempt: number): number | undefined {
  return error instanceof BrokerBarred ? undefined : READ_BACKOFF[attempt];
}

/** As the broker says, else the 30 s of the seed's table, and once only. */
function limitPause({ retryAfter }: BrokerRateLimited, wasLimited: boolean): number | undefined {
  return wasLimited ? undefined : (retryAfter ?? RATE_LIMIT_PAUSE);
}
