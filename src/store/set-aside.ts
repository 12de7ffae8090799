/** Puts lost data aside under another name: nothing of it is ever deleted. */
import { existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatStamp, type Instant } from '../domain/instant.ts';
import { syncFolder } from './folders.ts';

/** The new name, `<path>.lost-<stamp>[.n]`; null where there is nothing. */
export function setAside(path: string, now: Instant): string | null {
  if (!existsSync(path)) return null;
  const stamp = `${path}.lost-${formatStamp(now)}`;
  let name = stamp;
  for (let n = 1; existsSync(name); n += 1) name = `${stamp}.${n}`;
  renameSync(path, name);
  syncFolder(dirname(path));
  return name;
}

/** Gives a folder or file its final name, durably. */
export function moveIntoPlace(from: string, to: string): void {
  renameSync(from, to);
  syncFolder(dirname(to));
}
