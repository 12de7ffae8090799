/** Which lines of a journal's segment count, to the byte; on disk and under crashes: test/store. */
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/domain/digest.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import { encodeRecord, type EncodedRecord, type RecordDraft } from '../../src/observed/journal-format.ts';
import {
  describeDamage,
  JOURNAL_START,
  readJournal,
  segmentStart,
  type JournalDamage,
  type JournalPosition,
  type JournalRead,
} from '../../src/observed/journal-reader.ts';
import { at } from './support/journal-of.ts';

const event = (reason: string): JournalEvent => ({ type: 'unhalted', reason, by: 'me' });
const CHECKPOINT: JournalEvent = { type: 'checkpoint', state: {} };
const SEAL: JournalEvent = { type: 'sealed', next: 2 };

function record(fields: Partial<RecordDraft>): EncodedRecord {
  const place = { seq: 1, prev: '', at: 0, event: event('x') };
  return encodeRecord({ run: 'r', time: at(1), mono: 1, boot: 'b', ...place, ...fields });
}

/** The same line, and of a schema that is not known. */
const newer = (record: EncodedRecord): EncodedRecord => edited(record, '"v":1', '"v":2');

/** What only another program writes, with a checksum that fits. */
function edited({ bytes }: EncodedRecord, before: string, after: string): EncodedRecord {
  const line = bytes.toString().trim();
  const body = line.slice(0, line.lastIndexOf(',"sum"')).replace(before, after);
  const sum = sha256(`${body}}`);
  return { bytes: Buffer.from(`\n${body},"sum":"${sum}"}\n`), sum };
}

// Three records: each has an empty line before it.
const FIRST = record({});
const SECOND_AT = FIRST.bytes.length;
const SECOND = record({ seq: 2, prev: FIRST.sum, at: SECOND_AT });
const THIRD_AT = SECOND_AT + SECOND.bytes.length;
const THIRD = record({ seq: 3, prev: SECOND.sum, at: THIRD_AT });
const END = THIRD_AT + THIRD.bytes.length;
const TORN = 'torn or changed: the checksum is wrong';

const bytesOf = (...parts: readonly (EncodedRecord | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part.bytes)));
const read = (...parts: readonly (EncodedRecord | string)[]) => readJournal(JOURNAL_START, bytesOf(...parts));

describe('a segment', () => {
  const whole: JournalPosition = {
    offset: END,
    line: 6,
    seq: 3,
    hash: THIRD.sum,
    validLine: 6,
    voidLines: 0,
    suspects: [],
    awaitsCheckpoint: false,
    seal: null,
  };

  test('counts its bytes, lines and records', () => {
    const found = read(FIRST, SECOND, THIRD);
    expect(found).toMatchObject({
      kind: 'ok',
      position: whole,
      records: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
    });
    expect(read()).toEqual({ kind: 'ok', position: JOURNAL_START, records: [] });
  });

  test('is undecided behind its last newline, and goes on there', () => {
    const all = bytesOf(FIRST, SECOND, THIRD);
    const part = readJournal(JOURNAL_START, all.subarray(0, THIRD_AT + 20));
    if (part.kind !== 'ok') throw new Error(part.kind);
    const { position } = part;
    expect(position).toEqual({
      ...whole,
      offset: THIRD_AT + 1,
      line: 5,
      seq: 2,
      hash: SECOND.sum,
      validLine: 4,
    });
    const rest = readJournal(position, all.subarray(THIRD_AT + 1));
    expect(rest).toMatchObject({ kind: 'ok', position: whole, records: [{ seq: 3 }] });
  });

  test('may have a torn line: the next record begins behind it', () => {
    const torn = read(FIRST, '{"torn\n');
    const suspects = [{ line: 3, problem: TORN }];
    expect(torn).toMatchObject({ kind: 'ok', position: { seq: 1, line: 3, voidLines: 1, suspects } });
    if (torn.kind !== 'ok') return;
    const next = record({ seq: 2, prev: FIRST.sum, at: torn.position.offset });
    const after = readJournal(torn.position, next.bytes);
    const counted = { seq: 2, validLine: 5, voidLines: 1, suspects: [] };
    expect(after).toMatchObject({ kind: 'ok', position: counted });
    const wrong = record({ seq: 3, prev: FIRST.sum, at: torn.position.offset });
    expect(readJournal(torn.position, wrong.bytes)).toMatchObject({
      lines: [...suspects, { line: 5, problem: 'record 3 where 2 is next' }],
    });
    // The position of before is as it was.
    expect(torn.position.suspects).toEqual(suspects);
  });

  test('of two records at one place has the first', () => {
    const late = record({ seq: 2, prev: FIRST.sum, at: SECOND_AT, event: event('late') });
    const next = record({
      seq: 3,
      prev: SECOND.sum,
      at: SECOND_AT + SECOND.bytes.length + late.bytes.length,
    });
    const problem = 'record 2 came second';
    expect(read(FIRST, SECOND, late)).toMatchObject({
      kind: 'ok',
      position: { seq: 2, hash: SECOND.sum, validLine: 4, voidLines: 1, suspects: [{ line: 6, problem }] },
    });
    expect(read(FIRST, SECOND, late, next)).toMatchObject({
      kind: 'ok',
      position: { seq: 3, hash: next.sum, validLine: 8, voidLines: 1, suspects: [] },
      records: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
    });
  });

  test('ends with its seal', () => {
    const seal = record({ seq: 2, prev: FIRST.sum, at: SECOND_AT, event: SEAL });
    expect(read(FIRST, seal)).toMatchObject({ kind: 'ok', position: { seal: { seq: 2, event: SEAL } } });
  });
});

