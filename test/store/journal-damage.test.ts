import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXIT, HgctlError } from '../../src/domain/errors.ts';
import { sha256 } from '../../src/domain/digest.ts';
import { encodeRecord, type RecordDraft } from '../../src/observed/journal-format.ts';
import { JOURNAL_START, readJournal, type JournalPosition } from '../../src/observed/journal-reader.ts';
import { emptyLedger, foldRecords } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { verifyJournal } from '../../src/store/journal-check.ts';
import { segmentPath } from '../../src/store/journal-file.ts';
import { accepted, commitAll, HISTORY, journalIn, NOW, temporaryFolder } from './support/journals.ts';

/** The bytes of a journal of {@link HISTORY}. */
function historyBytes(): Buffer {
  const folder = temporaryFolder();
  commitAll(journalIn(folder));
  return readFileSync(segmentPath(folder, 1));
}

/** A folder with a journal of these bytes. */
function folderWith(bytes: Buffer): string {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(segmentPath(folder, 1), bytes);
  return folder;
}

/** Offsets just behind each record. */
function recordEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; at += 1)
    if (bytes[at] === 0x0a && bytes[at - 1] === 0x7d) ends.push(at + 1);
  return ends;
}

function prefixes(bytes: Buffer): Ledger[] {
  const read = readJournal(JOURNAL_START, bytes);
  if (read.kind !== 'ok') throw new Error(read.kind);
  return [emptyLedger(), ...read.records.map((_, index) => foldRecords(read.records.slice(0, index + 1)))];
}

function draft(fields: Partial<RecordDraft>): RecordDraft {
  return {
    seq: 1,
    prev: '',
    at: 0,
    run: 'r',
    time: NOW,
    mono: 1,
    boot: 'b',
    event: accepted('x'),
    ...fields,
  };
}

/** A first record with a right checksum, whatever is in it. `field` takes the place of the field of its name. */
function forged(event: string, field = ''): Buffer {
  const fields = {
    v: 1,
    seq: 1,
    prev: '',
    at: 0,
    run: 'r',
    time: '2025-12-02T20:00:00.000Z',
    mono: 1,
    boot: 'b',
  };
  const frame = Object.entries(fields).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  const given = frame.map((text) => (field.startsWith(text.slice(0, text.indexOf(':') + 1)) ? field : text));
  const body = `{${given.join(',')},"event":${event}`;
  return Buffer.from(`\n${body},"sum":"${sha256(`${body}}`)}"}\n`, 'latin1');
}

describe('a journal that is cut', () => {
  test('at any byte is the fold of its whole records', () => {
    const bytes = historyBytes();
    const ends = recordEnds(bytes);
    const ledgers = prefixes(bytes);
    expect(ends).toHaveLength(HISTORY.length);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const whole = ends.filter((end) => end <= cut).length;
      const read = readJournal(JOURNAL_START, bytes.subarray(0, cut));
      if (read.kind !== 'ok') throw new Error(`cut at ${cut}: ${read.kind}`);
      expect(foldRecords(read.records)).toStrictEqual(ledgers[whole]);
    }
  });

  test('around every end of a record is read and continued from disk', () => {
    const bytes = historyBytes();
    const cuts = recordEnds(bytes).flatMap((end) => [end - 90, end - 2, end - 1, end, end + 1, end + 40]);
    for (const cut of cuts.filter((at) => at <= bytes.length)) {
      const folder = folderWith(bytes.subarray(0, cut));
      const journal = journalIn(folder);
      journal.refresh();
      const first = journal.commit(accepted('next'));
      // A record that lacked only its newline was decided by this commit, which then lost to it.
      if (first.kind === 'lost') expect(journal.commit(accepted('next')).kind).toBe('committed');
      expect(journalIn(folder).refresh()).toStrictEqual(journal.ledger());
      expect(verifyJournal(folder).kind).toBe('intact');
      journal.close();
    }
  });

  test('into two chunks anywhere reads as one', () => {
    const bytes = historyBytes();
    const whole = readJournal(JOURNAL_START, bytes);
    if (whole.kind !== 'ok') throw new Error(whole.kind);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const first = readJournal(JOURNAL_START, bytes.subarray(0, cut));
      if (first.kind !== 'ok') throw new Error(first.kind);
      const second = readJournal(first.position, bytes.subarray(first.position.offset));
      if (second.kind !== 'ok') throw new Error(second.kind);
      expect(second.position).toStrictEqual(whole.position);
      expect(first.records.length + second.records.length).toBe(whole.records.length);
    }
  });
});

