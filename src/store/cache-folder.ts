/** A folder of texts that may be lost: read bounded, replaced as a whole, private. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './replace-file.ts';

/** Larger than any series of an index or a share: a century of sessions is 2 MB. */
const TEXT_MAX = 8 * 1024 * 1024;

export interface CacheFolder {
  read(name: string): string | null;
  write(name: string, text: string): void;
}

/** Made with the first write. */
export function cacheFolder(folder: string): CacheFolder {
  return {
    read: (name) => {
      const path = join(folder, name);
      try {
        const stats = statSync(path, { throwIfNoEntry: false });
        return stats?.isFile() === true && stats.size <= TEXT_MAX ? readFileSync(path, 'utf8') : null;
      } catch {
        // Whatever keeps it from being read: it is fetched again.
        return null;
      }
    },
    write: (name, text) => replaceFile(join(folder, name), text),
  };
}
