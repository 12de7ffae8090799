/**
 * The example with two terminals, run as its README says, in real processes and real time. What differs from run to run
 * has a name in the golden files; `UPDATE_GOLDEN=1` writes them anew.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const EXAMPLE = fileURLToPath(new URL('../../examples/alpaca', import.meta.url));
const GOLDEN = join(EXAMPLE, 'golden');
const STEPS = [
  '01-serve',
  '02-first-start',
  '03-init',
  '04-status',
  '05-plan',
  '06-apply',
  '07-get-positions',
  '08-apply-again',
  '09-disabled-status',
  '10-disabled-apply',
  '11-serve-new-account',
  '12-rule-1-entry',
  '13-rule-2-exit',
  '14-entry-again',
  '15-partial-exit',
  '16-rest-of-exit',
  '17-three-positions',
  '18-disable',
  '19-orphaned-status',
  '20-orphaned-apply',
  '21-close-orphaned',
  '22-enable',
  '23-no-money',
  '24-flag-by-hand',
  '25-no-answer',
  '26-one-order',
  '27-sold-by-another',
  '28-bought-by-another',
  '29-apply-follows',
  '30-serve-down',
  '31-broker-down',
  '32-serve-again',
  '33-sold-beside-the-loop',
  '34-run',
].map((name) => `${name}.txt`);

/** ms. Its minute, and the four before midnight in New York in which it does not start. */
const PATIENCE = 8 * 60_000;

interface Running {
  readonly script: ChildProcess;
  readonly steps: string;
  /** Where it makes its copy. */
  readonly copies: string;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

function started(folder: string): Running {
  const [steps, copies] = [join(folder, 'steps'), join(folder, 'tmp')];
  mkdirSync(copies, { recursive: true });
  const script = spawn(join(EXAMPLE, 'run.sh'), [steps], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: copies, TZ: 'Asia/Tokyo' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const stderr = text(script.stderr);
  const ended = new Promise<number | null>((resolve) => script.on('exit', resolve)).then(async (code) => ({
    code,
    stderr: await stderr,
  }));
  return { script, steps, copies, ended };
}

function folderOf(name: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `hgctl-${name}-`)));
}

const folder = folderOf('alpaca');
const copies = join(folder, 'tmp');
const printed = join(folder, 'steps');

