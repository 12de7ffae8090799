/** The day of examples/day through the real controller, undisturbed and killed. `UPDATE_GOLDEN=1` writes its session anew. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, startCli } from '../support/cli.ts';
import { runInProcess } from '../support/in-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(ROOT, 'examples/day');
const SESSION = join(EXAMPLE, 'golden/session.txt');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hgctl-day-')));
const day = join(folder, 'day');

/** What the controller and the report printed, with one name for the folder of the copy. */
let session = '';

beforeAll(() => {
  const run = spawnSync(join(EXAMPLE, 'run.sh'), [day], {
    env: { PATH: process.env['PATH'], HOME: folder, TZ: 'Asia/Tokyo' },
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`run.sh ended with ${String(run.status)}:\n${run.stderr}`);
  session = run.stdout.replaceAll(day, '<copy>');
  if (process.env['UPDATE_GOLDEN'] !== '1') return;
  mkdirSync(join(EXAMPLE, 'golden'), { recursive: true });
  writeFileSync(SESSION, session);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (now: string) => ({ cwd: day, env: { HGCTL_NOW: `2025-12-02T${now}-05:00` } });

interface Eod {
  readonly account: Readonly<Record<'change' | 'residual', string>>;
  readonly strategies: readonly { readonly strategy: string; readonly profit: string }[];
}

describe('a trading day', () => {
  test('is what its golden file says, byte for byte, and README shows it', () => {
    expect(session).toBe(readFileSync(SESSION, 'utf8'));
    const controller = session.slice(0, session.indexOf('End-of-day report 2025-12-02\n'));
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(controller);
  });

  test('sells in the morning, follows an edit at 11:00, and at 15:55 serves OMR, then MP', async () => {
    const { stdout } = await runInProcess(['get', 'fills', '-o', 'json'], at('16:10:00'));
    const { items } = JSON.parse(stdout) as { items: Record<string, string>[] };
    const fills = items
      .filter(({ time }) => time?.startsWith('2025-12-02'))
      .map(({ time = '', strategy, side, quantity, symbol }) =>
        [time.slice(11, 16), strategy, side, quantity, symbol].join(' '),
      );
    expect(fills.slice(0, 2).sort()).toEqual(['09:31 omr sell 30 SOXL', '09:31 omr sell 50 TQQQ']);
    expect(fills[2]).toBe('11:00 core buy 5 VTI');
    expect(fills.slice(3, 5).sort()).toEqual(['15:55 omr buy 30 SOXL', '15:55 omr buy 50 TQQQ']);
    expect(fills.slice(5)).toEqual(['15:55 mp buy 5 NVDA']);
  });

  test('ends with a report whose sum and residual are the change of the account, and an intact journal', async () => {
    const eod = JSON.parse(readFileSync(join(day, 'data/reports/eod-2025-12-02.json'), 'utf8')) as Eod;
    const cents = (text: string): number => Math.round(Number(text) * 100);
    const sum = eod.strategies.reduce((total, { profit }) => total + cents(profit), 0);
    expect(sum + cents(eod.account.residual)).toBe(cents(eod.account.change));
    expect(eod.strategies.filter(({ profit }) => cents(profit) !== 0).length).toBeGreaterThan(1);
    expect((await runInProcess(['journal', 'verify'], at('16:10:00'))).code).toBe(0);
  });
});

describe('killed and started again', () => {
  const eve = join(folder, 'eve');
  let wanted = '';

  beforeAll(async () => {
    cpSync(join(EXAMPLE, 'manifests'), join(eve, 'manifests'), { recursive: true });
    cpSync(join(EXAMPLE, 'desk'), join(eve, 'desk'), { recursive: true });
    const evening = { cwd: eve, env: { HGCTL_NOW: '2025-12-01T15:50:00-05:00' } };
    expect((await runCli(['run', '--until', '2025-12-01T16:10:00-05:00'], evening)).code).toBe(0);
    wanted = await books(day);
  });

  const books = async (cwd: string): Promise<string> =>
    (await runInProcess(['get', 'positions', '-o', 'csv'], { ...at('16:10:00'), cwd })).stdout
      .split('\n')
      .map((line) => line.split(',').slice(0, 3).join(' '))
      .join('\n');

  // Their processes mostly wait, each in a folder of its own.
  test.concurrent.each([
    'Closing position: SOXL',
    'State updated: SOXL removed',
    'Submitting order: BUY 5 VTI',
    'Submitting order: BUY 50 TQQQ',
    '[MP] Lock acquired',
    'Controller stopped',
  ])('at %j: the five steps are printed, and the day ends as it would have', async (line) => {
    const cwd = join(folder, `killed ${line.replace(/\W+/g, '-')}`);
    cpSync(eve, cwd, { recursive: true });
    const words = ['run', '--until', '2025-12-02T16:10:00-05:00'];
    const first = startCli(words, { ...at('09:25:00'), cwd });
    await first.said(line);
    first.process.kill('SIGKILL');
    await first.ended;
    const again = await runCli(words, { ...at('09:25:00'), cwd });
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('5. Resuming');
    expect(await books(cwd)).toBe(wanted);
    expect((await runInProcess(['journal', 'verify'], { ...at('16:10:00'), cwd })).code).toBe(0);
  });
});
