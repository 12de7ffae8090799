import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyLedger, foldRecords } from '../../src/observed/ledger-fold.ts';
import { JournalFailed } from '../../src/reconciler/ports.ts';
import { networkName } from '../../src/store/folders.ts';
import { journalExists, readRecords, verifyJournal } from '../../src/store/journal-check.ts';
import { createFirst, segmentPath, openSegment, type JournalFile } from '../../src/store/journal-file.ts';
import { REAL_FILES, type JournalFiles } from '../../src/store/journal.ts';
import { accepted, commitAll, HISTORY, journalIn, temporaryFolder } from './support/journals.ts';

/** A journal folder that does not exist yet. */
function newFolder(): string {
  return join(temporaryFolder(), 'data', 'journal');
}

function digestsIn(folder: string): string[] {
  return readRecords(folder).flatMap(({ event }) =>
    event.type === 'revision-accepted' ? [event.digest] : [],
  );
}

/** Real files with a fault in one operation. */
function faulty(fault: (file: JournalFile) => Partial<JournalFile>): JournalFiles {
  const wrap = (file: JournalFile): JournalFile => ({ ...file, ...fault(file) });
  return {
    ...REAL_FILES,
    open: (folder, segment) => {
      const file = openSegment(folder, segment);
      return file && wrap(file);
    },
    createFirst: (folder) => wrap(createFirst(folder)),
  };
}

