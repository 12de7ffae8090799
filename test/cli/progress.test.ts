import { describe, expect, test } from 'vitest';
import { progress } from '../../src/cli/progress.ts';
import type { Io } from '../../src/cli/io.ts';

function told(isInteractive: boolean, steps: readonly (readonly [at: number, done: number])[]): string {
  let text = '';
  let now = 0;
  const io = { isInteractive, stderr: (more: string) => (text += more) } as unknown as Io;
  const progressed = progress(io, 'symbols', { after: 1_000, now: () => now });
  for (const [at, done] of steps) {
    now = at;
    progressed(done, 200);
  }
  return text;
}

describe('the progress of a long command', () => {
  test('is a line every ten percent, with the time that is left by the pace so far.', () => {
    const steps = [
      [2_000, 10],
      [4_000, 20],
      [4_100, 21],
      [10_000, 50],
    ] as const;
    expect(told(false, steps)).toBe(
      '10 %, 20 of 200 symbols, 36 s left\n25 %, 50 of 200 symbols, 30 s left\n',
    );
  });

  test('is one line on a terminal, which is gone at the end.', () => {
    expect(
      told(true, [
        [2_000, 100],
        [2_001, 101],
        [4_000, 200],
      ]),
    ).toBe('\r\u001b[K50 %, 100 of 200 symbols, 2 s left\r\u001b[K');
  });

  test('is none of what takes less than it may.', () => {
    expect(
      told(false, [
        [300, 100],
        [600, 200],
      ]) +
        told(true, [
          [300, 100],
          [600, 200],
        ]),
    ).toBe('');
  });
});
