/** Reads a journal along while others write to it: every record once, and no byte twice. */
import { closeSync, existsSync, fstatSync, readSync } from 'node:fs';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { JournalRecord } from '../observed/events.ts';
import { JOURNAL_START, readJournal, segmentStart } from '../observed/journal-reader.ts';
import { missingSegment, openToRead, segmentPath, segmentsIn } from './journal-file.ts';
import { RESTORE, shrunk, unreadable } from './journal-trouble.ts';

export interface JournalTail {
  /** The valid records that came since the last call, oldest first. Throws (exit 5) as `openJournal` does. */
  next(): readonly JournalRecord[];
}

/** Starts with the first record of the first segment; a journal that is not there yet has none. Writes nothing. */
export function followJournal(folder: string): JournalTail {
  let segment = 1;
  let position = JOURNAL_START;
  refuseGap(folder);
  return {
    next: () => {
      const records: JournalRecord[] = [];
      for (;;) {
        const path = segmentPath(folder, segment);
        const bytes = bytesFrom(path, position.offset);
        if (bytes === null) return records;
        const read = readJournal(position, bytes);
        if (read.kind !== 'ok') throw unreadable(path, read);
        for (const record of read.records) records.push(record);
        ({ position } = read);
        if (position.seal === null) return records;
        // A seal whose successor is not there yet: the next writer makes it.
        if (!existsSync(segmentPath(folder, segment + 1))) return records;
        segment += 1;
        position = segmentStart(position);
      }
    },
  };
}

function refuseGap(folder: string): void {
  const missing = missingSegment(segmentsIn(folder));
  if (missing === null) return;
  throw new HgctlError(
    EXIT.refused,
    `${segmentPath(folder, missing)} is missing, and later segments are there`,
    { hint: RESTORE },
  );
}

/** What a file holds from an offset on; null where there is no file. */
function bytesFrom(path: string, offset: number): Buffer | null {
  const fd = openToRead(path);
  if (fd === null) return null;
  try {
    const { size } = fstatSync(fd);
    if (size < offset) throw shrunk(path, offset, size);
    const bytes = Buffer.alloc(size - offset);
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(fd, bytes, filled, bytes.length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}
