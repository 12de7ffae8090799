/** `hgctl health`, beside controllers in processes of their own. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

interface Health {
  readonly kind: string;
  readonly status: string;
  readonly checks: readonly { readonly name: string; readonly status: string; readonly message: string }[];
}

async function health(mine: Project): Promise<Health & { readonly code: number | null }> {
  const { code, stdout } = await mine.run('health', '-o', 'json');
  return { ...(JSON.parse(stdout) as Health), code };
}

const notOk = ({ checks }: Health): string[] =>
  checks.filter(({ status }) => status !== 'OK').map(({ name, status }) => `${name} ${status}`);

function live(): Project {
  return project({
    now: null,
    account: { broker: { fillDelay: '10ms' }, execution: { settleWindow: '0s' } },
    strategies: { core: { targets: { VTI: '10' } } },
  });
}

async function untilBeating(mine: Project): Promise<void> {
  const beat = 'data/controller.json';
  for (let tries = 0; tries < 100; tries += 1) {
    if (mine.exists(beat) && mine.read(beat).includes('"nextWake": "')) return;
    await delay(100);
  }
}

test('A controller that lives: all is well. One that was killed, and one that was stopped: exit 1.', async () => {
  const mine = live();
  const running = mine.start('run');
  await untilBeating(mine);
  expect(notOk(await health(mine))).toEqual([]);
  running.process.kill('SIGKILL');
  await running.ended;
  const killed = await health(mine);
  expect([killed.code, killed.status, ...notOk(killed)]).toEqual([1, 'FAIL', 'controller FAIL']);
  const next = mine.start('run');
  await next.said('Controller started');
  next.process.kill('SIGTERM');
  await next.ended;
  const stopped = await health(mine);
  expect([stopped.code, stopped.status, ...notOk(stopped)]).toEqual([1, 'FAIL', 'controller FAIL']);
});

test('The table has a row a check, and a look writes nothing.', async () => {
  const mine = project();
  await mine.run('apply', '--yes');
  const before = mine.fingerprint('data');
  const { code, stdout } = await mine.run('health');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^CHECK +STATUS +DETAIL\nmanifests +OK +valid, revision [0-9a-f]{12}\n/);
  expect(stdout).toContain(
    'controller    FAIL     none has run on this data folder: nothing is looked after',
  );
  expect(mine.fingerprint('data')).toEqual(before);
});

test('Before anything was done there is nothing to complain about but the controller.', async () => {
  const mine = project();
  const found = await health(mine);
  expect([found.code, ...notOk(found)]).toEqual([1, 'controller FAIL']);
  expect(mine.exists('data')).toBe(false);
});

test('Who applies by hand says so: no controller is missed, but one that died is.', async () => {
  const mine = project({ now: null, account: { health: { controller: 'optional' } } });
  const never = await health(mine);
  expect([never.code, ...notOk(never)]).toEqual([0]);
  const running = mine.start('run');
  await untilBeating(mine);
  running.process.kill('SIGKILL');
  await running.ended;
  const died = await health(mine);
  expect([died.code, ...notOk(died)]).toEqual([1, 'controller FAIL']);
});

test('A broker that does not answer, and a clock that is wrong: exit 1.', async () => {
  const mine = project({ account: { broker: { faults: '../faults.yaml' } } });
  mine.write('faults.yaml', 'faults: [{on: account, effect: unavailable, reason: HTTP 500, times: 99}]\n');
  const silent = await health(mine);
  expect(silent.checks.find(({ name }) => name === 'broker')).toMatchObject({
    status: 'FAIL',
    message: 'it does not answer: HTTP 500',
  });
  expect([silent.code, ...notOk(silent)]).toEqual([
    1,
    'controller FAIL',
    'broker FAIL',
    'account WARN',
    'losses WARN',
  ]);
  mine.write('faults.yaml', 'faults: [{on: clock, effect: stale, by: 5s, times: 99}]\n');
  const slow = await health(mine);
  expect([slow.code, ...notOk(slow)]).toEqual([1, 'controller FAIL', 'clock FAIL']);
});

test('A state file that shows the lock of another program: exit 1.', async () => {
  const mine = project();
  await mine.run('apply', '--yes');
  const state = JSON.parse(mine.read('data/strategy_positions.json')) as object;
  const lock = {
    holder: 'mp',
    acquired: '2025-12-02T15:29:00-05:00',
    expires: '2025-12-02T15:33:00-05:00',
  };
  mine.write('data/strategy_positions.json', JSON.stringify({ ...state, execution_lock: lock }));
  const found = await health(mine);
  expect([found.code, ...notOk(found)]).toEqual([1, 'books FAIL', 'controller FAIL', 'lock FAIL']);
});

test('Errors in the log of the last hour, and only of that, are counted.', async () => {
  const mine = project();
  await mine.run('apply', '--yes');
  const line = (time: string): string =>
    `${JSON.stringify({ level: 'error', time, strategy: 'core', msg: 'Failed to close VTI: no' })}\n`;
  mine.write(
    'data/logs/hgctl-2025-12-02.jsonl',
    line('2025-12-02T14:29:00-05:00') + line('2025-12-02T14:31:00-05:00'),
  );
  const found = (await health(mine)).checks.find(({ name }) => name === 'errors');
  expect(found).toEqual({
    name: 'errors',
    status: 'WARN',
    message: '1 in the last hour, the last at 2025-12-02 14:31:00: [CORE] Failed to close VTI: no',
  });
});

test('The thresholds are those of the Account, and change no digest.', async () => {
  const mine = project();
  await mine.run('apply', '--yes');
  const account = JSON.parse(mine.read('manifests/account.yaml')) as { spec: object };
  const health_ = { minEquity: '200000.00', maxPositions: 2, minFreeMegabytes: 1 };
  mine.write(
    'manifests/account.yaml',
    JSON.stringify({ ...account, spec: { ...account.spec, health: health_ } }),
  );
  expect(notOk(await health(mine))).toEqual(['controller FAIL', 'account WARN', 'positions WARN']);
  expect((await mine.run('apply', '--yes')).stdout).toContain('Nothing to do.');
});

test('With invalid manifests the account accepted last is looked at: exit 1.', async () => {
  const mine = project();
  await mine.run('apply', '--yes');
  mine.write('manifests/account.yaml', 'kind: Acount\n');
  const found = await health(mine);
  expect([found.code, ...notOk(found)]).toEqual([1, 'manifests FAIL', 'controller FAIL']);
});
