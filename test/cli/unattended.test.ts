/** Around a controller in a process of its own: what it tells people, its watchdog, its service. */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { projectInProcess as project, type Project } from '../support/project.ts';

const TELL = `
  const fs = require('node:fs');
  const { id, state, kind, strategy } = JSON.parse(fs.readFileSync(0, 'utf8'));
  fs.appendFileSync('told', [id, state, kind, strategy ?? '-'].join(' ') + '\\n');`;
const EXEC = { argv: [process.execPath, '-e', TELL], timeout: '30s' };

function live(account: object = {}): Project {
  return project({
    now: null,
    account: {
      broker: { fillDelay: '10ms' },
      execution: { settleWindow: '0s' },
      notifications: { exec: EXEC },
      ...account,
    },
    strategies: { core: { targets: { VTI: '10' } } },
  });
}

/** As a receiver counts: what comes again under the same id, because the sender was killed meanwhile, is known. */
function told(mine: Project): string[] {
  if (!mine.exists('manifests/told')) return [];
  const lines = new Set(mine.read('manifests/told').split('\n').filter(Boolean));
  return [...lines].map((line) => line.slice(line.indexOf(' ') + 1));
}

async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await check()) return;
    await delay(50);
  }
  throw new Error('it did not come about within 30 s');
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration: number;
}

async function conditions(mine: Project): Promise<Record<string, Condition>> {
  const { items } = await mine.json<{ items: { conditions: Condition[] }[] }>(
    'get',
    'strategies',
    '-o',
    'json',
  );
  return Object.fromEntries((items[0]?.conditions ?? []).map((found) => [found.type, found]));
}

describe('notices', () => {
  test('of a halt and of invalid manifests: once each way, and not again after a restart', async () => {
    const mine = live();
    const first = mine.start('run');
    await first.said('Resuming normal operation');
    expect((await mine.run('halt', '--reason', 'storm')).code).toBe(0);
    await until(() => told(mine).length === 1);
    const good = mine.read('manifests/strategies/core.yaml');
    mine.write('manifests/strategies/core.yaml', 'kind: Strateg\n');
    await until(() => told(mine).length === 2);
    first.process.kill('SIGKILL');
    await first.ended;

    const second = mine.start('run');
    await until(() => told(mine).length === 3);
    mine.write('manifests/strategies/core.yaml', good);
    await until(() => told(mine).length === 4);
    expect((await mine.run('unhalt', '--reason', 'calm')).code).toBe(0);
    await until(() => told(mine).length === 5);
    second.process.kill('SIGTERM');
    await second.ended;
    expect(told(mine)).toEqual([
      'opened Halted -',
      'opened ManifestsInvalid -',
      'happened ControllerCrashed -',
      'closed ManifestsInvalid -',
      'closed Halted -',
    ]);
  });

  test('notify test says of each way what became of it, and shows no address', async () => {
    const mine = live({ notifications: { exec: EXEC, webhook: { urlFrom: { env: 'HOOK' } } } });
    const answer = await mine.with({ HOOK: 'http://127.0.0.1:1/token-abc' }).run('notify', 'test');
    expect(answer.code).toBe(10);
    expect(answer.stdout).toMatch(/^webhook: failed: it cannot be reached.*\nexec: sent\n$/);
    expect(answer.stdout + answer.stderr).not.toContain('token-abc');
    expect(told(mine)).toEqual(['happened Test -']);
    expect((await project().run('notify', 'test')).code).toBe(6);
  });

  test.each([
    [{ webhook: { url: 'https://x.example.com/token-abc' } }, 'unknown key'],
    [{ webhook: { urlFrom: {} } }, 'must have exactly one of these keys'],
    [
      { webhook: { urlFrom: { env: 'https://x.example.com/token-abc' } } },
      'is no name of an environment variable',
    ],
    [{ exec: { argv: [] } }, 'must not be empty'],
  ])(
    'settings that are wrong are refused, and what may be a secret is not printed: %j',
    async (notifications, message) => {
      const { code, stderr } = await project({ account: { notifications } }).run('validate');
      expect(code).toBe(4);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain('token-abc');
    },
  );
});

