/** Real commands on an account at a trading API of this machine: what is asked, what is sent, and what is said of real money. */
import { text as bodyOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runApply } from '../../src/cli/commands/apply.ts';
import type { Io } from '../../src/cli/io.ts';
import { EXIT } from '../../src/domain/errors.ts';
import { ACCOUNT, CLOCK, DAY, ORDER, POSITION } from '../support/alpaca-answers.ts';
import { json, KEY_ID, KEY_SECRET } from '../support/alpaca-fake.ts';
import { localServer, type LocalServer } from '../support/http-server.ts';
import { projectInProcess, type Project } from '../support/project.ts';

interface Sent {
  readonly client_order_id: string;
  readonly symbol: string;
  readonly qty: string;
  readonly side: string;
}

interface Venue {
  readonly server: LocalServer;
  readonly sent: Sent[];
  /** Methods and paths. */
  readonly asked: string[];
}

/** Fills whole orders between two questions. */
async function venue(account: object = {}): Promise<Venue> {
  const sent: Sent[] = [];
  const asked: string[] = [];
  let noShorting = false;
  const answers: Readonly<Record<string, (url: URL, body: string) => unknown>> = {
    'GET /v2/account': () => ({ ...ACCOUNT, cash: '100000', equity: '100000', ...account }),
    'GET /v2/clock': () => ({ ...CLOCK, timestamp: new Date().toISOString() }),
    'GET /v2/calendar': () => [DAY],
    'GET /v2/orders': () => [],
    'GET /v2/account/activities': () => [],
    'GET /v2/positions': () =>
      held(sent).map(([symbol, qty]) => ({
        ...POSITION,
        symbol,
        qty,
        qty_available: qty,
        avg_entry_price: '100',
      })),
    'GET /v2/account/configurations': () => ({ no_shorting: noShorting }),
    'PATCH /v2/account/configurations': (_, body) => {
      ({ no_shorting: noShorting } = JSON.parse(body) as { no_shorting: boolean });
      return { no_shorting: noShorting };
    },
    'POST /v2/orders': (_, body) => {
      const order = JSON.parse(body) as Sent;
      sent.push(order);
      return { ...ORDER, ...order, filled_qty: '0', filled_avg_price: null, status: 'pending_new' };
    },
    'GET /v2/orders:by_client_order_id': ({ searchParams }) => {
      const order = sent.find(({ client_order_id: id }) => id === searchParams.get('client_order_id'));
      return { ...ORDER, ...order, filled_qty: order?.qty, filled_avg_price: '100', status: 'filled' };
    },
  };
  const server = await localServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://fake');
    const what = `${request.method ?? ''} ${url.pathname}`;
    asked.push(what);
    void bodyOf(request).then((body) => {
      const answer = answers[what]?.(url, body);
      json(answer ?? { code: 40410000, message: what }, answer === undefined ? 404 : 200)(request, response);
    });
  });
  return { server, sent, asked };
}

function held(sent: readonly Sent[]): (readonly [string, string])[] {
  const symbols = [...new Set(sent.map(({ symbol }) => symbol))];
  return symbols.flatMap((symbol) => {
    const orders = sent.filter((order) => order.symbol === symbol);
    const sum = orders.reduce((so, { side, qty }) => so + (side === 'buy' ? Number(qty) : -Number(qty)), 0);
    return sum === 0 ? [] : [[symbol, String(sum)] as const];
  });
}

const LIVE = { environment: 'live', accountId: ACCOUNT.account_number };
const ALLOWED = { HGCTL_ALLOW_LIVE: ACCOUNT.account_number };

