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

test.each([
  ['05-apply.txt', '[!] [MP] Position PLTR closed externally'],
  ['05-apply.txt', '[!] [MP] Position AVGO: 25 -> 15'],
  ['09-disabled-apply.txt', '[!] [MP] DISABLED with orphaned positions:'],
  ['09-disabled-apply.txt', '[!] [MP]   AVGO: 15 shares'],
  ['09-disabled-apply.txt', '[!] [MP]   NVDA: 50 shares'],
])('%s warns on stderr, in the words of the original: %s', (name, line) => {
  const [, stderr = ''] = step(name).split('--- stderr\n');
  expect(stderr.split('\n')).toContain(line);
});
