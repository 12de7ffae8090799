import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseColorMode, styleFor, wantsColor, type Style } from '../../../src/cli/output/style.ts';
import type { HgctlError } from '../../../src/domain/errors.ts';

const TTY = { isTTY: true };
const PIPE = {};

describe('colour', () => {
  test.each([
    ['on a terminal', 'auto', TTY, {}, true],
    ['not in a pipe', 'auto', PIPE, {}, false],
    ['not with NO_COLOR', 'auto', TTY, { NO_COLOR: '1' }, false],
    ['on a terminal with an empty NO_COLOR', 'auto', TTY, { NO_COLOR: '' }, true],
    ['not on a dumb terminal', 'auto', TTY, { TERM: 'dumb' }, false],
    ['in a pipe with FORCE_COLOR', 'auto', PIPE, { FORCE_COLOR: '1' }, true],
    ['in a pipe with an empty FORCE_COLOR', 'auto', PIPE, { FORCE_COLOR: '' }, true],
    ['not on a terminal with FORCE_COLOR=0', 'auto', TTY, { FORCE_COLOR: '0' }, false],
    ['with FORCE_COLOR and NO_COLOR', 'auto', PIPE, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['always, whatever the environment', 'always', PIPE, { NO_COLOR: '1', FORCE_COLOR: '0' }, true],
    ['never, whatever the environment', 'never', TTY, { FORCE_COLOR: '1' }, false],
  ] as const)('is used: %s', (_, mode, stream, environment, wanted) => {
    expect(wantsColor(mode, stream, environment)).toBe(wanted);
  });

  test.each(['auto', 'always', 'never'])('mode %s is known', (mode) => {
    expect(parseColorMode(mode)).toBe(mode);
  });

  test('of an unknown mode is a usage error that lists the modes', () => {
    expect(() => parseColorMode('yes')).toThrow(
      expect.objectContaining({ exit: 3, hint: 'one of: auto, always, never' }) as HgctlError,
    );
  });
});

describe('styles', () => {
  const words: readonly (keyof Style)[] = ['added', 'changed', 'removed', 'warning', 'dim', 'bold'];

  test.each(words)('%s says with colour what it says without', (word) => {
    const coloured = styleFor(true)[word]('TQQQ 50');
    expect(stripVTControlCharacters(coloured)).toBe(styleFor(false)[word]('TQQQ 50'));
    expect(coloured).not.toBe(stripVTControlCharacters(coloured));
  });

  test('that have a meaning differ without colour', () => {
    const plain = styleFor(false);
    const marked = [
      plain.added('x'),
      plain.changed('x'),
      plain.removed('x'),
      plain.warning('x'),
      plain.bold('x'),
    ];
    expect(marked).toEqual(['+ x', '~ x', '- x', '! x', 'x']);
  });
});
