/** The checks that `npm run static` runs at a time: none is lost, and none hides what another says. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../scripts/side-by-side.mjs', import.meta.url));

const SCRIPTS = {
  good: 'echo one; sleep 0.1; echo two',
  bad: 'echo wrong >&2; exit 3',
  worse: 'sleep 0.2; echo late; exit 1',
};

test.each([
  [['good'], 0, ''],
  [['bad', 'good', 'worse'], 1, 'failed: bad, worse\n'],
  [['good', 'nowhere'], 1, 'failed: nowhere\n'],
  [['worse', 'good'], 1, 'failed: worse\n'],
])('%j: exit %i, and stderr %j', (names, exit, failed) => {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: SCRIPTS }));
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...names], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
    encoding: 'utf8',
  });
  expect(status).toBe(exit);
  expect(stderr).toBe(failed);
  const said: Readonly<Record<string, RegExp>> = {
    good: /^one\ntwo\ngood: passed after \d+ s$/m,
    bad: /^wrong\nbad: failed \(3\) after \d+ s$/m,
    worse: /^late\nworse: failed \(1\) after \d+ s$/m,
    nowhere: /nowhere: failed \(1\) after \d+ s$/m,
  };
  for (const name of names) expect(stdout).toMatch(said[name] ?? /^$/);
});
