/** Whole journals, read only: for `journal verify`, `events` and rebuilds. */
import { readFileSync, statSync } from 'node:fs';
import type { JournalRecord } from '../observed/events.ts';
import {
  JOURNAL_START,
  readJournal,
  type JournalPosition,
  type JournalRead,
  type SuspectLine,
} from '../observed/journal-reader.ts';
import { foldRecords } from '../observed/ledger-fold.ts';
import { journalPath } from './journal-file.ts';
import { describeTrouble, unreadable } from './journal-trouble.ts';
import type { KnownRecords } from './state-inspection.ts';

export type JournalVerdict =
  | {
      readonly kind: 'intact';
      readonly records: number;
      /** Lines that are void for ever: torn, or second. They harm nobody. */
      readonly voidLines: number;
      /** Those of them that follow the last valid record: one may have been a record before it was changed. */
      readonly suspects: readonly SuspectLine[];
      /** Bytes behind the last newline; the next commit decides them. */
      readonly undecidedBytes: number;
      /** The last valid record; null while there is none. */
      readonly head: { readonly seq: number; readonly hash: string; readonly line: number } | null;
    }
  | {
      readonly kind: 'damaged';
      /** 0 when no line is valid. */
      readonly lastValidLine: number;
      /** The lines after it. */
      readonly lines: readonly SuspectLine[];
      readonly message: string;
    };

/** True when somebody has ever written to the journal of a folder. */
export function journalExists(folder: string): boolean {
  return (statSync(journalPath(folder), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Checks every record. A missing journal is an intact one without records. */
export function verifyJournal(folder: string): JournalVerdict {
  const bytes = readBytes(folder);
  const read = readJournal(JOURNAL_START, bytes);
  if (read.kind === 'ok') return intact(read.position, bytes.length);
  const message = describeTrouble(read);
  if (read.kind === 'damaged')
    return { kind: 'damaged', lastValidLine: read.lastValidLine, lines: read.lines, message };
  return {
    kind: 'damaged',
    lastValidLine: read.lastValidLine,
    lines: [{ line: read.line, problem: message }],
    message,
  };
}

/** The valid records, oldest first. Throws (exit 5) as `openJournal` does. */
export function readRecords(folder: string): readonly JournalRecord[] {
  const read: JournalRead = readJournal(JOURNAL_START, readBytes(folder));
  if (read.kind !== 'ok') throw unreadable(folder, read);
  return read.records;
}

/** The same records, for a comparison with the state file. */
export function readKnown(folder: string): KnownRecords {
  const records = readRecords(folder);
  const ledger = foldRecords(records);
  return { ledger: () => ledger, hashAt: (seq) => records[seq - 1]?.sum ?? null };
}

function intact(position: JournalPosition, size: number): JournalVerdict {
  const { seq, hash, validLine, voidLines, suspects, offset } = position;
  const head = seq === 0 ? null : { seq, hash, line: validLine };
  return { kind: 'intact', records: seq, voidLines, suspects, undecidedBytes: size - offset, head };
}

function readBytes(folder: string): Buffer {
  return journalExists(folder) ? readFileSync(journalPath(folder)) : Buffer.alloc(0);
}
