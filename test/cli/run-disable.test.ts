/** `disable` from a second terminal while `hgctl run` executes: rule 5 of the seed, in real processes and real time. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

const EIGHT = Object.fromEntries([...Array(8).keys()].map((n) => [`M${String(n)}`, '10']));
const SLOW = 'faults:\n  - {on: submit, side: buy, times: 8, effect: order, fillAfter: 4s}\n';

/** Owns nothing yet; each of its eight purchases takes four seconds. */
function buying(): Project {
  const mine = project({
    now: null,
    account: { broker: { fillDelay: '10ms', faults: '../faults.yaml' }, execution: { settleWindow: '0s' } },
    strategies: { mp: { targets: EIGHT } },
  });
  mine.write('faults.yaml', SLOW);
  return mine;
}

async function rows(mine: Project, kind: string): Promise<Record<string, string>[]> {
  return (await mine.json<{ items: Record<string, string>[] }>('get', kind, '-o', 'json')).items;
}

test.each([
  ['without', [], 4],
  ['with', ['--close-positions'], 0],
])(
  'during eight orders, %s --close-positions: four in flight are the last ones',
  async (_, options, left) => {
    const mine = buying();
    const running = mine.start('run');
    await running.said('Submitting order: BUY 10 M3');
    const disabled = await mine.run('disable', 'mp', ...options);
    expect(disabled.code).toBe(0);
    expect(disabled.stdout).toContain('Waiting for current execution to complete... done');
    await running.said('[MP] Execution aborted gracefully');
    const orders = await rows(mine, 'orders');
    expect(orders.filter(({ side }) => side === 'buy')).toHaveLength(4);
    expect(await rows(mine, 'positions')).toHaveLength(left);
    await delay(500);
    running.process.kill('SIGTERM');
    const { stderr } = await running.ended;
    expect(stderr).toContain('[MP] Checking shutdown flag...');
    expect(stderr).toContain('[MP] Shutdown requested - aborting remaining 4 orders');
    const state = JSON.parse(mine.read('data/strategy_positions.json')) as {
      strategies: { mp: { last_execution: string | null } };
    };
    expect(state.strategies.mp.last_execution).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    expect(await rows(mine, 'positions')).toHaveLength(left);
  },
);

test('with --close-positions and a broker that fills 30 of 50, exactly 20 are left, and the exit code is 10', async () => {
  const mine = project({
    now: null,
    account: {
      broker: { fillDelay: '10ms', faults: '../faults.yaml' },
      execution: { settleWindow: '0s', fillTimeout: '2s' },
    },
    strategies: { mp: { targets: { NVDA: '50', PLTR: '10' } } },
  });
  mine.write(
    'faults.yaml',
    'faults:\n  - {on: submit, symbol: NVDA, side: sell, effect: order, fills: "30"}\n',
  );
  const running = mine.start('run');
  await running.said('[MP] Releasing execution lock');
  const { code, stdout } = await mine.run('disable', 'mp', '--close-positions');
  expect(code).toBe(10);
  expect(stdout).toContain('NVDA: Selling 50 shares... PARTIAL (30/50)');
  expect(stdout).toContain('20 shares remaining as orphaned position');
  const left = await rows(mine, 'positions');
  expect(left.map(({ symbol, quantity }) => `${String(symbol)} ${String(quantity)}`)).toEqual(['NVDA 20']);
  running.process.kill('SIGTERM');
  await running.ended;
});

test('with --close-positions, sales that the controller is quicker with are done: exit 0 when nothing is left', async () => {
  const mine = project({
    now: null,
    account: {
      broker: { fillDelay: '1500ms' },
      execution: { settleWindow: '0s', maxInFlight: 2 },
    },
    strategies: { mp: { targets: EIGHT }, zz: { targets: { VTI: '1' } } },
  });
  const running = mine.start('run');
  await running.said('Submitting order: BUY 10 M1');
  const { code, stdout } = await mine.run('disable', 'mp', '--close-positions');
  expect(stdout).toContain('MP strategy disabled.');
  expect(code).toBe(0);
  const left = await rows(mine, 'positions');
  expect(left.filter(({ strategy }) => strategy === 'mp')).toEqual([]);
  running.process.kill('SIGTERM');
  await running.ended;
});
