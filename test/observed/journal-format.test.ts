/** One line of the journal: what is whole, what is torn, and what nobody can have written. */
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/domain/digest.ts';
import { decodeLine, encodeRecord, type RecordDraft } from '../../src/observed/journal-format.ts';
import { at } from './support/journal-of.ts';

const DRAFT: RecordDraft = {
  seq: 7,
  prev: 'six',
  at: 1_234,
  run: 'r',
  time: at(1),
  mono: 0.5,
  boot: 'b',
  event: { type: 'unhalted', reason: 'all is well', by: 'me' },
};
const TEXT =
  '{"v":1,"seq":7,"prev":"six","at":1234,"run":"r","time":"2025-12-02T21:00:01.000Z","mono":0.5,"boot":"b","event":{"type":"unhalted","reason":"all is well","by":"me"}}';

/** With the checksum that fits. */
const summed = (text: string): string => `${text.slice(0, -1)},"sum":"${sha256(text)}"}`;
const replaced = (before: string, after: string): string => {
  expect(TEXT).toContain(before);
  return TEXT.replace(before, after);
};

test('A record is an empty line and its text with the checksum of it.', () => {
  const { bytes, sum } = encodeRecord(DRAFT);
  expect(bytes.toString('latin1')).toBe(`\n${summed(TEXT)}\n`);
  expect(sum).toBe(sha256(TEXT));
  expect(decodeLine(summed(TEXT))).toEqual({ kind: 'record', record: { ...DRAFT, v: 1, sum } });
});

test('What is not ASCII is written in it, and read as it was.', () => {
  const reason = 'a\u007f\u00e9\u20ac\ud83d\ude00\uffff~';
  const line = encodeRecord({ ...DRAFT, event: { type: 'unhalted', reason, by: 'me' } }).bytes.toString(
    'latin1',
  );
  expect(line).toContain('a\\u007f\\u00e9\\u20ac\\ud83d\\ude00\\uffff~');
  expect(decodeLine(line.trim())).toMatchObject({ record: { event: { reason } } });
});

describe('a line is torn', () => {
  const whole = summed(TEXT);
  test.each<[what: string, line: string]>([
    ['that is empty', ''],
    ['without its end', whole.slice(0, -1)],
    ['without a checksum', TEXT],
    ['with another text than its checksum is of', whole.replace('"me"', '"ME"')],
    ['with another checksum', `${whole.slice(0, -3)}${whole.endsWith('0"}') ? '1' : '0'}"}`],
    ['with something behind it', `${whole} `],
  ])('%s', (_, line) => {
    expect(decodeLine(line)).toEqual({ kind: 'torn' });
  });

  test.each<[what: string, text: string]>([
    ['that is no JSON', '{"v":}'],
    ['without a version', replaced('"v":1,', '')],
    ['with a version that is no whole number', replaced('"v":1', '"v":1.5')],
    ['without a number', replaced('"seq":7,', '')],
    ['with a number that is text', replaced('"seq":7', '"seq":"7"')],
    ['without a place', replaced('"at":1234,', '')],
    ['without the record before it', replaced('"prev":"six",', '')],
    ['with no text for it', replaced('"six"', '6')],
    ['without an event', '{"v":1,"seq":7,"prev":"six","at":1234}'],
    ['whose event is text', replaced('{"type":"unhalted","reason":"all is well","by":"me"}', '"unhalted"')],
    ['whose event is nothing', replaced('{"type":"unhalted","reason":"all is well","by":"me"}', 'null')],
    ['whose event has no type', replaced('"type":"unhalted",', '')],
    ['whose event has no text for a type', replaced('"unhalted"', '7')],
    ['without a time', replaced('"time":"2025-12-02T21:00:01.000Z",', '')],
    ['with a time that is none', replaced('12-02T21', '13-02T21')],
  ])('though its checksum fits: %s', (_, text) => {
    expect(decodeLine(summed(text))).toEqual({ kind: 'torn' });
  });
});

describe('a whole record', () => {
  const newer = { kind: 'newer', seq: 7, at: 1_234 };
  const unsound = { kind: 'unsound', seq: 7, at: 1_234 };
  const FRAME = 'run, mono or boot is not as hgctl writes it';

  test.each<[what: string, text: string, found: object]>([
    ['of a newer version is newer', replaced('"v":1', '"v":2'), { ...newer, version: 2 }],
    [
      'of a newer version is that, whatever else it has',
      replaced('"v":1', '"v":2').replace('"run":"r"', '"run":7'),
      { ...newer, version: 2 },
    ],
    ['of an event that is not known is newer', replaced('unhalted', 'unheard'), { ...newer, version: 1 }],
    [
      'with a run that is no text is unsound',
      replaced('"run":"r"', '"run":7'),
      { ...unsound, problem: FRAME },
    ],
    ['without a boot, too', replaced('"boot":"b",', ''), { ...unsound, problem: FRAME }],
    ['with an endless clock, too', replaced('0.5', '1e999'), { ...unsound, problem: FRAME }],
    [
      'with a field that no writer can have left so is unsound',
      replaced('"me"', '7'),
      { ...unsound, problem: 'unhalted.by has to be text' },
    ],
  ])('%s', (_, text, found) => {
    expect(decodeLine(summed(text))).toEqual(found);
  });

  test('of an older version is read as one of this', () => {
    expect(decodeLine(summed(replaced('"v":1', '"v":0')))).toMatchObject({
      kind: 'record',
      record: { v: 0 },
    });
  });
});

test.each<[what: string, draft: Partial<Record<keyof RecordDraft, unknown>>, problem: string]>([
  [
    'a field that no reader takes',
    { event: { type: 'unhalted', reason: '', by: 7 } },
    'unhalted.by has to be text',
  ],
  ['a frame that no reader takes', { boot: undefined }, 'run, mono or boot is not as hgctl writes it'],
  ['a number that JSON cannot carry', { seq: Number.NaN }, 'seq is NaN'],
  ['one without end', { at: Infinity }, 'at is Infinity'],
])('Nobody writes %s.', (_, draft, problem) => {
  expect(() => encodeRecord({ ...DRAFT, ...draft } as RecordDraft)).toThrow(`journal: ${problem}`);
});
