/** The original's safety checklist, one test an item, named after it: docs/safety.md lists them with their commands. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Quantity } from '../src/domain/decimal.ts';
import { sessionOn } from '../src/domain/calendar.ts';
import { instantAt } from '../src/domain/instant.ts';
import { slotsOn } from '../src/domain/schedule.ts';
import { loadManifests } from '../src/store/manifest-files.ts';
import { fault } from './support/faults.ts';
import { outcomesIn } from './support/outcomes.ts';
import { project, type Project } from './support/project.ts';
import { world } from './support/world.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SHARE = 1_000_000_000;
const PRICES = { PLTR: '65', NVDA: '400', AVGO: '20' };

/** In real time, one order after the other. */
function slow(fillDelay: string): Project {
  return project({
    now: null,
    strategies: { mp: { targets: { VTI: '10', BND: '20', GLD: '5' } } },
    account: {
      broker: { fillDelay, partialFills: '0%' },
      execution: { maxInFlight: 1, fillTimeout: '120s', lockWait: '1s', settleWindow: '0s' },
    },
  });
}

async function owned(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Record<string, string>[] }>('get', 'positions', '-o', 'json');
  return items.map(({ symbol, quantity }) => `${symbol} ${quantity}`).sort();
}

test('Verify universe isolation (no symbol overlap)', async () => {
  const mine = project({
    strategies: { omr: { targets: { SVXY: '1', TQQQ: '1' } }, vol: { targets: { SVXY: '2' } } },
  });
  const { code, stderr } = await mine.run('apply', '--yes');
  expect(code).toBe(4);
  expect(stderr).toMatch(/SVXY.*(omr|vol)/);
  expect(mine.exists('data')).toBe(false);
});

/** Returns once the broker knows all three orders. */
async function threeArrived(mine: Project): Promise<void> {
  const orders = (): number =>
    mine.exists('data/broker.json') ? mine.read('data/broker.json').split('"clientOrderId"').length - 1 : 0;
  while (orders() < 3) await delay(5);
}

// A death between an intent and its order leaves a doubt for the rest of the session, and an exit code of its own: the laws
// (test/laws/faults.test.ts) crash at every await.
test('Test atomic write with simulated crash', async () => {
  const mine = project({
    now: null,
    strategies: { mp: { targets: { VTI: '10', BND: '20', GLD: '5' } } },
    account: {
      broker: { fillDelay: '10ms' },
      execution: { settleWindow: '0s', requestTimeout: '1s' },
    },
  });
  // The orders first: behind them, no death can fall between an intent and its order.
  for (const moment of ['Submitting order', 'Lock acquired', 'State updated', 'Releasing execution lock']) {
    const running = mine.start('apply', '--yes');
    // Behind the first death there may be nothing left to do.
    await running.said(moment).catch(() => undefined);
    if (moment === 'Submitting order') await threeArrived(mine);
    running.process.kill('SIGKILL');
    await running.ended;
    if (mine.exists('data/strategy_positions.json'))
      expect(JSON.parse(mine.read('data/strategy_positions.json'))).toMatchObject({ version: 1 });
    expect((await mine.run('journal', 'verify')).code).toBe(0);
  }
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  expect(await owned(mine)).toEqual(['BND 20', 'GLD 5', 'VTI 10']);
  const { strategies } = JSON.parse(mine.read('data/strategy_positions.json')) as {
    strategies: { mp: { positions: Record<string, { qty: number }> } };
  };
  expect(
    Object.entries(strategies.mp.positions)
      .map(([symbol, { qty }]) => `${symbol} ${qty}`)
      .sort(),
  ).toEqual(['BND 20', 'GLD 5', 'VTI 10']);
});

