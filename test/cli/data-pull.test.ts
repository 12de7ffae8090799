import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { alpacaData, json, queryOf } from '../support/alpaca-data.ts';
import { localServer, text, type Handler } from '../support/http-server.ts';
import { projectInProcess as project, type Project } from '../support/project.ts';

const KEYS = { APCA_API_KEY_ID: 'PKCANARY', APCA_API_SECRET_KEY: 'canary' };
const VIX = 'DATE,OPEN,HIGH,LOW,CLOSE\n11/28/2025,17.0,17.5,16.1,16.35\n12/01/2025,17.43,18.0,16.9,17.24\n';
const BARS = {
  'BRK.B': [
    ['2025-11-28', 500, 501],
    ['2025-12-01', 501, 502.25],
    ['2025-12-02', 503, 504],
  ],
  KO: [
    ['2025-11-26', 70, 70.5],
    ['2025-11-28', 70, 71],
    ['2025-12-01', 71, 72.5],
  ],
} as const;

/** A server with both shapes, and prices of a folder with both sources beside it; today is Tuesday, 2025-12-02. */
async function withSources(
  alpaca: Handler,
  universe: readonly string[] = ['KO', 'BRK.B'],
): Promise<Project & { serve: (handler: Handler) => void }> {
  const both =
    (shares: Handler): Handler =>
    (request, response) =>
      (request.url?.endsWith('.csv') === true ? text(VIX) : shares)(request, response);
  const server = await localServer(both(alpaca));
  const made = project({
    account: {
      prices: {
        type: 'first-of',
        sources: [
          { type: 'csv', folder: '../prices' },
          { type: 'alpaca', url: server.url },
          { type: 'cboe', url: server.url },
        ],
      },
    },
    strategies: {
      mp: {
        universe,
        spec: {
          signal: { type: 'momentum-protection', params: { benchmark: 'KO' } },
          capital: { positionSize: '10%', maxPositions: 2, maxExposure: '20%' },
          schedule: [{ at: 'close-5m', action: 'rebalance' }],
        },
      },
    },
  }).with(KEYS);
  return { ...made, serve: (handler) => server.serve(both(handler)) };
}

const PULL = ['data', 'pull', '--from', '2025-11-28'] as const;

describe('hgctl data pull --timeframe 1Min', () => {
  const bar = (t: string, price: number) => ({ t, o: price, h: price, l: price, c: price, v: 5 });
  /** Two minutes of each day; `factor`: of all prices. */
  const minutes =
    (factor: number): Handler =>
    (request, response) => {
      const query = queryOf(request);
      const [from, to] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')];
      const days = ['2025-11-26', '2025-11-28', '2025-12-01'];
      const rows = days
        .flatMap((day, index) =>
          [`${day}T15:00:00Z`, `${day}T15:01:00Z`].map((t) => bar(t, factor * (70 + index))),
        )
        .filter(({ t }) => Date.parse(t) >= from && Date.parse(t) <= to);
      json(response, { bars: { KO: rows }, next_page_token: null });
    };
  const MINUTES = [...PULL, '--timeframe', '1Min', '--source', 'alpaca'] as const;

  test('fills a folder beside the daily files, and continues it.', async () => {
    const made = await withSources(minutes(1));
    const first = await made.run(...MINUTES, 'KO', '--to', '2025-11-28');
    expect(first.stdout).toMatch(/KO +written +2 +0 +2 +2025-11-28 +2025-11-28/);
    expect(made.read('prices/minutes/KO.csv')).toBe(
      'Time,Open,High,Low,Close,Volume\n2025-11-28T15:00:00Z,71,71,71,71,5\n2025-11-28T15:01:00Z,71,71,71,71,5\n',
    );
    const next = await made.run('data', 'pull', '--from', '2025-12-01', '--timeframe', '1Min', 'KO');
    expect(next.stdout).toMatch(/KO +written +2 +0 +4 +2025-11-28 +2025-12-01/);
    expect((await made.run(...MINUTES, 'KO')).stdout).toMatch(/KO +unchanged/);
    expect((await made.run(...MINUTES, 'PEP')).stdout).toMatch(/PEP +absent/);
  });

  test('leaves a file alone of which the past is of another series, or that nobody understands.', async () => {
    const made = await withSources(minutes(1));
    await made.run(...MINUTES, 'KO', '--from', '2025-11-26', '--to', '2025-11-28');
    made.serve(minutes(0.5));
    const written = made.read('prices/minutes/KO.csv');
    const { code, stdout } = await made.run(
      'data',
      'pull',
      '--from',
      '2025-12-01',
      '--timeframe',
      '1Min',
      'KO',
    );
    expect([code, stdout.includes('prices of its past have changed')]).toEqual([5, true]);
    expect(made.read('prices/minutes/KO.csv')).toBe(written);
    made.write('prices/minutes/KO.csv', 'Time,Close\n');
    expect((await made.run(...MINUTES, 'KO')).stdout).toContain('line 1: the header names no open');
  });

  test('knows two lengths.', async () => {
    const made = await withSources(minutes(1));
    expect(await made.run(...PULL, '--timeframe', '5Min')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('one of: 1Day, 1Min') as string,
    });
  });
});

