/** Whole journals, read only: for `journal verify`, `get events`, old orders and rebuilds. */
import { closeSync, readFileSync, statSync } from 'node:fs';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { JournalRecord } from '../observed/events.ts';
import {
  JOURNAL_START,
  readJournal,
  segmentStart,
  type JournalPosition,
  type JournalRead,
  type SuspectLine,
} from '../observed/journal-reader.ts';
import { foldRecords } from '../observed/ledger-fold.ts';
import { missingSegment, openToRead, segmentPath, segmentsIn } from './journal-file.ts';
import { describeTrouble, RESTORE, unreadable } from './journal-trouble.ts';
import type { KnownRecords } from './state-inspection.ts';

export type JournalVerdict =
  | {
      readonly kind: 'intact';
      readonly records: number;
      readonly segments: number;
      /** Lines that are void for ever: torn, or second. They harm nobody. */
      readonly voidLines: number;
      /** Those of them that follow the last valid record: one may have been a record before it was changed. */
      readonly suspects: readonly SuspectLine[];
      /** Bytes behind the last newline; the next commit decides them. */
      readonly undecidedBytes: number;
      /** The last valid record; null while there is none. */
      readonly head: { readonly seq: number; readonly hash: string; readonly line: number } | null;
    }
  | JournalDamaged;

interface JournalDamaged {
  readonly kind: 'damaged';
  /** The segment. */
  readonly file: string;
  /** 0 when no line is valid. */
  readonly lastValidLine: number;
  /** The lines after it. */
  readonly lines: readonly SuspectLine[];
  readonly message: string;
}

/** True when somebody has ever written to the journal of a folder. */
export function journalExists(folder: string): boolean {
  return segmentsIn(folder).some(
    (segment) => (statSync(segmentPath(folder, segment), { throwIfNoEntry: false })?.size ?? 0) > 0,
  );
}

/** Checks every record of every segment. A missing journal is an intact one without records. */
export function verifyJournal(folder: string): JournalVerdict {
  const walk = readAll(folder);
  if (walk.kind === 'intact') {
    const { position, size, segments, voidLines } = walk;
    const { seq, hash, validLine, suspects, offset } = position;
    const head = seq === 0 ? null : { seq, hash, line: validLine };
    const undecidedBytes = size - offset;
    return { kind: 'intact', records: seq, segments, voidLines, suspects, undecidedBytes, head };
  }
  if (walk.kind === 'missing') {
    const message = 'the segment is missing, and later ones are there';
    return { kind: 'damaged', file: walk.file, lastValidLine: 0, lines: [], message };
  }
  const { file, read } = walk;
  const message = describeTrouble(read);
  const { lastValidLine } = read;
  const lines = read.kind === 'damaged' ? read.lines : [{ line: read.line, problem: message }];
  return { kind: 'damaged', file, lastValidLine, lines, message };
}

/** The valid records of all segments, oldest first. Throws (exit 5) as `openJournal` does. */
export function readRecords(folder: string): readonly JournalRecord[] {
  const walk = readAll(folder);
  if (walk.kind === 'intact') return walk.records;
  if (walk.kind === 'damaged') throw unreadable(walk.file, walk.read);
  throw new HgctlError(EXIT.refused, `${walk.file} is missing, and later segments are there`, {
    hint: RESTORE,
  });
}

/** The same records, for a comparison with the state file. */
export function readKnown(folder: string): KnownRecords {
  const records = readRecords(folder);
  const ledger = foldRecords(records);
  return { ledger: () => ledger, hashAt: (seq) => records[seq - 1]?.sum ?? null };
}

/**
 * The hash of a record of a segment before `segment`; null where they have none of that number. Reads backwards, and no
 * further than to that record.
 */
export function hashInEarlier(folder: string, segment: number, seq: number): string | null {
  for (let earlier = segment - 1; earlier >= 1; earlier -= 1) {
    const start = earlier === 1 ? JOURNAL_START : segmentStart(null);
    const file = segmentPath(folder, earlier);
    const read = readJournal(start, readBytes(file) ?? Buffer.alloc(0));
    if (read.kind !== 'ok') throw unreadable(file, read);
    const [first] = read.records;
    if (first !== undefined && first.seq <= seq)
      return read.records.find((record) => record.seq === seq)?.sum ?? null;
  }
  return null;
}

type Walk =
  | {
      readonly kind: 'intact';
      readonly records: readonly JournalRecord[];
      readonly segments: number;
      readonly voidLines: number;
      /** In the last segment. */
      readonly position: JournalPosition;
      /** Of the last segment, in bytes. */
      readonly size: number;
    }
  | { readonly kind: 'missing'; readonly file: string }
  | {
      readonly kind: 'damaged';
      readonly file: string;
      readonly read: Exclude<JournalRead, { readonly kind: 'ok' }>;
    };

/** Follows the seals from the first segment to the last one. */
function readAll(folder: string): Walk {
  const records: JournalRecord[] = [];
  let position = JOURNAL_START;
  let voidLines = 0;
  for (let segment = 1, size = 0; ; segment += 1) {
    const file = segmentPath(folder, segment);
    const isSealed = position.seal !== null;
    const bytes = segment === 1 || isSealed ? readBytes(file) : undefined;
    if (bytes === undefined) {
      const numbers = segmentsIn(folder);
      const missing = missingSegment(numbers);
      if (missing !== null) return { kind: 'missing', file: segmentPath(folder, missing) };
      return { kind: 'intact', records, segments: segment - 1, voidLines, position, size };
    }
    const read = readSealed(folder, segment, position, bytes);
    if (read.kind !== 'ok') return { kind: 'damaged', file, read };
    for (const record of read.records) records.push(record);
    ({ position } = read);
    voidLines += position.voidLines;
    size = bytes.length;
  }
}

/** One segment, which must have its seal where another one follows. */
function readSealed(folder: string, segment: number, last: JournalPosition, bytes: Buffer): JournalRead {
  const start = segment === 1 ? JOURNAL_START : segmentStart(last);
  const read = readJournal(start, bytes);
  if (read.kind !== 'ok' || read.position.seal !== null) return read;
  if (readBytes(segmentPath(folder, segment + 1)) === undefined) return read;
  // A successor is there now: the seal came before it, and perhaps after the first look.
  const again = readJournal(start, readBytes(segmentPath(folder, segment)) ?? bytes);
  if (again.kind !== 'ok' || again.position.seal !== null) return again;
  const { validLine: lastValidLine, suspects, line } = again.position;
  const unsealed = { line: line + 1, problem: `the seal is missing, and segment ${segment + 1} is there` };
  return { kind: 'damaged', lastValidLine, lines: suspects.length > 0 ? suspects : [unsealed] };
}

function readBytes(file: string): Buffer | undefined {
  const fd = openToRead(file);
  if (fd === null) return undefined;
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
