/** Processes that end in the middle of an execution: nothing is lost, nothing is bought twice. */
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { project, type Project, type StrategyFacts } from '../support/project.ts';

interface Order {
  readonly symbol: string;
  readonly quantity: string;
  readonly filledQuantity: string;
  readonly status: string;
}

const TARGETS: StrategyFacts = { targets: { VTI: '10', GLD: '5' }, universe: ['VTI', 'GLD'] };

/** In real time, on a broker that takes a minute to fill. */
function slow(broker: { readonly faults?: string } = {}): Project {
  return project({
    now: null,
    account: {
      broker: { fillDelay: '60s', partialFills: '0%', ...broker },
      execution: { fillTimeout: '120s', requestTimeout: '1s', settleWindow: '0s' },
    },
    strategies: { core: TARGETS },
  });
}

function quicken(mine: Project): void {
  const account = mine.read('manifests/account.yaml');
  mine.write('manifests/account.yaml', account.replace('"fillDelay": "60s"', '"fillDelay": "10ms"'));
}

async function itemsOf<Item>(mine: Project, kind: string): Promise<readonly Item[]> {
  return (await mine.json<{ items: readonly Item[] }>('get', kind, '-o', 'json')).items;
}

async function held(mine: Project): Promise<string[]> {
  const items = await itemsOf<Record<string, string>>(mine, 'positions');
  return items.map(({ symbol, quantity, class: kind }) => `${symbol} ${quantity} ${kind}`).sort();
}

function brokerOrders(mine: Project): { clientOrderId: string; status: string; filledQuantity: string }[] {
  return (JSON.parse(mine.read('data/broker.json')) as { orders: never[] }).orders;
}

/** How many orders the journal says the broker has confirmed. */
function createdOrders(mine: Project): number {
  const [segment = ''] = readdirSync(mine.path('data/journal'));
  return mine.read(`data/journal/${segment}`).split('"type":"order-created"').length - 1;
}

/** An apply with both orders at the broker, unfilled. */
async function applying(mine: Project): Promise<ReturnType<Project['start']>> {
  const running = mine.start('apply', '--yes');
  await running.said('Submitting order: BUY 10 VTI');
  await running.said('Submitting order: BUY 5 GLD');
  return running;
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s during an execution', (signal, exit) => {
  test('cancels what is open, gives the lock back, and the next apply converges.', async () => {
    const mine = slow();
    const running = await applying(mine);
    running.process.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(exit);
    expect(stderr).toContain('[CORE] Releasing execution lock');
    expect(stdout).toMatch(/Apply: 0 done, 2 failed, 0 skipped, 0 not started\.\n$/);
    expect(await itemsOf(mine, 'locks')).toEqual([]);
    const orders = await itemsOf<Order>(mine, 'orders');
    expect(orders.map(({ status, filledQuantity }) => [status, filledQuantity])).toEqual([
      ['canceled', '0'],
      ['canceled', '0'],
    ]);
    expect(await held(mine)).toEqual([]);
    quicken(mine);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await held(mine)).toEqual(['GLD 5 owned', 'VTI 10 owned']);
    expect(await mine.inProcess().run('journal', 'verify')).toMatchObject({ code: 0 });
  });
});

test('A second signal ends the process at once, and the next apply goes on from there.', async () => {
  const mine = slow();
  const running = await applying(mine);
  running.process.kill('SIGINT');
  running.process.kill('SIGTERM');
  expect([130, 143]).toContain((await running.ended).code);
  quicken(mine);
  await converges(mine);
});

/** One apply that cleans up (and says what ends a doubt, if it leaves one), one that trades, one that has nothing to do. */
async function converges(mine: Project): Promise<void> {
  const next = await mine.run('apply', '--yes');
  expect([0, 12]).toContain(next.code);
  // That one was a process of its own, as the one that has ended was; these are about what it has left.
  const later = mine.inProcess();
  for (const symbol of doubts(next.stdout)) await resolved(later, symbol);
  const again = await later.run('apply', '--yes');
  expect(again).toMatchObject({ code: 0 });
  const last = await later.run('apply', '--yes');
  expect(last).toMatchObject({ code: 0, stdout: expect.stringMatching(/Nothing to do\.\n$/) as string });
  expect(await held(mine)).toEqual(['GLD 5 owned', 'VTI 10 owned']);
  expect(await itemsOf(mine, 'locks')).toEqual([]);
  expect(await later.run('journal', 'verify')).toMatchObject({ code: 0 });
}

