import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Money, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { formatState, projectState } from '../../src/observed/state-document.ts';
import { fixedClock } from '../../src/store/clocks.ts';
import { stateFile, type FlushableStateFile } from '../../src/store/state-file.ts';
import { inspectStateFile } from '../../src/store/state-inspection.ts';
import { NOW, temporaryFolder } from './support/journals.ts';

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly backups: string;
}

function place(): Place {
  const folder = temporaryFolder();
  return { folder, path: join(folder, 'strategy_positions.json'), backups: join(folder, 'backups') };
}

function open(
  { path, backups }: Place,
  sync: () => void = () => undefined,
  hashAt: (seq: number) => string = hashOf,
  troubled: (message: string) => void = (message) => {
    throw new Error(message);
  },
): FlushableStateFile {
  return stateFile({ path, backups, clock: fixedClock(NOW), journal: { sync, hashAt }, troubled });
}

function hashOf(seq: number): string {
  return `h${seq}`;
}

function ledgerAt(seq: number, shares = seq): Ledger {
  const lot = {
    quantity: (shares * 1e9) as Quantity,
    cost: (shares * 1e6) as Money,
    since: NOW,
    orderId: null,
  };
  return {
    ...emptyLedger(),
    seq,
    hash: hashOf(seq),
    time: (NOW + seq * 1_000) as Instant,
    books: new Map([['core', new Map([['VTI', lot]])]]),
  };
}

function textAt(seq: number): string {
  return formatState(projectState(ledgerAt(seq)));
}

const FOREIGN = JSON.stringify({
  strategies: {
    omr: {
      positions: {
        TQQQ: { qty: 5, entry_price: 1, entry_time: '2025-12-02T15:55:00-05:00', order_id: null },
      },
    },
  },
});

describe('writing', () => {
  test('leaves the projection, private, and nothing else', () => {
    const at = place();
    open(at).write(ledgerAt(1));
    expect(readFileSync(at.path, 'utf8')).toBe(textAt(1));
    expect(statSync(at.path).mode & 0o777).toBe(0o600);
    expect(readdirSync(at.folder)).toStrictEqual(['strategy_positions.json']);
  });

  test('makes the journal durable first, and does nothing at all when nothing changed', () => {
    const at = place();
    const seen: (string | undefined)[] = [];
    const file = open(at, () => seen.push(existsSync(at.path) ? readFileSync(at.path, 'utf8') : undefined));
    file.write(ledgerAt(1));
    const { ino, mtimeMs } = statSync(at.path);
    file.write(ledgerAt(1));
    expect(statSync(at.path)).toMatchObject({ ino, mtimeMs });
    file.write(ledgerAt(2));
    expect(seen).toStrictEqual([undefined, textAt(1)]);
  });

  test('does not replace the projection of records that this journal lacks, however far it goes by now', () => {
    const at = place();
    open(at).write(ledgerAt(3));
    const text = readFileSync(at.path, 'utf8');
    const grown = open(at, undefined, (seq) => `other-${seq}`);
    grown.write({ ...ledgerAt(9), hash: 'other-9' });
    expect(readFileSync(at.path, 'utf8')).toBe(text);
  });

  test('does not replace a newer projection by an older one, nor one of another journal', () => {
    const at = place();
    open(at).write(ledgerAt(5));
    open(at).write(ledgerAt(4));
    open(at, undefined, () => 'other').write({ ...ledgerAt(5, 99), hash: 'other' });
    expect(readFileSync(at.path, 'utf8')).toBe(textAt(5));
  });

  test('of a journal without records writes nothing', () => {
    const at = place();
    writeFileSync(at.path, FOREIGN);
    open(at).write(emptyLedger());
    expect(readFileSync(at.path, 'utf8')).toBe(FOREIGN);
  });

  test('keeps what was changed outside beside the new file', () => {
    const at = place();
    const file = open(at);
    file.write(ledgerAt(1));
    const edits = [textAt(1).replace('"qty": 1', '"qty": 7'), 'not json', FOREIGN];
    edits.forEach((text, index) => {
      writeFileSync(at.path, text);
      file.write(ledgerAt(2 + index));
    });
    const kept = ['', '.1', '.2'].map((n) => readFileSync(`${at.path}.edited-20251202_210000${n}`, 'utf8'));
    expect(kept).toStrictEqual(edits);
    expect(readFileSync(at.path, 'utf8')).toBe(textAt(4));
  });

  test('refuses a link, and leaves the file behind it alone', () => {
    const at = place();
    writeFileSync(join(at.folder, 'real'), textAt(1));
    symlinkSync(join(at.folder, 'real'), at.path);
    expect(() => open(at).write(ledgerAt(2))).toThrow(/symbolic link/);
    expect(readFileSync(join(at.folder, 'real'), 'utf8')).toBe(textAt(1));
  });

  test('that fails leaves the old file and no stage', () => {
    const at = place();
    mkdirSync(at.path);
    expect(() => open({ ...at, path: join(at.path, 'x'.repeat(250)) }).write(ledgerAt(1))).toThrow(
      /could not be written/,
    );
    expect(readdirSync(at.path)).toStrictEqual([]);
  });

  test('removes stages that were abandoned an hour ago, and no younger ones', () => {
    const at = place();
    for (const name of ['old', 'young']) writeFileSync(`${at.path}.stage.1.${name}`, '');
    const longAgo = Date.now() / 1_000 - 4_000;
    utimesSync(`${at.path}.stage.1.old`, longAgo, longAgo);
    open(at).write(ledgerAt(1));
    expect(readdirSync(at.folder).sort()).toStrictEqual([
      'strategy_positions.json',
      'strategy_positions.json.stage.1.young',
    ]);
  });
});

