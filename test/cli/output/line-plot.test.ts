/** Plots in the terminal: golden ones, and what holds of every one. */
import { describe, expect } from 'vitest';
import { charsetOf, type Charset } from '../../../src/cli/output/dots.ts';
import { linePlot, type LinePlot } from '../../../src/cli/output/line-plot.ts';
import { styleFor } from '../../../src/cli/output/style.ts';
import { dateOfDay } from '../../../src/domain/days.ts';
import { fc, test } from '../../support/law.ts';

const style = styleFor(false);
const plotOf = (values: readonly number[], form: LinePlot['form'] = 'line'): LinePlot => ({
  values,
  dates: values.map((_, index) => dateOfDay(20_000 + index)),
  form,
  label: (value, digits) => value.toFixed(digits),
});
const drawn = (plot: LinePlot, charset: Charset, width = 40): string =>
  linePlot(plot, 5, { width, charset, style });

describe('a line plot', () => {
  test('in plain ASCII.', () => {
    expect(drawn(plotOf([0, 10, 5, 5, 0]), 'ascii')).toBe(
      [
        '10 +        ****',
        '   |      **    ****',
        ' 5 +    **          *************',
        '   |  **                         ****',
        ' 0 +**                               ***',
        '   ++-------------------------+---------',
        '    2024-10-04                2024-10-07',
        '',
      ].join('\n'),
    );
  });

  test('of falls, filled from zero.', () => {
    expect(drawn(plotOf([0, -10, -10, 0], 'under-zero'), 'ascii')).toContain('  0 +*********');
  });

  test.prop([
    fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 300 }),
    fc.integer({ min: 1, max: 300 }),
    fc.constantFrom<Charset>('unicode', 'ascii'),
    fc.constantFrom<LinePlot['form']>('line', 'under-zero'),
  ])(
    'is as wide as the terminal at most, never empty, and keeps to its characters.',
    (values, width, charset, form) => {
      const lines = drawn(plotOf(values, form), charset, width).split('\n');
      expect(lines).toHaveLength(5 + 2 + 1);
      for (const line of lines) {
        expect(line.length).toBeLessThanOrEqual(Math.min(120, Math.max(40, width)));
        if (charset === 'ascii') expect(line).toMatch(/^[ -~]*$/);
      }
      expect(lines.slice(0, 5).join('')).toMatch(charset === 'ascii' ? /\*/ : /[\u2801-\u28ff]/);
      expect(lines[6]).toMatch(/\d{4}/);
    },
  );
});

test.each([
  [{ LANG: 'en_US.UTF-8' }, 'unicode'],
  [{ LANG: 'C.utf8', TERM: 'xterm' }, 'unicode'],
  [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, 'ascii'],
  [{ LC_ALL: '', LC_CTYPE: 'de_DE.utf-8' }, 'unicode'],
  [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, 'ascii'],
  [{}, 'ascii'],
])('the environment %j is shown %s.', (environment, charset) => {
  expect(charsetOf(environment)).toBe(charset);
});
