/** Runs a user's program once: text in, text out, and nothing of its process group is left behind. */
import { isUtf8 } from 'node:buffer';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { ProgramAnswer, ProgramRequest } from '../reconciler/ports.ts';

const OUTPUT_MAX = 1_048_576;
const STDERR_KEPT = 2_000;
/** After the program has ended: a child of it that keeps the output open is not waited for. */
const DRAIN = 1_000;
/** What a program sees of the environment: no credential is among it. */
const PASSED = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'USER',
  'VIRTUAL_ENV',
  'PYTHONPATH',
  'NODE_PATH',
];

const STOPPED: ProgramAnswer = { kind: 'failed', reason: 'hgctl was asked to stop' };

/**
 * Never rejects. The program has a process group of its own, which is killed whole at the time-out, and when `stop` is
 * aborted; where it is already, nothing is started.
 */
export function runProgram(request: ProgramRequest, stop?: AbortSignal): Promise<ProgramAnswer> {
  if (stop?.aborted === true) return Promise.resolve(STOPPED);
  return new Promise((resolve) => {
    try {
      const run = new Run(started(request), request, (answer) => {
        stop?.removeEventListener('abort', onStop);
        resolve(answer);
      });
      const onStop = (): void => run.finish(STOPPED);
      stop?.addEventListener('abort', onStop);
      run.start();
    } catch (error) {
      // A NUL in a word, or more words than the system takes: known before there is a process.
      const [why = ''] = formatMessage(error).split('. Received');
      resolve({ kind: 'failed', reason: `it cannot be started: ${why}` });
    }
  });
}

function started({ argv, folder }: ProgramRequest): ChildProcessWithoutNullStreams {
  const [command = '', ...args] = argv;
  return spawn(command, args, {
    cwd: folder,
    env: Object.fromEntries(PASSED.flatMap((name) => pair(name))),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

function formatMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pair(name: string): [string, string][] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}

class Run {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #request: ProgramRequest;
  readonly #resolve: (answer: ProgramAnswer) => void;
  readonly #output: Buffer[] = [];
  #size = 0;
  #errors = '';
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(
    child: ChildProcessWithoutNullStreams,
    request: ProgramRequest,
    resolve: (answer: ProgramAnswer) => void,
  ) {
    this.#child = child;
    this.#request = request;
    this.#resolve = resolve;
  }

  start(): void {
    const { timeout, input } = this.#request;
    const child = this.#child;
    this.#timer = setTimeout(() => this.#fail(`it did not end within ${timeout / 1_000} s`), timeout);
    child.on('error', (error) => this.#fail(`it cannot be started: ${this.#whyNot(error)}`));
    child.stdout.on('data', (bytes: Buffer) => this.#take(bytes));
    child.stderr.on('data', (bytes: Buffer) => {
      this.#errors = (this.#errors + bytes.toString('utf8')).slice(-STDERR_KEPT);
    });
    child.on('exit', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(
        () => this.#fail('it has ended, and a child of it keeps its output open'),
        DRAIN,
      );
    });
    child.on('close', (code, signal) => this.#end(code, signal));
    // A program that does not read its input is no trouble.
    child.stdin.on('error', () => undefined).end(input);
  }

  #whyNot({ code, message }: NodeJS.ErrnoException): string {
    const [command = ''] = this.#request.argv;
    return code === 'ENOENT'
      ? `${command} is not found, or the interpreter that its first line names is not`
      : message;
  }

  #take(bytes: Buffer): void {
    this.#size += bytes.length;
    if (this.#size > OUTPUT_MAX) this.#fail(`it wrote more than ${OUTPUT_MAX} bytes`);
    else this.#output.push(bytes);
  }

  #end(code: number | null, signal: string | null): void {
    if (code !== 0)
      return this.#fail(`it ended with ${signal ?? `exit code ${String(code)}`}${this.#lastWords()}`);
    const bytes = Buffer.concat(this.#output);
    // A replacement character in a symbol would be another symbol.
    if (isUtf8(bytes)) this.finish({ kind: 'ok', output: bytes.toString('utf8') });
    else this.#fail('its output is not UTF-8');
  }

  #lastWords(): string {
    const line = this.#errors.trim().split('\n').at(-1) ?? '';
    return line === '' ? '' : `: ${line}`;
  }

  #fail(reason: string): void {
    this.finish({ kind: 'failed', reason });
  }

  /** Whoever is left of its group goes, also after a good answer: nothing runs on into the next pass. */
  finish(answer: ProgramAnswer): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    killGroup(this.#child.pid);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    this.#child.stdin.destroy();
    this.#child.unref();
    this.#resolve(answer);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left of it.
  }
}
