/** Segments of the journal, on real files: sealed, continued, killed at every step, cut at every byte. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { stateOf } from '../../src/observed/checkpoint.ts';
import { foldRecords } from '../../src/observed/ledger-fold.ts';
import { findOrder } from '../../src/observed/ledger.ts';
import { hashInEarlier, readKnown, readRecords, verifyJournal } from '../../src/store/journal-check.ts';
import { segmentPath, segmentsIn } from '../../src/store/journal-file.ts';
import { openJournal, type OpenJournal } from '../../src/store/journal.ts';
import { fixedClock } from '../../src/store/clocks.ts';
import { bundle } from '../support/bundle.ts';
import { accepted, commitAll, HISTORY, journalIn, NOW, temporaryFolder } from './support/journals.ts';

const DAY = 86_400_000;
/** `NOW` is on a Tuesday. */
const later = (days: number): Instant => (NOW + days * DAY) as Instant;
const SELF = { pid: 7, started: '1', bootId: 'boot', host: 'here' };

function journalOn(folder: string, days: number): OpenJournal {
  const journal = openJournal({ folder, run: 'run', clock: fixedClock(later(days)), self: SELF });
  onTestFinished(() => journal.close());
  journal.refresh();
  return journal;
}

/** Tuesday's history, and one record on each of the next days. */
function journalOfDays(days: number): string {
  const folder = join(temporaryFolder(), 'journal');
  commitAll(journalIn(folder));
  for (let day = 1; day < days; day += 1) commitAll(journalOn(folder, day), [accepted(`day ${day}`)]);
  return folder;
}

function copyOf(folder: string): string {
  const copy = join(temporaryFolder(), 'journal');
  mkdirSync(copy);
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(copy, name));
  return copy;
}

function typesIn(folder: string): string[] {
  return readRecords(folder).map(({ event }) => event.type);
}

