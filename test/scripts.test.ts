/** The original's scripts: its names and the order of its words, and hgctl behind them. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { project, type Project } from './support/project.ts';

const SCRIPTS = fileURLToPath(new URL('../scripts/', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function script(mine: Project, name: string, ...words: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(`${SCRIPTS}${name}`, words, {
    cwd: mine.folder,
    env: { PATH: process.env['PATH'], HOME: mine.folder, HGCTL_NOW: '2025-12-02T15:30:00-05:00' },
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

const toggle = (mine: Project, ...words: readonly string[]): Ended =>
  script(mine, 'toggle_strategy.sh', ...words);

async function holding(): Promise<Project> {
  const mine = project({ strategies: { mp: { targets: { VTI: '10' } } } });
  expect((await mine.run('apply', '--yes')).code).toBe(0);
  return mine;
}

const owned = async (mine: Project): Promise<number> =>
  (await mine.json<{ items: unknown[] }>('get', 'positions', '-o', 'json')).items.length;

describe('toggle_strategy.sh', () => {
  test('status, enable, disable with all options, close-orphaned: each does what it says', async () => {
    const mine = await holding();
    expect(toggle(mine, 'status')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('MP: ENABLED') as string,
    });

    expect(toggle(mine, 'mp', 'disable').code).toBe(0);
    expect(toggle(mine, 'status').stdout).toContain('MP: DISABLED');
    expect(await owned(mine)).toBe(1);

    expect(toggle(mine, 'mp', 'close-orphaned').code).toBe(0);
    expect(await owned(mine)).toBe(0);

    expect(toggle(mine, 'mp', 'enable').code).toBe(0);
    expect((await mine.run('apply', '--yes')).code).toBe(0);
    expect(await owned(mine)).toBe(1);

    expect(toggle(mine, 'mp', 'disable', '--force').code).toBe(0);
    expect(mine.read('manifests/strategy_toggle.yaml')).toContain('enabled: false');
    expect(await owned(mine)).toBe(1);

    expect(toggle(mine, 'mp', 'enable').code).toBe(0);
    expect(toggle(mine, 'mp', 'disable', '--close-positions').code).toBe(0);
    expect(await owned(mine)).toBe(0);
  });

  test('passes the exit code of hgctl on', () => {
    expect(toggle(project(), 'nobody', 'enable').code).toBe(6);
  });

  test.each([[[]], [['mp']], [['mp', 'restart']]])('%j: its usage, and exit 3', (words) => {
    const { code, stderr } = toggle(project(), ...words);
    expect(code).toBe(3);
    expect(stderr).toContain('usage: toggle_strategy.sh STRATEGY disable [--close-positions] [--force]');
  });
});

test.each([
  ['view_logs.sh', 'logs'],
  ['daily_health_check.sh', 'health'],
])('%s is hgctl %s', async (name, command) => {
  const mine = project();
  const { code, stdout } = await mine.run(command, '--help');
  const asked = script(mine, name, '--help');
  expect({ code: asked.code, stdout: asked.stdout }).toEqual({ code, stdout });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).error === undefined;

test.skipIf(!hasShellcheck)('shellcheck finds nothing (skipped where there is no shellcheck)', () => {
  const names = readdirSync(SCRIPTS).filter((name) => name.endsWith('.sh'));
  expect(names.length).toBeGreaterThan(3);
  const { stdout } = spawnSync('shellcheck', ['-x', ...names.map((name) => `scripts/${name}`)], {
    cwd: fileURLToPath(new URL('../', import.meta.url)),
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
});
