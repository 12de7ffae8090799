/** A user's program as a process: whatever it does, there is an answer in time, and nothing of it runs on. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from '../../src/programs/run-program.ts';
import type { ProgramAnswer } from '../../src/reconciler/ports.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'hgctl-program-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function node(
  script: string,
  more: { readonly timeout?: number; readonly input?: string; readonly in?: string } = {},
): Promise<ProgramAnswer> {
  const argv = [process.execPath, '-e', script];
  return runProgram({
    argv,
    folder: more.in ?? folder(),
    input: more.input ?? '',
    timeout: more.timeout ?? 10_000,
  });
}

test('reads its input and gives its output', async () => {
  const answer = await node(
    "process.stdin.on('data', (b) => process.stdout.write(b.toString().toUpperCase()))",
    { input: 'abc' },
  );
  expect(answer).toStrictEqual({ kind: 'ok', output: 'ABC' });
});

test('runs in its folder, and sees no credential', async () => {
  process.env['APCA_API_SECRET_KEY'] = 'hush';
  onTestFinished(() => {
    delete process.env['APCA_API_SECRET_KEY'];
  });
  const where = folder();
  const answer = await node(
    'console.log(process.cwd(), process.env.APCA_API_SECRET_KEY, !!process.env.PATH)',
    { in: where },
  );
  expect(answer).toMatchObject({ kind: 'ok' });
  expect(answer.kind === 'ok' && answer.output).toContain(`${where} undefined true`);
});

describe('fails with a reason', () => {
  test('when its output is not UTF-8', async () => {
    const answer = await node("process.stdout.write(Buffer.from('7b22ff227d', 'hex'))");
    expect(answer).toStrictEqual({ kind: 'failed', reason: 'its output is not UTF-8' });
  });

  test('when it is not there', async () => {
    const answer = await runProgram({
      argv: ['no-such-program'],
      folder: folder(),
      input: '',
      timeout: 1_000,
    });
    expect(answer).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('cannot be started: no-such-program is not found') as string,
    });
  });

  test('when it ends with an exit code, with its last words', async () => {
    const answer = await node(
      "console.error('first'); console.error('no data for TQQQ'); process.exitCode = 3",
    );
    expect(answer).toStrictEqual({ kind: 'failed', reason: 'it ended with exit code 3: no data for TQQQ' });
  });

  test('when it hangs, ignoring every signal that can be ignored', async () => {
    const answer = await node("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)", {
      timeout: 300,
    });
    expect(answer).toStrictEqual({ kind: 'failed', reason: 'it did not end within 0.3 s' });
  });

  test('when it floods', async () => {
    const answer = await runProgram({ argv: ['yes'], folder: folder(), input: '', timeout: 10_000 });
    expect(answer).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('more than 1048576 bytes') as string,
    });
  });

  test('when a child of it keeps its output open', async () => {
    const script =
      "require('node:child_process').spawn('sleep', ['60'], {stdio: ['ignore', 'inherit', 'ignore']}); console.log('{}'); process.exit(0)";
    expect(await node(script)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('keeps its output open') as string,
    });
  });
});

test('what it forks is killed with it at the time-out', async () => {
  const where = folder();
  const script =
    "require('node:child_process').spawn('sh', ['-c', 'sleep 1; echo alive > survived'], {stdio: 'ignore'}); setInterval(() => {}, 1000)";
  await node(script, { in: where, timeout: 300 });
  await delay(1_500);
  expect(existsSync(join(where, 'survived'))).toBe(false);
});

test('one that does not read its input is answered like any other', async () => {
  const answer = await node("process.stdin.destroy(); console.log('{}')", { input: 'x'.repeat(1_000_000) });
  expect(answer).toStrictEqual({ kind: 'ok', output: '{}\n' });
  expect(readFileSync('/dev/null', 'utf8')).toBe('');
});
