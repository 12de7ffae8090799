/** Where hgctl reads and writes, and what it says of places that are none. */
import { spawnSync, type IOType, type StdioOptions } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BUNDLE } from '../support/cli.ts';
import { project } from '../support/project.ts';

const ONE = { strategies: { core: { targets: { VTI: '10' } } } };

describe('The data folder', () => {
  test('is --data, else HGCTL_DATA, else store.data, else ./data; empty variables count for nothing.', async () => {
    const mine = project(ONE);
    const apply = async (env: Record<string, string>, ...words: string[]) =>
      expect(await mine.with(env).run('apply', '--yes', ...words)).toMatchObject({ code: 0 });
    await apply({ HGCTL_DATA: '' });
    expect(mine.exists('data/journal')).toBe(true);
    const account = mine.read('manifests/account.yaml');
    mine.write(
      'manifests/account.yaml',
      account.replace('"spec": {', '"spec": {"store": {"data": "./declared"},'),
    );
    await apply({});
    expect(mine.exists('declared/journal')).toBe(true);
    await apply({ HGCTL_DATA: 'from-environment' });
    expect(mine.exists('from-environment/journal')).toBe(true);
    await apply({ HGCTL_DATA: 'never' }, '--data', 'from/option');
    expect(mine.exists('from/option/journal')).toBe(true);
    expect(mine.exists('never')).toBe(false);
  });

  test.each([
    ['a file', 'manifests/account.yaml', 5],
    ['below a file', 'manifests/account.yaml/data', 5],
    ['a folder whose journal is a file', 'odd', 5],
    ['nothing', '', 3],
  ])('may not be %s.', async (_, data, exit) => {
    const mine = project(ONE);
    mine.write('odd/journal', '');
    for (const words of [
      ['apply', '--yes'],
      ['get', 'pos'],
      ['journal', 'verify'],
    ]) {
      const { code, stderr } = await mine.run(...words, '--data', data);
      expect(code).toBe(exit);
      expect(stderr).toMatch(/^error: .*\nhint: .*\n$/);
    }
  });
});

describe('Manifests', () => {
  test('are -f, else HGCTL_MANIFESTS, else ./manifests.', async () => {
    const mine = project(ONE);
    mkdirSync(mine.path('empty'));
    expect(await mine.with({ HGCTL_MANIFESTS: '' }).run('validate')).toMatchObject({ code: 0 });
    expect(await mine.with({ HGCTL_MANIFESTS: 'empty' }).run('validate')).toMatchObject({ code: 4 });
    const both = await mine.with({ HGCTL_MANIFESTS: 'empty' }).run('validate', '-f', 'manifests');
    expect(both).toMatchObject({ code: 0 });
  });
});

test('init --from-state of a folder is refused with exit 4.', async () => {
  const { code, stderr } = await project(ONE).run('init', '--from-state', 'manifests');
  expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('cannot be read') as string });
});

describe.skipIf(!existsSync('/dev/full'))('Output that nobody can take', () => {
  function applyInto(stream: 'stdout' | 'stderr') {
    const mine = project(ONE);
    const full = openSync('/dev/full', 'w');
    const to = (name: string): IOType | number => (name === stream ? full : 'pipe');
    const stdio: StdioOptions = ['ignore', to('stdout'), to('stderr')];
    const env = { HGCTL_NOW: '2025-12-02T15:30:00-05:00' };
    const args = [BUNDLE, 'apply', '--yes'];
    const run = spawnSync(process.execPath, args, { cwd: mine.folder, env, stdio, encoding: 'utf8' });
    closeSync(full);
    return { mine, run };
  }

  test('on stderr stops no execution: its lines are only told.', async () => {
    const { mine, run } = applyInto('stderr');
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('Apply: 1 done');
    expect((await mine.run('get', 'locks')).stdout).toBe('');
  });

  test('on stdout is trouble with a reason, before any order: nobody has seen the plan.', () => {
    const { mine, run } = applyInto('stdout');
    expect(run.status).toBe(5);
    expect(run.stderr).toMatch(/^error: .*ENOSPC.*\nhint: /m);
    expect(mine.exists('data/broker.json')).toBe(false);
  });
});

test('journal verify looks where the manifest says, and calls a folder that is not there by name.', async () => {
  const mine = project({ account: { store: { data: './elsewhere' } } });
  await mine.run('apply', '--yes');
  const verified = await mine.run('journal', 'verify');
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.stdout).toMatch(/elsewhere\/journal: intact, [1-9]\d* records/);
  const missing = await mine.run('journal', 'verify', '--data', 'nowhere');
  expect(missing).toMatchObject({ code: 6 });
  expect(missing.stderr).toMatch(/^error: there is no data folder .*nowhere\n/);
});
