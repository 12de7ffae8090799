import { describe, expect } from 'vitest';
import { fc, test } from '../../support/law.ts';
import { displayWidth, formatTable } from '../../../src/cli/output/table.ts';

const COLUMNS = [{ header: 'NAME' }, { header: 'POSITIONS', align: 'right' as const }, { header: 'STATE' }];

describe('a table', () => {
  test('has aligned columns, no borders and no spaces at the end of a line', () => {
    const rows = [
      ['omr', '2', 'Ready'],
      ['momentum-protection', '10', ''],
    ];
    expect(formatTable(COLUMNS, rows)).toBe(
      [
        'NAME                  POSITIONS   STATE',
        'omr                           2   Ready',
        'momentum-protection          10',
        '',
      ].join('\n'),
    );
  });

  test('may go without headers, which then take no room', () => {
    expect(formatTable(COLUMNS, [['a', '1', 'b']], { headers: false })).toBe('a   1   b\n');
  });

  test('without rows is its headers, and without both is empty', () => {
    expect(formatTable(COLUMNS, [])).toBe('NAME   POSITIONS   STATE\n');
    expect(formatTable(COLUMNS, [], { headers: false })).toBe('');
  });

  test('takes a missing cell for an empty one', () => {
    expect(formatTable(COLUMNS, [['a']], { headers: false })).toBe('a\n');
  });

  test('is aligned by what is seen: wide characters, accents and colour', () => {
    const rows = [
      ['漢字', 'x'],
      ['\u001b[32mok\u001b[39m', 'x'],
      ['e\u0301', 'x'],
      ['🚀', 'x'],
      ['👩‍💻', 'x'],
    ];
    const table = formatTable([{ header: 'A' }, { header: 'B' }], rows, { headers: false });
    expect(table.split('\n')).toEqual([
      '漢字   x',
      '\u001b[32mok\u001b[39m     x',
      'e\u0301      x',
      '🚀     x',
      '👩‍💻     x',
      '',
    ]);
  });

  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '漢', ' ', '-'), maxLength: 6 });
  const sheet = fc.integer({ min: 1, max: 4 }).chain((width) => {
    return fc.tuple(
      fc.array(fc.record({ header: cell, align: fc.constantFrom('left' as const, 'right' as const) }), {
        minLength: width,
        maxLength: width,
      }),
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 5 }),
    );
  });

  test.prop([sheet], { numRuns: 1000 })(
    'has a line a row, each cell at the place of its column',
    ([columns, rows]) => {
      const lines = formatTable(columns, rows).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines).toHaveLength(rows.length + 1);
      const all = [columns.map((column) => column.header), ...rows];
      const widths = columns.map((_, index) => Math.max(...all.map((cells) => displayWidth(cells[index]!))));
      lines.forEach((line, row) => {
        expect(line).toBe(line.trimEnd());
        let rest = line + ' '.repeat(100);
        columns.forEach((column, index) => {
          const text = all[row]![index]!;
          const padding = ' '.repeat(widths[index]! - displayWidth(text));
          const field = column.align === 'right' ? padding + text : text + padding;
          expect(rest.startsWith(field)).toBe(true);
          rest = rest.slice(field.length + 3);
        });
      });
    },
  );
});

describe('the width of a line', () => {
  test.each([
    ['', 0],
    ['TQQQ', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['\u0301', 0],
    ['漢字', 4],
    ['ｗ', 2],
    ['한', 2],
    ['👩‍💻', 2],
    ['🇺🇸', 2],
    ['✔️', 2],
    ['✔', 1],
    ['\u001b[1mbold\u001b[22m é', 6],
  ])('%j is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});
