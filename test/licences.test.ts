/** What is installed with hgctl may be used by whoever uses hgctl. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../scripts/licences.mjs', import.meta.url));

function licences(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const root = fileURLToPath(new URL('../', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status, said: stdout + stderr };
}

test('Every package that is installed with hgctl has a licence that is allowed, and is in the list.', () => {
  const { code, said } = licences();
  expect(said).toMatch(/^licences: \d\d+ packages, all allowed\n$/);
  expect(code).toBe(0);
});

test.each([
  ['AGPL-3.0', 1],
  ['MIT AND AGPL-3.0', 1],
  ['', 1],
  ['(AGPL-3.0 OR MIT)', 0],
  ['MIT', 0],
])('A package under "%s" ends the check with %i.', (license, code) => {
  const folder = mkdtempSync(join(tmpdir(), 'hgctl-licences-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'docs'));
  const packages = {
    '': { name: 'own', license: 'UNLICENSED' },
    'node_modules/@some/thing': { version: '1.0.0', license },
    'node_modules/tool': { version: '1.0.0', license: 'AGPL-3.0', dev: true },
  };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  const found = licences('--write', folder);
  expect(found.code).toBe(code);
  expect(found.said.includes('@some/thing 1.0.0 is under')).toBe(code === 1);
});