describe('scheduling', () => {
  test('writes the last of several states within 250 ms', async () => {
    const at = place();
    const file = open(at);
    for (const seq of [1, 2, 3]) file.schedule(ledgerAt(seq));
    expect(existsSync(at.path)).toBe(false);
    await delay(350);
    expect(readFileSync(at.path, 'utf8')).toBe(textAt(3));
  });

  test('is overtaken by the next write', async () => {
    const at = place();
    const file = open(at);
    file.schedule(ledgerAt(1));
    file.write(ledgerAt(2));
    file.flush();
    await delay(350);
    expect(readFileSync(at.path, 'utf8')).toBe(textAt(2));
  });

  test('is done at once by a flush', () => {
    const at = place();
    const file = open(at);
    file.schedule(ledgerAt(1));
    file.flush();
    expect(readFileSync(at.path, 'utf8')).toBe(textAt(1));
  });

  test('that fails in the background stays scheduled, and fails in front of the next flush', async () => {
    const at = place();
    let isBroken = true;
    const file = open(at, () => {
      if (isBroken) throw new Error('EIO');
    });
    file.schedule(ledgerAt(1));
    await delay(350);
    expect(() => file.flush()).toThrow('EIO');
    isBroken = false;
    file.flush();
    expect(readFileSync(at.path, 'utf8')).toBe(textAt(1));
  });
});