beforeAll(async () => {
  const run = await started(folder).ended;
  if (run.code !== 0) throw new Error(`run.sh ended with ${String(run.code)}:\n${run.stderr}`);
  if (process.env['UPDATE_GOLDEN'] !== '1') return;
  rmSync(GOLDEN, { recursive: true, force: true });
  mkdirSync(GOLDEN);
  for (const name of readdirSync(printed)) writeFileSync(join(GOLDEN, name), step(name));
}, PATIENCE);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a run cannot have twice. The day of the original's files is none of it. */
const DIFFERS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${copies}/[^/\\s]+`, 'g'), '<copy>'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'],
  [/(?!2025-12-02)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: E[SD]T)?/g, '<time>'],
  [/\bhg-(\w+)-\d{8}-plan-[a-z2-7]{16}\b/g, 'hg-$1-<date>-plan-<hash>'],
  [/\b(manifests|revision) [0-9a-f]{12}\b/g, '$1 <revision>'],
];

function step(name: string): string {
  const whole = readFileSync(join(printed, name), 'utf8');
  return DIFFERS.reduce((text, [what, word]) => text.replaceAll(what, word), whole);
}

test('The steps are those that have golden files.', () => {
  expect(readdirSync(printed).sort()).toEqual(STEPS);
  expect(readdirSync(GOLDEN).sort()).toEqual(STEPS);
});

test.each(STEPS)('Step %s prints what its golden file says, but for times and names of one run.', (name) => {
  expect(step(name)).toBe(readFileSync(join(GOLDEN, name), 'utf8'));
});

test('No step shows a key, and nothing is left of the copy.', () => {
  const [, id = '', secret = ''] =
    /APCA_API_KEY_ID=(.+)\nAPCA_API_SECRET_KEY=(.+)\n/.exec(
      readFileSync(join(EXAMPLE, 'keys.env'), 'utf8'),
    ) ?? [];
  expect(Math.min(id.length, secret.length)).toBeGreaterThan(10);
  const all = STEPS.map((name) => readFileSync(join(printed, name), 'utf8')).join('');
  expect([all.includes(id), all.includes(secret)]).toEqual([false, false]);
  expect(readdirSync(copies)).toEqual([]);
});

test('The broker has one order of the one that it never answered to.', () => {
  const [, ...lines] = step('26-one-order.txt').split('\n--- stderr')[0]?.split('\n') ?? [];
  expect(lines).toEqual(['hg-mp-<date>-plan-<hash>  buy 10 MSFT: filled']);
  const id = /hg-mp-\S+(?= {2}buy)/.exec(readFileSync(join(printed, '26-one-order.txt'), 'utf8'))?.[0] ?? '-';
  expect(readFileSync(join(printed, '25-no-answer.txt'), 'utf8')).toContain(`No clear answer for ${id} (`);
});

test.each([
  ['02-first-start.txt', '--- exit 5'],
  ['05-plan.txt', '  ~ sync-position   mp/AVGO   25 -> 15 @ 180.25   ReducedExternally'],
  ['05-plan.txt', '  ~ sync-position   mp/PLTR   100 -> 0 @ 68.50    ClosedExternally'],
  ['06-apply.txt', '[!] [MP] Position PLTR closed externally'],
  ['06-apply.txt', '[!] [MP] Position AVGO: 25 -> 15'],
  ['08-apply-again.txt', 'Nothing to do.'],
  ['10-disabled-apply.txt', '[!] [MP] DISABLED with orphaned positions:'],
  ['12-rule-1-entry.txt', '[MP] State updated: PLTR added to MP positions'],
  ['13-rule-2-exit.txt', '[MP] Order filled: 100 shares @ $68.50 (complete fill)'],
  ['15-partial-exit.txt', '[!] [MP] Partial close: 40 shares remaining for PLTR'],
  ['15-partial-exit.txt', '--- exit 10'],
  ['16-rest-of-exit.txt', '[MP] State updated: PLTR removed from MP positions'],
  ['18-disable.txt', '  NVDA: Selling 50 shares... PARTIAL (30/50)'],
  ['18-disable.txt', '--- exit 10'],
  ['19-orphaned-status.txt', '  MP: NVDA (20)'],
  ['21-close-orphaned.txt', '  NVDA: Selling 20 shares... FILLED'],
  ['23-no-money.txt', '[!] [MP] Insufficient buying power for NVDA'],
  ['24-flag-by-hand.txt', '[!] [MP] Shutdown requested - aborting remaining orders'],
  ['25-no-answer.txt', '[MP] Order filled: 10 shares @ $490.00'],
  ['29-apply-follows.txt', '[!] [MP] Position PLTR: 400 -> 300'],
  ['31-broker-down.txt', '--- exit 11'],
  ['34-run.txt', '[!] [MP] Position MSFT: 10 -> 5'],
  ['34-run.txt', '--- exit 143'],
])('%s has the line: %s', (name, line) => {
  expect(step(name).split('\n')).toContain(line);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'An interrupted run (%s) leaves no server and no copy.',
  async (signal) => {
    const own = folderOf('interrupted');
    onTestFinished(() => rmSync(own, { recursive: true, force: true }));
    const run = started(own);
    const first = join(run.steps, '01-serve.txt');
    const said = (): string => (existsSync(first) ? readFileSync(first, 'utf8') : '');
    await expect.poll(said, { timeout: PATIENCE }).toContain('broker.json\n');
    const [address = ''] = /http:\/\/\S+?:\d+/.exec(said()) ?? [];
    expect((await fetch(`${address}/v2/clock`)).status).toBe(403);
    run.script.kill(signal);
    expect((await run.ended).code).toBe(signal === 'SIGINT' ? 130 : 143);
    await expect(fetch(`${address}/v2/clock`)).rejects.toThrow();
    expect(readdirSync(run.copies)).toEqual([]);
  },
  PATIENCE,
);
