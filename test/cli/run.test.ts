/** `hgctl run` in real processes: a rehearsed day, edits while it runs, a second one, and how it ends. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

const CORE = { targets: { VTI: '10', BND: '20' } };

/** In real time. */
function live(): Project {
  return project({
    now: null,
    account: { broker: { fillDelay: '10ms' }, execution: { settleWindow: '0s' } },
    strategies: { core: CORE },
  });
}

async function books(mine: Project): Promise<string[]> {
  const { items } = await mine.json<{ items: Record<string, string>[] }>('get', 'positions', '-o', 'json');
  return items.map(({ symbol, quantity }) => `${symbol} ${quantity}`).sort();
}

async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await check()) return;
    await delay(50);
  }
  throw new Error('it did not come about within 10 s');
}

const held = (mine: Project, wanted: readonly string[]) => async (): Promise<boolean> =>
  (await books(mine)).join() === wanted.join();

test('A rehearsed day: slots at their times, nothing between them, the bought sold in the morning, exit 0.', async () => {
  const mine = project({
    now: '2025-12-02T15:50:00-05:00',
    account: { broker: { clock: 'exchange' } },
    strategies: {
      night: {
        targets: { QQQ: '10' },
        spec: {
          schedule: [
            { at: 'close-5m', action: 'entry', window: '4m' },
            { at: 'open+1m', action: 'exit', window: '5m' },
          ],
        },
      },
    },
  });
  const { code, stdout, stderr } = await mine.run('run', '--until', '2025-12-03T10:00:00-05:00');
  expect(code).toBe(0);
  const moments = stdout.split('\n').filter((line) => line.startsWith('--- ') || line.startsWith('Apply'));
  expect(moments).toEqual([
    '--- 2025-12-02 15:55:00 EST',
    expect.stringMatching(/^--- 2025-12-02 15:55:0\d EST$/),
    'Apply: 1 done, 0 failed, 0 skipped, 0 not started.',
    '--- 2025-12-03 09:31:00 EST',
    expect.stringMatching(/^--- 2025-12-03 09:31:0\d EST$/),
    'Apply: 1 done, 0 failed, 0 skipped, 0 not started.',
  ]);
  expect(stderr).toContain('End-of-day report of 2025-12-02');
  const report = mine.read('data/reports/eod-2025-12-02.json');
  expect(await mine.run('report', 'eod', '--date', '2025-12-02', '-o', 'json')).toMatchObject({
    stdout: report,
  });
  expect(stderr.match(/^Recovery$/gm)).toHaveLength(1);
  expect(await books(mine)).toEqual([]);
});

test('A day on an account that is never closed is reported after midnight in New York, and says the same ever after.', async () => {
  const mine = project({ now: '2025-11-28T23:50:00-05:00', strategies: { core: CORE } });
  const friday = await mine.run('run', '--until', '2025-11-28T23:59:59-05:00');
  expect(friday.stderr).not.toContain('End-of-day report');
  // On the Saturday that follows, by another controller.
  const { stderr } = await mine
    .at('2025-11-29T00:00:00-05:00')
    .run('run', '--until', '2025-11-30T00:01:00-05:00');
  expect(stderr.match(/End-of-day report of \S+/g)).toEqual([
    ...Array<string>(2).fill('End-of-day report of 2025-11-28:'),
    ...Array<string>(2).fill('End-of-day report of 2025-11-29:'),
  ]);
  for (const date of ['2025-11-28', '2025-11-29']) {
    const report = mine.read(`data/reports/eod-${date}.json`);
    expect(report).toContain('"change": "0.00"');
    const later = mine.at('2025-12-01T12:00:00-05:00');
    expect((await later.run('report', 'eod', '--date', date, '-o', 'json')).stdout).toBe(report);
  }
});