describe('a bit that flips', () => {
  test('anywhere in a record that is not the last is refused, and a line is named', () => {
    const bytes = historyBytes();
    const beforeLast = recordEnds(bytes).at(-2)!;
    for (let at = 0; at < beforeLast; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        bytes[at]! ^= 1 << bit;
        const read = readJournal(JOURNAL_START, bytes);
        if (read.kind !== 'damaged') throw new Error(`bit ${bit} of byte ${at}: ${read.kind}`);
        if (read.lines.length === 0) throw new Error(`bit ${bit} of byte ${at}: no line`);
        bytes[at]! ^= 1 << bit;
      }
    }
  });

  test('in the last record makes it void: the ledger then is behind the state file', () => {
    const bytes = historyBytes();
    const start = recordEnds(bytes).at(-2)!;
    const head = HISTORY.length - 1;
    for (let at = start; at < bytes.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        bytes[at]! ^= 1 << bit;
        const read = readJournal(JOURNAL_START, bytes);
        if (read.kind !== 'ok' || read.position.seq !== head) throw new Error(`bit ${bit} of byte ${at}`);
        bytes[at]! ^= 1 << bit;
      }
    }
  });

  test('is reported with the last valid line and those after it, with exit 5', () => {
    const bytes = historyBytes();
    bytes[recordEnds(bytes)[2]! + 30]! ^= 1;
    const folder = folderWith(bytes);
    const verdict = verifyJournal(folder);
    expect(verdict).toMatchObject({ kind: 'damaged', lastValidLine: 6 });
    if (verdict.kind !== 'damaged') return;
    expect(verdict.lines.map(({ line }) => line)).toStrictEqual([8, 10, 12, 14, 16, 18, 20, 22, 24]);
    expect(verdict.message).toBe(
      'the journal is damaged: line 6 is the last valid one, lines 8 to 24 cannot be trusted (line 8: torn or changed: the checksum is wrong)',
    );
    const refusal = catchError(() => journalIn(folder).refresh());
    expect(refusal).toBeInstanceOf(HgctlError);
    expect(refusal).toMatchObject({ exit: EXIT.refused });
    expect((refusal as HgctlError).message).toContain('line 6');
  });
});

describe('an edit', () => {
  test('that takes a whole record out is damage, though every other line is sound', () => {
    const bytes = historyBytes();
    const ends = recordEnds(bytes);
    for (let n = 0; n < ends.length - 1; n += 1) {
      const without = Buffer.concat([bytes.subarray(0, ends[n - 1] ?? 0), bytes.subarray(ends[n])]);
      expect(readJournal(JOURNAL_START, without).kind).toBe('damaged');
    }
  });

  test('that takes a single byte between records out is damage', () => {
    const bytes = historyBytes();
    for (const end of recordEnds(bytes).slice(0, -1)) {
      const without = Buffer.concat([bytes.subarray(0, end), bytes.subarray(end + 1)]);
      expect(readJournal(JOURNAL_START, without).kind).toBe('damaged');
    }
  });

  test('that puts a line in is damage, unless it only pushes the last record', () => {
    const bytes = historyBytes();
    const ends = recordEnds(bytes);
    for (const end of ends.slice(0, -2)) {
      const pushed = Buffer.concat([bytes.subarray(0, end), Buffer.from('# note\n'), bytes.subarray(end)]);
      expect(readJournal(JOURNAL_START, pushed).kind).toBe('damaged');
    }
  });

  test('that swaps in the record of another journal is damage', () => {
    const [mine, theirs] = [encodeRecord(draft({ run: 'a' })), encodeRecord(draft({ run: 'b' }))];
    const next = encodeRecord(draft({ seq: 2, prev: mine.sum, at: mine.bytes.length }));
    expect(readJournal(JOURNAL_START, Buffer.concat([theirs.bytes, next.bytes])).kind).toBe('damaged');
    expect(readJournal(JOURNAL_START, Buffer.concat([mine.bytes, next.bytes])).kind).toBe('ok');
  });
});