describe('the first commit of a later session', () => {
  test('seals the segment and goes on behind a checkpoint', () => {
    const folder = journalOfDays(2);
    expect(segmentsIn(folder)).toStrictEqual([1, 2]);
    expect(typesIn(folder).slice(-3)).toStrictEqual(['sealed', 'checkpoint', 'revision-accepted']);
    expect(verifyJournal(folder)).toMatchObject({ kind: 'intact', segments: 2, records: HISTORY.length + 3 });
    expect(statSync(segmentPath(folder, 2)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('is one: the second of the day, and a reading, seal nothing', () => {
    const folder = journalOfDays(2);
    commitAll(journalOn(folder, 1), [accepted('again')]);
    journalOn(folder, 9);
    expect(segmentsIn(folder)).toHaveLength(2);
  });

  test('holds its decision: it is made on the same books, and is not lost', () => {
    const folder = journalOfDays(1);
    const journal = journalOn(folder, 1);
    const before = journal.ledger();
    const { kind, ledger } = journal.commit({ type: 'lock-unlocked', lockId: 'none', by: 'me' });
    expect(kind).toBe('committed');
    expect({ ...stateOf(ledger), time: 0 }).toStrictEqual({ ...stateOf(before), time: 0 });
  });

  test('makes every other commit that was decided before it lose, whoever made the segment', () => {
    const folder = journalOfDays(1);
    const [yesterday, today] = [journalOn(folder, 0), journalOn(folder, 1)];
    expect(today.commit(accepted('today')).kind).toBe('committed');
    const lost = yesterday.commit(accepted('late'));
    expect(lost.kind).toBe('lost');
    expect(lost.ledger).toStrictEqual(today.ledger());
    expect(yesterday.commit(accepted('again')).kind).toBe('committed');
    expect(segmentsIn(folder)).toHaveLength(2);
  });
});

describe('whoever starts', () => {
  test('needs the newest segment only, and knows what all of them say', () => {
    const folder = journalOfDays(5);
    const all = foldRecords(readRecords(folder));
    // Its content is not asked for; only that it is there.
    writeFileSync(segmentPath(folder, 2), 'nothing');
    const ledger = journalOn(folder, 5).ledger();
    expect(ledger.account?.id).toBe('SIM-1');
    expect(stateOf(ledger)).toStrictEqual(stateOf(all));
    expect(verifyJournal(folder).kind).toBe('damaged');
  });

  test('asks for the whole journal where an old order is needed', () => {
    const folder = journalOfDays(5);
    const journal = journalOn(folder, 4);
    expect(journal.whole()).toStrictEqual(foldRecords(readRecords(folder)));
    commitAll(journal, [accepted('more')]);
    expect(journal.whole().seq).toBe(journal.ledger().seq);
    // Whoever decides on it compares by identity with what the journal says at the commit.
    expect(journal.whole().books).toBe(journal.ledger().books);
    expect(journal.whole().breaks).toBe(journal.ledger().breaks);
    expect(findOrder(journal.whole(), 'hg-core-20251202-pass-a')?.status).toBe('filled');
  });

  test('finds the hash of every record, in whatever segment', () => {
    const folder = journalOfDays(4);
    const journal = journalOn(folder, 3);
    const records = readRecords(folder);
    for (const { seq, sum } of records) expect(journal.hashAt(seq)).toBe(sum);
    for (const seq of [0, records.length + 1]) expect(journal.hashAt(seq)).toBeNull();
    expect(readKnown(folder).hashAt(3)).toBe(records[2]?.sum);
    expect(hashInEarlier(folder, 4, records.length)).toBeNull();
  });
});

describe('a journal of several segments', () => {
  test('that lacks one is damaged, and says which', () => {
    for (const missing of [1, 2, 3]) {
      const folder = journalOfDays(4);
      rmSync(segmentPath(folder, missing));
      expect(verifyJournal(folder)).toMatchObject({ kind: 'damaged', file: segmentPath(folder, missing) });
      expect(() => journalOn(folder, 4)).toThrow(new RegExp(`000${missing}.jsonl is missing`));
    }
  });

  test('with a changed byte in any of them is damaged, and the file and the line are named', () => {
    const folder = journalOfDays(3);
    for (const segment of [1, 2]) {
      const path = segmentPath(folder, segment);
      const bytes = readFileSync(path);
      for (let at = 1; at < bytes.length - 1; at += 7) {
        if (bytes[at] === 0x0a || bytes[at - 1] === 0x0a) continue;
        const changed = Buffer.from(bytes);
        changed[at]! ^= 4;
        writeFileSync(path, changed);
        const verdict = verifyJournal(folder);
        if (verdict.kind !== 'damaged') throw new Error(`byte ${at} of segment ${segment}: ${verdict.kind}`);
        expect(verdict.file).toBe(path);
        expect(verdict.lines.length).toBeGreaterThan(0);
      }
      writeFileSync(path, bytes);
    }
    expect(verifyJournal(folder).kind).toBe('intact');
  });

  test('whose checkpoint is cut at any byte is damaged, and nobody goes on with it', () => {
    const folder = journalOfDays(2);
    const path = segmentPath(folder, 2);
    const bytes = readFileSync(path);
    const end = bytes.indexOf('}\n') + 1;
    for (let cut = 0; cut <= end; cut += 13) {
      truncateSync(path, 0);
      writeFileSync(path, bytes.subarray(0, cut));
      expect(() => journalOn(folder, 1)).toThrow(/0002.jsonl: the journal is damaged/);
      expect(verifyJournal(folder)).toMatchObject({ kind: 'damaged', file: path });
    }
  });

  test('whose end is cut at any byte of the seal goes on, and loses nothing before it', () => {
    const folder = journalOfDays(1);
    const before = statSync(segmentPath(folder, 1)).size;
    commitAll(journalOn(folder, 1), [accepted('next day')]);
    const bytes = readFileSync(segmentPath(folder, 1));
    rmSync(segmentPath(folder, 2));
    for (let cut = before; cut <= bytes.length; cut += 11) {
      const copy = join(temporaryFolder(), 'journal');
      mkdirSync(copy);
      writeFileSync(segmentPath(copy, 1), bytes.subarray(0, cut));
      const journal = journalOn(copy, 1);
      const answer = journal.commit(accepted('again'));
      if (answer.kind === 'lost') expect(journal.commit(accepted('again')).kind).toBe('committed');
      expect(verifyJournal(copy)).toMatchObject({ kind: 'intact', segments: 2 });
      expect(typesIn(copy).slice(0, HISTORY.length)).toStrictEqual(HISTORY.map(({ type }) => type));
      journal.close();
    }
  });
});

test('kill -9 at every step of the turn loses nothing, and the next command goes on', () => {
  const root = temporaryFolder();
  const worker = bundle('test/store/support/segments-worker.ts', root);
  const day = journalOfDays(1);
  const states = new Set<string>();
  let step = 1;
  for (; step < 60; step += 1) {
    const folder = copyOf(day);
    const { signal, status } = spawnSync(process.execPath, [worker, folder, String(later(1)), String(step)]);
    if (status === 0) break;
    expect(signal).toBe('SIGKILL');
    const reader = journalOn(folder, 1);
    const seen = reader.ledger();
    states.add(`${segmentsIn(folder).length}/${typesIn(folder).length}`);
    expect(verifyJournal(folder).kind).toBe('intact');
    expect(typesIn(folder).slice(0, HISTORY.length)).toStrictEqual(HISTORY.map(({ type }) => type));
    const answer = reader.commit(accepted('after'));
    if (answer.kind === 'lost') expect(reader.commit(accepted('after')).kind).toBe('committed');
    expect(reader.ledger().seq).toBeGreaterThan(seen.seq);
    expect(verifyJournal(folder)).toMatchObject({ kind: 'intact', segments: 2 });
    expect(typesIn(folder).filter((type) => type === 'sealed')).toHaveLength(1);
    expect(existsSync(segmentPath(folder, 3))).toBe(false);
    reader.close();
  }
  const length = HISTORY.length;
  // Every state that a kill can leave was among them: nothing, sealed, continued.
  expect([...states]).toEqual(expect.arrayContaining([`1/${length}`, `1/${length + 1}`, `2/${length + 2}`]));
  expect(step).toBeGreaterThan(12);
  expect(step).toBeLessThan(60);
});
