/**
 * Programs of signals that misbehave. Beside these, in test/programs/run-program.test.ts and call-module.test.ts: one that
 * hangs, floods its output, answers no UTF-8, ends with a code, ignores its input, forks and runs into the time-out, keeps
 * its output open by a child; modules that throw, loop, end their process or answer without end.
 */
import { getEventListeners } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from '../../src/programs/run-program.ts';
import { project, projectInProcess, type Project } from '../support/project.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'hgctl-hostile-program-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const run = (argv: readonly string[], where = folder()): ReturnType<typeof runProgram> =>
  runProgram({ argv: [...argv], folder: where, input: '', timeout: 20_000 });

const sh = (script: string, where?: string): ReturnType<typeof runProgram> =>
  run(['sh', '-c', script], where);

test('What a program leaves running behind a good answer ends with it.', async () => {
  const where = folder();
  const answer = await sh('sleep 600 >/dev/null 2>&1 & echo $! > left; echo done', where);
  expect(answer).toEqual({ kind: 'ok', output: 'done\n' });
  const left = Number(readFileSync(join(where, 'left'), 'utf8'));
  expect(left).toBeGreaterThan(1);
  await expect.poll(() => isRunning(left)).toBe(false);
});

/** Somebody who has ended, and whom nobody has asked for, runs no more. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${String(pid)}/stat`)) return false;
  return !/\) [ZX] /.test(readFileSync(`/proc/${String(pid)}/stat`, 'latin1'));
}

test('Trouble without end on standard error takes no memory, and its last line is told.', async () => {
  const before = process.memoryUsage().rss;
  const answer = await sh('head -c 20000000 /dev/zero | tr "\\0" x >&2; echo >&2; echo why >&2; exit 3');
  expect(answer).toEqual({ kind: 'failed', reason: 'it ended with exit code 3: why' });
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});

test('Words of a shell are words of a program, and nothing more.', async () => {
  const where = folder();
  const words = ['$(touch made)', '`touch made`', '; touch made', '> made', '$HOME', '*', '--'];
  const answer = await run(['printf', '%s|', ...words], where);
  expect(answer).toEqual({ kind: 'ok', output: `${words.join('|')}|` });
  expect(existsSync(join(where, 'made'))).toBe(false);
});

test.each([
  ['a NUL in its name', ['no\0thing']],
  ['a NUL in an argument', ['true', 'a\0b']],
  ['an argument that no system takes', ['true', 'x'.repeat(3_000_000)]],
  ['a name that is none', ['']],
  ['a folder as its name', ['/']],
])('A program with %s is told as one that failed.', async (_, argv) => {
  expect(await run(argv)).toMatchObject({
    kind: 'failed',
    reason: expect.stringContaining('cannot be started') as string,
  });
});

test('A folder that is gone is told, too.', async () => {
  expect(await run(['true'], '/nowhere/at/all')).toMatchObject({ kind: 'failed' });
});

test('An answer that is no good opens nothing and closes nothing.', async () => {
  const targets = (text: string): string => `{"version": 1, "targets": [${text}]}`;
  const answers: readonly string[] = [
    '{"version": 1, "targets": [{"symbol": "VTI"',
    '',
    '{"version": 2, "targets": []}',
    targets('{"symbol": "__proto__", "quantity": "1"}'),
    targets('{"symbol": "AAPL", "quantity": "1"}'),
    targets('{"symbol": "VTI", "quantity": "1"}, {"symbol": "VTI", "quantity": "9"}'),
    targets(`{"symbol": "VTI", "quantity": "${'9'.repeat(400)}"}`),
    targets('{"symbol": "VTI", "quantity": "1e3"}'),
    '{"version": 1, "targets": [], "__proto__": {"targets": [1]}}',
    `${targets('')}\n${targets('')}`,
    `{"version": 1, "targets": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  ];
  const signal = { type: 'command', params: { argv: ['cat', 'answer'] } };
  const mine = projectInProcess({ strategies: { own: { universe: ['VTI', 'BND'], spec: { signal } } } });
  const say = (text: string): void => writeFileSync(mine.path('manifests/strategies/answer'), text);
  say(targets('{"symbol": "VTI", "quantity": "5"}'));
  expect(await mine.run('apply', '--yes')).toMatchObject({ code: 0 });
  const before = mine.read('data/broker.json');
  for (const answer of answers) {
    say(answer);
    const { code, stdout, stderr } = await mine.run('apply', '--yes');
    expect(code, answer.slice(0, 80)).not.toBe(70);
    expect(stdout + stderr).toMatch(/own/);
    expect(mine.read('data/broker.json'), answer.slice(0, 80)).toBe(before);
  }
});

describe('A stop ends what a signal waits for, and the pass in order:', () => {
  /** Longer than any test may take: who waits for the program is found. */
  const timeout = '10m';
  /** Says who it is, and who its child is, then hangs; and no signal that can be ignored ends it. */
  const HANGING =
    "trap '' TERM INT HUP; sleep 900 & echo $$ $! > pids.tmp; mv pids.tmp pids; wait; sleep 900";

  function hanging(): Project {
    return project({
      now: null,
      strategies: {
        own: {
          universe: ['BND'],
          spec: { signal: { type: 'command', params: { argv: ['sh', '-c', HANGING], timeout } } },
        },
        other: { targets: { VTI: '5' } },
      },
    });
  }

  async function pidsOf(mine: Project): Promise<number[]> {
    const file = 'manifests/strategies/pids';
    await expect.poll(() => mine.exists(file), { timeout: 20_000 }).toBe(true);
    return mine.read(file).trim().split(' ').map(Number);
  }

  test.each([
    ['apply', ['apply', '--yes'], 'SIGTERM', 143],
    ['apply', ['apply', '--yes'], 'SIGINT', 130],
    ['run', ['run'], 'SIGTERM', 143],
    ['plan', ['plan'], 'SIGINT', 130],
  ] as const)('%s (%j, %s)', async (command, args, signal, exit) => {
    const mine = hanging();
    const running = mine.start(...args);
    onTestFinished(() => void running.process.kill('SIGKILL'));
    const pids = await pidsOf(mine);
    onTestFinished(() => {
      for (const pid of pids.filter(isRunning)) process.kill(pid, 'SIGKILL');
    });
    expect(pids.map(isRunning)).toEqual([true, true]);
    running.process.kill(signal);
    const { code, stdout, stderr } = await running.ended;
    expect([code, stderr]).toEqual([exit, expect.not.stringContaining('    at ')]);
    for (const pid of pids) await expect.poll(() => isRunning(pid)).toBe(false);
    if (command === 'plan') expect(stdout).toContain('hgctl was asked to stop');
    // Nothing was sent, not for those either whose signal had answered; and nothing is held.
    const later = mine.inProcess();
    expect(await later.json('get', 'orders', '-o', 'json')).toMatchObject({ items: [] });
    expect(await later.json('get', 'locks', '-o', 'json')).toMatchObject({ items: [] });
  });

  test('a slot is not told that its signal has failed, nor that there was nothing to do', async () => {
    const mine = project({
      now: '2025-12-02T10:00:00-05:00',
      account: { broker: { clock: 'exchange' } },
      strategies: {
        own: {
          universe: ['BND'],
          spec: {
            signal: { type: 'command', params: { argv: ['sh', '-c', HANGING], timeout } },
            schedule: [{ at: '11:00', action: 'rebalance', window: '5m' }],
          },
        },
      },
    });
    expect(await mine.inProcess().run('apply', '--yes')).toMatchObject({ code: 0 });
    const running = mine.at('2025-12-02T11:01:00-05:00').start('apply', '--yes');
    onTestFinished(() => void running.process.kill('SIGKILL'));
    await pidsOf(mine);
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({
      code: 143,
      stdout: expect.not.stringContaining('Nothing to do') as string,
    });
    const { items } = await mine
      .inProcess()
      .json<{ items: { type: string }[] }>('get', 'events', '-o', 'json');
    expect(items.map(({ type }) => type)).not.toContain('signal-failed');
  });

  test('nor is who asks the controller for the pass; and the conditions stay those of the pass before', async () => {
    const argv = ['sh', '-c', `if [ -e ../../go ]; then ${HANGING}; fi; echo '{"targets":[]}'`];
    const mine = project({
      now: null,
      strategies: {
        own: { universe: ['BND'], spec: { signal: { type: 'command', params: { argv, timeout } } } },
      },
    });
    const running = mine.start('run');
    onTestFinished(() => void running.process.kill('SIGKILL'));
    const beat = 'data/controller.json';
    const isWaiting = (): boolean => mine.exists(beat) && mine.read(beat).includes('"nextWake": "');
    await expect.poll(isWaiting, { timeout: 20_000 }).toBe(true);
    const before = mine.read('data/conditions.json');
    mine.write('go', '');
    const asking = mine.start('reconcile');
    onTestFinished(() => void asking.process.kill('SIGKILL'));
    await pidsOf(mine);
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143 });
    expect(await asking.ended).toMatchObject({
      code: 143,
      stdout: 'asked to stop before the pass was made: nothing was done\n',
    });
    expect(mine.read('data/conditions.json')).toBe(before);
  });

  test('what is asked after it is not started', async () => {
    const where = folder();
    const argv = ['touch', 'started'];
    const answer = await runProgram({ argv, folder: where, input: '', timeout: 20_000 }, AbortSignal.abort());
    expect(answer).toEqual({ kind: 'failed', reason: 'hgctl was asked to stop' });
    expect(existsSync(join(where, 'started'))).toBe(false);
  });

  test('who has answered before hears nothing of it', async () => {
    const stop = new AbortController();
    const answer = await runProgram(
      { argv: ['echo', 'done'], folder: folder(), input: '', timeout: 20_000 },
      stop.signal,
    );
    expect(answer).toEqual({ kind: 'ok', output: 'done\n' });
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});
