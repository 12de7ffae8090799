/** A limit on the size of files (`ulimit -f`, a quota of some systems): the write that goes beyond it is refused, and no more. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { BUNDLE } from '../support/cli.ts';
import { project } from '../support/project.ts';

const KILOBYTE = 1024;

test.skipIf(process.platform !== 'linux')(
  'A controller whose journal may not grow says so and goes on, and once it may, the order goes out once.',
  async () => {
    const mine = project({ strategies: { core: { targets: { GLD: '5' } } } });
    expect(await mine.inProcess().run('apply', '--yes')).toMatchObject({ code: 0 });
    mine.declare({ core: { targets: { GLD: '7' } } });
    const size = Math.ceil(statSync(mine.path('data/journal/0001.jsonl')).size / KILOBYTE);
    const until = ['--until', '2025-12-02T16:20:00-05:00'];
    const child = spawn(
      'bash',
      ['-c', `ulimit -f ${size}; exec "$@"`, '-', process.execPath, BUNDLE, 'run', ...until],
      {
        cwd: mine.folder,
        env: { PATH: process.env['PATH'], HOME: mine.folder, HGCTL_NOW: '2025-12-02T15:40:00-05:00' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said, ended] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(ended).toEqual([0, null]);
    expect(said).toContain('the journal could not take a record');
    expect(said).toContain('Controller stopped');
    const later = mine.at('2025-12-02T16:30:00-05:00').inProcess();
    expect(await later.run('apply', '--yes')).toMatchObject({ code: 0 });
    const { items } = await later.json<{ items: { quantity: string }[] }>('get', 'orders', '-o', 'json');
    expect(items.map(({ quantity }) => quantity).sort()).toEqual(['2', '5']);
  },
);
