/** What the headers of an answer say of the rate limit. */
import type { Heard } from './budget.ts';

const SECONDS = /^\d{1,10}$/;
const COUNT = /^\d{1,9}$/;

/** ms to wait, by `Retry-After`, else until the rate limit starts anew; null where neither is there. */
export function waitIn(headers: Headers): number | null {
  const after = headers.get('retry-after') ?? '';
  if (SECONDS.test(after)) return Number(after) * 1_000;
  const moment = Date.parse(after);
  return Number.isNaN(moment) ? resetIn(headers) : distance(headers, moment);
}

/** Null where a part is missing. */
export function heardIn(headers: Headers): Heard | null {
  const limit = headers.get('x-ratelimit-limit') ?? '';
  const remaining = headers.get('x-ratelimit-remaining') ?? '';
  const wait = resetIn(headers);
  if (!COUNT.test(limit) || !COUNT.test(remaining) || wait === null) return null;
  return { limit: Number(limit), remaining: Number(remaining), wait };
}

function resetIn(headers: Headers): number | null {
  const reset = headers.get('x-ratelimit-reset') ?? '';
  return SECONDS.test(reset) ? distance(headers, Number(reset) * 1_000) : null;
}

/** From the moment of the answer, by the broker's own clock: those of two machines differ. */
function distance(headers: Headers, moment: number): number | null {
  const wait = moment - Date.parse(headers.get('date') ?? '');
  return Number.isNaN(wait) ? null : Math.max(0, wait);
}