test('The heartbeat address is asked for after a pass; one that is gone is only told.', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const heartbeat = { urlFrom: { env: 'BEAT' } };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token-abc`;
  const running = live({ heartbeat }).with({ BEAT: url }).start('run');
  await until(() => asked > 0);
  running.process.kill('SIGTERM');
  expect((await running.ended).stderr).not.toContain('Heartbeat address');

  const alone = live({ heartbeat }).with({ BEAT: 'http://127.0.0.1:1/token-abc' }).start('run');
  await alone.said('Heartbeat address: it cannot be reached');
  alone.process.kill('SIGTERM');
  const { code, stderr } = await alone.ended;
  expect(code).toBe(143);
  expect(stderr).not.toContain('token-abc');
});

test('Conditions say since when and of which revision, while a controller is there to know it.', async () => {
  const mine = live();
  const running = mine.start('run');
  // At one look: what it is now may be newer than what the controller has noted the time of.
  await until(async () => {
    const { Synced } = await conditions(mine);
    return Synced?.status === 'True' && Synced.lastTransitionTime !== undefined;
  });
  const before = await conditions(mine);
  expect(before['Synced']?.observedGeneration).toBe(1);
  expect((await mine.run('suspend', 'core', '--reason', 'lunch')).code).toBe(0);
  await until(async () => {
    const { Suspended } = await conditions(mine);
    return Suspended?.status === 'True' && Suspended.lastTransitionTime !== undefined;
  });
  const after = await conditions(mine);
  expect(after['Synced']?.lastTransitionTime).toBe(before['Synced']?.lastTransitionTime);
  expect((await mine.run('describe', 'strategy', 'core')).stdout).toMatch(/Suspended +True +since 20/);
  running.process.kill('SIGTERM');
  await running.ended;
  expect((await conditions(mine))['Synced']).not.toHaveProperty('lastTransitionTime');
});

describe('watchdog', () => {
  const OMR = {
    targets: { QQQ: '10' },
    spec: { schedule: [{ at: 'close-5m', action: 'entry', window: '4m' }] },
  };
  const account = { broker: { clock: 'exchange' }, notifications: { exec: EXEC } };

  test('far from a slot nobody is needed; five minutes before it somebody is, and that is told once', async () => {
    const mine = project({ account, strategies: { omr: OMR } });
    const calm = await mine.run('watchdog');
    expect(calm).toMatchObject({ code: 0 });
    expect(calm.stdout).toContain('omr entry begins at 2025-12-02 15:55:00 EST');

    for (const time of ['15:50', '15:51', '15:57', '16:30']) {
      const { code, stdout } = await mine.at(`2025-12-02T${time}:00-05:00`).run('watchdog');
      expect(code).toBe(1);
      expect(stdout).toContain('no controller runs');
    }
    expect(told(mine)).toEqual(['opened NoController -']);
  });

  test('beside invalid manifests one is needed for the exits, which go on', async () => {
    const exit = { at: 'close-5m', action: 'exit', window: '4m' };
    const mine = project({ account, strategies: { omr: { ...OMR, spec: { schedule: [exit] } } } });
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    mine.write('manifests/strategies/omr.yaml', 'kind: Strateg\n');
    const { code, stdout } = await mine.at('2025-12-02T15:51:00-05:00').run('watchdog');
    expect(stdout).toContain('no controller runs; omr exit begins at 2025-12-02 15:55:00 EST');
    expect(code).toBe(1);
  });

  test('one that was killed is missed at once, and its successor is welcome', async () => {
    const mine = live();
    const first = mine.start('run');
    await until(async () => (await conditions(mine))['Synced']?.status === 'True');
    expect(await mine.run('watchdog')).toMatchObject({ code: 0 });
    first.process.kill('SIGKILL');
    await first.ended;
    const missed = await mine.run('watchdog');
    expect(missed.code).toBe(1);
    expect(missed.stdout).toContain('its process is gone');
    const second = mine.start('run');
    await until(async () => (await mine.run('watchdog')).code === 0);
    second.process.kill('SIGTERM');
    await second.ended;
    expect(told(mine).filter((line) => line.includes('NoController'))).toEqual([
      'opened NoController -',
      'closed NoController -',
    ]);
    // It was stopped, and no slot waits for it.
    expect(await mine.run('watchdog')).toMatchObject({ code: 0 });
  });
});

describe('install-service', () => {
  const hasVerify = spawnSync('systemd-analyze', ['--version']).error === undefined;
  const opened = async (): Promise<Project> => {
    const mine = project();
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    return mine;
  };

  test.skipIf(!hasVerify).each(['system', 'user'])(
    'systemd-analyze verify has nothing to say of %s units (skipped where there is no systemd)',
    async (scope) => {
      const mine = await opened();
      const { stdout } = await mine.run('install-service', '--scope', scope);
      const files = stdout.split(/^# (\/.+)\n/m).slice(1);
      const paths = files.flatMap((text, index) => {
        if (index % 2 === 1) return [];
        const path = `units/${text.split('/').at(-1) ?? ''}`;
        mine.write(path, files[index + 1] ?? '');
        return [mine.path(path)];
      });
      expect(paths).toHaveLength(3);
      const words = [...(scope === 'user' ? ['--user'] : []), 'verify', ...paths];
      const found = spawnSync('systemd-analyze', words, {
        env: { PATH: process.env['PATH'], XDG_RUNTIME_DIR: mine.folder, HOME: mine.folder },
        encoding: 'utf8',
      });
      expect(`${found.stdout}${found.stderr}`).toBe('');
      expect(found.status).toBe(0);
    },
  );

  test('what it writes runs these manifests on these data, and nobody else may be written to', async () => {
    const mine = await opened();
    expect((await mine.run('install-service', '--scope', 'user', '--write')).code).toBe(0);
    const text = mine.read('.config/systemd/user/hgctl.service');
    expect(text).toContain(`run -f ${mine.path('manifests')} --data ${mine.path('data')}\n`);
    expect(text).toContain(`ReadWritePaths=${mine.path('data')} ${mine.path('manifests')}\n`);
    expect(text).toContain(`WorkingDirectory=${mine.folder}\n`);
    // Longer than an execution may hold the lock (240 s), and its last request.
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThan(250);
    expect((await mine.run('install-service', '--scope', 'user', '--write')).code).toBe(0);
    mine.write('.config/systemd/user/hgctl.service', '[Unit]\n');
    const refused = await mine.run('install-service', '--scope', 'user', '--write');
    expect(refused.code).toBe(8);
    expect(mine.read('.config/systemd/user/hgctl.service')).toBe('[Unit]\n');
  });

  test('without a data folder it writes nothing', async () => {
    const mine = project();
    expect((await mine.run('install-service', '--scope', 'user', '--write')).code).toBe(6);
    expect(mine.exists('.config')).toBe(false);
  });
});