describe('one line', () => {
  function positionOf(bytes: Buffer): JournalPosition {
    const read = readJournal(JOURNAL_START, bytes);
    if (read.kind !== 'ok') throw new Error(read.kind);
    return read.position;
  }

  test('that does not start at its own place is void', () => {
    const late = encodeRecord(draft({ at: 0 }));
    expect(positionOf(Buffer.concat([Buffer.from('\n'), late.bytes]))).toMatchObject({
      seq: 0,
      voidLines: 1,
    });
  });

  test('of a newer schema is refused, not skipped', () => {
    const line = encodeRecord(draft({})).bytes.toString().trim();
    const body = line.slice(0, line.lastIndexOf(',"sum"')).replace('"v":1', '"v":2');
    const newer = Buffer.from(`\n${body},"sum":"${sha256(`${body}}`)}"}\n`);
    expect(readJournal(JOURNAL_START, newer)).toMatchObject({ kind: 'newer', version: 2, line: 2 });
    const folder = folderWith(newer);
    expect(() => journalIn(folder).refresh()).toThrow(/newer hgctl/);
    expect(verifyJournal(folder).kind).toBe('damaged');
  });

  test('with an event that this program does not know is refused, not ignored', () => {
    expect(readJournal(JOURNAL_START, forged('{"type":"toString"}')).kind).toBe('newer');
  });

  test.each([
    ['no event', 'null'],
    ['an event without its name', '{}'],
    ['an event of another kind of name', '{"type":7}'],
  ])('with %s is no record, whatever its checksum', (_, event) => {
    expect(readJournal(JOURNAL_START, forged(event))).toMatchObject({
      kind: 'ok',
      position: { seq: 0, voidLines: 1 },
    });
  });

  test('that is whole, and whose event has other fields, is refused by its number', () => {
    const folder = folderWith(forged('{"type":"books-opened","source":"empty"}'));
    const problem = 'record 1 is whole, and not as hgctl writes it: books-opened.lots has to be a list';
    expect(verifyJournal(folder)).toMatchObject({ kind: 'damaged', lines: [{ line: 2, problem }] });
    const refusal = catchError(() => journalIn(folder).refresh());
    expect(refusal).toMatchObject({ exit: EXIT.refused });
    expect((refusal as HgctlError).message).toContain(`(line 2: ${problem})`);
  });

  test('that came second is void, whatever is in it', () => {
    const first = encodeRecord(draft({})).bytes;
    const second = forged('{"type":"halted","mode":7}');
    expect(readJournal(JOURNAL_START, Buffer.concat([first, second]))).toMatchObject({
      kind: 'ok',
      position: { seq: 1, voidLines: 1 },
    });
  });

  test.each(['"run":7', '"mono":"1"', '"boot":null'])('with %s is refused', (field) => {
    const bytes = forged(JSON.stringify(accepted('x')), field);
    expect(readJournal(JOURNAL_START, bytes)).toMatchObject({ kind: 'damaged', lines: [{ line: 2 }] });
  });

  test('that no reader would take is not written', () => {
    const event = { type: 'halted', mode: 'a little', reason: '', by: '' } as unknown as RecordDraft['event'];
    expect(() => encodeRecord(draft({ event }))).toThrow(
      'halted.mode has to be one of hold, cancel, flatten',
    );
  });

  test('with a number that JSON cannot carry is not written', () => {
    expect(() => encodeRecord(draft({ mono: Number.NaN }))).toThrow(/mono/);
  });
});

function catchError(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
