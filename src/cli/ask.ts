/** One question on the terminal. */
import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  /** Ctrl-C reaches a program that reads its terminal as a key, not as a signal: this makes it one. */
  readonly interrupt: () => void;
  /** Ends the question. */
  readonly signal: AbortSignal;
}

/** The line that was typed. Ctrl-C, Ctrl-D and an aborted signal are the empty answer. */
export async function askOn(
  { input, output, interrupt, signal }: Terminal,
  question: string,
): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input, output, terminal: true });
  const closed = new AbortController();
  lines.once('close', () => closed.abort());
  lines.once('SIGINT', () => {
    interrupt();
    closed.abort();
  });
  try {
    return await lines.question(question, { signal: AbortSignal.any([closed.signal, signal]) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    output.write('\n');
    return '';
  } finally {
    lines.close();
  }
}