describe('damage', () => {
  const behind = (line: number) => ({ line, problem: 'follows the damage' });

  test.each<[what: string, second: Partial<RecordDraft>, problem: string]>([
    [
      'a record before its place: something was taken out',
      { at: SECOND_AT + 5 },
      'record 2 lies 5 bytes too early',
    ],
    ['a record that counts on another that is not there', { seq: 3 }, 'record 3 where 2 is next'],
    ['such a one, even where it came second', { seq: 3, at: 0 }, 'record 3 where 2 is next'],
    ['a record that was there before', { seq: 1 }, 'record 1 where 2 is next'],
    [
      'a record behind another one than the one before it',
      { prev: 'p' },
      'record 2 continues another journal',
    ],
  ])('is %s', (_, second, problem) => {
    const wrong = record({ seq: 2, prev: FIRST.sum, at: SECOND_AT, ...second });
    expect(read(FIRST, wrong)).toEqual({ kind: 'damaged', lastValidLine: 2, lines: [{ line: 4, problem }] });
  });

  test('is a record behind the seal', () => {
    const seal = record({ seq: 2, prev: FIRST.sum, at: SECOND_AT, event: SEAL });
    const more = record({ seq: 3, prev: seal.sum, at: SECOND_AT + seal.bytes.length });
    expect(read(FIRST, seal, more)).toEqual({
      kind: 'damaged',
      lastValidLine: 4,
      lines: [{ line: 6, problem: 'record 3 follows the end of the segment' }],
    });
  });

  test('names the lines that led to it, and all with content behind it', () => {
    const changed = SECOND.bytes.toString().replace('"me"', '"ME"');
    expect(read(FIRST, changed, THIRD, 'x\n\n', 'y')).toEqual({
      kind: 'damaged',
      lastValidLine: 2,
      lines: [
        { line: 4, problem: TORN },
        { line: 6, problem: 'record 3 where 2 is next' },
        behind(7),
        behind(9),
      ],
    });
  });

  test('is told with the lines that are in doubt', () => {
    const lines = [4, 6, 9].map((line) => ({ line, problem: `problem ${line}` }));
    const [first = { line: 0, problem: '' }] = lines;
    const say = (lastValidLine: number, of: typeof lines) =>
      describeDamage({ kind: 'damaged', lastValidLine, lines: of });
    const start = 'the journal is damaged:';
    expect(say(2, lines)).toBe(
      `${start} line 2 is the last valid one, lines 4 to 9 cannot be trusted (line 4: problem 4)`,
    );
    expect(say(0, [first])).toBe(`${start} no line is valid, line 4 cannot be trusted (line 4: problem 4)`);
    expect(say(2, [])).toBe(
      `${start} line 2 is the last valid one, line 3 cannot be trusted (line 3: missing)`,
    );
  });
});

describe('lines without number that are no records', () => {
  const many = 'x\n'.repeat(1_500);
  const first = FIRST.bytes.length;

  test('are counted, and remembered to the thousandth: the first ones and the newest', () => {
    const { position } = read(FIRST, many) as Extract<JournalRead, { kind: 'ok' }>;
    expect(position).toMatchObject({ voidLines: 1_500, line: 1_502, offset: first + many.length });
    expect(position.suspects).toHaveLength(1_000);
    expect(position.suspects.slice(0, 2)).toEqual([
      { line: 3, problem: TORN },
      { line: 4, problem: TORN },
    ]);
    expect(position.suspects.slice(-2)).toEqual([
      { line: 1_001, problem: TORN },
      { line: 1_502, problem: TORN },
    ]);
    const further = readJournal(position, Buffer.from('x\n')) as Extract<JournalRead, { kind: 'ok' }>;
    expect(further.position.suspects).toHaveLength(1_000);
    expect(further.position.suspects.at(-1)).toEqual({ line: 1_503, problem: TORN });
  });

  test('are no more in what damage tells, before it and behind it', () => {
    const alien = record({ seq: 2, prev: 'another', at: SECOND_AT });
    const behind = read(FIRST, alien, many, 'undecided') as JournalDamage;
    expect(behind.lines).toHaveLength(1_000);
    expect(behind.lines[0]).toMatchObject({ line: 4, problem: 'record 2 continues another journal' });
    expect(behind.lines.at(-1)).toEqual({ line: 1_505, problem: 'follows the damage' });
    const before = read(FIRST, many, record({ seq: 9, at: first + many.length })) as JournalDamage;
    expect(before.lines).toHaveLength(999);
    expect(before.lines[0]).toEqual({ line: 3, problem: TORN });
    expect(before.lines.at(-1)).toMatchObject({ line: 1_504 });
    expect(describeDamage(before)).toContain('lines 3 to 1504 cannot be trusted');
  });

  test('never hide which line has proved the damage', () => {
    const proof = record({ seq: 9, at: first + many.length });
    const both = read(FIRST, many, proof, many) as JournalDamage;
    expect(both.lines).toHaveLength(1_000);
    expect(both.lines.slice(-2)).toEqual([
      { line: 1_504, problem: 'record 9 where 2 is next' },
      { line: 3_004, problem: 'follows the damage' },
    ]);
  });
});

