/** Moments and spans on the command line. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { parseSince, TIME_FORMS } from '../domain/until.ts';

/** `--since`; null where it was not given. */
export function readSince(text: string | undefined, now: Instant): Instant | null {
  if (text === undefined) return null;
  const since = parseSince(text, now);
  if (since !== undefined) return since;
  throw new HgctlError(EXIT.usage, `--since ${JSON.stringify(text)} is no time`, { hint: TIME_FORMS });
}
