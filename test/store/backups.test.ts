import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseInstant, plus } from '../../src/domain/instant.ts';
import { keepBackup, listBackups } from '../../src/store/backups.ts';
import { temporaryFolder } from './support/journals.ts';

const AT = parseInstant('2025-12-02T15:55:00-05:00')!;

test('the newest three are kept, newest first, named by UTC', () => {
  const folder = join(temporaryFolder(), 'backups');
  for (let n = 0; n < 5; n += 1) keepBackup(folder, `"text ${n}"`, plus(AT, n * 60_000));
  expect(listBackups(folder).map((path) => basename(path))).toStrictEqual([
    'strategy_positions.20251202_205900.bak',
    'strategy_positions.20251202_205800.bak',
    'strategy_positions.20251202_205700.bak',
  ]);
  expect(listBackups(folder).map((path) => readFileSync(path, 'utf8'))).toStrictEqual([
    '"text 4"',
    '"text 3"',
    '"text 2"',
  ]);
  expect(statSync(listBackups(folder)[0]!).mode & 0o777).toBe(0o600);
});

test('several in one second are numbered, and the twelfth is newer than the second', () => {
  const folder = temporaryFolder();
  for (let n = 0; n < 12; n += 1) keepBackup(folder, `"text ${n}"`, AT);
  expect(listBackups(folder).map((path) => readFileSync(path, 'utf8'))[0]).toBe('"text 11"');
  expect(listBackups(folder)).toHaveLength(3);
});

test('what a full disk has left of copies takes the place of no whole one', () => {
  const folder = temporaryFolder();
  for (let n = 0; n < 2; n += 1) keepBackup(folder, `"text ${n}"`, AT);
  for (const n of [2, 3, 4])
    writeFileSync(join(folder, `strategy_positions.20251202_205500.${n}.bak`), '"te');
  keepBackup(folder, '"text 5"', plus(AT, 60_000));
  expect(listBackups(folder).map((path) => readFileSync(path, 'utf8'))).toStrictEqual([
    '"text 5"',
    '"text 1"',
    '"text 0"',
  ]);
});

test('a copy that cannot be read is left alone, and takes the place of no whole one', () => {
  const folder = temporaryFolder();
  for (let n = 0; n < 2; n += 1) keepBackup(folder, `"text ${n}"`, AT);
  // Nobody can read a folder as a file, whoever it is.
  for (const n of [2, 3, 4]) mkdirSync(join(folder, `strategy_positions.20251202_205500.${n}.bak`));
  keepBackup(folder, '"text 5"', plus(AT, 60_000));
  const names = readdirSync(folder, { withFileTypes: true });
  const isFile = (entry: (typeof names)[number]): boolean => entry.isFile();
  expect(names.filter(isFile)).toHaveLength(3);
  expect(names.filter((entry) => entry.isDirectory())).toHaveLength(3);
});

test('a new one stays even if the clock went back', () => {
  const folder = temporaryFolder();
  for (let n = 0; n < 3; n += 1) keepBackup(folder, '"later"', plus(AT, n * 60_000));
  const path = keepBackup(folder, '"now"', plus(AT, -86_400_000));
  expect(readFileSync(path, 'utf8')).toBe('"now"');
  expect(listBackups(folder)).toHaveLength(3);
});

test('other files in the folder are left alone', () => {
  const folder = temporaryFolder();
  const others = ['notes.txt', 'strategy_positions.json.bak', 'strategy_positions.20200101_000000.bak.old'];
  for (const name of others) writeFileSync(join(folder, name), '');
  for (let n = 0; n < 5; n += 1) keepBackup(folder, '{}', plus(AT, n * 1_000));
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(others));
  expect(readdirSync(folder)).toHaveLength(3 + others.length);
});

test('a folder that does not exist has none', () => {
  expect(listBackups(join(temporaryFolder(), 'none'))).toStrictEqual([]);
});
