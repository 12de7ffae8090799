import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sessionsBefore } from '../../src/domain/calendar.ts';
import { alpacaData, json } from '../support/alpaca-data.ts';
import { localServer, text } from '../support/http-server.ts';
import { projectInProcess as project } from '../support/project.ts';

const HISTORY = 'DATE,OPEN,HIGH,LOW,CLOSE\n12/01/2025,17.430000,18.000000,16.900000,17.240000\n';

describe('prices of several sources', () => {
  test('trade, and say in log and condition what was no first choice.', async () => {
    const made = project({
      account: {
        prices: {
          type: 'first-of',
          sources: [
            { type: 'csv', folder: '../prices' },
            { type: 'synthetic', seed: 7 },
          ],
        },
      },
      strategies: { core: { targets: { VTI: '10', BND: '10' } } },
    });
    made.write('prices/VTI.csv', 'date,close\n2025-12-02,100\n');
    const applied = await made.run('apply', '--yes');
    expect(applied.code).toBe(0);
    expect(applied.stderr).toContain('quotes of BND: from synthetic instead: csv does not have it');
    expect((await made.run('logs')).stdout).toContain('from synthetic instead');
    made.declare({ core: { targets: { VTI: '10', BND: '10', GLD: '1' } } });
    const [strategy] = (
      await made.json<{ items: { conditions: { type: string; status: string; reason: string }[] }[] }>(
        'get',
        'strategies',
        '-o',
        'json',
      )
    ).items;
    expect(strategy?.conditions.find(({ type }) => type === 'DataFallback')).toMatchObject({
      status: 'True',
      reason: 'FallbackUsed',
    });
  });

  test('read the VIX of CBOE over the network, keep a private copy, and take no close for a level of now.', async () => {
    const server = await localServer(text(HISTORY));
    const made = project({
      account: {
        prices: {
          type: 'first-of',
          sources: [
            { type: 'synthetic', seed: 7, movement: 'daily' },
            { type: 'cboe', url: server.url },
          ],
        },
      },
      strategies: {
        mp: {
          universe: ['KO', 'PEP', 'XOM'],
          spec: {
            signal: { type: 'momentum-protection', params: {} },
            capital: { positionSize: '10%', maxPositions: 2, maxExposure: '20%' },
            schedule: [{ at: 'close-5m', action: 'rebalance' }],
          },
        },
      },
      now: '2025-12-02T15:55:30-05:00',
    });
    const held = await made.run('apply', '--yes');
    expect(held.stdout).toContain('holds everything: the volatility index is not known today');
    expect(server.asked).toEqual(['/VIX_History.csv']);
    expect(statSync(made.path('data/market/cboe-VIX.json')).mode & 0o777).toBe(0o600);
    await made.run('plan');
    expect(server.asked).toHaveLength(1);
  });

  test('of Alpaca are of now, also those that the simulated broker fills at.', async () => {
    const server = await localServer(
      alpacaData({ snapshots: { VTI: ['2025-12-02T20:29:59Z', 300.25, 300.24, 300.26] } }),
    );
    const made = project({
      account: { prices: { type: 'alpaca', url: server.url } },
      strategies: { core: { targets: { VTI: '10' } } },
    }).with({ APCA_API_KEY_ID: 'PKCANARY', APCA_API_SECRET_KEY: 'canary' });
    expect(await made.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect((await made.run('get', 'positions')).stdout).toMatch(/VTI .*300\.2/);
  });

  test('of Alpaca and CBOE are all that a signal needs to trade, and its series are asked for once a day.', async () => {
    const dates = sessionsBefore('2025-12-02', 300);
    const symbols = ['KO', 'PEP', 'XOM', 'SPY'];
    const shares = alpacaData({
      bars: Object.fromEntries(
        symbols.map((symbol) => [symbol, dates.map((date) => [date, 100, 100] as const)]),
      ),
      snapshots: Object.fromEntries(
        symbols.map((symbol) => [symbol, ['2025-12-02T20:55:20Z', 100, 99.99, 100.01] as const]),
      ),
      page: 300,
    });
    const level = { symbol: '^VIX', current_price: 15.5, last_trade_time: '2025-12-02T15:40:00' };
    const server = await localServer((request, response) => {
      if (request.url?.includes('_VIX.json') === true) json(response, { data: level });
      else (request.url?.endsWith('.csv') === true ? text(HISTORY) : shares)(request, response);
    });
    const made = project({
      account: {
        prices: {
          type: 'first-of',
          sources: [
            { type: 'alpaca', url: server.url },
            { type: 'cboe', url: server.url, levels: server.url },
          ],
        },
      },
      strategies: {
        mp: {
          universe: ['KO', 'PEP', 'XOM'],
          spec: {
            signal: { type: 'momentum-protection', params: {} },
            capital: { positionSize: '10%', maxPositions: 2, maxExposure: '20%' },
            schedule: [{ at: 'close-5m', action: 'rebalance' }],
          },
        },
      },
      now: '2025-12-02T15:55:30-05:00',
    }).with({ APCA_API_KEY_ID: 'PKCANARY', APCA_API_SECRET_KEY: 'canary' });
    const planned = await made.run('plan');
    expect(planned.stdout).toMatch(/KO[^]*PEP/);
    const series = (): number => server.asked.filter((path) => path.startsWith('/v2/stocks/bars')).length;
    const before = series();
    expect(before).toBeGreaterThan(1);
    const applied = await made.run('apply', '--yes');
    expect([applied.code, applied.stderr.includes('instead')]).toEqual([0, false]);
    expect((await made.run('get', 'positions')).stdout).toMatch(/KO .*\n[^]*PEP /);
    expect(series()).toBe(before);
    expect(
      readdirSync(made.path('data/market')).filter((name) => name.startsWith('alpaca-iex-all-')),
    ).toHaveLength(2);
  });

  test('keep the keys of Alpaca to themselves, also where its server repeats them.', async () => {
    const server = await localServer(text('{"message": "no key PKCANARY canary-secret"}', 401));
    const made = project({
      account: { prices: { type: 'alpaca', url: server.url } },
      strategies: { core: { targets: { VTI: '10' } } },
    }).with({ APCA_API_KEY_ID: 'PKCANARY', APCA_API_SECRET_KEY: 'canary-secret' });
    const answers = [
      await made.run('apply', '--yes'),
      await made.run('plan', '-o', 'json'),
      await made.run('get', 'strategies', '-o', 'json'),
      await made.run('health'),
      await made.run('logs'),
    ];
    expect(answers[0]?.stderr).toContain('it does not accept the keys: no key [secret] [secret]');
    expect(JSON.stringify(answers)).not.toMatch(/canary/i);
    const written = readdirSync(made.path('data'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(written.length).toBeGreaterThan(2);
    expect(written.join('')).not.toMatch(/canary/i);
  });

  test.each([
    ['http of another machine', 'http://example.com/x', 'no address of a folder'],
    ['a password', 'https://me:word@example.com/x', 'no address of a folder'],
  ])('refuse %s as address, with its place.', async (_, url, message) => {
    const made = project({ account: { prices: { type: 'cboe', url } } });
    const { code, stderr } = await made.run('validate');
    expect(code).toBe(4);
    expect(stderr).toContain(message);
    expect(stderr).toContain('account.yaml:');
  });
});
