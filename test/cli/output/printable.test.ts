import { describe, expect } from 'vitest';
import { fc, test } from '../../support/law.ts';
import { printable } from '../../../src/cli/output/printable.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\u001b', '[', '3', '1', 'm', '\n', '\u009b', 'é', '\u202e') }),
);

describe('printable text', () => {
  test.each([
    ['TQQQ', 'TQQQ'],
    ['Überschuss 漢字 👩‍💻', 'Überschuss 漢字 👩‍💻'],
    ['\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    ['\u009b2J', '\\u009b2J'],
    ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
    ['two\nlines\r\n\tand a tab', 'two\\nlines\\r\\n\\tand a tab'],
    ['delete\u007f', 'delete\\u007f'],
    ['abc\u202edef\u2066', 'abc\\u202edef\\u2066'],
    ['TQ\u200bQQ\ufeff', 'TQ\\u200bQQ\\ufeff'],
    ['line\u2028paragraph\u2029', 'line\\u2028paragraph\\u2029'],
    ['half \ud800', 'half \\ud800'],
    ['C:\\new', 'C:\\new'],
    ['', ''],
  ])('of %j is %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.prop([anyText], { numRuns: 1000 })(
    'has nothing that a terminal obeys, and is its own printable text',
    (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(printable(shown)).toBe(shown);
    },
  );

  test.prop([fc.string({ unit: 'grapheme-ascii' })], { numRuns: 1000 })(
    'of plain text is that text',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );
});