describe('a journal', () => {
  test('gives the fold of its records to whoever opens it next', () => {
    const folder = newFolder();
    const writer = journalIn(folder);
    commitAll(writer);
    expect(journalIn(folder).refresh()).toStrictEqual(writer.ledger());
    expect(foldRecords(readRecords(folder))).toStrictEqual(writer.ledger());
    expect(readRecords(folder).map(({ event }) => event)).toStrictEqual(HISTORY);
  });

  test('is private, in ASCII, one line a record', () => {
    const folder = newFolder();
    commitAll(journalIn(folder));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(segmentPath(folder, 1)).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(segmentPath(folder, 1));
    expect(bytes.every((byte) => byte < 0x7f)).toBe(true);
    const lines = bytes.toString().split('\n').filter(Boolean);
    expect(lines).toHaveLength(HISTORY.length);
    const { at, time, ...rest } = JSON.parse(lines[0]!) as Record<string, unknown>;
    expect(Object.keys(rest)).toStrictEqual(['v', 'seq', 'prev', 'run', 'mono', 'boot', 'event', 'sum']);
    expect([at, time]).toStrictEqual([0, '2025-12-02T21:00:00.123Z']);
  });

  test('is not created by reading', () => {
    const folder = newFolder();
    expect(journalIn(folder).refresh()).toStrictEqual(emptyLedger());
    expect(journalExists(folder)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    expect(verifyJournal(folder)).toMatchObject({ kind: 'intact', records: 0, head: null });
  });

  test('that another process creates is seen', () => {
    const folder = newFolder();
    const reader = journalIn(folder);
    reader.refresh();
    commitAll(journalIn(folder), [accepted('a')]);
    expect(reader.refresh().revision?.digest).toBe('a');
  });

  test('reads only what is new', () => {
    const folder = newFolder();
    const ranges: [number, number][] = [];
    const watched = faulty((file) => ({
      read: (from, to) => {
        ranges.push([from, to]);
        return file.read(from, to);
      },
    }));
    const reader = journalIn(folder, watched);
    const writer = journalIn(folder);
    commitAll(writer);
    reader.refresh();
    const size = statSync(segmentPath(folder, 1)).size;
    reader.refresh();
    writer.commit(accepted('new'));
    reader.refresh();
    expect(ranges).toStrictEqual([
      [0, size],
      [size, statSync(segmentPath(folder, 1)).size],
    ]);
  });
});

describe('two writers', () => {
  test('of whom one was faster: the other loses, sees what was written, and may decide again', () => {
    const folder = newFolder();
    const [a, b] = [journalIn(folder), journalIn(folder)];
    commitAll(a, [accepted('start')]);
    b.refresh();
    expect(a.commit(accepted('by a')).kind).toBe('committed');
    const answer = b.commit(accepted('by b'));
    expect(answer.kind).toBe('lost');
    expect(answer.ledger.revision?.digest).toBe('by a');
    expect(b.commit(accepted('by b')).kind).toBe('committed');
    expect(digestsIn(folder)).toStrictEqual(['start', 'by a', 'by b']);
  });

  test('who never read a journal that exists lose their first commit', () => {
    const folder = newFolder();
    commitAll(journalIn(folder), [accepted('start')]);
    expect(journalIn(folder).commit(accepted('blind')).kind).toBe('lost');
  });

  test('who append at the same moment: the second line is void for ever, and the journal goes on', () => {
    const folder = newFolder();
    const rival = journalIn(folder);
    commitAll(rival, [accepted('start')]);
    let isRacing = true;
    const overtaken = faulty((file) => ({
      append: (bytes) => {
        if (isRacing) rival.commit(accepted('rival'));
        isRacing = false;
        return file.append(bytes);
      },
    }));
    const slow = journalIn(folder, overtaken);
    slow.refresh();
    const answer = slow.commit(accepted('slow'));
    expect(answer).toMatchObject({ kind: 'lost', ledger: { revision: { digest: 'rival' } } });
    expect(slow.commit(accepted('slow again')).kind).toBe('committed');
    expect(digestsIn(folder)).toStrictEqual(['start', 'rival', 'slow again']);
    expect(verifyJournal(folder)).toMatchObject({ kind: 'intact', records: 3, voidLines: 1 });
    expect(rival.refresh()).toStrictEqual(slow.ledger());
  });

  test('in turns: every acknowledged event is there once, in order', () => {
    const folder = newFolder();
    const writers = [journalIn(folder), journalIn(folder), journalIn(folder)];
    const acknowledged: string[] = [];
    let lost = 0;
    for (let n = 0; n < 300; n += 1) {
      // Some turns go to the same writer twice, others to one that is far behind.
      const writer = writers[(n * n) % writers.length]!;
      if (writer.commit(accepted(String(n))).kind === 'committed') acknowledged.push(String(n));
      else lost += 1;
    }
    expect(lost).toBeGreaterThan(0);
    expect(acknowledged.length).toBeGreaterThan(lost);
    expect(digestsIn(folder)).toStrictEqual(acknowledged);
  });
});

describe('a torn tail', () => {
  const tails = ['{"v":1,"seq":2,"pr', '\n{"v":1,"seq":2,"pr', '\n', 'x\n\ny', '\0\0\0\0', '\n{"v":1}'];
  test.each(tails)('%j is undecided for readers and void behind the next commit', (tail) => {
    const folder = newFolder();
    const [writer, reader] = [journalIn(folder), journalIn(folder)];
    commitAll(writer, [accepted('one')]);
    appendFileSync(segmentPath(folder, 1), tail);
    expect(reader.refresh().seq).toBe(1);
    expect(reader.commit(accepted('two')).kind).toBe('committed');
    expect(writer.refresh()).toStrictEqual(reader.ledger());
    expect(digestsIn(folder)).toStrictEqual(['one', 'two']);
    expect(verifyJournal(folder).kind).toBe('intact');
  });

  test('that lacks its last newline only becomes valid, for every reader alike, before somebody builds on it', () => {
    const folder = newFolder();
    commitAll(journalIn(folder), [accepted('one'), accepted('two')]);
    truncateSync(segmentPath(folder, 1), statSync(segmentPath(folder, 1)).size - 1);
    const writer = journalIn(folder);
    expect(writer.refresh().seq).toBe(1);
    expect(writer.commit(accepted('three'))).toMatchObject({ kind: 'lost', ledger: { seq: 2 } });
    expect(writer.commit(accepted('three')).kind).toBe('committed');
    expect(digestsIn(folder)).toStrictEqual(['one', 'two', 'three']);
  });
});

describe('faults', () => {
  test('a short write is an error, and costs nothing that was acknowledged', () => {
    const folder = newFolder();
    let isFull = false;
    const full = faulty((file) => ({
      append: (bytes) => file.append(isFull ? bytes.subarray(0, 40) : bytes),
    }));
    const journal = journalIn(folder, full);
    commitAll(journal, [accepted('one')]);
    isFull = true;
    expect(() => journal.commit(accepted('two'))).toThrow(/disk is full/);
    isFull = false;
    expect(journal.commit(accepted('three')).kind).toBe('committed');
    expect(digestsIn(folder)).toStrictEqual(['one', 'three']);
  });

  test('a full disk is named', () => {
    const folder = newFolder();
    const noSpace = faulty(() => ({
      append: () => {
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      },
    }));
    expect(() => journalIn(folder, noSpace).commit(accepted('one'))).toThrow(/disk is full/);
  });

  test('after a failed sync the journal refuses everything, and never syncs again', () => {
    const folder = newFolder();
    let syncs = 0;
    const broken = faulty(() => ({
      sync: () => {
        syncs += 1;
        throw new Error('EIO: i/o error');
      },
    }));
    const journal = journalIn(folder, broken);
    expect(() => journal.commit(accepted('one'))).toThrow(JournalFailed);
    expect(() => journal.commit(accepted('one'))).toThrow(/disk failed/);
    expect(() => journal.refresh()).toThrow(/disk failed/);
    expect(syncs).toBe(1);
  });

  test('what others wrote is made durable before anything is appended behind it', () => {
    const folder = newFolder();
    commitAll(journalIn(folder), [accepted('theirs')]);
    const steps: string[] = [];
    const watched = faulty((file) => ({
      append: (bytes) => {
        steps.push('append');
        return file.append(bytes);
      },
      sync: () => {
        steps.push('sync');
        file.sync();
      },
    }));
    const journal = journalIn(folder, watched);
    commitAll(journal, [accepted('mine'), accepted('mine too')]);
    expect(steps).toStrictEqual(['sync', 'append', 'sync', 'append', 'sync']);
    journal.sync();
    expect(steps).toHaveLength(5);
  });
});

describe('a journal is refused', () => {
  test('when its file shrank', () => {
    const folder = newFolder();
    const journal = journalIn(folder);
    commitAll(journal, [accepted('one'), accepted('two')]);
    truncateSync(segmentPath(folder, 1), 100);
    expect(() => journal.refresh()).toThrow(/somebody cut it/);
  });

  test('when its file was replaced while it was open', () => {
    const folder = newFolder();
    const journal = journalIn(folder);
    commitAll(journal, [accepted('one')]);
    writeFileSync(join(folder, 'other'), readFileSync(segmentPath(folder, 1)));
    renameSync(join(folder, 'other'), segmentPath(folder, 1));
    expect(() => journal.commit(accepted('two'))).toThrow(/replaced/);
  });

  test.each(['file', 'folder'])('when its %s is a symbolic link', (kind) => {
    const root = temporaryFolder();
    const folder = join(root, 'journal');
    mkdirSync(join(root, 'elsewhere'));
    if (kind === 'folder') symlinkSync(join(root, 'elsewhere'), folder);
    else {
      mkdirSync(folder);
      symlinkSync(join(root, 'elsewhere', 'target'), segmentPath(folder, 1));
    }
    const journal = journalIn(folder);
    expect(() => journal.refresh()).toThrow(/symbolic link/);
    expect(() => journal.commit(accepted('one'))).toThrow(/symbolic link/);
    expect(existsSync(join(root, 'elsewhere', 'target'))).toBe(false);
  });

  test.each([
    [0x6969, 'NFS'],
    [0xff534d42, 'CIFS'],
    [0xff534d42 - 2 ** 32, 'CIFS'],
    [0x01021997, '9p'],
    [0xef53, undefined],
    [0x01021994, undefined],
  ])('on a network file system only: %i is %s', (type, name) => {
    expect(networkName(type)).toBe(name);
  });
});
