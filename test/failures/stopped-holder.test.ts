/**
 * A holder of the execution lock that is stopped (SIGSTOP) at each await from its plan to the last answer, and goes on
 * after another process has taken the lock over. Real processes, a real folder for each.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../store/support/journals.ts';
import { bundle } from '../support/bundle.ts';
import { project, type Project } from '../support/project.ts';

/** Short enough that a stopped holder is past its time soon. */
const EXECUTION = {
  lockTimeout: '2s',
  requestTimeout: '100ms',
  fillTimeout: '800ms',
  cancelAllowance: '200ms',
  settleWindow: '500ms',
  secondProof: '500ms',
};
const AT_ONCE = 6;
const HELD = { core: { targets: { GLD: '5', BND: '4' } } };
/** A sale, then a purchase. */
const WANTED = { core: { targets: { GLD: '2', BND: '4', VTI: '3' } } };

interface Await {
  readonly operation: string;
  readonly moment: 'before' | 'after';
}

interface Holder {
  /** Resolves once the process has stopped itself, or has ended without. */
  readonly stopped: Promise<boolean>;
  readonly ended: Promise<{ readonly code: number | null; readonly awaits: readonly Await[] }>;
  goOn(): void;
}

function holder(worker: string, folder: string, stopAt: number): Holder {
  const child = spawn(process.execPath, [worker, String(stopAt)], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const ended = new Promise<Awaited<Holder['ended']>>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, awaits: awaitsIn(stderr) }));
  });
  const isStopped = (): boolean =>
    /^\d+ \(.*\) T/.test(readFileSync(`/proc/${child.pid ?? 0}/stat`, 'latin1'));
  const stopped = async (): Promise<boolean> => {
    while (child.exitCode === null) {
      if (isStopped()) return true;
      await delay(20);
    }
    return false;
  };
  onTestFinished(() => void child.kill('SIGKILL'));
  return { stopped: stopped(), ended, goOn: () => void child.kill('SIGCONT') };
}

function awaitsIn(stderr: string): Await[] {
  return [...stderr.matchAll(/^await \d+ (\S+) (before|after)$/gm)].map(([, operation = '', moment]) => ({
    operation,
    moment: moment === 'before' ? 'before' : 'after',
  }));
}

interface BrokerFile {
  readonly orders: readonly { readonly client_order_id: string; readonly symbol: string }[];
}

function orderedSymbols(home: Project): string[] {
  const { orders } = JSON.parse(home.read('data/broker.json')) as BrokerFile;
  return orders.map(({ symbol }) => symbol);
}

async function positions(home: Project): Promise<string[]> {
  const list = await home.json<{
    items: { strategy: string; symbol: string; quantity: string; class: string }[];
  }>('get', 'positions', '-o', 'json');
  return list.items.map(
    ({ strategy, symbol, quantity, class: kind }) => `${strategy} ${symbol} ${quantity} ${kind}`,
  );
}

/** Stops a holder at one await, lets a rival finish the work, and lets the holder go on. */
async function rivalry(start: Project, worker: string, stopAt: number): Promise<void> {
  const home = start.copy();
  const old = holder(worker, home.folder, stopAt);
  expect(await old.stopped).toBe(true);
  const rival = await home.run('apply', '--yes');
  const before = orderedSymbols(home);
  old.goOn();
  const { code, awaits } = await old.ended;
  const last = awaits[stopAt - 1];
  const where = `stopped at ${stopAt}: ${last?.operation ?? ''} ${last?.moment ?? ''}`;
  const requested = awaits.slice(0, stopAt).some(({ operation }) => operation === 'submit');
  if (!requested) expect(orderedSymbols(home), `${where}: sent nothing`).toEqual(before);
  // Who planned only, or had done everything, finds nothing left to do.
  const wasTakenOver = rival.stderr.includes('Releasing stale execution lock');
  // Stopped beyond its last order, while it marked what it leaves behind: its work was done.
  const isNothingLeft = !/to (resolve|cancel|open|increase|reduce|close)\b/.test(rival.stdout);
  if (wasTakenOver && !isNothingLeft) expect(code, `${where}: ${rival.stderr}`).toBe(7);
  else expect([0, 7], `${where}: exit ${code ?? ''}`).toContain(code);
  expect([0, 10, 12], `${where}: rival ${rival.stderr}`).toContain(rival.code);
  const settled = await home.run('apply', '--yes');
  expect([0, 12], `${where}: ${settled.stdout}${settled.stderr}`).toContain(settled.code);
  const symbols = orderedSymbols(home).slice(2);
  expect(new Set(symbols).size, `${where}: one order a decision, not ${symbols.join(' ')}`).toBe(
    symbols.length,
  );
  expect(await positions(home), where).toEqual(['core BND 4 owned', 'core GLD 2 owned', 'core VTI 3 owned']);
}

describe.skipIf(process.platform !== 'linux')(
  'A holder that is stopped at an await and resumed after take-over',
  () => {
    test(
      'sends at most one order a decision, and its fills are in the books',
      { timeout: 300_000 },
      async () => {
        const folder = temporaryFolder();
        const worker = bundle('test/failures/support/stopped-apply-worker.ts', folder);
        const broker = { fillDelay: '50ms', partialFills: '0%' };
        const start = project({ strategies: HELD, account: { broker, execution: EXECUTION }, now: null });
        expect((await start.run('apply', '--yes')).code).toBe(0);
        start.declare(WANTED);
        const undisturbed = await holder(worker, start.copy().folder, 0).ended;
        expect(undisturbed.code).toBe(0);
        expect(undisturbed.awaits.filter(({ operation }) => operation === 'submit')).toHaveLength(4);
        const points = undisturbed.awaits.map((_, index) => index + 1);
        const lanes = Array.from({ length: AT_ONCE }, async () => {
          for (let point = points.shift(); point !== undefined; point = points.shift())
            await rivalry(start, worker, point);
        });
        await Promise.all(lanes);
      },
    );
  },
);