/** Symbols that the output of an apply says `hgctl resolve` is for. */
function doubts(stdout: string): string[] {
  return [...new Set([...stdout.matchAll(/'hgctl resolve (\w+) /g)].map(([, symbol = '']) => symbol))].sort();
}

async function resolved(mine: Project, symbol: string): Promise<void> {
  const { code } = await mine.run('resolve', symbol, '--as', 'books', '--reason', 'it never arrived');
  expect(code).toBe(0);
}

describe('kill -9', () => {
  test('with orders at work: the next apply takes the lock over, ends them and converges.', async () => {
    const mine = slow();
    const running = await applying(mine);
    running.process.kill('SIGKILL');
    expect((await running.ended).code).toBe(null);
    expect(await itemsOf<{ state: string }>(mine, 'locks')).toMatchObject([{ state: 'stale' }]);
    const { stdout } = await mine.inProcess().run('plan');
    expect(stdout).toContain('release-stale-lock');
    quicken(mine);
    expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
    await converges(mine);
    const orders = await itemsOf<Order>(mine, 'orders');
    expect(orders.map(({ status }) => status).sort()).toEqual(['canceled', 'canceled', 'filled', 'filled']);
  });

  test('with fills that nobody booked: they are booked, and nothing is bought twice.', async () => {
    const mine = project({
      now: null,
      account: {
        broker: { fillDelay: '300ms', partialFills: '0%' },
        execution: { requestTimeout: '1s', settleWindow: '0s' },
      },
      strategies: { core: TARGETS },
    });
    const running = await applying(mine);
    running.process.kill('SIGKILL');
    await running.ended;
    await delay(400);
    await converges(mine);
    expect(brokerOrders(mine)).toHaveLength(2);
  });

  describe('before an order reached the broker', () => {
    async function lost(): Promise<Project> {
      const mine = slow({ faults: '../faults.yaml' });
      mine.write('faults.yaml', 'faults:\n  - {on: submit, effect: unavailable}\n');
      const running = mine.start('apply', '--yes');
      await running.said('No clear answer for');
      running.process.kill('SIGKILL');
      await running.ended;
      quicken(mine);
      // Virtual time: looking a second time for an order takes no real seconds.
      return mine.at(new Date().toISOString());
    }

    test('leaves a doubt: exit 12, no second order, and the command that ends it.', async () => {
      const mine = await lost();
      const [first = ''] = doubts((await mine.run('apply', '--yes')).stdout);
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const { code, stdout } = await mine.run('apply', '--yes');
        expect(code).toBe(12);
        expect(doubts(stdout)).toEqual([first]);
        expect(brokerOrders(mine)).toHaveLength(1);
      }
      await converges(mine);
    });

    test('leaves a doubt that ends by itself with the session.', async () => {
      const tomorrow = (await lost()).at(new Date(Date.now() + 86_400_000).toISOString());
      expect(await tomorrow.run('apply', '--yes')).toMatchObject({ code: 0 });
      await converges(tomorrow);
    });
  });

  test('with orders that the broker had confirmed and then knows no more: in doubt until somebody says so.', async () => {
    const mine = slow();
    const running = await applying(mine);
    while (createdOrders(mine) < 2) await delay(20);
    running.process.kill('SIGKILL');
    await running.ended;
    mine.remove('data/broker.json');
    quicken(mine);
    const tomorrow = mine.at(new Date(Date.now() + 86_400_000).toISOString());
    const { code, stdout } = await tomorrow.run('apply', '--yes');
    expect(code).toBe(12);
    expect(doubts(stdout)).toEqual(['GLD', 'VTI']);
    await converges(tomorrow);
  });

  test.each([0, 30, 60, 90, 150])(
    '%d ms after the lock was asked for: three applies later all is as wanted, and no share is held twice.',
    async (pause) => {
      const mine = project({
        now: null,
        account: {
          broker: { fillDelay: '100ms' },
          execution: { requestTimeout: '1s', settleWindow: '0s' },
        },
        strategies: { core: TARGETS },
      });
      const running = mine.start('apply', '--yes');
      await running.said('Acquiring execution lock');
      await delay(pause);
      running.process.kill('SIGKILL');
      await running.ended;
      await converges(mine);
    },
  );
});

test('While one apply executes, another waits for its lock and gives up with exit 7; no order of it goes out.', async () => {
  const mine = slow();
  mine.write(
    'manifests/account.yaml',
    mine.read('manifests/account.yaml').replace('"fillTimeout"', '"lockWait": "1s", "fillTimeout"'),
  );
  const running = await applying(mine);
  mine.write(
    'manifests/strategies/core.yaml',
    mine.read('manifests/strategies/core.yaml').replace('"GLD"', '"BND"').replace('"GLD"', '"BND"'),
  );
  const other = await mine.run('apply', '--yes');
  expect(other).toMatchObject({ code: 7 });
  expect(brokerOrders(mine)).toHaveLength(2);
  running.process.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 130 });
});

test('Applies that start together buy everything once.', async () => {
  const mine = project({
    now: null,
    account: { broker: { fillDelay: '50ms' }, execution: { settleWindow: '0s' } },
    strategies: { core: TARGETS },
  });
  const results = await Promise.all([1, 2, 3].map(() => mine.run('apply', '--yes')));
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(await held(mine)).toEqual(['GLD 5 owned', 'VTI 10 owned']);
  expect(brokerOrders(mine)).toHaveLength(2);
  expect(await mine.inProcess().run('journal', 'verify')).toMatchObject({ code: 0 });
});