describe('a record of a newer program', () => {
  const next = newer(SECOND);

  test('stops the reader: what it says is not known', () => {
    expect(read(FIRST, next)).toEqual({ kind: 'newer', lastValidLine: 2, line: 4, version: 2 });
  });

  test('with an event that is not known does as well', () => {
    const strange = edited(SECOND, '"type":"unhalted"', '"type":"toString"');
    expect(read(FIRST, strange)).toEqual({ kind: 'newer', lastValidLine: 2, line: 4, version: 1 });
  });

  test('is void where it came second, and damage where it counts on what is not there', () => {
    expect(read(FIRST, SECOND, next)).toMatchObject({ kind: 'ok', position: { seq: 2, voidLines: 1 } });
    expect(read(FIRST, newer(THIRD))).toMatchObject({ kind: 'damaged' });
  });
});

describe('a later segment', () => {
  const LAST = { seq: 7, hash: 'seven' };
  const first = (more: Partial<RecordDraft> = {}) =>
    record({ seq: 8, prev: 'seven', event: CHECKPOINT, ...more });

  test('starts with the checkpoint behind the last record of the one before', () => {
    const checkpoint = first();
    const next = record({ seq: 9, prev: checkpoint.sum, at: checkpoint.bytes.length });
    expect(readJournal(segmentStart(LAST), bytesOf(checkpoint, next))).toMatchObject({
      kind: 'ok',
      position: { seq: 9, validLine: 4, awaitsCheckpoint: false },
      records: [{ seq: 8 }, { seq: 9 }],
    });
  });

  test('is taken at its word where the one before was not read', () => {
    expect(readJournal(segmentStart(null), first({ seq: 99, prev: 'p' }).bytes)).toMatchObject({
      kind: 'ok',
      position: { seq: 99 },
    });
  });

  test.each<[what: string, bytes: Buffer, line: number, problem: string]>([
    ['without anything', bytesOf(), 1, 'the checkpoint is missing'],
    ['whose checkpoint is not whole', bytesOf('\n{"v":1'), 2, 'the checkpoint is missing'],
    [
      'whose checkpoint was changed',
      bytesOf(first().bytes.toString().replace('{}', '{ }')),
      2,
      'torn or changed: the checksum of the checkpoint is wrong',
    ],
    [
      'that starts with something else',
      bytesOf(first({ event: event('x') })),
      2,
      'record 8 where the checkpoint has to be',
    ],
    ['whose checkpoint was pushed', bytesOf('\n', first()), 3, 'record 8 where the checkpoint has to be'],
    [
      'whose checkpoint was at another place',
      bytesOf(first({ at: 1 })),
      2,
      'record 8 where the checkpoint has to be',
    ],
    [
      'whose checkpoint is none',
      bytesOf(edited(first(), '"state":{}', '"state":{"time":"noon"}')),
      2,
      'record 8 is whole, and not as hgctl writes it: checkpoint.state.time has to be a moment, in milliseconds',
    ],
    ['that leaves records out', bytesOf(first({ seq: 9 })), 2, 'record 9 where 8 is next'],
    ['that is of another journal', bytesOf(first({ prev: 'p' })), 2, 'record 8 continues another journal'],
  ])('%s is damaged', (_, bytes, line, problem) => {
    expect(readJournal(segmentStart(LAST), bytes)).toEqual({
      kind: 'damaged',
      lastValidLine: 0,
      lines: [{ line, problem }],
    });
  });

  test('of a newer program is not read', () => {
    const found = readJournal(segmentStart(LAST), newer(first()).bytes);
    expect(found).toEqual({ kind: 'newer', lastValidLine: 0, line: 2, version: 2 });
  });
});
