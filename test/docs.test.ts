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
    ['What became of an action', 15, () => unionIn('src/actions/outcome.ts', 'OutcomeCode')],
    ['Why the broker refused', 5, () => unionIn('src/reconciler/ports.ts', 'RefusalCode')],
  ])('lists under "%s" exactly the codes that the source has, each once.', (heading, atLeast, codes) => {
    const inSource = sorted(codes());
    expect(inSource.length).toBeGreaterThan(atLeast);
    expect(firstCells('docs/reasons.md', heading).sort()).toEqual(inSource);
  });
});

/** `apply`, `journal verify`: every command that does something, as the tables in src/cli declare it. */
function commands(): string[] {
  const tables = readdirSync(new URL('src/cli/', ROOT)).filter((name) => name.endsWith('commands.ts'));
  const source = tables.map((name) => read(`src/cli/${name}`)).join('\n');
  const groups = new Map(
    [...source.matchAll(/const (\w+) = root\s*\.command\('([\w-]+)'\)/g)].map(
      ([, variable = '', name = '']) => [variable, name],
    ),
  );
  // A command that does something itself, and has others below it.
  const both = new Map(
    [...source.matchAll(/const (\w+) = withManifests\(root\.command\('([\w-]+)'\)\)/g)].map(
      ([, variable = '', name = '']) => [variable, name],
    ),
  );
  const declared = [...source.matchAll(/\b(\w+)\s*\.command\('([\w-]+)'\)/g)];
  return declared.flatMap(([, parent = '', name = '']) => {
    const group = groups.get(parent) ?? both.get(parent);
    if (group !== undefined) return [`${group} ${name}`];
    return [...groups.values()].includes(name) ? [] : [name];
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
    'SECURITY.md',
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

/** Whole titles of tests and suites, as they are written; the rows of a table of tests are titles, too. */
function titlesIn(source: string): string[] {
  const patterns = [
    /(?:\b(?:test|describe)(?:\.\w+)?\(|\)\()\s*(?<quote>['`])(?<title>.+?)\k<quote>,/g,
    /^\s+(?<quote>'?)(?<title>[^'\n]+?)\k<quote>: \{/gm,
    /^\s+\[(?<quote>')(?<title>.+?)\k<quote>,/gm,
    /^\s+\{ what: (?<quote>')(?<title>.+?)\k<quote>,/gm,
  ];
  return patterns.flatMap((pattern) =>
    [...source.matchAll(pattern)].map(({ groups }) => groups?.['title'] ?? ''),
  );
}

describe('docs/acceptance.md', () => {
  const rows = [...read('docs/acceptance.md').matchAll(/^\| (AC-\d{3})\s*\|[^|]*\| (.*?)\s*\|$/gm)].map(
    ([, number = '', where = '']) => ({ number, where }),
  );

  test('has every case once.', () => {
    const numbers = rows.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.length).toBeGreaterThan(100);
  });

  test.each(rows)('$number names a test that there is, or a reason.', ({ where }) => {
    if (where.startsWith('does not apply: ')) return expect(where.length).toBeGreaterThan(20);
    const [, file = '', title = ''] = /^`(test\/[\w/.-]+)`: (.+)$/.exec(where) ?? [];
    expect(existsSync(new URL(file, ROOT)), file).toBe(true);
    expect(titlesIn(read(file)), title).toContain(title);
  });
});

describe('SECURITY.md', () => {
  const rows = [...read('SECURITY.md').matchAll(/^\| (.+?) \| .+? \| (`test\/.+) \|$/gm)].map(
    ([, threat = '', where = '']) => ({ threat, where }),
  );

  test('holds each measure by a test.', () => {
    expect(rows.length).toBeGreaterThan(15);
    const [, section = ''] = read('SECURITY.md').split('held by |\n|---|---|---|\n');
    const [table = ''] = section.split('\n\n');
    expect(table.split('\n')).toHaveLength(rows.length);
  });

  test.each(rows)('$threat: names a test that there is.', ({ where }) => {
    const [, file = '', title] = /^`(test\/[\w/.-]+)`(?:: (.+))?$/.exec(where) ?? [];
    expect(existsSync(new URL(file, ROOT)), where).toBe(true);
    if (title !== undefined) expect(titlesIn(read(file)), title).toContain(title);
  });
});

describe('the flaws of the original', () => {
  const rows = ['docs/strategies.md', 'docs/strategies-pairs-vol.md'].flatMap((path) =>
    [...read(path).matchAll(/^\| (F-([A-Z]+)-(\d+)) \| (.+?) \|/gm)].map(
      ([, id = '', family = '', number = '', words = '']) => ({ id, family, number, words }),
    ),
  );
  const files = readdirSync(new URL('test/', ROOT), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const titles = files
    .flatMap((name) => titlesIn(read(`test/${name}`)))
    .filter((title) => /^F-[A-Z]+-\d+: /.test(title));

  test('are numbered from 1, family by family.', () => {
    expect(sorted(rows.map(({ family }) => family))).toEqual(['BOTH', 'MP', 'OMR', 'PAIRS', 'VOL']);
    for (const family of new Set(rows.map((row) => row.family))) {
      const numbers = rows.filter((row) => row.family === family).map(({ number }) => Number(number));
      expect(numbers, family).toEqual(numbers.map((_, index) => index + 1));
    }
  });

  test.each(rows)('$id has a test with its number and its words.', ({ id, words }) => {
    expect(titles.filter((title) => title.startsWith(`${id}: ${words}`))).not.toEqual([]);
  });

  test('have no test that no document lists.', () => {
    const listed = rows.map(({ id, words }) => `${id}: ${words}`);
    expect(titles.filter((title) => !listed.some((row) => title.startsWith(row)))).toEqual([]);
  });
});

describe('the laws of signals', () => {
  const laws = firstCells('docs/strategies.md', 'Laws');
  const files = ['momentum-protection', 'omr', 'pairs', 'vol-term-structure'];

  test.each(files)('are all tests of %s.', (file) => {
    const titles = titlesIn(read(`test/strategies/${file}.test.ts`));
    expect(laws).toHaveLength(6);
    expect(laws.filter((law) => !titles.some((title) => title.startsWith(`${law}: `)))).toEqual([]);
  });
});

describe('docs/safety.md', () => {
  const rows = [
    ...read('docs/safety.md').matchAll(/^\| (.+?) \| `npx vitest run test\/safety.test.ts -t "(.+?)"` \|$/gm),
  ];
  const tests = [...read('test/safety.test.ts').matchAll(/^test\('(.+)', /gm)].map(([, title = '']) => title);

  test('lists exactly the tests of test/safety.test.ts, the ten items of the checklist.', () => {
    expect(tests).toHaveLength(10);
    expect(rows.map(([, item]) => item)).toEqual(tests);
  });

  test.each(rows.map(([, item = '', pattern = '']) => ({ item, pattern })))(
    'the command of "$item" runs that test.',
    ({ item, pattern }) => {
      expect(tests.filter((title) => new RegExp(pattern).test(title))).toEqual([item]);
    },
  );
});

test('Every mutant that survives has its reason, and every reason its mutant', async () => {
  const { unexplained } = (await import(new URL('../scripts/mutation/report.mjs', import.meta.url).href)) as {
    readonly unexplained: () => Record<'open' | 'unused', readonly string[]>;
  };
  expect(unexplained()).toEqual({ open: [], unused: [] });
});
