/** `hgctl sim serve` as a process: what it serves, what it keeps, and how it ends. */
import { createServer, type AddressInfo } from 'node:net';
import { chmodSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isBlockedPort } from '../../src/cli/blocked-ports.ts';
import { project, projectInProcess, type Project } from '../support/project.ts';

interface Serving {
  readonly url: string;
  readonly answer: string;
  stderr(): string;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** On any free port, with `-v`. */
async function serving(folder: Project, ...args: readonly string[]): Promise<Serving> {
  const running = folder.start('sim', 'serve', '--port', '0', '-v', ...args);
  onTestFinished(() => void running.process.kill('SIGKILL'));
  const heard = { stdout: '', stderr: '' };
  running.process.stderr?.on('data', (text: string) => void (heard.stderr += text));
  running.process.stdout?.on('data', (text: string) => void (heard.stdout += text));
  await expect.poll(() => heard.stdout + heard.stderr, { timeout: 20_000 }).toContain('\n');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(heard.stdout)?.[0];
  if (url === undefined) throw new Error(`it does not serve: ${heard.stderr}`);
  return {
    url,
    answer: heard.stdout,
    stderr: () => heard.stderr,
    end: async (signal) => {
      running.process.kill(signal);
      return (await running.ended).code;
    },
  };
}

const KEYS = { 'APCA-API-KEY-ID': 'PKSEEN', 'APCA-API-SECRET-KEY': 'hush-hush' };

async function ask(
  { url }: Serving,
  path: string,
  order?: object,
  headers: Record<string, string> = KEYS,
): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    headers,
    ...(order !== undefined && { method: 'POST', body: JSON.stringify(order) }),
  });
  return response.json();
}

const ORDER = { symbol: 'VTI', qty: '1', side: 'buy', type: 'market', time_in_force: 'day' };

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'it serves the account of the manifests, keeps it, and ends at once on %s.',
  async (signal, code) => {
    const folder = project({ now: null });
    const first = await serving(folder, '-f', 'manifests');
    expect(first.answer).toBe(
      `Serving Alpaca's protocol at ${first.url} (stream ${first.url.replace('http', 'ws')}/stream), account in ${folder.path('data/broker.json')}\n`,
    );
    expect(await ask(first, '/v2/assets')).toMatchObject([
      { symbol: 'BND' },
      { symbol: 'GLD' },
      { symbol: 'VTI' },
    ]);
    expect(await ask(first, '/v2/orders', { ...ORDER, client_order_id: 'kept' })).toMatchObject({
      status: 'pending_new',
    });
    expect(await first.end(signal)).toBe(code);
    // Beside each request its route, its status and its time; never a key.
    expect(first.stderr()).toMatch(/^POST \/v2\/orders 200 in [\d.]+ ms$/m);
    expect(first.stderr()).not.toMatch(/PKSEEN|hush/);
    const second = await serving(folder, '-f', 'manifests');
    expect(await ask(second, '/v2/orders:by_client_order_id?client_order_id=kept')).toMatchObject({
      symbol: 'VTI',
    });
    expect(await second.end('SIGKILL')).toBeNull();
  },
);

test('without manifests a stand-in account is served from memory, at the time of HGCTL_NOW and on.', async () => {
  const folder = project({ now: '2025-12-02T15:30:00-05:00' });
  const server = await serving(folder, '--cash', '5000.00', '--clock', 'always-open');
  expect(server.answer).toContain('account in memory');
  expect(await ask(server, '/v2/account')).toMatchObject({
    cash: '5000',
    buying_power: '10000',
    multiplier: '2',
  });
  expect(await ask(server, '/v2/clock')).toMatchObject({
    timestamp: expect.stringMatching(/^2025-12-02T15:3/) as string,
    is_open: true,
  });
  await ask(server, '/v2/orders', ORDER);
  expect(folder.exists('data')).toBe(false);
});

