/** The original's own example, run as its README says. `UPDATE_GOLDEN=1` writes the golden files anew. */
import { spawnSync } from 'node:child_process';
import {
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
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const EXAMPLE = fileURLToPath(new URL('../../examples/seed', import.meta.url));
const GOLDEN = join(EXAMPLE, 'golden');
const STEPS = [
  '01-first-start',
  '02-init',
  '03-status',
  '04-plan',
  '05-apply',
  '06-get-positions',
  '07-apply-again',
  '08-disabled-status',
  '09-disabled-apply',
  '10-rule-1-entry',
  '11-rule-2-exit',
  '12-entry-again',
  '13-partial-exit',
  '14-rest-of-exit',
  '15-three-positions',
  '16-disable',
  '17-orphaned-status',
  '18-orphaned-apply',
  '19-close-orphaned',
  '20-enable',
  '21-no-money',
  '22-flag-by-hand',
  '23-tqqq',
  '24-no-answer',
  '25-sent-again',
  '26-no-time',
  '27-rule-5-shutdown',
].map((name) => `${name}.txt`);

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hgctl-seed-')));
const printed = join(folder, 'steps');

beforeAll(() => {
  mkdirSync(join(folder, 'tmp'));
  const run = spawnSync(join(EXAMPLE, 'run.sh'), [printed], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: join(folder, 'tmp'), TZ: 'Asia/Tokyo' },
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`run.sh ended with ${String(run.status)}:\n${run.stderr}`);
  if (process.env['UPDATE_GOLDEN'] !== '1') return;
  rmSync(GOLDEN, { recursive: true, force: true });
  mkdirSync(GOLDEN);
  for (const name of readdirSync(printed)) writeFileSync(join(GOLDEN, name), step(name));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a step printed, with one name for the folder of the copy. */
function step(name: string): string {
  const copies = join(folder, 'tmp');
  return readFileSync(join(printed, name), 'utf8').replaceAll(
    new RegExp(`${copies}/[^/\\s]+`, 'g'),
    '<copy>',
  );
}

test('The steps are those that have golden files.', () => {
  expect(readdirSync(printed).sort()).toEqual(STEPS);
  expect(readdirSync(GOLDEN).sort()).toEqual(STEPS);
});

test.each(STEPS)('Step %s prints what its golden file says, byte for byte.', (name) => {
  expect(step(name)).toBe(readFileSync(join(GOLDEN, name), 'utf8'));
});

test("The status screen is the original's, and one line more for each planned strategy.", () => {
  const [screen = ''] = step('03-status.txt').replace('$ hgctl status\n', '').split('--- stderr');
  expect(screen.replaceAll('  Lifecycle: planned, opens nothing yet\n', '')).toBe(`\
Strategy Toggle Status
======================
Time: 2025-12-02 15:30:00 EST

OMR: ENABLED
  Last execution: 2025-12-02 09:31:15
  Positions: TQQQ (50), SOXL (30)
  Status: Waiting for 15:55 entry window

MP: ENABLED
  Last execution: 2025-12-02 15:55:30
  Positions: PLTR (100), AVGO (25), NVDA (50)
  Status: Waiting for next trading day

Execution Lock: None

Orphaned Positions: None
`);
});

/** What a strategy said on stderr. */
function said(name: string, prefix: string): string[] {
  const [, stderr = ''] = step(name).split('--- stderr');
  return stderr.split('\n').filter((line) => line.includes(`[${prefix}]`));
}

test('Rule 1: an entry is told as in the original.', () => {
  expect(said('10-rule-1-entry.txt', 'MP')).toEqual([
    '[MP] Acquiring execution lock...',
    '[MP] Lock acquired',
    '[MP] Checking pending orders for PLTR: none',
    '[MP] Buying power check: $65,000 available, $6,500 needed ✓',
    '[MP] Symbol conflict check: PLTR not owned by other strategies ✓',
    '[MP] Submitting order: BUY 100 PLTR @ MARKET',
    '[MP] Order filled: 100 shares @ $65.00',
    '[MP] State updated: PLTR added to MP positions',
    '[MP] Releasing execution lock',
  ]);
});

test('Rule 2: an exit is told as in the original, with the check for pending orders that its text demands.', () => {
  const lines = said('11-rule-2-exit.txt', 'MP');
  expect(lines.filter((line) => !line.includes('Checking pending orders'))).toEqual([
    '[MP] Acquiring execution lock...',
    '[MP] Lock acquired',
    '[MP] Closing position: PLTR (100 shares)',
    '[MP] Submitting order: SELL 100 PLTR @ MARKET',
    '[MP] Order filled: 100 shares @ $68.50 (complete fill)',
    '[MP] State updated: PLTR removed from MP positions',
    '[MP] Releasing execution lock',
  ]);
});

test('Rule 6: the screen of a disable with a partial close is the original’s, with exit 10.', () => {
  const [screen = ''] = step('16-disable.txt')
    .replace(/^\$ .*\n/, '')
    .split('--- stderr');
  expect(screen).toBe(`\
Disabling MP strategy...
Setting shutdown_requested flag...
Waiting for current execution to complete... done

Closing positions:
  PLTR: Selling 100 shares... FILLED
  AVGO: Selling 25 shares... FILLED
  NVDA: Selling 50 shares... PARTIAL (30/50)

WARNING: Partial close for NVDA
  20 shares remaining as orphaned position

To close orphaned positions:
  hgctl close-orphaned mp

MP strategy disabled.
`);
  expect(step('16-disable.txt')).toContain('--- exit 10');
  expect(step('19-close-orphaned.txt')).toContain('NVDA: Selling 20 shares... FILLED');
});

test.each([
  ['13-partial-exit.txt', '[MP] Order filled: 60 shares @ $68.50 (partial fill)'],
  ['13-partial-exit.txt', '[MP] State updated: PLTR qty reduced from 100 to 40'],
  ['13-partial-exit.txt', '[!] [MP] Partial close: 40 shares remaining for PLTR'],
  ['16-disable.txt', '[!] [MP] Partial close: 20 shares remaining for NVDA'],
  ['18-orphaned-apply.txt', '[!] [MP] DISABLED with orphaned positions:'],
  ['21-no-money.txt', '[!] [MP] Insufficient buying power for NVDA'],
  ['22-flag-by-hand.txt', '[!] [MP] Shutdown requested - aborting remaining orders'],
  ['24-no-answer.txt', '[-] [OMR] Failed to close TQQQ: Connection timeout'],
  ['26-no-time.txt', '[-] [MP] Execution timeout after 240s'],
  ['26-no-time.txt', '[-] [MP] Aborted 1 remaining orders'],
  ['27-rule-5-shutdown.txt', '[MP] Checking shutdown flag...'],
  ['27-rule-5-shutdown.txt', '[!] [MP] Shutdown requested - aborting remaining 3 orders'],
  ['27-rule-5-shutdown.txt', '[MP] Execution aborted gracefully'],
  ['05-apply.txt', '[!] [MP] Position PLTR closed externally'],
  ['05-apply.txt', '[!] [MP] Position AVGO: 25 -> 15'],
  ['09-disabled-apply.txt', '[!] [MP] DISABLED with orphaned positions:'],
  ['09-disabled-apply.txt', '[!] [MP]   AVGO: 15 shares'],
  ['09-disabled-apply.txt', '[!] [MP]   NVDA: 50 shares'],
])('%s warns on stderr, in the words of the original: %s', (name, line) => {
  const [, stderr = ''] = step(name).split('--- stderr');
  expect(stderr.split('\n')).toContain(line);
});