describe('while it runs', () => {
  test('an edit takes effect, one that is invalid does not, and a second controller leaves with exit 7', async () => {
    const mine = live();
    const running = mine.start('run');
    await until(held(mine, ['BND 20', 'VTI 10']));

    const second = await mine.run('run');
    expect(second.code).toBe(7);
    expect(second.stderr).toContain(`pid ${String(running.process.pid)}`);

    mine.write('manifests/strategies/core.yaml', 'kind: Strateg\n');
    await running.said('ManifestsInvalid');
    expect(await books(mine)).toEqual(['BND 20', 'VTI 10']);

    for (let quantity = 1; quantity <= 9; quantity += 1)
      mine.declare({ core: { targets: { VTI: String(quantity), BND: '20' } } });
    await until(held(mine, ['BND 20', 'VTI 9']));

    running.process.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect(code).toBe(143);
    expect(stderr).toContain('Controller stopped');
    expect(stderr).not.toContain('bug:');
    const { stdout } = await mine.run('apply', '--yes');
    expect(stdout).toBe('Nothing to do.\n');
  });

  test('disable from another terminal turns a strategy off, and a sale by hand is followed', async () => {
    const mine = live();
    const running = mine.start('run');
    await until(held(mine, ['BND 20', 'VTI 10']));
    expect((await mine.run('sim', 'trade', 'sell', '4', 'VTI')).code).toBe(0);
    await running.said('Position VTI: 10 -> 6');
    expect((await mine.run('disable', 'core', '--close-positions')).code).toBe(0);
    expect(await books(mine)).toEqual([]);
    await delay(500);
    expect(await books(mine)).toEqual([]);
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
  });

  test('a fault script takes effect when it is written, and one that is invalid does not', async () => {
    const mine = project({
      now: null,
      account: { broker: { fillDelay: '10ms', faults: '../faults.yaml' }, execution: { settleWindow: '0s' } },
      strategies: { core: CORE },
    });
    mine.write('faults.yaml', 'faults: []\n');
    const running = mine.start('run');
    await until(held(mine, ['BND 20', 'VTI 10']));
    const sale = (quantity: number): string =>
      `faults: [{on: positions, effect: trade, trade: {symbol: VTI, side: sell, quantity: "${quantity}"}}]\n`;
    mine.write('faults.yaml', sale(4));
    await running.said('Position VTI: 10 -> 6');
    mine.write('faults.yaml', 'faults: [{on: nothing}]\n');
    await running.said('ManifestsInvalid');
    mine.write('faults.yaml', sale(1));
    await running.said('Position VTI: 6 -> 5');
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
  });

  test('kill -9 leaves its place to the next one at once, which prints the five steps', async () => {
    const mine = live();
    const running = mine.start('run');
    await until(held(mine, ['BND 20', 'VTI 10']));
    running.process.kill('SIGKILL');
    await running.ended;
    const next = mine.start('run');
    await next.said('5. Resuming');
    next.process.kill('SIGTERM');
    expect((await next.ended).code).toBe(143);
  });

  test('--wait takes over when the other one ends', async () => {
    const mine = live();
    const first = mine.start('run');
    await first.said('Controller started');
    const second = mine.start('run', '--wait');
    await second.said('waiting for its end');
    first.process.kill('SIGTERM');
    await first.ended;
    await second.said('Controller started');
    second.process.kill('SIGTERM');
    expect((await second.ended).code).toBe(143);
  });
});

describe('what cannot be run', () => {
  test.each([
    [['run', '-f', '-'], 3, 'cannot watch standard input'],
    [['run', '--until', 'noon'], 3, '--until is no instant'],
    [['run', '-f', 'nowhere'], 6, 'there is no file or folder nowhere'],
  ])('%j: exit %i', async (words, exit, message) => {
    const { code, stderr } = await project().run(...words);
    expect(code).toBe(exit);
    expect(stderr).toContain(message);
  });

  test('invalid manifests where none were ever accepted: exit 4', async () => {
    const mine = project();
    mine.write('manifests/account.yaml', 'kind: Acount\n');
    expect((await mine.run('run')).code).toBe(4);
  });
});

describe('the heartbeat', () => {
  const beat = (mine: Project): Record<string, unknown> =>
    JSON.parse(mine.read('data/controller.json')) as Record<string, unknown>;

  test('says who runs, what the last pass did and when the next one is due; and that it ended', async () => {
    const mine = live();
    const running = mine.start('run');
    await until(held(mine, ['BND 20', 'VTI 10']));
    await until(() => (beat(mine)['lastPass'] as { outcome: string } | null)?.outcome === 'quiet');
    await until(() => beat(mine)['nextWake'] !== null);
    expect(beat(mine)).toMatchObject({
      version: 1,
      state: 'running',
      mode: 'real-time',
      manifests: 'accepted',
      identity: { pid: running.process.pid },
    });
    mine.write('manifests/strategies/core.yaml', 'kind: Strateg\n');
    await until(() => beat(mine)['manifests'] === 'invalid');
    running.process.kill('SIGTERM');
    await running.ended;
    expect(beat(mine)).toMatchObject({ state: 'stopped', nextWake: null });
  });

  test('a controller that was killed did not say that it ended', async () => {
    const mine = live();
    const running = mine.start('run');
    await until(held(mine, ['BND 20', 'VTI 10']));
    running.process.kill('SIGKILL');
    await running.ended;
    expect(beat(mine)).toMatchObject({ state: 'running' });
  });

  test('where it cannot be written, trading goes on, and that is told once', async () => {
    const mine = live();
    mine.write('data/controller.json/in-the-way', '');
    const running = mine.start('run');
    await until(held(mine, ['BND 20', 'VTI 10']));
    running.process.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect(code).toBe(143);
    expect(stderr.match(/The heartbeat cannot be written/g)).toHaveLength(1);
  });
});

test('A pass that finds nothing to do writes nothing.', async () => {
  const mine = live();
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  const running = mine.start('run');
  await running.said('Resuming normal operation');
  // No part of a pass are the heartbeat, and that manifests were read.
  const written = (): string[] =>
    mine.fingerprint('data').filter((line) => !/^(controller\.json|logs)/.test(line));
  const before = written();
  const reads = (): number => (mine.read(`data/${log()}`).match(/Manifests read/g) ?? []).length;
  const log = (): string =>
    mine
      .fingerprint('data')
      .find((line) => line.startsWith('logs/'))
      ?.split(' ')[0] ?? '';
  const readBefore = reads();
  expect(readBefore).toBe(1);
  mine.write('manifests/strategies/core.yaml', `# a comment\n${mine.read('manifests/strategies/core.yaml')}`);
  await until(() => reads() > readBefore);
  await delay(500);
  expect(written()).toEqual(before);
  running.process.kill('SIGTERM');
  await running.ended;
});
