import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseProcStat, processes } from '../../src/store/processes.ts';

/** A process that sleeps, and what it says of itself. */
async function sleeper() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child;
}

describe('looking up a process', () => {
  test('finds this one alive', () => {
    const system = processes();
    const { self } = system;
    expect(self.pid).toBe(process.pid);
    expect(system.lookUp(self)).toBe('alive');
    expect(processes().self).toStrictEqual(self);
  });

  test.each([
    ['of another host is unknown', { host: 'elsewhere.example' }, 'unknown'],
    ['of an earlier boot is gone', { bootId: 'earlier' }, 'gone'],
    [
      'of another host is unknown even if its boot differs',
      { host: 'elsewhere', bootId: 'other' },
      'unknown',
    ],
    ['that had this number before is gone', { started: '1' }, 'gone'],
    ['with a number that nobody has is gone', { pid: 2 ** 22 + 1 }, 'gone'],
    ['whose start time nobody knows is unknown', { started: 'unknown' }, 'unknown'],
    ['whose boot nobody knows is unknown', { bootId: 'unknown' }, 'unknown'],
    ['without a possible number is unknown', { pid: 0 }, 'unknown'],
  ])('%s', (_, change, expected) => {
    const system = processes();
    const { self } = system;
    expect(system.lookUp({ ...self, ...change })).toBe(expected);
  });
});

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('a process is alive until it ends', async () => {
    const child = await sleeper();
    const system = processes();
    const { self } = system;
    const seen = parseProcStat(readFileSync(`/proc/${child.pid!}/stat`, 'latin1'));
    if (seen.kind !== 'running') throw new Error(seen.kind);
    const identity = { ...self, pid: child.pid!, started: seen.started };
    expect(system.lookUp(identity)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(system.lookUp(identity)).toBe('gone');
  });

  test('a zombie is gone', async () => {
    // The shell starts a child and becomes a program that never reaps it.
    const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    const system = processes();
    const { self } = system;
    await expect.poll(() => system.lookUp({ ...self, pid }), { timeout: 5_000 }).toBe('gone');
  });

  const rest = 'S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21';
  test.each([
    [`7 (node) ${rest}`, { kind: 'running', started: '4242' }],
    [`7 (a) b) (c) ${rest}`, { kind: 'running', started: '4242' }],
    [`7 (node) ${rest.replace('S', 'Z')}`, { kind: 'gone' }],
    ['7 (node)', { kind: 'unknown' }],
    ['', { kind: 'unknown' }],
  ])('%j is read', (text, expected) => {
    expect(parseProcStat(text)).toStrictEqual(expected);
  });
});
