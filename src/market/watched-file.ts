/** Files that are read again when they have changed. */
import { statSync } from 'node:fs';
import { readRegularFile } from './regular-file.ts';

interface Loaded<Content> {
  /** Tells whether the file changed since it was read. */
  readonly mark: string;
  readonly content: Content;
}

/** What `parse` makes of a file, as it is now; undefined where there is none. What it throws is thrown each time, and exit 5 for more than `most` MiB. */
export function watchedFiles<Content>(
  parse: (text: string, file: string) => Content,
  most: number,
): (file: string) => Content | undefined {
  const known = new Map<string, Loaded<Content>>();
  return (file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const mark = `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
    const loaded = known.get(file);
    if (loaded?.mark === mark) return loaded.content;
    const content = parse(readRegularFile(file, most), file);
    known.set(file, { mark, content });
    return content;
  };
}
