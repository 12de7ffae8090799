/** Reads files that people name. */
import { readFileSync, statSync } from 'node:fs';
import { EXIT, HgctlError } from '../domain/errors.ts';

/**
 * Throws what the system throws, and exit 5 for what is no file: a pipe without a writer would be waited for without
 * end, and a device has none.
 */
export function readRegularFile(path: string): string {
  if (!statSync(path).isFile())
    throw new HgctlError(EXIT.refused, `${path} is not a regular file`, { hint: 'put a file in its place' });
  return readFileSync(path, 'utf8');
}
