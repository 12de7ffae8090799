/** The documents name every reason code and every command, and none that is gone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** The codes of a union of string literals, as it is written in a source file. */
function unionIn(path: string, name: string): string[] {
  const body = new RegExp(`export type ${name} =([^;]+);`).exec(read(path))?.[1] ?? '';
  return wordsOf(body, /'(\w+)'/g);
}

/** Codes of outcomes that the loop gives; a refusal in the broker's words has a list of its own. */
function outcomeCodes(): string[] {
  const actions = readdirSync(new URL('src/actions/', ROOT)).map((name) => `src/actions/${name}`);
  const text = [...actions, 'src/reconciler/reconcile.ts'].map(read).join('\n');
  const withoutRefusals = text.replaceAll(/kind: 'refused', code: '\w+'/g, '');
  const given = wordsOf(withoutRefusals, /\bcode: ([^,}\n]+)/g).flatMap((value) =>
    wordsOf(value, /'(\w+)'/g),
  );
  const late = /function whyTooLate\([^)]*\): ([^{]+)\{/.exec(text)?.[1] ?? '';
  return [...given, ...wordsOf(late, /'(\w+)'/g)];
}

function wordsOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, word = '']) => word);
}

/** First cells of the table under a heading, without their code quotes. */
function firstCells(path: string, heading: string): string[] {
  const section =
    read(path)
      .split(/^## /m)
      .find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return wordsOf(section, /^\| `([^`]+)` \|/gm);
}

function sorted(words: Iterable<string>): string[] {
  return [...new Set(words)].sort();
}

describe('docs/reasons.md', () => {
  test.each([
    ['Why something is done', 10, () => unionIn('src/reconciler/plan-types.ts', 'ActionReason')],
    ['Why something is not done', 20, () => unionIn('src/reconciler/plan-types.ts', 'HoldReason')],
    ['What became of an action', 15, outcomeCodes],
    ['Why the broker refused', 5, () => unionIn('src/reconciler/ports.ts', 'RefusalCode')],
  ])('lists under "%s" exactly the codes that the source has, each once.', (heading, atLeast, codes) => {
    const inSource = sorted(codes());
    expect(inSource.length).toBeGreaterThan(atLeast);
    expect(firstCells('docs/reasons.md', heading).sort()).toEqual(inSource);
  });
});

/** `apply`, `journal verify`: every command that does something, as src/cli/commands.ts declares it. */
function commands(): string[] {
  const declared = [...read('src/cli/commands.ts').matchAll(/\b(\w+)\s*\.command\('(\w+)'\)/g)];
  const groups = new Set(declared.map(([, parent = '']) => parent).filter((parent) => parent !== 'root'));
  return declared.flatMap(([, parent = '', name = '']) => {
    if (parent !== 'root') return [`${parent} ${name}`];
    return groups.has(name) ? [] : [name];
  });
}

describe('README.md', () => {
  test('lists exactly the commands that exist.', () => {
    expect(commands().length).toBeGreaterThan(10);
    expect(firstCells('README.md', 'Commands').sort()).toEqual(sorted(commands()));
  });

  test('gives every exit code its line.', () => {
    const [, table = ''] = /export const EXIT = \{([^}]+)\}/.exec(read('src/domain/errors.ts')) ?? [];
    const codes = wordsOf(table, /: (\d+)/g);
    expect(codes.length).toBeGreaterThan(10);
    const section =
      read('README.md')
        .split(/^## /m)
        .find((part) => part.startsWith('Exit codes\n')) ?? '';
    const listed = wordsOf(section, /^\| ([\d, ]+) \|/gm).flatMap((cell) => cell.split(', '));
    expect(listed.sort()).toEqual(codes.sort());
  });
});

describe('every document', () => {
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    ...readdirSync(new URL('docs/', ROOT))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];

  test.each(documents)('%s points only to files that exist.', (path) => {
    const places = wordsOf(read(path), /\]\(([^)#]+)(?:#[^)]*)?\)/g).filter(
      (place) => !place.includes('://'),
    );
    const broken = places.filter((place) => !existsSync(new URL(place, new URL(path, ROOT))));
    expect(broken).toEqual([]);
  });
});
