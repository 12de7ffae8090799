/** Copies that never replace an older copy. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, syncFolder } from './folders.ts';
import { codeOf } from './system-error.ts';

/** Writes a text durably under the first free of `nameOf(0)`, `nameOf(1)`, ...; returns that name. */
export function keepCopy(folder: string, nameOf: (n: number) => string, text: string): string {
  ensureFolder(folder);
  for (let n = 0; ; n += 1) {
    try {
      writeNew(join(folder, nameOf(n)), text);
      syncFolder(folder);
      return nameOf(n);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** Writes a private file that must not exist yet; its content is durable afterwards, its name is not. */
export function writeNew(path: string, text: string | Buffer): void {
  const fd = openSync(path, 'wx', 0o600);
  try {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    for (let done = 0; done < bytes.length; done += writeSync(fd, bytes, done));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