function at(
  { server }: Venue,
  {
    targets = { KO: '5' },
    spec = {},
    broker = {},
  }: { targets?: Record<string, string>; spec?: object; broker?: object } = {},
): Project {
  const mine = projectInProcess({ now: null, strategies: { core: { targets, spec } } });
  const settings = { type: 'alpaca', url: server.url, ...broker };
  const written = {
    broker: settings,
    prices: { type: 'synthetic', seed: 7 },
    execution: { settleWindow: '0s' },
  };
  mine.write(
    'manifests/account.yaml',
    JSON.stringify({
      apiVersion: 'homeguard/v1',
      kind: 'Account',
      metadata: { name: 'test' },
      spec: written,
    }),
  );
  return mine.with({ APCA_API_KEY_ID: KEY_ID, APCA_API_SECRET_KEY: KEY_SECRET });
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2025-12-02T15:50:00-05:00'), toFake: ['Date'], shouldAdvanceTime: true });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('on paper', () => {
  test('a plan asks, and sends nothing', async () => {
    const home = await venue();
    const { code, stdout } = await at(home).run('plan');
    expect(code).toBe(0);
    expect(stdout).toMatch(/core\/KO\s+BUY\s+5/);
    expect(stdout).not.toMatch(/LIVE/);
    // Before the first start it looks whether apply would begin, too.
    expect([...new Set(home.asked)].sort()).toEqual([
      'GET /v2/account',
      // What it takes, on an account with margin.
      'GET /v2/assets/KO',
      'GET /v2/calendar',
      'GET /v2/clock',
      'GET /v2/orders',
      'GET /v2/positions',
    ]);
  });

  test('an apply sends the order, books what it filled, and has the account refuse short sales, once', async () => {
    const home = await venue();
    const mine = at(home);
    const first = await mine.run('apply', '--yes');
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain('The account refuses short sales from now on');
    expect(home.sent).toMatchObject([
      { symbol: 'KO', side: 'buy', qty: '5', position_intent: 'buy_to_open' },
    ]);
    const { items } = await mine.json<{ items: object[] }>('get', 'positions', '-o', 'json');
    expect(items).toMatchObject([{ symbol: 'KO', quantity: '5' }]);
    const second = await mine.run('apply', '--yes');
    expect(second.stderr).not.toContain('short sales');
    expect(home.sent).toHaveLength(1);
    expect(home.asked.filter((what) => !what.startsWith('GET'))).toEqual([
      'PATCH /v2/account/configurations',
      'POST /v2/orders',
    ]);
  });

  test('a strategy that may sell short, and a manifest that says so, leave the setting alone', async () => {
    for (const given of [
      { broker: { noShorting: 'leave' } },
      { spec: { capital: { ...CAPITAL, shorts: 'allowed' } } },
    ]) {
      const home = await venue();
      await at(home, given).run('apply', '--yes');
      expect(home.asked.some((what) => what.startsWith('PATCH'))).toBe(false);
    }
  });

  test('an account that is blocked takes no order, and the plan says why', async () => {
    const home = await venue({ trading_blocked: true });
    const { stdout } = await at(home).run('plan');
    expect(stdout).toMatch(/AccountBlocked\s+the broker has blocked trading/);
    await at(home).run('apply', '--yes');
    expect(home.sent).toEqual([]);
  });

  test('keys of another account are refused before anything is planned', async () => {
    const home = await venue();
    const mine = at(home, { broker: { accountId: 'PA-OTHER' } });
    const { code, stdout, stderr } = await mine.run('apply', '--yes');
    expect(code).toBe(11);
    expect(stdout + stderr).toContain(
      'the keys are of account PA3TESTACCT1, and spec.broker.accountId is PA-OTHER',
    );
    expect(home.sent).toEqual([]);
    // Asking again would not make it another account.
    expect(home.asked).toEqual(['GET /v2/account']);
  });
});

const CAPITAL = { positionSize: '100%', maxPositions: 20, maxExposure: '100%' };

const WORDS = 'LIVE account: these orders trade real money\n';

