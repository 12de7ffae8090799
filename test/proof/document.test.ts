/** docs/proof.md says of the invariants what they say, and names no test that is gone. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { invariantTable } from '../../proof/invariant-table.ts';

const ROOT = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/proof.md', ROOT), 'utf8');

test('The table of invariants is the one of the code.', () => {
  // Otherwise: npm run proof -- --write docs/proof.md
  expect(text).toContain(invariantTable());
});

test('Every test and source that it names is there.', () => {
  const named = [...text.matchAll(/`((?:test|src|proof|scripts)\/[^`\s]*)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});