describe('backups', () => {
  test('one is made by the first write of a process, of what was there', () => {
    const at = place();
    open(at).write(ledgerAt(1));
    expect(existsSync(at.backups)).toBe(false);
    const file = open(at);
    file.write(ledgerAt(2));
    file.write(ledgerAt(3));
    expect(readdirSync(at.backups)).toStrictEqual(['strategy_positions.20251202_210000.bak']);
    expect(readFileSync(join(at.backups, 'strategy_positions.20251202_210000.bak'), 'utf8')).toBe(textAt(1));
  });

  test('of our own, one that cannot be kept is told once and holds nothing back; of the original it does', () => {
    const at = place();
    open(at).write(ledgerAt(1));
    writeFileSync(at.backups, 'no folder');
    const told: string[] = [];
    const file = open(at, undefined, undefined, (message) => told.push(message));
    file.write(ledgerAt(2));
    file.write(ledgerAt(3));
    expect(readFileSync(at.path, 'utf8')).toBe(textAt(3));
    expect(told).toStrictEqual([expect.stringContaining(`No backup in ${at.backups}`)]);

    writeFileSync(at.path, FOREIGN);
    expect(() => open(at).write(ledgerAt(1))).toThrow('ENOTDIR');
    expect(readFileSync(at.path, 'utf8')).toBe(FOREIGN);
  });

  test('a file of the original is backed up before it is taken over', () => {
    const at = place();
    writeFileSync(at.path, FOREIGN);
    open(at).write(ledgerAt(1));
    const [name = ''] = readdirSync(at.backups);
    expect(readFileSync(join(at.backups, name), 'utf8')).toBe(FOREIGN);
    expect(readdirSync(at.folder).sort()).toStrictEqual(['backups', 'strategy_positions.json']);
  });

  test('a file that another program puts in the place of ours later is no backup, but a copy of it is kept', () => {
    const at = place();
    writeFileSync(at.path, FOREIGN);
    open(at).write(ledgerAt(3));
    expect(existsSync(at.backups)).toBe(false);
    expect(readdirSync(at.folder).some((name) => name.includes('.edited-'))).toBe(true);
  });

  test.each(['not json', textAt(1).replace('"qty": 1', '"qty": 2')])(
    'none is made of an invalid file',
    (text) => {
      const at = place();
      writeFileSync(at.path, text);
      open(at).write(ledgerAt(2));
      expect(existsSync(at.backups)).toBe(false);
    },
  );
});

describe('inspection', () => {
  function inspect(text: string | undefined, ledger: Ledger) {
    const { path } = place();
    if (text !== undefined) writeFileSync(path, text);
    const hashAt = (seq: number): string | null => {
      if (seq > ledger.seq) return null;
      return seq === ledger.seq ? ledger.hash : hashOf(seq);
    };
    const found = inspectStateFile(path, { ledger: () => ledger, hashAt });
    return found.kind === 'invalid' ? { ...found, message: found.message.replace(path, 'PATH') } : found;
  }

  test.each([
    ['nothing', undefined, ledgerAt(3), { kind: 'missing' }],
    ['the last record', textAt(3), ledgerAt(3), { kind: 'current' }],
    ['an earlier record', textAt(2), ledgerAt(3), { kind: 'older', seq: 2 }],
    ['a later record', textAt(4), ledgerAt(3), { kind: 'ahead', seq: 4 }],
    ['another journal', textAt(3), { ...ledgerAt(3), hash: 'other' }, { kind: 'ahead', seq: 3 }],
    [
      'another journal that has grown',
      formatState(projectState({ ...ledgerAt(2), hash: 'other' })),
      ledgerAt(3),
      { kind: 'ahead', seq: 2 },
    ],
    ['a lost journal', textAt(3), emptyLedger(), { kind: 'ahead', seq: 3 }],
    ['no JSON', '{"a": }', ledgerAt(3), { kind: 'invalid', message: 'PATH:1:7: not JSON: unexpected "}"' }],
    [
      'no state',
      '{}',
      ledgerAt(3),
      { kind: 'invalid', message: 'PATH: strategies: Invalid input: expected record, received undefined' },
    ],
  ])('of %s', (_, text, ledger, expected) => {
    expect(inspect(text, ledger)).toStrictEqual(expected);
  });

  test('of an edited file names the fields', () => {
    expect(inspect(textAt(3).replace('"qty": 3', '"qty": 7'), ledgerAt(3))).toMatchObject({
      kind: 'edited',
      detail: ['strategies.core.positions.VTI.qty: 3 in the journal, 7 in the file'],
    });
  });

  test('of a file of the original gives its document', () => {
    expect(inspect(FOREIGN, emptyLedger())).toMatchObject({ kind: 'foreign', notes: [] });
  });
});
