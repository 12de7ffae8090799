import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import { formatProblem } from '../../src/desired/problem.ts';
import { locate, parseYaml, sourceOf } from '../../src/desired/yaml-document.ts';
import { ACCOUNT, BASE, CORE, TOGGLE, load } from './manifest-set.ts';

const problems = (text: string): string[] => parseYaml('f', text).problems.map(formatProblem);
const data = (text: string): unknown[] => parseYaml('f', text).documents.map((document) => document.data);

describe('Documents', () => {
  test.each([
    ['nothing', '', []],
    ['comments only', '# one\n# two\n', []],
    ['an empty document between two', 'a: 1\n---\n# none\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['a byte order mark and CRLF', '\uFEFFa: 1\r\nb: [x, "y"]\r\n', [{ a: 1, b: ['x', 'y'] }]],
    ['aliases', 'a: &x {k: 1}\nb: *x\n', [{ a: { k: 1 }, b: { k: 1 } }]],
  ])('%s', (_what, text, expected) => {
    expect(problems(text)).toEqual([]);
    expect(data(text)).toEqual(expected);
  });
});

describe('Places', () => {
  const text = [
    '# c',
    'a:',
    '  - {s: "x", t: }',
    "  - s: 'y'",
    'b:',
    '---',
    'c: |',
    '  text',
    'd: [1,',
    '  TRUE]',
  ];

  test.each([
    ['a', 0, ['a'], 'value', 3, 3],
    ['a key', 0, ['a'], 'key', 2, 1],
    ['a quoted value', 0, ['a', 0, 's'], 'value', 3, 9],
    ['an empty value is at its key', 0, ['a', 0, 't'], 'value', 3, 14],
    ['an item on another line', 0, ['a', 1, 's'], 'value', 4, 8],
    ['an absent field is at its parent', 0, ['a', 1, 'u', 'v'], 'value', 4, 5],
    ['an absent field of the document', 0, ['z'], 'value', 2, 1],
    ['a value of the second document', 1, ['d', 1], 'value', 10, 3],
  ] as const)('%s', (_what, index, path, part, line, column) => {
    for (const [eol, mark] of [
      ['\n', ''],
      ['\r\n', '\uFEFF'],
      ['\r', ''],
    ] as const) {
      const document = parseYaml('f', mark + text.join(eol)).documents[index];
      expect(document && locate(document, path, part)).toEqual({ line, column });
    }
  });

  test('The source of a field is its text as it is written.', () => {
    const [document] = parseYaml('f', 'a: [TRUE, "x", {b: c}]').documents;
    const sources = [0, 1, 2].map((index) => document && sourceOf(document, ['a', index]));
    expect(sources).toEqual(['TRUE', '"x"', '{b: c}']);
  });
});

describe('Hostile text gives a problem with its place', () => {
  const bomb = ['a0: &a0 [x, x]', ...Array.from({ length: 15 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`)];
  test.each([
    ['deep nesting', '['.repeat(40), 'f:1:16: the nesting is deeper than 16 levels'],
    ['a large file', `a: ${'x'.repeat(1_048_576)}`, 'f:1:1: the file is larger than 1 MiB'],
    ['many aliases', `a: &a 1\nb: [${'*a, '.repeat(17)}]`, 'f:2:69: more than 16 aliases in one document'],
    ['an alias that contains itself', 'a: &a\n  b: *a\n', 'f:2:6: the alias *a contains itself'],
    ['an alias of nothing', 'a: *b\n', 'f:1:4: there is no anchor &b before this alias'],
    ['a key that is a mapping', '? {a: 1}\n: 2\n', 'f:1:3: a key must be plain text'],
    ['__proto__', 'a: {__proto__: {admin: true}}', 'f:1:5: the key __proto__ is refused'],
    ['"__proto__" in quotes', '"__proto__": {admin: true}', 'f:1:1: the key __proto__ is refused'],
    ['constructor', 'constructor: 1', 'f:1:1: the key constructor is refused'],
    ['prototype', 'a:\n  prototype: 1', 'f:2:3: the key prototype is refused'],
    [
      'a merge key',
      'a: &a {x: 1}\nb: {<<: *a}',
      'f:2:5: merge keys (<<) are not supported: write the keys out',
    ],
    ['a repeated key', 'a: 1\nb: 2\n"a": 3\n', 'f:3:1: the key "a" is here twice'],
    ['a tab as indentation', 'a:\n\t- b', 'f:2:1: tab characters must not be used in indentation'],
    ['a NUL byte', 'a: b\0', 'f:1:5: null byte is not allowed in input'],
    ['an unknown tag', 'a: !!js/function x', 'f:1:4: unknown scalar tag !<tag:yaml.org,2002:js/function>'],
  ])('%s', (_what, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  test('Aliases that multiply a document are refused before anything walks through it.', () => {
    const wide = `a: &a [${'x,'.repeat(100_000)}]\nb: [${'*a,'.repeat(12)}]`;
    expect(problems(wide)[0]).toBe('f:2:29: its aliases make this document too large');
    expect(problems(bomb.join('\n'))).toEqual([]);
  });

  test.each([
    ['nested keys', '? '.repeat(28)],
    ['repeated keys', 'a: 1\n'.repeat(100_000)],
    ['one line', `a: [${'[],'.repeat(300_000)}]`],
    ['blanks before a closing brace', `a: {b: 1${' #x\n'.repeat(250_000)}`],
  ])('No text of one megabyte keeps the reader busy: %s', (_what, text) => {
    const { problems: found, documents } = parseYaml('f', text);
    expect(found.length + documents.length).toBeGreaterThan(0);
  });

  test('No key reaches a prototype.', () => {
    const [value] = data('{a: {__proto__: {admin: true}, constructor: {prototype: {admin: true}}, ok: 1}}');
    expect(value).toEqual({ a: { ok: 1 } });
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });
});

const manifests = [ACCOUNT, CORE, TOGGLE];
const splice = fc.record({
  text: fc.constantFrom(...manifests),
  at: fc.nat(400),
  cut: fc.nat(30),
  put: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '\n',
      '  ',
      '- ',
      '{',
      '[',
      '"',
      '&a ',
      '*a',
      ': ',
      'null',
      '---\n',
      '\t',
      '? ',
      '| \n',
      '1e9',
      '<<: ',
    ),
  ),
});
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(splice, { minLength: 1, maxLength: 4 })
    .map((splices) =>
      splices.reduce(
        (text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut),
        splices[0]!.text,
      ),
    ),
);

test.prop([anyText, fc.constantFrom('m/core.yaml', 'm/account.yaml', 'm/toggle.yaml')], { numRuns: 1000 })(
  'Whatever stands in a file, the answer is a desired state or problems inside that text.',
  (text, name) => {
    const result = load({ ...BASE, [name]: text });
    if (result.kind === 'ok') return;
    expect(result.problems.length).toBeGreaterThan(0);
    for (const { file, line, column, message } of result.problems) {
      const lines = (file === name ? text : (BASE[file] ?? '')).split(/\r\n|\n|\r/);
      expect(message).not.toBe('');
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    }
  },
);
