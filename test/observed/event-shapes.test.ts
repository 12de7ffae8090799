/** Records with right checksums and wrong content, systematically: every field of every event, one at a time. */
import { describe, expect, test } from 'vitest';
import { sha256, type Json } from '../../src/domain/digest.ts';
import { HgctlError } from '../../src/domain/errors.ts';
import type { JournalEvent, JournalRecord } from '../../src/observed/events.ts';
import { decodeLine, encodeRecord } from '../../src/observed/journal-format.ts';
import { JOURNAL_START, readJournal } from '../../src/observed/journal-reader.ts';
import { emptyLedger, foldRecords } from '../../src/observed/ledger-fold.ts';
import { stateOf } from '../../src/observed/checkpoint.ts';
import { recordsOf } from './support/arbitrary-events.ts';
import { WHOLE_ACCOUNTS } from './support/whole-accounts.ts';
import { WHOLE_EVENTS } from './support/whole-events.ts';

type Path = readonly (string | number)[];

/** A whole ledger, so that a checkpoint has everything that it can have. */
const LEDGER = foldRecords(
  recordsOf(
    Object.values(WHOLE_EVENTS)
      .filter(
        ({ type }) =>
          !['lock-released', 'lock-unlocked', 'strategy-pruned', 'strategy-renamed'].includes(type),
      )
      .map((event) => ('fence' in event ? { ...event, fence: 1 } : event)),
  ),
);
/** With what the other one has behind it: a break that is open, and a trigger that no slot has followed. */
const UNDONE = foldRecords(
  recordsOf([
    { ...WHOLE_EVENTS['lock-acquired'], fence: 1 },
    { ...WHOLE_EVENTS['break-opened'], fence: 1 },
    WHOLE_EVENTS['slot-triggered'],
  ]),
);
const ACCEPTED = WHOLE_EVENTS['revision-accepted'];
/** By what it is. */
const EVENTS: Readonly<Record<string, JournalEvent>> = {
  ...WHOLE_EVENTS,
  checkpoint: { type: 'checkpoint', state: stateOf(LEDGER) },
  'checkpoint of what is not done': { type: 'checkpoint', state: stateOf(UNDONE) },
  ...Object.fromEntries(
    WHOLE_ACCOUNTS.map((settings, index) => [
      `revision-accepted with the whole account ${index}`,
      { ...ACCEPTED, account: { ...ACCEPTED.account, settings } },
    ]),
  ),
};

const asJson = (event: object): Json => JSON.parse(JSON.stringify(event)) as Json;

const CASES = Object.entries(EVENTS).map(([title, event]) => [title, asJson(event), event.type] as const);

describe.each(CASES)('%s', (_, whole, type) => {
  test('is read as it was written', () => {
    expect(read(JSON.stringify(whole))).toMatchObject({ kind: 'ok', records: [{ event: whole }] });
  });

  test('with a value of another type anywhere is refused at that place', () => {
    const typed = fieldsIn(whole).filter(([path, value]) => value !== null && !isFree(path));
    for (const [path, value] of typed)
      for (const other of OTHERS.filter((text) => kindOf(JSON.parse(text) as Json) !== kindOf(value))) {
        const place = placeOf(read(textWith(whole, path, other)));
        const found = isKeyed(path) ? place.split('.')[0] : place;
        const expected = isKeyed(path) ? type : placeText(type, path);
        expect(found, `${path.join('.')}: ${other}`).toBe(expected);
      }
  });

  test('with a number that none can be is refused', () => {
    const numbers = fieldsIn(whole).filter(([path, value]) => typeof value === 'number' && !isFree(path));
    for (const [path] of numbers)
      expect(read(textWith(whole, path, '1e999')).kind, path.join('.')).toBe('damaged');
  });

  test('without one of its fields, or with null in it, is refused or can be counted with', () => {
    for (const [path] of fieldsIn(whole))
      for (const text of [textWithout(whole, path), textWith(whole, path, 'null')]) counted(text);
  });

  test('with an absurd value of the right type is refused or can be counted with', () => {
    for (const [path, value] of fieldsIn(whole))
      for (const absurd of ABSURD[kindOf(value)] ?? []) counted(textWith(whole, path, absurd));
  });
});

test.each<[what: string, type: JournalEvent['type'], path: Path, value: string, problem: string]>([
  [
    'a parameter of a signal is text or a number',
    'targets-decided',
    ['decision', 'parameters', 'entry'],
    'true',
    'targets-decided.decision.parameters.* has to be a number',
  ],
  [
    'an entry of a map is a pair',
    'checkpoint',
    ['state', 'books', '$map', 0],
    '["core"]',
    'checkpoint.state.books.$map[0] has to be a key and a value',
  ],
  [
    'and nothing else',
    'checkpoint',
    ['state', 'books', '$map', 0],
    '"core"',
    'checkpoint.state.books.$map[0] has to be a key and a value',
  ],
])('Of a record, %s.', (_, type, path, value, problem) => {
  expect(read(textWith(asJson(EVENTS[type]!), path, value))).toMatchObject({
    kind: 'damaged',
    lines: [{ line: 2, problem: `record 1 is whole, and not as hgctl writes it: ${problem}` }],
  });
});

