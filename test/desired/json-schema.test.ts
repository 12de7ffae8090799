import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { manifestJsonSchema } from '../../src/desired/json-schema.ts';

const ROOT = new URL('../../', import.meta.url);

/** JSON with sorted keys, two blanks of indentation and a last newline: the form of the files in schemas/. */
function sortedJson(value: unknown): string {
  const sorted = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(sorted);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(
      Object.entries(inner)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, held]) => [key, sorted(held)]),
    );
  };
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

describe('The schemas for editors', () => {
  test.each([
    ['Strategy', 'strategy'],
    ['Account', 'account'],
    ['StrategyToggle', 'toggle'],
  ] as const)('The shipped schema of %s is the one that validates.', (kind, name) => {
    const file = new URL(`schemas/${name}.schema.json`, ROOT);
    expect(readFileSync(file, 'utf8')).toBe(sortedJson(manifestJsonSchema(kind)));
  });

  test.each(['Strategy', 'Account', 'StrategyToggle'] as const)('Every field of %s is described.', (kind) => {
    const bare: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, inner] of Object.entries(schema)) {
        if (key === 'properties') {
          for (const [field, held] of Object.entries(inner as object)) {
            if (!('description' in held)) bare.push(`${path}.${field}`);
          }
        }
        visit(inner, `${path}.${key}`);
      }
    };
    visit(manifestJsonSchema(kind), '');
    expect(bare).toEqual([]);
  });
});