describe('hgctl data pull', () => {
  test('fills the folder with what the strategies read, so that prices come from it and a check finds it clean.', async () => {
    const made = await withSources(alpacaData({ bars: BARS }));
    const { code, stdout, stderr } = await made.run(...PULL);
    expect(stdout).toBe(
      [
        'SYMBOL   STATUS    ADDED   CHANGED   ROWS   FROM         TO           DETAIL',
        'BRK.B    written       2         0      2   2025-11-28   2025-12-01',
        'KO       written       2         0      2   2025-11-28   2025-12-01',
        'VIX      written       2         0      2   2025-11-28   2025-12-01',
        '',
        '3 written, 0 unchanged, 0 absent, 0 failed, 0 refused',
        '',
      ].join('\n'),
    );
    expect([code, stderr]).toEqual([
      0,
      `'hgctl data check --folder ${made.path('prices')}' looks for what may be wrong in them\n`,
    ]);
    expect(made.read('prices/BRK.B.csv')).toBe(
      'Date,Open,Close,Volume\n2025-11-28,500.00,501.00,1000\n2025-12-01,501.00,502.25,1000\n',
    );
    expect(made.read('prices/VIX.csv')).toBe(
      'Date,Open,Close,Volume\n2025-11-28,17.00,16.35,\n2025-12-01,17.43,17.24,\n',
    );
    expect(await made.run('data', 'check')).toMatchObject({ code: 0 });
    expect(made.exists('data')).toBe(false);
    const before = statSync(made.path('prices/KO.csv')).ino;
    const again = await made.run(...PULL);
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toContain('0 written, 3 unchanged');
    expect(statSync(made.path('prices/KO.csv')).ino).toBe(before);
  });

  test('merges into a file, and refuses to put rows of two adjustments beside each other.', async () => {
    const made = await withSources(alpacaData({ bars: BARS }));
    made.write('prices/KO.csv', 'date,close\n2025-11-26,70.5\n');
    expect(await made.run(...PULL, 'KO')).toMatchObject({ code: 0 });
    expect(made.read('prices/KO.csv')).toBe(
      'Date,Open,Close,Volume\n2025-11-26,70.00,70.50,1000\n2025-11-28,70.00,71.00,1000\n2025-12-01,71.00,72.50,1000\n',
    );
    const file = made.read('prices/KO.csv');
    // An older row that the source does not have, and a split since.
    made.write('prices/KO.csv', file.replace('2025-11-26', '2025-11-20'));
    made.serve(
      alpacaData({ bars: { KO: BARS.KO.map(([date, open, close]) => [date, open / 2, close / 2]) } }),
    );
    const refused = await made.run(...PULL, 'KO');
    expect(refused.code).toBe(5);
    expect(refused.stdout).toContain(
      'closes of its past have changed, as after a split or a dividend: pull it --from 2025-11-20',
    );
    expect(made.read('prices/KO.csv')).toBe(file.replace('2025-11-26', '2025-11-20'));
  });

  test('names each symbol that it could not bring, and ends with 10 where there was another.', async () => {
    const made = await withSources(alpacaData({ bars: BARS, invalid: ['NO-SUCH'] }));
    made.write('prices/PEP.csv', 'Date,High,Close\n');
    const { code, stdout, stderr } = await made.run(...PULL, 'KO', 'NO-SUCH', 'PEP', 'XOM', '-o', 'json');
    expect([code, stderr.includes('data check')]).toEqual([10, true]);
    const { files, ...facts } = JSON.parse(stdout) as {
      files: { symbol: string; status: string; detail: string }[];
    };
    expect(facts).toEqual({
      kind: 'DataPull',
      folder: made.path('prices'),
      sources: ['alpaca', 'cboe'],
      from: '2025-11-28',
      to: '2025-12-01',
    });
    expect(files.map(({ symbol, status, detail }) => [symbol, status, detail])).toEqual([
      ['KO', 'written', null],
      ['NO-SUCH', 'absent', 'no source has it in these days'],
      ['PEP', 'refused', 'it has columns that a pull does not fill: High'],
      ['XOM', 'absent', 'no source has it in these days'],
    ]);
  });

  test('ends with 11 where nothing could be had, writes nothing, and shows no key.', async () => {
    const made = await withSources(text('{"message": "no key PKCANARY"}', 401));
    const { code, stdout, stderr } = await made.run(...PULL, 'KO');
    expect(code).toBe(11);
    expect(stdout).toContain('it does not accept the keys: no key [secret]');
    expect(stdout + stderr).not.toContain('CANARY');
    expect(made.exists('prices')).toBe(false);
  });

  test('asks one source where one is named, and fills any folder without manifests.', async () => {
    const made = await withSources(alpacaData({ bars: BARS }));
    expect(await made.run(...PULL, 'KO', '--source', 'cboe')).toMatchObject({ code: 6 });
    const { stdout } = await made.run(...PULL, '--source', 'cboe', '--folder', 'other');
    expect(stdout).toContain('1 written');
    expect(made.read('other/VIX.csv')).toContain('17.24');
    made.remove('manifests');
    const alone = await made.with({ APCA_API_KEY_ID: '' }).run(...PULL, 'KO', '--folder', 'other');
    expect([alone.code, alone.stdout]).toEqual([
      11,
      expect.stringContaining('APCA_API_KEY_ID is not set in the environment'),
    ]);
  });

  test.each([
    ['a day that is none', ['--from', '2025-02-30'], '"2025-02-30" is not a date'],
    [
      'a first day after the last',
      ['--from', '2025-12-01', '--to', '2025-11-01'],
      '--from 2025-12-01 is after 2025-11-01',
    ],
    [
      'a day that is to come',
      ['--from', '2025-12-02'],
      '--from 2025-12-02 is after 2025-12-01, the last session that has ended',
    ],
    [
      'a source that is none',
      ['--from', '2025-12-01', '--source', 'synthetic'],
      '"synthetic" cannot be pulled from',
    ],
    ['what is no symbol', ['--from', '2025-12-01', '../KO'], '"../KO" is no symbol'],
  ])('refuses %s.', async (_, args, message) => {
    const made = await withSources(alpacaData({}));
    const answer = await made.run('data', 'pull', ...args);
    expect([answer.code, answer.stdout]).toEqual([3, '']);
    expect(answer.stderr).toContain(message);
  });
});
