/** docs/proof.md says of the invariants what they say, and names no test that is gone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INVARIANT_ROWS, invariantTable } from '../../proof/invariants/table.ts';

const ROOT = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/proof.md', ROOT), 'utf8');

test('The table of invariants is the one of the code.', () => {
  // Otherwise: npm run proof -- --write docs/proof.md
  expect(text).toContain(invariantTable());
});

test('No two of them have one name, and nothing is found that is not in the table.', () => {
  const names = INVARIANT_ROWS.map(({ name }) => name);
  expect(names).toHaveLength(new Set(names).size);
  const said = sources(new URL('proof/', ROOT)).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:invariant: |note\(|finding\(\w+, )'([^']+)'/g)].map(
      ([, name = '']) => name,
    ),
  );
  expect(new Set(said).size).toBeGreaterThan(30);
  expect(said.filter((name) => !names.includes(name))).toEqual([]);
});

function sources(folder: URL): URL[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => new URL(name, folder));
}

test('Every test and source that it names is there.', () => {
  const named = [...text.matchAll(/`((?:test|src|proof|scripts)\/[^`\s]*)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});
