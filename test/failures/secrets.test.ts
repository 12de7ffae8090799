/**
 * Planted secrets over a day of commands that go well and badly: keys of Alpaca in the environment and in a file, the
 * address of a webhook and that of a heartbeat. They are used, and stand in nothing that hgctl says, writes or sends.
 */
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { serveAlpaca } from '../../src/broker/server/serve-alpaca.ts';
import { freshState } from '../../src/broker/simulated-state.ts';
import { memoryStore } from '../../src/broker/simulated-store.ts';
import { readServerFaults } from '../../src/cli/server-fault-file.ts';
import { market } from '../../src/market/market.ts';
import { syntheticPrices } from '../../src/market/synthetic.ts';
import { DAY } from '../support/fault-world.ts';
import { localServer, text } from '../support/http-server.ts';
import { projectInProcess, type Project } from '../support/project.ts';
import { sharedClock } from '../support/shared-clock.ts';
import { SETTINGS } from '../support/simulated-world.ts';

const KEYS = { id: 'PKCANARYKEY0001', secret: 'canarySecret0002' };
const HOOK = 'hooks/canaryHook0003?token=canaryQuery0004';
const PING = 'ping/canaryPing0005';

/** In whatever writing: as it is, in capitals, in base64 of any offset, for an address. */
const CANARY = /canary|Y2FuYXJ5|NhbmFye|jYW5hcn|UEtDQU5BUl|63616e617279/i;

/** Everything that was said, sent and logged since the start of a test. */
let heard: string[] = [];
afterEach(() => void (heard = []));

function expectNoSecret(mine: Project, planted: readonly string[]): void {
  const names = readdirSync(mine.folder, { recursive: true, encoding: 'utf8', withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && !planted.includes(entry.name));
  expect(files.length).toBeGreaterThan(2);
  for (const { parentPath, name } of files)
    expect(CANARY.exec(readFileSync(join(parentPath, name), 'latin1')), name).toBeNull();
  for (const words of heard) expect(words).not.toMatch(CANARY);
}

async function say(mine: Project, ...commands: readonly string[]): Promise<number[]> {
  const codes: number[] = [];
  for (const command of commands) {
    const { code, stdout, stderr } = await mine.run(...command.split(' '));
    heard.push(`${command}\n${stdout}\n${stderr}`);
    codes.push(code ?? -1);
    expect([command, code]).not.toEqual([command, 70]);
  }
  return codes;
}

interface Places {
  readonly broker?: object;
  readonly urls?: { readonly hook: object; readonly ping: object };
}

function declareAccount(mine: Project, url: string, { broker = {}, urls }: Places): void {
  const spec = {
    broker: { type: 'alpaca', url, ...broker },
    prices: {
      type: 'first-of',
      sources: [
        { type: 'alpaca', url, ...broker },
        { type: 'synthetic', seed: 7 },
      ],
    },
    execution: { requestTimeout: '2s' },
    ...(urls && { notifications: { webhook: { urlFrom: urls.hook } }, heartbeat: { urlFrom: urls.ping } }),
  };
  const account = { apiVersion: 'homeguard/v1', kind: 'Account', metadata: { name: 'test' }, spec };
  mine.write('manifests/account.yaml', JSON.stringify(account));
}

const FAULTS = `faults:
  - {on: POST /v2/orders, effect: status, status: 503, when: before}
  - {on: GET /v2/account, effect: status, status: 401, when: before, times: 2}
  - {on: GET /v2/positions, effect: reset, when: before, times: 2}
  - {on: POST /v2/orders, effect: reset, when: after}
`;

async function venue(mine: Project, clock: ReturnType<typeof sharedClock>): Promise<string> {
  mine.write('faults.yaml', FAULTS);
  const settings = { ...SETTINGS, clock: 'exchange' as const };
  const prices = syntheticPrices({ seed: 7, movement: 'constant' });
  const server = await serveAlpaca({
    store: memoryStore(freshState(settings, DAY.start)),
    settings,
    clock: clock.server,
    prices: { priceAt: (symbol, moment) => prices.priceAt(symbol, moment), prepare: null },
    market: market(prices),
    symbols: ['VTI', 'BND'],
    host: '127.0.0.1',
    port: 0,
    keys: KEYS,
    requestsPerMinute: 1_000,
    frames: 'binary',
    script: readServerFaults(mine.path('faults.yaml')).map((fault) => ({ ...fault, from: DAY.faulty })),
    tell: (line) => void heard.push(line),
  });
  onTestFinished(() => server.close());
  return server.url;
}

const LOOKS = [
  ...['plan -o json', 'get positions -o wide', 'get orders -o json', 'get st -o yaml', 'events -o json'],
  ...[
    'describe strategy core',
    'status',
    'health -o json',
    'logs -o json',
    'journal verify',
    'report eod -o json',
  ],
];

test('A day of commands at an account of Alpaca, with faults, shows neither keys nor addresses.', async () => {
  const clock = sharedClock(DAY.start);
  const receiver = await localServer((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => void heard.push(body));
    text('thanks')(request, response);
  });
  const mine = projectInProcess({ now: null, strategies: { core: { targets: { VTI: '5' } } } })
    .with({
      APCA_API_KEY_ID: KEYS.id,
      APCA_API_SECRET_KEY: KEYS.secret,
      HOOK: `${receiver.url}${HOOK}`,
      PING: `${receiver.url}${PING}`,
    })
    .timed({ clock: clock.command, heard: () => undefined });
  const url = await venue(mine, clock);
  declareAccount(mine, url, { urls: { hook: { env: 'HOOK' }, ping: { env: 'PING' } } });
  expect(await say(mine, 'apply --yes', 'notify test')).toContain(0);
  await clock.advance(DAY.faulty - clock.command.now());
  mine.declare({ core: { targets: { VTI: '9', BND: '3' } } });
  await say(mine, 'plan --debug', 'apply --yes --debug', 'apply --yes', ...LOOKS);
  await say(
    mine,
    'halt --reason storm',
    'kill --reason storm --yes',
    'disable core --debug',
    'suspend core --reason x',
  );
  const wrong = mine.with({ APCA_API_SECRET_KEY: `${KEYS.secret}x`, HOOK: `ftp://${HOOK}`, PING: PING });
  await say(wrong, 'plan --debug', 'apply --yes --debug', 'status', 'notify test', 'health');
  expect(receiver.asked).toContain(`/${HOOK}`);
  expect(heard.some((line) => line.includes('/v2/account'))).toBe(true);
  expectNoSecret(mine, []);
});

