/** What was taken over from the original into a data folder, so that it is not taken over twice. */
import { join } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { readText } from './read-text.ts';
import { replaceFile } from './replace-file.ts';

export interface ImportRecord {
  readonly version: 1;
  /** ISO 8601 with offset. */
  readonly importedAt: string;
  /** Each file of the original that was read, and the SHA-256 of its text. */
  readonly sources: Readonly<Record<string, string>>;
  /** What was written; absolute. */
  readonly manifests: readonly string[];
}

function pathIn(folder: string): string {
  return join(folder, 'import-homeguard.json');
}

/** Null where nothing was taken over yet. Refuses (exit 4) a record that is not one. */
export function readImportRecord(folder: string): ImportRecord | null {
  const path = pathIn(folder);
  const content = readText(path);
  if (content.kind === 'unreadable') {
    if (content.reason === 'does not exist') return null;
    throw unreadable(path);
  }
  try {
    const record = JSON.parse(content.text) as Partial<ImportRecord> & { readonly version?: unknown };
    if (record.version === 1 && isRecord(record)) return record;
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw unreadable(path);
}

function isRecord(record: Partial<ImportRecord>): record is ImportRecord {
  return typeof record.sources === 'object' && Array.isArray(record.manifests);
}

export function writeImportRecord(folder: string, record: ImportRecord): void {
  replaceFile(pathIn(folder), `${JSON.stringify(record, null, 2)}\n`);
}

function unreadable(path: string, cause?: unknown): HgctlError {
  return new HgctlError(EXIT.invalid, `${path} is no record of an import`, {
    cause,
    hint: 'move it away: without it, files and books that are there are compared, and never written over',
  });
}
