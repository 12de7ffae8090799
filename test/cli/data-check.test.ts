import { describe, expect, test } from 'vitest';
import { alpacaData } from '../support/alpaca-data.ts';
import { localServer } from '../support/http-server.ts';
import { projectInProcess as project, type Project } from '../support/project.ts';

/** Prices from files; today is Tuesday, 2025-12-02. */
function withFiles(
  files: Readonly<Record<string, string>>,
  prices: object = { type: 'csv', folder: '../prices' },
): Project {
  const made = project({
    account: { prices },
    now: '2025-12-02T15:30:00-05:00',
  });
  for (const [name, text] of Object.entries(files)) made.write(`prices/${name}`, text);
  return made;
}

const CLEAN = 'Date,Open,Close\n2025-11-26,10,10\n2025-11-28,10,10.1\n2025-12-01,10,10.2\n';

describe('hgctl data check', () => {
  test('ends with 0 where every file of the folder is clean, over a holiday, too.', async () => {
    const { code, stdout } = await withFiles({ 'KO.csv': CLEAN, 'notes.txt': 'x' }).run('data', 'check');
    expect(stdout).toBe('1 file, 3 rows: 0 findings, 1 file without any\n');
    expect(code).toBe(0);
  });

  test('names file and line of what it finds, and ends with 1.', async () => {
    const made = withFiles({
      'KO.csv': CLEAN,
      'PEP.csv': 'Date,Close\n2025-11-26,10\n2025-11-28,n/a\n2025-12-01,10\n2025-12-01,11\n',
    });
    const { code, stdout } = await made.run('data', 'check');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^prices\/PEP\.csv:3 +PEP +unreadable +"n\/a" is not a price above zero$/m);
    expect(stdout).toMatch(/^prices\/PEP\.csv:4 +PEP +gap +no row for the session 2025-11-28/m);
    expect(stdout).toMatch(/^prices\/PEP\.csv:5 +PEP +duplicate +a second row for 2025-12-01/m);
    expect(stdout).toContain('2 files, 6 rows: 3 findings, 1 file without any');
  });

  test('says as JSON what it has read and found.', async () => {
    const made = withFiles({ 'KO.csv': CLEAN });
    const { code, stdout } = await made.run('data', 'check', 'KO', 'PEP', '-o', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      kind: 'DataCheck',
      folder: made.path('prices'),
      files: [
        {
          symbol: 'KO',
          file: made.path('prices/KO.csv'),
          rows: 3,
          from: '2025-11-26',
          to: '2025-12-01',
          findings: [],
        },
        {
          symbol: 'PEP',
          file: made.path('prices/PEP.csv'),
          rows: 0,
          from: null,
          to: null,
          findings: [{ kind: 'missing', line: null, date: null, detail: 'there is no such file' }],
        },
      ],
    });
  });

  test('looks into any folder, without manifests, too.', async () => {
    const made = withFiles({});
    made.write('other/KO.csv', CLEAN);
    made.remove('manifests');
    expect(await made.run('data', 'check', '--folder', 'other')).toMatchObject({ code: 0 });
  });

  test.each([
    ['a folder that is not there', ['--folder', 'nowhere'], 6, 'nowhere is not there\n'],
    ['what is no symbol', ['../KO'], 3, '"../KO" is no symbol'],
  ])('refuses %s.', async (_, args, code, message) => {
    const answer = await withFiles({ 'KO.csv': CLEAN }).run('data', 'check', ...args);
    expect(answer.code).toBe(code);
    expect(answer.stderr).toContain(message);
  });

  test('asks which likely splits are known, where that is wanted, and only of those.', async () => {
    const split = 'Date,Open,Close\n2025-11-28,10,10.1\n2025-12-01,2.5,2.525\n';
    const reverse = 'Date,Open,Close\n2025-11-28,10,10.1\n2025-12-01,101,101\n';
    const server = await localServer(
      alpacaData({
        splits: {
          NVDA: [['2025-12-01', 1, 4]],
          XYZ: [
            ['2025-11-30', 10, 1],
            ['2025-06-02', 1, 2],
          ],
        },
      }),
    );
    const sources = [
      { type: 'csv', folder: '../prices' },
      { type: 'alpaca', url: server.url },
    ];
    const files = { 'KO.csv': CLEAN, 'NVDA.csv': split, 'XYZ.csv': reverse, 'PEP.csv': split };
    const made = withFiles(files, { type: 'first-of', sources });
    const plain = await made.run('data', 'check');
    expect([plain.code, plain.stdout.includes('known'), server.asked]).toEqual([1, false, []]);
    const keys = { APCA_API_KEY_ID: 'PKCANARY', APCA_API_SECRET_KEY: 'canary' };
    const asked = await made.with(keys).run('data', 'check', '--splits');
    expect(asked.code).toBe(1);
    expect(asked.stdout).toMatch(/NVDA +split .*; known: 4-for-1 on 2025-12-01$/m);
    expect(asked.stdout).toMatch(/XYZ +split .*; known: 1-for-10 on 2025-11-30$/m);
    expect(asked.stdout).toMatch(/PEP +split .*; no split near it is known$/m);
    expect(server.asked.map((path) => new URL(path, server.url).searchParams.get('symbols'))).toEqual([
      'NVDA,PEP,XYZ',
      'NVDA,PEP,XYZ',
    ]);
    const without = await made.run('data', 'check', '--splits');
    expect(without.stdout).toMatch(
      /whether there was one is not known: APCA_API_KEY_ID and APCA_API_SECRET_KEY are not set/,
    );
  });

  test('asks for a folder where the prices are invented.', async () => {
    const answer = await project().run('data', 'check');
    expect(answer).toMatchObject({ code: 3, stdout: '' });
    expect(answer.stderr).toContain('--folder');
  });
});
