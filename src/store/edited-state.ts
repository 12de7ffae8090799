/** Keeps what somebody wrote into the state file, once. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { formatStamp, type Instant } from '../domain/instant.ts';
import { keepCopy } from './keep-copy.ts';

/** Returns the path of the copy, an older one if it has the same text. */
export function keepEdited(path: string, now: Instant): string {
  const text = readFileSync(path, 'utf8');
  const folder = dirname(path);
  const prefix = `${basename(path)}.edited-`;
  const same = readdirSync(folder).find(
    (name) => name.startsWith(prefix) && readFileSync(join(folder, name), 'utf8') === text,
  );
  if (same !== undefined) return join(folder, same);
  const stamp = `${prefix}${formatStamp(now)}`;
  return join(
    folder,
    keepCopy(folder, (n) => (n === 0 ? stamp : `${stamp}.${n}`), text),
  );
}
