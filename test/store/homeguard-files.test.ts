/** What counts as there in an installation: also what cannot be read. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findInstallation } from '../../src/store/homeguard-files.ts';

const FILE = 'strategy_positions.json';
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hgctl-installation-'));
  mkdirSync(join(root, 'data'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

test.each([
  ['to nowhere', 'gone.json', 'does not exist'],
  ['to itself', FILE, 'cannot be read (ELOOP)'],
])('A link %s is not the same as no file', (_, target, reason) => {
  symlinkSync(target, join(root, 'data', FILE));
  const [found] = findInstallation(root, [{ name: 'positions', file: FILE, folders: ['data'] }]);
  expect(found).toMatchObject({ file: `data/${FILE}`, content: { kind: 'unreadable', reason } });
});
