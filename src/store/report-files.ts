/** Reports of session days as files beside the journal. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CalendarDate } from '../domain/instant.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Writes `eod-DATE.json` and `eod-DATE.md` into a folder, private and whole or not at all; a file that says the same already
 * is left alone. Returns what it wrote.
 */
export function writeReport(
  folder: string,
  date: CalendarDate,
  texts: { readonly json: string; readonly markdown: string },
): string[] {
  const files = [
    { path: join(folder, `eod-${date}.json`), text: texts.json },
    { path: join(folder, `eod-${date}.md`), text: texts.markdown },
  ].filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text);
  for (const { path, text } of files) replaceFile(path, text);
  return files.map(({ path }) => path);
}
