/**
 * A file system that is really full: a tiny tmpfs, with so many pages left. Needs root, as mounting does. Every level, with
 * more commands, is `proof/processes/full-disk.ts`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

const PAGE = 4096;
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

/** True when the system lets us mount, which a container may not. */
function canMount(): boolean {
  if (!isRoot) return false;
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function mount(
  home: Project,
  name: string,
): { readonly leave: (pages: number) => void; readonly free: () => void } {
  const path = home.path(name);
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  onTestFinished(() => void execFileSync('umount', ['-l', path]));
  const filler = `${path}/.filler`;
  const fill = (pages: number): void => writeFileSync(filler, Buffer.alloc(pages * PAGE, 1));
  return {
    leave: (pages) => {
      const [, , , available] =
        execFileSync('df', ['--block-size=4096', path], { encoding: 'utf8' }).split('\n')[1]?.split(/\s+/) ??
        [];
      fill(Number(available) - pages);
    },
    free: () => fill(0),
  };
}

interface BrokerFile {
  readonly orders: readonly { readonly client_order_id: string; readonly symbol: string }[];
}

async function owned(home: Project): Promise<string[]> {
  const { items } = await home.json<{
    items: { strategy: string; symbol: string; quantity: string; class: string }[];
  }>('get', 'positions', '-o', 'json');
  return items.map((item) => `${item.strategy} ${item.symbol} ${item.quantity} ${item.class}`);
}

/** What a person reads: a reason and a next step, and no stack. */
function isClear(stderr: string): boolean {
  return /^(error|hint|warning): /m.test(stderr) && !/^bug: |^\s+at .*:\d+:\d+/m.test(stderr);
}

/** An order that may have been sent keeps its symbol for the session: then the next day ends it. */
async function finish(home: Project): Promise<void> {
  let last = await home.run('apply', '--yes');
  if (last.code === 12) {
    const tomorrow = home.at('2025-12-03T15:30:00-05:00');
    expect((await tomorrow.run('apply', '--yes')).code).toBe(0);
    last = await tomorrow.run('apply', '--yes');
  }
  expect(last.code, last.stderr + last.stdout).toBe(0);
}

describe.skipIf(!canMount())('R10: a disk that is full', () => {
  const facts = {
    strategies: { core: { targets: { GLD: '5', BND: '4' } } },
    account: { broker: { fillDelay: '20ms', partialFills: '0%' } },
  };

  test.each([0, 2, 4, 6, 8, 10])(
    'with %i pages left ends a first apply with a reason, and once there is room nothing is lost or done twice',
    async (pages) => {
      const home = project(facts);
      const disk = mount(home, 'data');
      disk.leave(pages);
      const { code, stdout, stderr } = await home.run('apply', '--yes');
      expect([0, 5, 10, 11, 12]).toContain(code);
      if (code !== 0)
        expect(isClear(stderr) || /: OrderRefused: |in-doubt: /.test(stdout), stderr + stdout).toBe(true);
      disk.free();
      await finish(home.inProcess());
      expect(await owned(home)).toEqual(['core BND 4 owned', 'core GLD 5 owned']);
      const { orders } = JSON.parse(home.read('data/broker.json')) as BrokerFile;
      expect(orders.map(({ symbol }) => symbol).sort()).toEqual(['BND', 'GLD']);
      expect((await home.inProcess().run('journal', 'verify')).code).toBe(0);
    },
  );

  test.each([0, 2, 4])(
    'with %i pages left keeps books that there are, and the next sale is done once',
    async (pages) => {
      const home = project(facts);
      const disk = mount(home, 'data');
      expect((await home.run('apply', '--yes')).code).toBe(0);
      home.declare({ core: { targets: { GLD: '2', BND: '4' } } });
      disk.leave(pages);
      const { code, stdout, stderr } = await home.run('apply', '--yes');
      expect([0, 5, 10, 11, 12]).toContain(code);
      if (code !== 0)
        expect(isClear(stderr) || /: OrderRefused: |in-doubt: /.test(stdout), stderr + stdout).toBe(true);
      disk.free();
      await finish(home.inProcess());
      expect(await owned(home)).toEqual(['core BND 4 owned', 'core GLD 2 owned']);
    },
  );

  test('where the toggle file is leaves that file whole, and a disable is known all the same', async () => {
    const home = project(facts);
    expect((await home.run('apply', '--yes')).code).toBe(0);
    const text = home.read('manifests/strategy_toggle.yaml');
    const files = ['manifests/account.yaml', 'manifests/strategies/core.yaml'].map((name) => [
      name,
      home.read(name),
    ]);
    const disk = mount(home, 'manifests');
    for (const [name = '', content = ''] of files) home.write(name, content);
    home.write('manifests/strategy_toggle.yaml', text);
    disk.leave(0);
    const disabled = await home.run('disable', 'core');
    expect(disabled.code, disabled.stderr).toBe(5);
    expect(isClear(disabled.stderr), disabled.stderr).toBe(true);
    expect(home.read('manifests/strategy_toggle.yaml')).toBe(text);
    disk.free();
    expect((await home.run('apply', '--yes')).code).toBe(0);
    expect(home.read('manifests/strategy_toggle.yaml')).toContain('enabled: false');
    expect(await owned(home)).toEqual(['core BND 4 owned', 'core GLD 5 owned']);
  });

  test.each([
    ['empty', ''],
    ['begun', `${'x'.repeat(3_000)}\n`],
  ])('where the log is, which was %s, keeps no pass from its end, and that is said once', async (_, text) => {
    const home = project(facts);
    const disk = mount(home, 'data/logs');
    home.write('data/logs/hgctl-2025-12-02.jsonl', text);
    disk.leave(0);
    const { code, stderr } = await home.run('apply', '--yes');
    expect(code, stderr).toBe(0);
    expect(await owned(home)).toEqual(['core BND 4 owned', 'core GLD 5 owned']);
    expect(stderr.match(/The log in .* cannot be written, and trading goes on/g)).toHaveLength(1);
    disk.free();
    home.declare({ core: { targets: { GLD: '7', BND: '4' } } });
    expect((await home.run('apply', '--yes')).code).toBe(0);
    const { stdout } = await home.run('logs');
    expect(stdout).toContain('[CORE] Submitting order: BUY 2 GLD @ MARKET\n');
  });
});