test('Keys and addresses in files are shown neither where they are used nor where they are refused.', async () => {
  const clock = sharedClock(DAY.start);
  const mine = projectInProcess({ now: null, strategies: { core: { targets: { VTI: '5' } } } }).timed({
    clock: clock.command,
    heard: () => undefined,
  });
  const url = await venue(mine, clock);
  declareAccount(mine, url, {
    broker: { keysFile: 'keys.env' },
    urls: { hook: { file: 'hook.url' }, ping: { file: 'ping.url' } },
  });
  const secrets = ['keys.env', 'hook.url', 'ping.url'];
  mine.write('manifests/keys.env', `APCA_API_KEY_ID=${KEYS.id}\nAPCA_API_SECRET_KEY=${KEYS.secret}\n`);
  mine.write('manifests/hook.url', `https://127.0.0.1:1/${HOOK}\n`);
  mine.write('manifests/ping.url', `https://127.0.0.1:1/${PING}\n`);
  for (const name of secrets) chmodSync(mine.path(`manifests/${name}`), 0o600);
  expect(await say(mine, 'apply --yes', 'status', 'notify test', 'logs')).toContain(0);
  for (const name of secrets) chmodSync(mine.path(`manifests/${name}`), 0o644);
  await say(mine, 'apply --yes --debug', 'plan', 'notify test', 'health', 'status');
  expect(heard.join('\n')).toContain('keys.env can be read by others');
  for (const name of secrets) chmodSync(mine.path(`manifests/${name}`), 0o600);
  mine.write('manifests/keys.env', `APCA_API_KEY_ID ${KEYS.id}\n${KEYS.secret}\n`);
  mine.write('manifests/hook.url', HOOK);
  await say(mine, 'apply --yes --debug', 'notify test', 'validate');
  // As a manifest, which it is not: what is wrong in it is told, and nothing of it is shown.
  await say(mine, 'validate -f manifests/keys.env', 'plan -f manifests/hook.url');
  expectNoSecret(mine, secrets);
});

describe('A broker, or a proxy before it, that repeats what it was sent', () => {
  test.each([
    ['as a refusal', 403, (headers: string) => JSON.stringify({ code: 40310000, message: headers })],
    ['as trouble of its own', 500, (headers: string) => `<html>${headers}</html>`],
    ['as an answer that is none', 200, (headers: string) => JSON.stringify({ headers })],
  ])('%s has it shown to nobody', async (_, status, body) => {
    const echo = await localServer((request, response) => {
      text(body(JSON.stringify(request.headers)), status)(request, response);
    });
    const mine = projectInProcess({ now: null, strategies: { core: { targets: { VTI: '5' } } } })
      .with({
        APCA_API_KEY_ID: KEYS.id,
        APCA_API_SECRET_KEY: KEYS.secret,
      })
      .timed({ clock: sharedClock(DAY.start).command, heard: () => undefined });
    declareAccount(mine, echo.url, {});
    const codes = await say(mine, 'apply --yes --debug', 'plan', 'status');
    expect(codes).not.toContain(70);
    expect(echo.asked.length).toBeGreaterThan(0);
    for (const words of heard) expect(words).not.toMatch(CANARY);
  });
});
