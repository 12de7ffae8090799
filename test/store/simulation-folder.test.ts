/** Where a report may be written, and where it must not. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { simulationFiles } from '../../src/cli/output/simulation-files.ts';
import { refuseForeignFolder, writeSimulationFolder } from '../../src/store/simulation-folder.ts';
import { simulated } from '../support/simulation-record.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hgctl-report-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});
const NAMES = ['record.json', 'report.html', 'sessions.csv', 'summary.json', 'trades.csv'];

describe('a report folder', () => {
  test('is made with its parents, and has the same bytes for the same record.', () => {
    const [a, b] = [join(root, 'a', 'b'), join(root, 'c')];
    writeSimulationFolder(a, simulationFiles(simulated({ sessions: 80 })));
    writeSimulationFolder(b, simulationFiles(simulated({ sessions: 80 })));
    expect(readdirSync(a).toSorted()).toEqual(NAMES);
    for (const name of NAMES) expect(readFileSync(join(a, name))).toEqual(readFileSync(join(b, name)));
  });

  test('replaces an earlier report, and keeps what somebody put beside it.', () => {
    writeSimulationFolder(root, simulationFiles(simulated({ sessions: 5 })));
    writeFileSync(join(root, 'notes.txt'), 'mine');
    writeSimulationFolder(root, simulationFiles(simulated({ sessions: 6 })));
    expect(readFileSync(join(root, 'sessions.csv'), 'utf8').trimEnd().split('\r\n')).toHaveLength(7);
    expect(readFileSync(join(root, 'notes.txt'), 'utf8')).toBe('mine');
  });

  test.each([
    ['a folder with other files', (path: string) => writeFileSync(join(path, 'thesis.html'), 'x')],
    ['a folder with another record.json', (path: string) => writeFileSync(join(path, 'record.json'), '{}')],
    ['a folder with folders', (path: string) => mkdirSync(join(path, 'src'))],
  ])('is never %s.', (_, fill) => {
    fill(root);
    const before = readdirSync(root);
    expect(() => writeSimulationFolder(root, simulationFiles(simulated({ sessions: 5 })))).toThrow(
      'holds files that are not a report of a simulation',
    );
    expect(readdirSync(root)).toEqual(before);
  });

  test('can be asked for before there is anything to write, which makes nothing.', () => {
    const path = join(root, 'later');
    refuseForeignFolder(path);
    expect(readdirSync(root)).toEqual([]);
  });

  test('is refused below a file, before there is anything to write.', () => {
    writeFileSync(join(root, 'file'), 'x');
    expect(() => refuseForeignFolder(join(root, 'file', 'a', 'b'))).toThrow(/file is not a folder$/);
  });

  test.skipIf(process.getuid?.() === 0)('is refused where nothing may be written.', () => {
    const path = join(root, 'locked');
    mkdirSync(path, { mode: 0o500 });
    expect(() => refuseForeignFolder(path)).toThrow('cannot be written to');
    expect(() => refuseForeignFolder(join(path, 'a', 'b'))).toThrow('cannot be written to');
  });

  test('is never a file.', () => {
    const path = join(root, 'file');
    writeFileSync(path, 'x');
    expect(() => writeSimulationFolder(path, [])).toThrow('is not a folder');
  });
});
