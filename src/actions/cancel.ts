/** Asking the broker to end an order: a request may be lost or come too often, and is repeated with patience. */
import { SECOND } from '../domain/instant.ts';
import type { Ports } from '../reconciler/ports.ts';
import { RATE_LIMIT_PAUSE } from './read.ts';

/** How long until a cancel whose answer is lost is asked for again. */
export const CANCEL_AGAIN = 5 * SECOND;

export interface CancelTurn {
  /** Monotonic; the next request goes out no earlier. */
  readonly from: number;
  /** The broker has asked for a pause before; after a second time it is left in peace. */
  readonly wasLimited: boolean;
}

export const FIRST_CANCEL: CancelTurn = { from: 0, wasLimited: false };

/** One request, and when the next one may follow; `pause` ms after one that the broker took. */
export async function requestCancel(
  { broker, clock }: Pick<Ports, 'broker' | 'clock'>,
  brokerOrderId: string,
  turn: CancelTurn,
  pause: number,
): Promise<CancelTurn> {
  const answer = await broker.cancel(brokerOrderId);
  const now = clock.monotonic();
  switch (answer.kind) {
    case 'requested':
    case 'already-final':
      return { ...turn, from: now + pause };
    case 'unknown':
      return { ...turn, from: now + CANCEL_AGAIN };
    case 'rate-limited': {
      const wait = turn.wasLimited ? Number.POSITIVE_INFINITY : (answer.retryAfter ?? RATE_LIMIT_PAUSE);
      return { from: now + wait, wasLimited: true };
    }
  }
}
