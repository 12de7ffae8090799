/** What is tried: the readers of hgctl, without its files. A test puts broken ones in their place. */
import { assemble, type LoadResult } from '../../src/desired/assemble.ts';
import { parseManifests, type FileContent, type SourceFile } from '../../src/desired/parse-manifests.ts';
import { readJournal, JOURNAL_START, type JournalRead } from '../../src/observed/journal-reader.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { parseState, type ParsedState } from '../../src/observed/state-document.ts';

export interface Readers {
  /** `files`: whatever they need besides, by path. */
  readonly manifests: (sources: readonly SourceFile[], files: ReadonlyMap<string, FileContent>) => LoadResult;
  readonly state: (text: string) => ParsedState;
  readonly journal: (bytes: Buffer) => JournalRead;
  readonly fold: (records: readonly JournalRecord[]) => Ledger;
}

export const READERS: Readers = {
  manifests: (sources, files) => assemble(parseManifests(sources), files),
  state: parseState,
  journal: (bytes) => readJournal(JOURNAL_START, bytes),
  fold: foldRecords,
};

/** As the reader of files decodes them (src/store/read-text.ts). */
export function contentOf(bytes: Buffer): FileContent {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { kind: 'unreadable', reason: 'is not UTF-8 text' };
  }
}
