/** Reports as files: private, whole, and left alone where they say the same. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeReport } from '../../src/store/report-files.ts';

test('A report is two private files, and writing it again writes nothing.', () => {
  const root = mkdtempSync(join(tmpdir(), 'hgctl-report-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'reports');
  const texts = { json: '{}\n', markdown: '# Report\n' };
  const files = [join(folder, 'eod-2025-12-02.json'), join(folder, 'eod-2025-12-02.md')];
  expect(writeReport(folder, '2025-12-02', texts)).toEqual(files);
  expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(['{}\n', '# Report\n']);
  expect(writeReport(folder, '2025-12-02', texts)).toEqual([]);
  expect(writeReport(folder, '2025-12-02', { ...texts, json: '[]\n' })).toEqual([files[0]]);
});
