import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askOn } from '../../src/cli/ask.ts';

/** What comes of typing these keys, and whether it counts as Ctrl-C. */
async function typed(keys: string, signal = new AbortController().signal) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let interrupted = false;
  const answer = askOn({ input, output, signal, interrupt: () => (interrupted = true) }, 'Go on? ');
  input.write(keys);
  return { answer: await answer, interrupted, shown: String(output.read()) };
}

test('A typed line is the answer.', async () => {
  const { answer, interrupted, shown } = await typed('yes\r');
  expect({ answer, interrupted }).toEqual({ answer: 'yes', interrupted: false });
  expect(shown).toContain('Go on? ');
});

test('Ctrl-C is no answer, and an interrupt.', async () => {
  expect(await typed('y\u0003')).toMatchObject({ answer: '', interrupted: true });
});

test('Ctrl-D is no answer.', async () => {
  expect(await typed('\u0004')).toMatchObject({ answer: '', interrupted: false });
});

test('A signal ends the question.', async () => {
  expect(await typed('y', AbortSignal.abort())).toMatchObject({ answer: '', interrupted: false });
});