test('A record that no reader takes is written by nobody.', () => {
  const [record] = recordsOf([WHOLE_EVENTS.fill]);
  const event = { ...WHOLE_EVENTS.fill, quantity: 0.5 } as JournalRecord['event'];
  expect(() => encodeRecord({ ...record!, event })).toThrow('fill.quantity has to be a whole number');
});

test('What a signal remembers may be any JSON, and not deeper than what can be walked through.', () => {
  const remembering = (depth: number): string =>
    textWith(
      asJson(WHOLE_EVENTS['slot-started']),
      ['memory', 'state'],
      '['.repeat(depth) + ']'.repeat(depth),
    );
  expect(read(remembering(90)).kind).toBe('ok');
  expect(read(remembering(5_000))).toMatchObject({ kind: 'damaged', lines: [{ line: 2 }] });
});

const OTHERS = ['"text"', '7', 'true', '[]', '{}'];
const ABSURD: Readonly<Record<string, readonly string[]>> = {
  number: ['0', '-1', '0.5', '9007199254740991', '-9007199254740991', '1e300'],
  string: ['""', '"__proto__"', '"constructor"', '"\\u0000"', JSON.stringify('x'.repeat(10_000))],
  list: ['[]', '[null]', '[[]]', '[{"__proto__":{"polluted":1}}]'],
  object: ['{}', '{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'],
};

/** What is anything, by its nature: parameters and memories of signals. */
function isFree(path: Path): boolean {
  return path.slice(1).some((step) => step === 'state' || step === 'parameters');
}

const KEYED: Path = ['$map', '$set', 'calendar', 'marginRequirements'];

/** Keys of these are anybody's text, and no place of a field. */
function isKeyed(path: Path): boolean {
  return path.some((step) => KEYED.includes(step));
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

function fieldsIn(value: Json, at: Path = []): [Path, Json][] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, Json][] = Array.isArray(value)
    ? (value as readonly Json[]).map((item, index) => [index, item])
    : Object.entries(value).filter(([key]) => at.length > 0 || key !== 'type');
  return entries.flatMap(([key, inner]) => [
    [[...at, key], inner] as [Path, Json],
    ...fieldsIn(inner, [...at, key]),
  ]);
}

const HERE = '@here@';

function textWith(whole: Json, path: Path, value: string): string {
  return JSON.stringify(replaced(whole, path, () => [HERE])).replace(`"${HERE}"`, () => value);
}

function textWithout(whole: Json, path: Path): string {
  return JSON.stringify(replaced(whole, path, () => []));
}

function replaced(value: Json, [step, ...rest]: Path, change: () => readonly Json[]): Json {
  const inner = (item: Json): readonly Json[] =>
    rest.length === 0 ? change() : [replaced(item, rest, change)];
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item, index) => (index === step ? inner(item) : [item]));
  const pairs = Object.entries(value as Readonly<Record<string, Json>>);
  return Object.fromEntries(
    pairs.flatMap(([key, item]) =>
      key === step ? inner(item).map((made) => [key, made] as const) : [[key, item]],
    ),
  );
}

function read(event: string): ReturnType<typeof readJournal> {
  const frame =
    '"v":1,"seq":1,"prev":"","at":0,"run":"r","time":"2025-12-02T20:30:00.000Z","mono":1,"boot":"b"';
  const body = `{${frame},"event":${event}`;
  const line = `${body},"sum":"${sha256(`${body}}`)}"}`;
  // The frame is as it has to be.
  expect(decodeLine(line).kind).not.toBe('torn');
  return readJournal(JOURNAL_START, Buffer.from(`\n${line}\n`, 'latin1'));
}

function placeOf(found: ReturnType<typeof readJournal>): string {
  if (found.kind !== 'damaged') return found.kind;
  const [first] = found.lines;
  expect(first?.line).toBe(2);
  return /hgctl writes it: (\S+) has to be /.exec(first?.problem ?? '')?.[1] ?? 'nowhere';
}

function placeText(type: string, path: Path): string {
  return path.reduce<string>(
    (text, step) => `${text}${typeof step === 'number' ? `[${step}]` : `.${step}`}`,
    type,
  );
}

/** Never anything but an error with a number and an exit code; and nothing is polluted. */
function counted(text: string): void {
  const found = read(text);
  try {
    if (found.kind === 'ok') expect(foldRecords(found.records).seq).toBe(1);
    else expect(placeOf(found)).not.toBe('nowhere');
  } catch (error) {
    if (!(error instanceof HgctlError)) throw error;
    expect(error.message).toMatch(/^record 1 of the journal/);
  }
  expect('polluted' in {}).toBe(false);
  expect(emptyLedger()).not.toHaveProperty('polluted');
}
