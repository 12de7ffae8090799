/** Reading a journal along: each record once, over segments, and nothing twice. */
import { appendFileSync, openSync, closeSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { fixedClock } from '../../src/store/clocks.ts';
import { readRecords } from '../../src/store/journal-check.ts';
import { segmentPath } from '../../src/store/journal-file.ts';
import { followJournal } from '../../src/store/journal-tail.ts';
import { openJournal, type OpenJournal } from '../../src/store/journal.ts';
import { accepted, commitAll, HISTORY, NOW, temporaryFolder } from './support/journals.ts';

const SELF = { pid: 7, started: '1', bootId: 'boot', host: 'here' };
const DAY = 86_400_000;

function journalOn(folder: string, day: number): OpenJournal {
  const clock = fixedClock((NOW + day * DAY) as Instant);
  const journal = openJournal({ folder, run: 'run', clock, self: SELF });
  onTestFinished(() => journal.close());
  journal.refresh();
  return journal;
}

const folderOf = (): string => join(temporaryFolder(), 'journal');

/** Makes what was read already unreadable: whoever reads it again, finds damage. */
function spoil(path: string): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.alloc(readFileSync(path).length, 'x'), 0);
  closeSync(fd);
}

test('A journal that is not there yet has no records; those that come are read once.', () => {
  const folder = folderOf();
  const tail = followJournal(folder);
  expect(tail.next()).toEqual([]);
  const journal = journalOn(folder, 0);
  commitAll(journal);
  expect(tail.next()).toHaveLength(HISTORY.length);
  expect(tail.next()).toEqual([]);
  commitAll(journal, [accepted('more')]);
  expect(tail.next().map(({ event }) => event.type)).toEqual(['revision-accepted']);
});

test('It goes on into the segments that follow, and has read what a whole reading reads.', () => {
  const folder = folderOf();
  commitAll(journalOn(folder, 0));
  const tail = followJournal(folder);
  const seen = [...tail.next()];
  commitAll(journalOn(folder, 1), [accepted('day 1')]);
  seen.push(...tail.next());
  expect(seen.slice(-3).map(({ event }) => event.type)).toEqual([
    'sealed',
    'checkpoint',
    'revision-accepted',
  ]);
  commitAll(journalOn(folder, 2), [accepted('day 2')]);
  commitAll(journalOn(folder, 5), [accepted('day 5')]);
  seen.push(...tail.next());
  expect(seen).toEqual(readRecords(folder));
  expect([...followJournal(folder).next()]).toEqual(seen);
});

test('What was read is not read again, in the same segment or in those before.', () => {
  const folder = folderOf();
  commitAll(journalOn(folder, 0));
  const late = journalOn(folder, 1);
  const tail = followJournal(folder);
  tail.next();
  const before = readFileSync(segmentPath(folder, 1));
  commitAll(late, [accepted('day 1')]);
  tail.next();
  spoil(segmentPath(folder, 1));
  const read = readFileSync(segmentPath(folder, 2)).length;
  commitAll(late, [accepted('again')]);
  const added = readFileSync(segmentPath(folder, 2)).subarray(read);
  truncateSync(segmentPath(folder, 2), read);
  spoil(segmentPath(folder, 2));
  appendFileSync(segmentPath(folder, 2), added);
  expect(tail.next().map(({ event }) => event)).toEqual([accepted('again')]);
  expect(before.length).toBeGreaterThan(0);
});

test('A record that is being written is read when it is whole.', () => {
  const folder = folderOf();
  const journal = journalOn(folder, 0);
  commitAll(journal);
  const path = segmentPath(folder, 1);
  const size = readFileSync(path).length;
  commitAll(journal, [accepted('more')]);
  const record = readFileSync(path).subarray(size);
  truncateSync(path, size);
  const tail = followJournal(folder);
  tail.next();
  appendFileSync(path, record.subarray(0, 20));
  expect(tail.next()).toEqual([]);
  appendFileSync(path, record.subarray(20));
  expect(tail.next()).toHaveLength(1);
});

test('A seal without a successor, where somebody died, is waited for.', () => {
  const folder = folderOf();
  commitAll(journalOn(folder, 0));
  commitAll(journalOn(folder, 1), [accepted('day 1')]);
  const successor = readFileSync(segmentPath(folder, 2));
  rmSync(segmentPath(folder, 2));
  const tail = followJournal(folder);
  expect(tail.next().at(-1)?.event.type).toBe('sealed');
  expect(tail.next()).toEqual([]);
  appendFileSync(segmentPath(folder, 2), successor);
  expect(tail.next().map(({ event }) => event.type)).toEqual(['checkpoint', 'revision-accepted']);
});

test('A file that was cut, damage, and a missing segment are refused.', () => {
  const folder = folderOf();
  commitAll(journalOn(folder, 0));
  const path = segmentPath(folder, 1);
  const tail = followJournal(folder);
  tail.next();
  truncateSync(path, 100);
  expect(() => tail.next()).toThrow('somebody cut it');
  appendFileSync(segmentPath(folder, 3), '');
  expect(() => followJournal(folder)).toThrow('0002.jsonl is missing');
});
