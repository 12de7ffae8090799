import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import {
  EXIT,
  formatChain,
  HgctlError,
  strongestExit,
  unreachable,
  type ExitCode,
} from '../../src/domain/errors.ts';

/** The published order, strongest first. */
const ORDER: readonly ExitCode[] = [70, 130, 143, 3, 4, 6, 14, 8, 12, 5, 11, 10, 13, 9, 7, 2, 1, 0];
const anyCode = fc.constantFrom(...ORDER);

describe('the strongest exit code', () => {
  test('knows every code once', () => {
    expect([...ORDER].sort((a, b) => a - b)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });

  test.prop([fc.array(anyCode)], { numRuns: 1000 })('is the first of the published order', (codes) => {
    expect(strongestExit(codes)).toBe(ORDER.find((code) => codes.includes(code)) ?? 0);
  });

  test.prop([fc.array(anyCode), fc.array(anyCode)], { numRuns: 1000 })('may be found in steps', (a, b) => {
    expect(strongestExit([strongestExit(a), strongestExit(b)])).toBe(strongestExit([...a, ...b]));
  });
});

describe('an error for people', () => {
  test('carries its code, its hint and its cause', () => {
    const cause = new Error('ENOSPC');
    const error = new HgctlError(EXIT.refused, 'the journal cannot be written', {
      hint: 'free some space',
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'HgctlError', exit: 5, hint: 'free some space', cause });
  });

  test('has neither hint nor cause unless they are given', () => {
    const error = new HgctlError(EXIT.usage, 'what?');
    expect(error.hint).toBeUndefined();
    expect('cause' in error).toBe(false);
  });
});

describe('the chain of an error', () => {
  test('is its message and those of its causes, outermost first', () => {
    const inner = new Error('connection reset');
    const middle = new Error('positions', { cause: inner });
    expect(formatChain(new HgctlError(EXIT.broker, 'no snapshot', { cause: middle }))).toBe(
      'no snapshot: positions: connection reset',
    );
  });

  test('of something else than an error is its text', () => {
    expect(formatChain('out of paper')).toBe('out of paper');
    expect(formatChain(new Error('outer', { cause: 'a text' }))).toBe('outer');
  });

  test('that bites its own tail ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(formatChain(error).split(': ')).toHaveLength(8);
  });
});

test('a state that the types exclude is a bug that shows the value', () => {
  expect(() => unreachable({ kind: 'ghost' } as never)).toThrow('unreachable: {"kind":"ghost"}');
});
