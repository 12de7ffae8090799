/** So many requests in each minute of the clock. Pure but for its count. */
import { MINUTE, SECOND, type Instant } from '../../domain/instant.ts';

export interface RateLimit {
  /** Counts one request. */
  take(now: Instant): RateState;
}

export interface RateState {
  readonly isOver: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export function rateLimit(limit: number): RateLimit {
  let window = -1;
  let used = 0;
  return {
    take: (now) => {
      const current = Math.floor(now / MINUTE);
      if (current !== window) [window, used] = [current, 0];
      used += 1;
      return { isOver: used > limit, headers: rateHeaders(limit, limit - used, (current + 1) * MINUTE) };
    },
  };
}

/** `reset`: when there are more again, ms since 1970; the header has seconds. */
export function rateHeaders(limit: number, left: number, reset: number): Readonly<Record<string, string>> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(Math.max(0, left)),
    'X-RateLimit-Reset': String(Math.ceil(reset / SECOND)),
  };
}