test('Test execution lock acquisition/release', async () => {
  const mine = slow('60s');
  const running = mine.start('apply', '--yes');
  await running.said('Submitting order');
  expect((await mine.run('status')).stdout).toMatch(/Execution Lock: mp \(acquired /);
  const other = await mine.run('apply', '--yes');
  expect(other.code).toBe(7);
  running.process.kill('SIGTERM');
  expect((await running.ended).code).toBe(143);
  expect((await mine.run('status')).stdout).toContain('Execution Lock: None');
});

test('Test shutdown coordination (disable during execution)', async () => {
  const mine = slow('2s');
  const running = mine.start('apply', '--yes');
  await running.said('Submitting order');
  const { code, stdout } = await mine.inProcess().run('disable', 'mp');
  expect(code).toBe(0);
  expect(stdout).toContain('Waiting for current execution to complete... done\n');
  const applied = await running.ended;
  expect(applied.code).toBe(10);
  // On a slow machine the second order may have gone before the word came; what had gone is done, and the rest is not.
  const sent = applied.stderr.split('Submitting order').length - 1;
  expect(applied.stderr).toContain(
    `[!] [MP] Shutdown requested - aborting remaining ${String(3 - sent)} orders\n`,
  );
  expect(applied.stderr).toContain('[MP] Execution aborted gracefully\n');
  expect(await owned(mine)).toHaveLength(sent);
});

test('Test partial fill handling', async () => {
  const filling = (fills: number) => ({
    kind: 'order' as const,
    hiddenFor: 0,
    fillAfter: 0,
    fills: (fills * SHARE) as Quantity,
  });
  const home = await world({
    prices: PRICES,
    strategies: { mp: { targets: {}, universe: ['NVDA'] } },
    books: { mp: { NVDA: '50' } },
    faults: [fault('submit', filling(30))],
  });
  await home.apply();
  expect(home.books()).toEqual({ mp: { NVDA: '20' } });
  expect(home.held()).toEqual({ NVDA: '20' });
  await home.apply();
  expect(home.held()).toEqual({});
});

test('Test orphaned position detection', async () => {
  const mine = project({ strategies: { mp: { targets: { VTI: '10' } } } });
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  expect((await mine.run('status')).stdout).toContain('Orphaned Positions: None');
  expect((await mine.run('disable', 'mp')).code).toBe(0);
  expect((await mine.run('status')).stdout).toContain('Orphaned Positions:\n  MP: VTI (10)');
  const { stderr } = await mine.run('apply', '--yes');
  expect(stderr).toContain('[!] [MP] DISABLED with orphaned positions');
  expect(await owned(mine)).toEqual(['VTI 10']);
});

test('Verify buying power checks work', async () => {
  const home = await world({
    prices: PRICES,
    cash: '10000',
    strategies: {
      mp: { targets: { PLTR: '100', NVDA: '25', AVGO: '50' }, priorities: { PLTR: 3, NVDA: 2, AVGO: 1 } },
    },
  });
  const plan = await home.plan();
  expect(plan.notDone).toContainEqual(
    expect.objectContaining({ symbol: 'NVDA', reason: 'InsufficientBuyingPower' }),
  );
  await home.apply();
  expect(home.books()).toEqual({ mp: { AVGO: '50', PLTR: '100' } });
});

test('Test execution timeout', async () => {
  const home = await world({
    prices: PRICES,
    strategies: { mp: { targets: { PLTR: '1', NVDA: '1', AVGO: '1' } } },
    settings: { fillDelay: 3_600_000 },
    execution: { maxInFlight: 1, fillTimeout: 150_000, lockTimeout: 240_000 },
  });
  const started = home.clock.now();
  expect(outcomesIn(await home.apply()).filter((line) => line.endsWith('ExecutionTimeout'))).not.toEqual([]);
  expect(home.clock.now() - started).toBeLessThanOrEqual(240_000);
  expect(home.journal.ledger().lock).toBeNull();
  expect(home.log.find((line) => line.includes('Execution timeout after'))).toBeDefined();
});

test('Verify safe restart window documented', () => {
  const document = readFileSync(`${ROOT}docs/safety.md`, 'utf8');
  const [, from = '', to = ''] = /\*\*(\d\d:\d\d) to (\d\d:\d\d)\*\* New York/.exec(document) ?? [];
  expect([from, to]).toEqual(['09:35', '15:40']);
  const loaded = loadManifests([`${ROOT}manifests`], { recursive: false });
  const session = sessionOn('2025-12-02');
  if (loaded.kind !== 'ok' || session === null) throw new Error('the shipped manifests are invalid');
  const slots = loaded.desired.strategies.flatMap(({ name, schedule }) => slotsOn(name, schedule, session));
  expect(slots.length).toBeGreaterThan(2);
  const isClear = slots.every(
    ({ opensAt, closesAt }) =>
      closesAt <= instantAt(session.date, from) || opensAt >= instantAt(session.date, to),
  );
  expect(isClear).toBe(true);
});

test('Test toggle command with all options', async () => {
  const mine = project({ strategies: { mp: { targets: { VTI: '10' } } } });
  const toggle = (...words: readonly string[]): { code: number | null; stdout: string } => {
    const { status, stdout } = spawnSync(`${ROOT}scripts/toggle_strategy.sh`, words, {
      cwd: mine.folder,
      env: { PATH: process.env['PATH'], HOME: mine.folder, HGCTL_NOW: '2025-12-02T15:30:00-05:00' },
      encoding: 'utf8',
    });
    return { code: status, stdout };
  };
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  for (const [words, state, positions] of [
    [['mp', 'enable'], 'ENABLED', 1],
    [['mp', 'disable', '--force'], 'DISABLED', 1],
    [['mp', 'close-orphaned'], 'DISABLED', 0],
    [['mp', 'disable', '--close-positions'], 'DISABLED', 0],
    [['mp', 'disable'], 'DISABLED', 0],
  ] as const) {
    expect(toggle(...words).code, words.join(' ')).toBe(0);
    expect(toggle('status').stdout).toContain(`MP: ${state}`);
    expect(await owned(mine)).toHaveLength(positions);
  }
});