test('a script of faults works on whoever asks, and its mistakes are told by their place before anything is served.', async () => {
  const folder = project({ now: null });
  folder.write(
    'faults.yaml',
    'faults:\n  - {on: POST /v2/orders, effect: status, status: 500, when: after}\n',
  );
  const server = await serving(folder, '--faults', 'faults.yaml', '--clock', 'always-open');
  expect(await ask(server, '/v2/orders', { ...ORDER, client_order_id: 'a' })).toEqual({
    message: 'scripted fault',
  });
  expect(await ask(server, '/v2/orders:by_client_order_id?client_order_id=a')).toMatchObject({
    symbol: 'VTI',
  });
  expect(server.stderr()).toContain('POST /v2/orders 500');
  folder.write(
    'faults.yaml',
    'faults:\n  - {on: stream, effect: cut}\n  - {on: any, effect: down}\n  - {on: any, effect: late, delay: soon}\n  - {on: stream, event: filled, effect: lost}\n',
  );
  const refused = await folder.inProcess().run('sim', 'serve', '--port', '0', '--faults', 'faults.yaml');
  expect(refused.code).toBe(4);
  for (const place of ['2:10', '3:10', '4:36', '5:25'])
    expect(refused.stderr).toContain(`faults.yaml:${place}`);
});

test.each([
  [
    'GET /v2/acount',
    'late',
    'a route of docs/sim-serve.md, any, stream, stream connect; did you mean GET /v2/account?',
  ],
  ['GET /v2/positions/VTI', 'drop', 'stream connect; did you mean GET /v2/positions/{symbol}?'],
  ['GET /v2/assets/x/y', 'late', 'stream connect)'],
])('a script that names %s says in one line what it may be.', async (place, effect, words) => {
  const folder = projectInProcess({ now: null });
  folder.write('faults.yaml', `faults:\n  - {on: "${place}", effect: ${effect}}\n`);
  const { code, stderr } = await folder.run('sim', 'serve', '--port', '0', '--faults', 'faults.yaml');
  expect(code).toBe(4);
  const [, line = ''] = stderr.split('\n');
  expect(line).toContain(`faults[0].on: "${place}" is not known`);
  expect(stderr).toContain(words);
  expect(Math.max(...stderr.split('\n').map(({ length }) => length))).toBeLessThan(200);
});

test.each([
  ['GET /v2/clock', 'stale', ', rename, skew', '(allowed GET /v2/positions, GET /v2/positions/{symbol})'],
  [
    'GET /v2/account',
    'skew',
    'late, drop, reset, cut, half-json, status',
    '(allowed GET /v2/clock, GET /v3/clock)',
  ],
  ['stream', 'late', 'lost, doubled, reordered, down', '(allowed a route of docs/sim-serve.md, any)'],
  ['stream connect', 'lost', 'refused', '(allowed stream)'],
])(
  '%s, which does not take %s, says what it takes, and where that can be.',
  async (place, effect, ...words) => {
    const folder = projectInProcess({ now: null });
    folder.write('faults.yaml', `faults:\n  - {on: "${place}", effect: ${effect}}\n`);
    const { code, stderr } = await folder.run('sim', 'serve', '--port', '0', '--faults', 'faults.yaml');
    expect(code).toBe(4);
    const line = stderr.split('\n').find((text) => text.includes('faults[0].on'));
    expect(line).toContain(`faults[0].on: "${place}" takes no ${effect}, but `);
    for (const said of words) expect(line).toContain(said);
    expect(line).not.toContain('did you mean');
  },
);

test('a script splits shares and changes their symbol, at its time and before the request.', async () => {
  const folder = project({ now: '2025-12-02T15:30:00-05:00' });
  folder.write(
    'faults.yaml',
    `faults:
  - {on: GET /v2/positions, effect: split, split: {symbol: VTI, from: 1, to: 4}}
  - {on: GET /v2/positions, after: 1, effect: rename, rename: {from: VTI, to: VTIX}}
  - {on: any, from: "2027-01-01T00:00:00-05:00", effect: split, split: {symbol: VTI, from: 1, to: 2}}
`,
  );
  const server = await serving(folder, '--faults', 'faults.yaml', '--clock', 'always-open');
  await ask(server, '/v2/orders', { ...ORDER, qty: '3' });
  await expect
    .poll(() => ask(server, '/v2/account/activities/FILL'), { timeout: 20_000 })
    .toMatchObject([{ order_status: 'filled' }]);
  expect(await ask(server, '/v2/positions')).toMatchObject([{ symbol: 'VTI', qty: '12' }]);
  expect(await ask(server, '/v2/positions')).toMatchObject([{ symbol: 'VTIX', qty: '12' }]);
  expect(server.stderr()).toMatch(/^GET \/v2\/positions 200 in [\d.]+ ms, fault split$/m);
});

