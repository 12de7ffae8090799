/** What closing commands say and exit with when they cannot finish: doubt, a closed market, no broker. */
import { expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

const ONE = { core: { targets: { VTI: '10' } } };

async function inDoubt(): Promise<Project> {
  const mine = project({ strategies: ONE, account: { broker: { faults: '../faults.yaml' } } });
  mine.write('faults.yaml', 'faults:\n  - {on: submit, effect: unavailable, times: 99}\n');
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 12 });
  return mine;
}

test('disable --close-positions names an order in doubt, exit 12.', async () => {
  const mine = await inDoubt();
  const { code, stdout } = await mine.run('disable', 'core', '--close-positions');
  expect(code).toBe(12);
  expect(stdout).toMatch(/VTI: order hg-core-\S+\.\.\. IN DOUBT \(OrderNotSeen: /);
});

async function owning(account: object): Promise<Project> {
  const mine = project({ strategies: ONE, account: { broker: account } });
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  mine.declare({ core: { ...ONE.core, enabled: false } });
  return mine;
}

test('close-orphaned beside a closed market says what goes on with it, exit 13.', async () => {
  const evening = (await owning({ clock: 'exchange' })).at('2025-12-02T17:00:00-05:00');
  const { code, stdout } = await evening.run('close-orphaned', 'core');
  expect(code).toBe(13);
  expect(stdout).toContain(
    "The positions of CORE are not all closed yet; the next 'hgctl apply' goes on with it.\n",
  );
});

test('close-orphaned said again when nothing is left to sell ends the shutdown that it has begun.', async () => {
  const evening = (await owning({ clock: 'exchange' })).at('2025-12-02T17:00:00-05:00');
  expect(await evening.run('close-orphaned', 'core')).toMatchObject({ code: 13 });
  await evening.run('release', 'VTI', '--strategy', 'core', '--reason', 'sold elsewhere');
  expect(await evening.run('close-orphaned', 'core')).toMatchObject({
    code: 0,
    stdout: 'All positions of CORE are closed.\n',
  });
  const { items } = JSON.parse((await evening.run('get', 'events', '-o', 'json')).stdout) as {
    items: { type: string; strategy: string | null }[];
  };
  expect(items).toContainEqual(expect.objectContaining({ type: 'drain-completed', strategy: 'core' }));
});

test('close-orphaned without an answer of the broker says so, exit 11.', async () => {
  const mine = (await owning({})).at('2025-12-02T15:40:00-05:00');
  mine.write('data/broker.json', 'no JSON');
  const { code, stderr } = await mine.run('close-orphaned', 'core');
  expect(code).toBe(11);
  expect(stderr).toMatch(/^error: .*broker\.json/m);
});

test('enable lifts the shutdown of a strategy without a manifest, and adds no entry to the toggle file.', async () => {
  const two = { ...ONE, beta: { targets: { GLD: '5' } } };
  const mine = project({ strategies: two });
  await mine.run('apply', '--yes');
  await mine.run('disable', 'beta');
  mine.declare(ONE);
  expect(await mine.run('enable', 'beta')).toMatchObject({
    code: 0,
    stdout: 'The shutdown of beta is lifted; no manifest declares it\n',
  });
  expect(mine.read('manifests/strategy_toggle.yaml')).not.toContain('beta');
  mine.declare(two);
  expect((await mine.run('status')).stdout).toContain('BETA: ENABLED');
});

test('enable works with invalid manifests: the shutdown is lifted, and the toggle file edited.', async () => {
  const mine = project({ strategies: ONE });
  await mine.run('apply', '--yes');
  await mine.run('disable', 'core');
  mine.write('manifests/account.yaml', 'kind: Acount\n');
  expect(await mine.run('enable', 'core')).toMatchObject({ code: 0, stdout: 'strategy/core enabled\n' });
  expect(mine.read('manifests/strategy_toggle.yaml')).toMatch(/core:\s+enabled: true/);
});

/** Owns 10 VTI, and an order to sell 6 of them that never reached the broker. */
async function withLostSale(): Promise<Project> {
  const mine = project({ strategies: ONE, account: { broker: { faults: '../faults.yaml' } } });
  mine.write('faults.yaml', 'faults: []\n');
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  mine.declare({ core: { targets: { VTI: '4' } } });
  mine.write('faults.yaml', 'faults:\n  - {on: submit, effect: unavailable, times: 99}\n');
  const doubtful = mine.at('2025-12-02T15:40:00-05:00');
  expect(await doubtful.run('apply', '--yes')).toMatchObject({ code: 12 });
  mine.write('faults.yaml', 'faults: []\n');
  return mine.at('2025-12-02T15:45:00-05:00');
}

test('apply sends a lost sale again, shows it before, and exits 0.', async () => {
  const mine = await withLostSale();
  const { code, stdout } = await mine.run('apply', '--yes');
  expect(stdout).toMatch(/After the lock the plan is\n +- core\/VTI +SELL +6 .* again as hg-core-\S+/);
  expect(code).toBe(0);
  expect(await mine.run('apply', '--yes')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing to do') as string,
  });
});

test('disable --close-positions sells a lost sale and what is left of it.', async () => {
  const mine = await withLostSale();
  const first = await mine.run('disable', 'core', '--close-positions');
  const second = await mine.run('close-orphaned', 'core');
  expect([first.stdout, second.stdout].join('')).toMatch(/VTI: Selling 6 of 10 shares\.\.\. FILLED/);
  expect(second.code).toBe(0);
  expect(first.stdout).not.toContain('NOT SENT');
  expect(second.stdout).toContain('All positions of CORE are closed.');
});

test('kill --flatten sells a lost sale and what is left of it.', async () => {
  const mine = await withLostSale();
  const { code, stdout } = await mine.run('kill', '--flatten', '--reason', 'test');
  expect(stdout).toMatch(/VTI: Selling 6 of 10 shares\.\.\. FILLED\n.*VTI: Selling 4 shares\.\.\. FILLED/);
  expect(code).toBe(0);
});

test.each([
  ['kill', ['kill', '--flatten', '--reason', 'test']],
  ['disable', ['disable', 'core', '--close-positions']],
])('%s sells beside a price file of another strategy that cannot be read.', async (_, words) => {
  const mine = project({ strategies: ONE, account: { prices: { type: 'csv', folder: '../prices' } } });
  mine.write('prices/VTI.csv', 'Date,Close\n2025-12-02,250\n');
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  mine.declare({ ...ONE, side: { targets: { KO: '3' } } });
  mine.write('prices/KO.csv', 'Date,Close\n2025-12-02,much\n');
  const { code, stderr } = await mine.at('2025-12-02T15:40:00-05:00').run(...words);
  expect(stderr).toContain('KO.csv:2: "much" is not a price');
  expect(code).toBe(0);
});