describe('with real money', () => {
  test('nothing is asked before the environment names the account', async () => {
    const home = await venue();
    const { stdout, stderr } = await at(home, { broker: LIVE }).run('apply', '--yes');
    expect(stdout + stderr).toContain(`set HGCTL_ALLOW_LIVE=${ACCOUNT.account_number}`);
    expect(home.asked).toEqual([]);
  });

  test('every plan says LIVE, in words and in JSON', async () => {
    const home = await venue();
    const mine = at(home, { broker: LIVE }).with(ALLOWED);
    const { stdout } = await mine.run('plan');
    expect(stdout).toMatch(/^LIVE account: these orders trade real money\nPlan at /);
    expect(JSON.parse((await mine.run('plan', '-o', 'json')).stdout)).toMatchObject({ environment: 'live' });
  });

  const SELLING = [
    ['disable --close-positions', ['disable', 'core', '--close-positions']],
    ['close-orphaned', ['close-orphaned', 'core']],
    ['kill --flatten', ['kill', '--flatten', '--reason', 'enough']],
    ['kill --flatten as JSON', ['kill', '--flatten', '--reason', 'enough', '-o', 'json']],
  ] as const;

  test.each(SELLING)('%s says so once, before its first order', async (name, command) => {
    const home = await venue();
    const mine = at(home, { broker: LIVE }).with(ALLOWED);
    const bought = await mine.run('apply', '--yes');
    expect(bought).toMatchObject({ code: 0 });
    // The plan has said it.
    expect(bought.stderr).not.toContain(WORDS);
    if (name === 'close-orphaned') expect(await mine.run('disable', 'core')).toMatchObject({ code: 0 });
    const { code, stderr } = await mine.run(...command);
    expect({ code, sold: home.sent.map(({ side }) => side) }).toEqual({ code: 0, sold: ['buy', 'sell'] });
    expect(stderr.split(WORDS)).toHaveLength(2);
  });

  test('a plan of its shadow trades no real money, and does not say so', async () => {
    const home = await venue();
    const mine = at(home, { broker: LIVE }).with(ALLOWED);
    const ran = await mine.run('run', '--shadow', '--until', '2025-12-02T15:50:01-05:00');
    expect(ran).toMatchObject({ code: 0 });
    const { code, stdout } = await mine.run('plan', '--data', mine.path('data/shadow'));
    expect(code).toBe(0);
    expect(ran.stdout + ran.stderr + stdout).not.toContain(WORDS.trim());
    expect(home.sent).toEqual([]);
  });

  test('who sends nothing says nothing of orders', async () => {
    const home = await venue();
    const mine = at(home, { broker: LIVE }).with(ALLOWED);
    await mine.run('apply', '--yes');
    const { code, stdout, stderr } = await mine.run('disable', 'core');
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(WORDS);
  });

  test('apply asks in those words', async () => {
    const home = await venue();
    const { folder } = at(home, { broker: LIVE });
    const questions: string[] = [];
    const environment = { ...ALLOWED, APCA_API_KEY_ID: KEY_ID, APCA_API_SECRET_KEY: KEY_SECRET };
    const io: Io = {
      stdout: () => undefined,
      stderr: () => undefined,
      environment,
      isInteractive: true,
      stdoutIsTerminal: false,
      ask: (question) => {
        questions.push(question);
        return Promise.resolve('n');
      },
      stop: { requested: () => false, signal: () => null, aborted: new AbortController().signal },
    };
    const options = {
      filename: [`${folder}/manifests`],
      data: `${folder}/data`,
      color: 'never',
      output: 'table',
    } as const;
    expect(await runApply(io, options)).toBe(EXIT.declined);
    expect(questions).toEqual(['Carry out this plan on the LIVE account, with real money? [y/N] ']);
    expect(home.asked.filter((what) => !what.startsWith('GET'))).toEqual([]);
  });

  test('an order above $1,000 waits where no limit is named', async () => {
    const home = await venue();
    const mine = at(home, { broker: LIVE, targets: { KO: '5', VTI: '1000' } }).with(ALLOWED);
    const { stdout } = await mine.run('plan');
    expect(stdout).toMatch(/core\/VTI\s+MaxOrderValue/);
    expect(stdout).toMatch(/core\/KO\s+BUY\s+5/);
  });
});
