/** Moments and spans on the command line. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { parseSince, parseSpan, TIME_FORMS } from '../domain/until.ts';

/** `--since`; null where it was not given. */
export function readSince(text: string | undefined, now: Instant): Instant | null {
  if (text === undefined) return null;
  const since = parseSince(text, now);
  if (since !== undefined) return since;
  throw new HgctlError(EXIT.usage, `--since ${JSON.stringify(text)} is no time`, { hint: TIME_FORMS });
}

/** `--timeout`, ms. */
export function readTimeout(text: string): number {
  const length = parseSpan(text);
  if (length !== undefined) return length;
  throw new HgctlError(EXIT.usage, `--timeout ${JSON.stringify(text)} is no span of time`, {
    hint: 'for example 30s, 5m or 2h; 0s looks once',
  });
}
