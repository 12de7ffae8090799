/** The files of the log: rotation by day and size, several writers, torn ends, and readers that follow. */
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { CalendarDate } from '../../src/domain/instant.ts';
import { logFiles, type LogFiles, type LogLimits } from '../../src/store/log-files.ts';
import { readLogs } from '../../src/store/log-reader.ts';

const DAY = '2025-12-02' as CalendarDate;
const NEXT = '2025-12-03' as CalendarDate;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'hgctl-log-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return join(made, 'logs');
}

function writer(logs: string, limits: Partial<LogLimits> = {}): LogFiles {
  const files = logFiles(logs, { maxBytes: 1_000_000, maxFiles: 30, ...limits });
  onTestFinished(() => files.close());
  return files;
}

test('Each day has its file, private, and nothing is made before the first line.', () => {
  const logs = folder();
  const files = writer(logs);
  expect(() => readdirSync(logs)).toThrow('ENOENT');
  files.append(DAY, 'one\n');
  files.append(NEXT, 'two\n');
  files.append(NEXT, 'three\n');
  expect(readdirSync(logs)).toEqual(['hgctl-2025-12-02.jsonl', 'hgctl-2025-12-03.jsonl']);
  expect(readFileSync(join(logs, 'hgctl-2025-12-03.jsonl'), 'utf8')).toBe('two\nthree\n');
  expect(statSync(join(logs, 'hgctl-2025-12-02.jsonl')).mode & 0o777).toBe(0o600);
  expect(statSync(logs).mode & 0o777).toBe(0o700);
});

test('A file that is full is followed by another one, of which only the newest are kept.', () => {
  const logs = folder();
  const files = writer(logs, { maxBytes: 10, maxFiles: 3 });
  for (let line = 0; line < 24; line += 1) files.append(DAY, `line ${line}\n`);
  // Two lines pass ten bytes; twelve files were made, and the order of their names is not that of text.
  expect([...readLogs(logs).next()]).toEqual([
    'line 18',
    'line 19',
    'line 20',
    'line 21',
    'line 22',
    'line 23',
  ]);
  expect(readdirSync(logs)).toHaveLength(3);
});

test('A second writer goes on in the newest file, and one that was there before follows it.', () => {
  const logs = folder();
  const first = writer(logs, { maxBytes: 10 });
  const second = writer(logs, { maxBytes: 10 });
  first.append(DAY, 'a fat line\n');
  second.append(DAY, 'another\n');
  first.append(DAY, 'more\n');
  expect(readdirSync(logs)).toEqual(['hgctl-2025-12-02.1.jsonl', 'hgctl-2025-12-02.jsonl']);
  expect([...readLogs(logs).next()]).toEqual(['a fat line', 'another', 'more']);
});

test('A line that a crash has cut is closed off by the next writer.', () => {
  const logs = folder();
  writer(logs).append(DAY, 'whole\n');
  appendFileSync(join(logs, 'hgctl-2025-12-02.jsonl'), '{"torn');
  expect([...readLogs(logs).next()]).toEqual(['whole']);
  writer(logs).append(DAY, 'next\n');
  expect([...readLogs(logs).next()]).toEqual(['whole', '{"torn', 'next']);
});

test('A link in the place of the file is not followed.', () => {
  const logs = folder();
  writer(logs).append(DAY, 'whole\n');
  const target = join(logs, 'elsewhere');
  writeFileSync(target, '');
  symlinkSync(target, join(logs, 'hgctl-2025-12-03.jsonl'));
  expect(() => writer(logs).append(NEXT, 'line\n')).toThrow('ELOOP');
  expect(readFileSync(target, 'utf8')).toBe('');
});

test('A reader that follows gets each line once: over rotation, removed files, and lines that come in pieces.', () => {
  const logs = folder();
  const files = writer(logs, { maxBytes: 40, maxFiles: 2 });
  const reader = readLogs(logs);
  expect([...reader.next()]).toEqual([]);
  const seen: string[] = [];
  for (let line = 0; line < 60; line += 1) {
    files.append(DAY, `line ${line}\n`);
    if (line % 3 === 2) seen.push(...reader.next());
  }
  expect(seen).toEqual(Array.from({ length: 60 }, (_, line) => `line ${line}`));
  appendFileSync(join(logs, 'hgctl-2025-12-03.jsonl'), 'ha');
  expect([...reader.next()]).toEqual([]);
  appendFileSync(join(logs, 'hgctl-2025-12-03.jsonl'), 'lf €\n');
  expect([...reader.next()]).toEqual(['half €']);
});

test('A line longer than what is read at once comes whole.', () => {
  const logs = folder();
  const long = `${'€'.repeat(100_000)}\n`;
  writer(logs).append(DAY, `${long}short\n`);
  expect([...readLogs(logs).next()]).toEqual([long.trim(), 'short']);
});
