/** Notices on their way: tried again, dropped at last, and told once over restarts. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findUrl } from '../../src/cli/secret-url.ts';
import { Notifier } from '../../src/cli/notifier.ts';
import type { DesiredAccount, Notifications } from '../../src/desired/desired-state.ts';
import { happened, type Alert } from '../../src/reconciler/alerts.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { TEST_ACCOUNT } from '../support/account.ts';

const NOW = Date.parse('2025-12-02T15:30:00-05:00') as Instant;
const HALT: Alert = { kind: 'Halted', strategy: null, symbol: null, message: 'storm' };
const CRASH: Alert = { kind: 'ControllerCrashed', strategy: null, symbol: null, message: 'gone' };

interface Place {
  readonly folder: string;
  readonly log: string[];
  /** `state kind` of what the program was given, one each. */
  readonly received: () => string[];
  /** A program that fails as long as the file `broken` is there. */
  readonly notifier: (changes?: Partial<Notifications>) => Notifier;
}

function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-notices-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = `
    const fs = require('node:fs');
    const text = fs.readFileSync(0, 'utf8');
    if (fs.existsSync('broken')) process.exit(3);
    const { state, kind } = JSON.parse(text);
    fs.appendFileSync('received', state + ' ' + kind + '\\n');`;
  const exec = { argv: [process.execPath, '-e', script], timeout: 30_000, folder };
  const log: string[] = [];
  const say = (_: string, message: string): void => void log.push(message);
  writeFileSync(join(folder, 'received'), '');
  return {
    folder,
    log,
    received: () => readFileSync(join(folder, 'received'), 'utf8').split('\n').filter(Boolean),
    notifier: (changes) => {
      const account: DesiredAccount = {
        ...TEST_ACCOUNT,
        notifications: { webhook: null, exec, ...changes },
      };
      return new Notifier({
        io: { environment: {} },
        file: join(folder, 'notices.json'),
        account: () => account,
        report: { info: say, warn: say, error: say },
        pauses: [1, 1],
      });
    },
  };
}

async function until(check: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (check()) return;
    await delay(50);
  }
  throw new Error('it did not come about within 30 s');
}

test('what opens and what is over is told once each, also over restarts', async () => {
  const { notifier, received } = place();
  for (let restart = 0; restart < 3; restart += 1) {
    const mine = notifier();
    mine.tell([HALT], NOW);
    mine.tell([HALT], NOW);
    await mine.close(30_000);
  }
  const last = notifier();
  last.tell([], NOW);
  last.post(happened(CRASH, NOW));
  await until(() => received().length >= 3);
  await last.close(30_000);
  expect(received()).toEqual(['opened Halted', 'closed Halted', 'happened ControllerCrashed']);
});

test('what nobody takes is dropped with a line in the log, and does not come again', async () => {
  const { notifier, received, log, folder } = place();
  writeFileSync(join(folder, 'broken'), '');
  const mine = notifier();
  mine.tell([HALT], NOW);
  await until(() =>
    log.some((line) => line.includes('Notice Halted dropped, exec: it ended with exit code 3')),
  );
  await mine.close(30_000);
  rmSync(join(folder, 'broken'));
  const next = notifier();
  next.tell([HALT], NOW);
  await next.close(30_000);
  expect(received()).toEqual([]);
});

test('what was not sent when it ended is sent by the next one', async () => {
  const { notifier, received, folder } = place();
  writeFileSync(join(folder, 'broken'), '');
  const mine = notifier();
  mine.tell([HALT], NOW);
  await mine.close(30_000);
  expect(received()).toEqual([]);
  rmSync(join(folder, 'broken'));
  const next = notifier();
  await until(() => received().length > 0);
  await next.close(30_000);
  expect(received()).toEqual(['opened Halted']);
});

test('a webhook that cannot be found does not hold the program up', async () => {
  const { notifier, received, log } = place();
  const mine = notifier({ webhook: { urlFrom: { kind: 'env', name: 'HOOK' } } });
  mine.tell([HALT], NOW);
  await until(() => log.length > 0 && received().length > 0);
  await mine.close(30_000);
  expect(received()).toEqual(['opened Halted']);
  expect(log).toEqual(['Notice Halted dropped, webhook: the environment variable HOOK is not set']);
});

test('nothing is kept of an account that tells nobody', async () => {
  const { notifier, folder } = place();
  const mine = notifier({ exec: null });
  mine.tell([HALT], NOW);
  mine.post(happened(CRASH, NOW));
  await mine.close(30_000);
  expect(() => readFileSync(join(folder, 'notices.json'))).toThrow('ENOENT');
});

describe('the address of a file', () => {
  test('is read where only its owner may read it, and never shown', () => {
    const { folder } = place();
    const path = join(folder, 'url');
    writeFileSync(path, 'https://hooks.example.com/token-abc\n');
    chmodSync(path, 0o644);
    expect(findUrl({ kind: 'file', path }, {})).toEqual({
      kind: 'failed',
      reason: `${path} can be read by others: chmod 600 it`,
    });
    chmodSync(path, 0o600);
    expect(findUrl({ kind: 'file', path }, {})).toMatchObject({ kind: 'ok' });
    writeFileSync(path, 'token-abc');
    expect(JSON.stringify(findUrl({ kind: 'file', path }, {}))).not.toContain('token-abc');
  });

  test('that is not there is no address', () => {
    expect(findUrl({ kind: 'file', path: '/nowhere/url' }, {})).toEqual({
      kind: 'failed',
      reason: '/nowhere/url cannot be read (ENOENT)',
    });
  });
});

test('a program that hangs is ended when nobody waits any more, and its notice is left to the next one', async () => {
  const { folder, notifier, received } = place();
  const hanging = `require('node:fs').writeFileSync('pid', String(process.pid)); setTimeout(() => {}, 600_000);`;
  const mine = notifier({ exec: { argv: [process.execPath, '-e', hanging], timeout: 600_000, folder } });
  mine.post(happened(CRASH, NOW));
  await until(() => existsSync(join(folder, 'pid')) && readFileSync(join(folder, 'pid'), 'utf8') !== '');
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  await mine.close(1);
  await until(() => !isRunning(pid));
  await notifier().close(30_000);
  expect(received()).toEqual(['happened ControllerCrashed']);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
