/** Telling that a file is no longer what it was, without reading it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Name, file, size and time of the last change; a name alone where there is no file. */
export function fileStamp(path: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return `${path} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return path;
  }
}

/** The stamps of all that is directly in a folder; empty where there is none. */
export function folderStamp(folder: string): string {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => fileStamp(join(folder, name)))
      .join('\n');
  } catch {
    return '';
  }
}