describe('keys', () => {
  test('are exactly those of the environment, or of the file that is named for the server.', async () => {
    const folder = project({ now: null });
    folder.write('keys', 'APCA_API_KEY_ID=PKSEEN\nAPCA_API_SECRET_KEY=hush-hush\n');
    chmodSync(folder.path('keys'), 0o600);
    const named = folder.with({ APCA_API_KEY_ID: 'PKOTHER', APCA_API_SECRET_KEY: 'other' });
    const [byFile, byName] = [await serving(named, '--keys-file', 'keys'), await serving(named)];
    expect(await ask(byFile, '/v2/clock')).toHaveProperty('is_open');
    expect(await ask(byName, '/v2/clock')).toEqual({ message: 'forbidden.' });
    expect(await ask(byName, '/v2/clock', undefined, {})).toEqual({ message: 'forbidden.' });
    expect(
      await ask(byName, '/v2/clock', undefined, {
        'APCA-API-KEY-ID': 'PKOTHER',
        'APCA-API-SECRET-KEY': 'other',
      }),
    ).toHaveProperty('is_open');
  });

  test('of which one half is there are refused.', async () => {
    const half = projectInProcess({ now: null }).with({ APCA_API_KEY_ID: 'PKONE' });
    const { code, stderr } = await half.run('sim', 'serve', '--port', '0');
    expect([code, stderr]).toEqual([
      5,
      'error: no keys for the server: APCA_API_SECRET_KEY is not set in the environment\nhint: set both, or neither: then any pair of keys is taken\n',
    ]);
  });

  test('in a file that others may read are refused, and what such a file is, is told.', async () => {
    const folder = projectInProcess({ now: null });
    folder.write('keys', 'APCA_API_KEY_ID=PKSEEN\nAPCA_API_SECRET_KEY=hush-hush\n');
    chmodSync(folder.path('keys'), 0o644);
    const { code, stderr } = await folder.run('sim', 'serve', '--port', '0', '--keys-file', 'keys');
    expect(code).toBe(5);
    expect(stderr).toMatch(/keys can be read by others: chmod 600 it\nhint: it has lines APCA_API_KEY_ID=/);
  });
});

const AT_ALPACA = `apiVersion: homeguard/v1
kind: Account
metadata: {name: test}
spec: {broker: {type: alpaca}, prices: {type: synthetic}}
`;

test('a port that is refused is one that fetch refuses, and no other is.', async () => {
  const said = async (port: number): Promise<boolean> => {
    const error = await fetch(`http://127.0.0.1:${port}`).catch((thrown: unknown) => thrown);
    return error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port';
  };
  for (const port of [1, 22, 587, 1719, 2049, 4045, 4190, 5061, 6000, 6566, 6669, 6679, 6697, 10080])
    expect([port, await said(port), isBlockedPort(port)]).toEqual([port, true, true]);
  for (const port of [0, 2_048, 4_010, 5_062, 6_670, 8_080, 65_535]) expect(isBlockedPort(port)).toBe(false);
});

test('a port that somebody has is refused, and an account at Alpaca is not simulated.', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const folder = projectInProcess({ now: null });
  expect(await folder.run('sim', 'serve', '--port', String(port))).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(`error: port ${port} of 127.0.0.1 is in use\nhint: `) as string,
  });
  const real = projectInProcess({ now: null });
  real.write('manifests/account.yaml', AT_ALPACA);
  expect(await real.run('sim', 'serve', '-f', 'manifests', '--port', '0')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('is at Alpaca: there is nothing to simulate\nhint: ') as string,
  });
});

test.each([
  [['--port', '70000'], '--port: "70000" is no number from 0 to 65535'],
  [['--port', 'any'], '--port: "any" is no number'],
  [['--port', '4190'], '--port: 4190 is a port that no client reaches by fetch'],
  [['--requests-per-minute', '0'], '--requests-per-minute: "0" is no number from 1'],
  [['--clock', 'real'], '--clock: "real" is no clock'],
  [['--cash', 'much'], '--cash: "much" is no amount'],
  [['--cash', '5', '-f', 'manifests'], '--clock and --cash are for the stand-in account'],
])('%j is misuse.', async (args, words) => {
  const { code, stderr } = await projectInProcess({ now: null }).run('sim', 'serve', ...args);
  expect(code).toBe(3);
  expect(stderr).toContain(`error: ${words}`);
});
