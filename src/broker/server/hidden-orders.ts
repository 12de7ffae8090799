/** Orders that lists and look-ups do not show yet, as a fault script wants it. */
import { plus, type Instant } from '../../domain/instant.ts';
import type { Clock } from '../../reconciler/ports.ts';

export interface HiddenOrders {
  /** For so many ms from now. */
  hide(clientOrderId: string, milliseconds: number): void;
  has(clientOrderId: string): boolean;
}

export function hiddenOrders(clock: Pick<Clock, 'now'>): HiddenOrders {
  const until = new Map<string, Instant>();
  return {
    hide: (clientOrderId, milliseconds) => {
      const now = clock.now();
      for (const [id, end] of until) if (end <= now) until.delete(id);
      until.set(clientOrderId, plus(now, milliseconds));
    },
    has: (clientOrderId) => {
      const end = until.get(clientOrderId);
      return end !== undefined && clock.now() < end;
    },
  };
}
