/** Reads files that people name. */
import { readFileSync, statSync } from 'node:fs';
import { EXIT, HgctlError } from '../domain/errors.ts';

const MIB = 1_048_576;

/** MiB: a simulated account with 20,000 orders takes 16, a table of 500 symbols 15, a year of minutes 5. */
export const FILE_MAX = 256;
/** MiB, of daily prices and of corporate actions: a century of prices takes 3. */
export const DAYS_MAX = 8;

/**
 * Throws what the system throws, and exit 5 for what is no file (a pipe without a writer would be waited for without
 * end, and a device has none), or is larger than `most` MiB.
 */
export function readRegularFile(path: string, most = FILE_MAX): string {
  const stats = statSync(path);
  if (!stats.isFile())
    throw new HgctlError(EXIT.refused, `${path} is not a regular file`, { hint: 'put a file in its place' });
  if (stats.size > most * MIB)
    throw new HgctlError(EXIT.refused, `${path} is larger than ${most} MiB`, {
      hint: 'put the right file in its place: hgctl reads none of that size',
    });
  return readFileSync(path, 'utf8');
}
