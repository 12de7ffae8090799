/** The terminal and environment of this process. */
import { writeSync } from 'node:fs';
import type { StopSignal } from '../reconciler/ports.ts';
import type { Io } from './io.ts';

const STDOUT = 1;
const STDERR = 2;

export function processIo(): Io {
  const stop = stopSignal();
  return {
    stdout: (text) => write(STDOUT, text),
    stderr: (text) => write(STDERR, text),
    environment: process.env,
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    stdoutIsTerminal: process.stdout.isTTY,
    ask,
    stop,
  };
}

/** Whole, in order, also into a pipe that is slow; a reader that went away ends the output quietly. */
function write(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** The first signal asks for a clean end, the second ends at once. */
function stopSignal(): StopSignal {
  let received: 'SIGINT' | 'SIGTERM' | null = null;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (received !== null) process.exit(signal === 'SIGINT' ? 130 : 143);
    received = signal;
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { requested: () => received !== null, signal: () => received };
}
