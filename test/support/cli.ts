/** Runs the real bundle in a real process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const BUNDLE = fileURLToPath(new URL('../../dist/hgctl.js', import.meta.url));

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Text on standard input; empty when left out. It is never a terminal. */
  readonly input?: string;
}

export interface CliResult {
  /** Null after a signal that was not handled. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly process: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** Resolves once stderr contains the text; rejects when the process ends before. */
  said(text: string): Promise<void>;
}

/** A process that sees nothing of the environment of the tests. */
export function startCli(args: readonly string[], { cwd, env, input = '' }: CliOptions): RunningCli {
  const child = spawn(process.execPath, [BUNDLE, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TZ: 'Asia/Tokyo', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output.stderr += text));
  // A process that ends without reading its input is no trouble.
  child.stdin.on('error', () => undefined).end(input);
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...output }));
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.stderr.includes(text)) resolve();
      };
      child.stderr.on('data', look);
      child.on('close', () => reject(new Error(`it never said ${JSON.stringify(text)}:\n${output.stderr}`)));
      look();
    });
  return { process: child, ended, said };
}

export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended;
}
