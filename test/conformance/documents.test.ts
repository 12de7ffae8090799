import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CASES } from '../../src/conformance/cases.ts';
import { NEEDS } from '../../src/conformance/harness.ts';

const PAGE = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');

function rowsUnder(heading: string): string[] {
  const section = PAGE.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section.split('\n').filter((line) => line.startsWith('| `'));
}

test('docs/conformance.md has every case, in its order, with what it needs', () => {
  const rows = CASES.map(({ id, name, needs }) => `| \`${id}\` | ${name} | ${needs.join(', ') || '-'} |`);
  expect(rowsUnder('The cases')).toEqual(rows);
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
});

test('docs/conformance.md explains every need', () => {
  const rows = Object.entries(NEEDS).map(([need, what]) => `| \`${need}\` | ${what} |`);
  expect(rowsUnder('On a paper account')).toEqual(rows);
});

test('docs/conformance.md says how many cases there are', () => {
  expect(PAGE).toContain(`\n${CASES.length} passed, 0 failed, 0 not applicable\n`);
});
