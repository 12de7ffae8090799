/** Every record of a journal, torn at every byte: nothing before it is lost, it does not count, and the next one does. */
import type { JournalRecord } from '../../src/observed/events.ts';
import { encodeRecord } from '../../src/observed/journal-format.ts';
import {
  JOURNAL_START,
  readJournal,
  type JournalPosition,
  type JournalRead,
} from '../../src/observed/journal-reader.ts';

export interface Torn {
  readonly cases: number;
  /** In words; empty where all is as it should be. */
  readonly wrong: readonly string[];
}

const NEWLINE = Buffer.from('\n');

/** `bytes`: one segment, whole. */
export function tornEverywhere(bytes: Buffer): Torn {
  const wrong: string[] = [];
  let cases = 0;
  let position = JOURNAL_START;
  while (position.offset < bytes.length) {
    const end = bytes.indexOf(NEWLINE, bytes.indexOf(NEWLINE, position.offset) + 1) + 1;
    const record = bytes.subarray(position.offset, end);
    for (let kept = 0; kept < record.length; kept += 1) {
      cases += 1;
      const doubt = goesOn(position, record.subarray(0, kept), record.length);
      if (doubt !== null) wrong.push(`record ${position.seq + 1} cut behind ${kept} bytes: ${doubt}`);
    }
    position = taken(readJournal(position, record)).position;
  }
  return { cases, wrong };
}

/** As the next writer does it: what is undecided is closed by a newline, and its own record follows. */
function goesOn(from: JournalPosition, torn: Buffer, whole: number): string | null {
  const found = readJournal(from, torn);
  if (found.kind !== 'ok') return 'the journal counts as damaged';
  const rest = torn.subarray(found.position.offset - from.offset);
  const closed = rest.length === 0 ? found : readJournal(found.position, Buffer.concat([rest, NEWLINE]));
  if (closed.kind !== 'ok') return 'closed by a newline it counts as damaged';
  // All but its last newline: then it is whole, and counts for every reader.
  const counts = torn.length === whole - 1 ? 1 : 0;
  if (closed.records.length + (closed === found ? 0 : found.records.length) !== counts)
    return `${closed.records.length} records count`;
  const { seq, hash, offset } = closed.position;
  const own = encodeRecord({ ...DRAFT, seq: seq + 1, prev: hash, at: offset });
  const next = readJournal(closed.position, own.bytes);
  return next.kind === 'ok' && next.records[0]?.sum === own.sum ? null : 'the next record does not count';
}

const DRAFT = {
  run: 'proof',
  time: 0 as JournalRecord['time'],
  mono: 0,
  boot: 'proof',
  event: { type: 'unhalted', reason: 'a test', by: 'proof' },
} as const;

function taken(read: JournalRead): Extract<JournalRead, { kind: 'ok' }> {
  if (read.kind !== 'ok') throw new Error('the journal of the day is damaged');
  return read;
}
