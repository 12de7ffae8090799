import { load } from 'js-yaml';
import { describe, expect } from 'vitest';
import { fc, test } from '../../support/law.ts';
import {
  parseFormat,
  renderJson,
  renderList,
  renderYaml,
  type Column,
  type Format,
} from '../../../src/cli/output/formats.ts';
import type { HgctlError } from '../../../src/domain/errors.ts';

interface Row {
  readonly name: string;
  readonly cash: string;
  readonly note: string | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { header: 'NAME', value: (row) => row.name },
  { header: 'CASH', align: 'right', value: (row) => row.cash },
];
const WIDE: readonly Column<Row>[] = [{ header: 'NOTE', value: (row) => row.note ?? '<none>' }];
const ROWS: readonly Row[] = [
  { name: 'omr', cash: '45.20', note: null },
  { name: 'mp', cash: '6500.00', note: 'say "hi", twice' },
];

function render(format: Format, items: readonly Row[] = ROWS, headers = true): Promise<string> {
  const nameOf = (row: Row) => row.name;
  return renderList({
    kind: 'strategy',
    format,
    items,
    columns: COLUMNS,
    wideColumns: WIDE,
    nameOf,
    headers,
  });
}

/** RFC 4180, read character by character. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quoted && character === '"' && text.charAt(index + 1) === '"') {
      field += character;
      index += 1;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ',') {
      row.push(field);
      field = '';
    } else if (!quoted && character === '\r' && text.charAt(index + 1) === '\n') {
      rows.push([...row, field]);
      row = [];
      field = '';
      index += 1;
    } else field += character;
  }
  expect([quoted, field, row]).toEqual([false, '', []]);
  return rows;
}

describe('the format', () => {
  test.each(['table', 'wide', 'json', 'yaml', 'name', 'csv'])('%s is known', (text) => {
    expect(parseFormat(text)).toBe(text);
  });

  test.each([
    ['jsn', 'did you mean json? one of: table, wide, json, yaml, name, csv'],
    ['YAML', 'did you mean yaml? one of: table, wide, json, yaml, name, csv'],
    ['parquet', 'one of: table, wide, json, yaml, name, csv'],
    ['', 'one of: table, wide, json, yaml, name, csv'],
  ])('%j is a usage error with the hint %j', (text, hint) => {
    expect(() => parseFormat(text)).toThrow(
      expect.objectContaining({ exit: 3, hint, message: `unknown output format "${text}"` }) as HgctlError,
    );
  });
});

describe('a list', () => {
  test('as a table', async () => {
    expect(await render('table')).toBe('NAME      CASH\nomr      45.20\nmp     6500.00\n');
    expect(await render('table', ROWS, false)).toBe('omr     45.20\nmp    6500.00\n');
  });

  test('as a wide table', async () => {
    expect(await render('wide')).toBe(
      'NAME      CASH   NOTE\nomr      45.20   <none>\nmp     6500.00   say "hi", twice\n',
    );
  });

  test('as names', async () => {
    expect(await render('name')).toBe('strategy/omr\nstrategy/mp\n');
  });

  test('as JSON', async () => {
    const text = await render('json');
    expect(text).toBe(`${JSON.stringify({ kind: 'List', items: ROWS }, null, 2)}\n`);
  });

  test('as YAML', async () => {
    const text = await render('yaml');
    expect(text.split('\n').slice(0, 4)).toEqual([
      'kind: List',
      'items:',
      '  - name: omr',
      "    cash: '45.20'",
    ]);
    expect(load(text)).toEqual({ kind: 'List', items: ROWS });
  });

  test('as csv', async () => {
    expect(await render('csv')).toBe(
      'NAME,CASH,NOTE\r\nomr,45.20,<none>\r\nmp,6500.00,"say ""hi"", twice"\r\n',
    );
    expect(await render('csv', ROWS, false)).not.toContain('NAME');
  });

  test.each([
    ['table', ''],
    ['wide', ''],
    ['name', ''],
    ['csv', 'NAME,CASH,NOTE\r\n'],
    ['json', '{\n  "kind": "List",\n  "items": []\n}\n'],
    ['yaml', 'kind: List\nitems: []\n'],
  ] as const)('of nothing as %s is %j', async (format, text) => {
    expect(await render(format, [])).toBe(text);
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\u001b', '\u009b', '\u007f', '\n', '[', '3', '1', 'm') }),
  );
  const hostile = fc.array(fc.record({ name: anyText, cash: anyText, note: fc.option(anyText) }), {
    minLength: 1,
    maxLength: 3,
  });

  test.prop([hostile, fc.constantFrom<Format>('table', 'wide', 'name', 'json', 'yaml')], { numRuns: 1000 })(
    'has no control character but its newlines',
    async (items, format) => {
      expect((await render(format, items)).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    },
  );

  test.prop([hostile], { numRuns: 1000 })('as a table or names has one line for each item', async (items) => {
    expect((await render('table', items)).split('\n')).toHaveLength(items.length + 2);
    expect((await render('name', items)).split('\n')).toHaveLength(items.length + 1);
  });

  const printableText = fc.string({ unit: 'grapheme-ascii' });
  const plain = fc.array(fc.record({ name: printableText, cash: printableText, note: printableText }), {
    maxLength: 4,
  });

  test.prop([plain], { numRuns: 1000 })('as csv is read back by RFC 4180', async (items) => {
    const rows = readCsv(await render('csv', items));
    expect(rows).toEqual([['NAME', 'CASH', 'NOTE'], ...items.map((row) => [row.name, row.cash, row.note])]);
  });
});

describe('data', () => {
  test.prop([fc.dictionary(fc.string(), fc.jsonValue())], { numRuns: 1000 })(
    'as JSON reads back as the same value',
    (value) => {
      expect(JSON.parse(renderJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    },
  );

  test('as JSON escapes what turns text around or ends a line for some readers', () => {
    expect(renderJson({ a: 'x\u202ey\u2028z' })).toBe('{\n  "a": "x\\u202ey\\u2028z"\n}\n');
  });

  const yamlKey = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,9}$/);
  const yamlText = fc.string({ unit: 'grapheme' });
  const scalar = fc.oneof(yamlText, fc.boolean(), fc.constant(null), fc.integer());

  test.prop([fc.dictionary(yamlKey, fc.oneof(scalar, fc.array(scalar), fc.dictionary(yamlKey, scalar)))], {
    numRuns: 1000,
  })('as YAML reads back as the same value', async (value) => {
    expect(load(await renderYaml(value))).toEqual({ ...value });
  });

  test('as YAML keeps what looks like another type, and repeats what is shared', async () => {
    const shared = { price: '45.20' };
    const text = await renderYaml({
      a: shared,
      b: shared,
      c: 'null',
      d: 'yes',
      e: '2025-12-02T15:55:00-05:00',
      f: '007',
    });
    expect(text).not.toContain('&');
    expect(load(text)).toEqual({
      a: shared,
      b: shared,
      c: 'null',
      d: 'yes',
      e: '2025-12-02T15:55:00-05:00',
      f: '007',
    });
  });
});
