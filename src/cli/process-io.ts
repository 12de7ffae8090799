/** The terminal and environment of this process. */
import { setMaxListeners } from 'node:events';
import { writeSync } from 'node:fs';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { codeOf } from '../store/system-error.ts';
import { askOn } from './ask.ts';
import type { Io, Stop } from './io.ts';

const STDOUT = 1;
const STDERR = 2;

export function processIo(): Io {
  const stop = stopSignal();
  return {
    stdout: answer,
    stderr: tell,
    environment: process.env,
    // Asked late: Node builds the streams of a terminal only then, and most commands need none.
    get isInteractive() {
      return process.stdin.isTTY && process.stderr.isTTY;
    },
    get stdoutIsTerminal() {
      return process.stdout.isTTY;
    },
    get columns() {
      return process.stdout.isTTY ? process.stdout.columns : undefined;
    },
    ask: (question) =>
      askOn({ input: process.stdin, output: process.stderr, interrupt, signal: stop.aborted }, question),
    stop,
  };
}

/** The answer: whole, in order, also into a pipe that is slow; a reader that went away ends it quietly. */
function answer(text: string): void {
  try {
    write(STDOUT, text);
  } catch (cause) {
    if (codeOf(cause) === 'EPIPE') return;
    throw new HgctlError(EXIT.refused, 'the output cannot be written', {
      cause,
      hint: "what was done is in the journal: see 'hgctl get orders'",
    });
  }
}

/** What is only told along the way: an execution must not end in its middle because nobody can hear of it. */
function tell(text: string): void {
  try {
    write(STDERR, text);
  } catch {
    return;
  }
}

function write(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
    }
  }
}

function interrupt(): void {
  process.emit('SIGINT', 'SIGINT');
}

/** The first signal asks for a clean end, the second ends at once. */
function stopSignal(): Stop {
  let received: 'SIGINT' | 'SIGTERM' | null = null;
  const aborted = new AbortController();
  // Each program that runs listens to it, however many there are.
  setMaxListeners(0, aborted.signal);
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (received !== null) process.exit(signal === 'SIGINT' ? 130 : 143);
    received = signal;
    aborted.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { requested: () => received !== null, signal: () => received, aborted: aborted.signal };
}
