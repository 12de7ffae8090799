/** A controller beside files that nobody expects in its data folder, and edits that never end: it goes on. */
import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { project, type Project } from '../support/project.ts';

/** In real time. */
function live(): Project {
  return project({
    now: null,
    account: { broker: { fillDelay: '10ms' }, execution: { settleWindow: '0s' } },
    strategies: { core: { targets: { VTI: '10' } } },
  });
}

async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await check()) return;
    await delay(50);
  }
  throw new Error('it did not come about within 30 s');
}

async function holds(mine: Project, wanted: string): Promise<boolean> {
  const { items } = await mine.json<{ items: Record<string, string>[] }>('get', 'positions', '-o', 'json');
  return items.map(({ symbol, quantity }) => `${symbol} ${quantity}`).join() === wanted;
}

test('Questions that cannot be taken or answered end no controller, and others are answered.', async () => {
  const mine = live();
  mkdirSync(mine.path('data/requests/folder.request'), { recursive: true });
  mine.write('data/requests/answered.request', '');
  mkdirSync(mine.path('data/requests/answered.answer/full'), { recursive: true });
  mine.write('data/requests/linked.request', '');
  symlinkSync('/nowhere/at/all', mine.path('data/requests/linked.answer'));
  const running = mine.start('run');
  await until(() => holds(mine, 'VTI 10'));
  expect(await mine.run('reconcile')).toMatchObject({ code: 0, stdout: 'Nothing to do.\n' });
  mine.declare({ core: { targets: { VTI: '4' } } });
  await until(() => holds(mine, 'VTI 4'));
  running.process.kill('SIGTERM');
  expect((await running.ended).code).toBe(143);
});

test('A report that cannot be written is told, and the day goes on.', async () => {
  const mine = project({
    now: '2025-12-02T15:50:00-05:00',
    account: { broker: { clock: 'exchange' } },
    strategies: { core: { targets: { QQQ: '10' } } },
  });
  mkdirSync(mine.path('data/reports/eod-2025-12-02.json/full'), { recursive: true });
  const { code, stderr } = await mine.run('run', '--until', '2025-12-03T09:35:00-05:00');
  expect(stderr).toContain('End-of-day report of 2025-12-02 cannot be written');
  expect(stderr).not.toContain('The trouble is over');
  expect(code).toBe(0);
});

test('A file that changes without an end keeps neither an edit nor a stop waiting.', async () => {
  const mine = live();
  const running = mine.start('run');
  await until(() => holds(mine, 'VTI 10'));
  const over = new AbortController();
  const touching = (async () => {
    while (!over.signal.aborted) {
      const now = new Date();
      utimesSync(mine.path('manifests/account.yaml'), now, now);
      await delay(20);
    }
  })();
  mine.declare({ core: { targets: { VTI: '4' } } });
  await until(() => holds(mine, 'VTI 4'));
  running.process.kill('SIGTERM');
  const { code } = await running.ended;
  over.abort();
  await touching;
  expect(code).toBe(143);
});
