/**
 * Runs the real bundle in the process of the test: what a command does and says, for a tenth of what a process costs.
 * What a process of its own proves (signals, locks of others, that it ends by itself) is `cli.ts`.
 */
import type * as Program from '../../src/cli/command-line.ts';
import type { Clock } from '../../src/reconciler/ports.ts';
import type { CliOptions, CliResult } from './cli.ts';

const PROGRAM = new URL('../../dist/command-line.js', import.meta.url).href;

/** A command owns the working folder and the environment while it runs, so they run one after another. */
let last: Promise<unknown> = Promise.resolve();

export interface InProcessOptions extends CliOptions {
  /** Left out: the time of this machine, or that of `HGCTL_NOW`. */
  readonly clock?: Clock;
  /** What it says on stderr, as it says it. */
  readonly heard?: (text: string) => void;
}

export function runInProcess(args: readonly string[], options: InProcessOptions): Promise<CliResult> {
  const result = last.then(() => run(args, options));
  last = result.catch(() => undefined);
  return result;
}

async function run(
  args: readonly string[],
  { cwd, env, clock, heard }: InProcessOptions,
): Promise<CliResult> {
  const { commandLine } = (await import(/* @vite-ignore */ PROGRAM)) as typeof Program;
  const output = { stdout: '', stderr: '' };
  const environment = { PATH: process.env['PATH'], HOME: cwd, TZ: 'Asia/Tokyo', ...env };
  const restore = enter(cwd, environment);
  try {
    const code = await commandLine(args, {
      stdout: (text) => void (output.stdout += text),
      stderr: (text) => {
        output.stderr += text;
        heard?.(text);
      },
      environment,
      isInteractive: false,
      stdoutIsTerminal: false,
      ask: () => Promise.reject(new Error('nobody is there to be asked')),
      stop: { requested: () => false, signal: () => null, aborted: new AbortController().signal },
      ...(clock && { clock }),
    });
    return { code, ...output };
  } finally {
    restore();
  }
}

/** As a new process would be; returns the way back. */
function enter(folder: string, environment: Readonly<Record<string, string | undefined>>): () => void {
  const before = { folder: process.cwd(), environment: { ...process.env } };
  process.chdir(folder);
  replaceEnvironment(environment);
  return () => {
    process.chdir(before.folder);
    replaceEnvironment(before.environment);
  };
}

/** In place: a change of `TZ` counts only in the environment that the process was born with. */
function replaceEnvironment(wanted: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env))
    if (wanted[name] === undefined) Reflect.deleteProperty(process.env, name);
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) process.env[name] = value;
}
