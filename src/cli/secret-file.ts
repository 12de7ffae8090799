/** Files that hold a secret. */
import { statSync } from 'node:fs';
import { codeOf } from '../store/system-error.ts';

/** What keeps the file from being a secret of its owner; null where nothing does. */
export function openToOthers(path: string): string | null {
  try {
    const { mode } = statSync(path);
    return (mode & 0o077) === 0 ? null : `${path} can be read by others: chmod 600 it`;
  } catch (error) {
    return `${path} cannot be read (${codeOf(error) ?? 'unknown'})`;
  }
}
