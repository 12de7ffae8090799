/** Real processes, folders and mounts of a trial: whatever happens to it, nothing of them is left. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Answer } from '../invariants/invariant.ts';

/** What has become of a process: `killed` by SIGKILL, or ended by itself. */
export type Ended = Answer;

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** On stderr, so far. */
  said(): string;
  signal(name: NodeJS.Signals): void;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** With each piece of stdout or stderr. */
  readonly heard?: (running: Running, stdout: string) => void;
}

/** The bundle, of the repository that the proof runs in. */
function bundlePath(): string {
  const path = resolve('dist', 'hgctl.js');
  if (existsSync(path)) return path;
  throw new Error(`${path} is not there: run 'npm run build' in the folder of hgctl first`);
}

/** No command of a trial takes as long, on the slowest machine: who is not over by then never is. ms. */
const LONGEST = 120_000;

export class Workshop {
  readonly #bundle = bundlePath();
  readonly #alive = new Set<ChildProcess>();
  readonly #folders: string[] = [];
  readonly #mounts = new Set<string>();

  folder(): string {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hgctl-proof-')));
    this.#folders.push(folder);
    return folder;
  }

  /** hgctl with these arguments; `before`: what runs it, as a tracer. */
  hgctl(args: readonly string[], options: StartOptions, before: readonly string[] = []): Running {
    return this.start([...before, process.execPath, this.#bundle, ...args], options);
  }

  start([program = '', ...args]: readonly string[], { cwd, env, heard }: StartOptions): Running {
    // A group of its own: who kills a tracer kills what it traces.
    const child = spawn(program, args, {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, TZ: 'Asia/Tokyo', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#alive.add(child);
    const output = { stdout: '', stderr: '' };
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      signalGroup(child, 'SIGKILL');
    }, LONGEST);
    const running: Running = {
      pid: child.pid ?? 0,
      ended: new Promise((settle, reject) => {
        child.on('error', reject).on('close', (code, signal) => {
          clearTimeout(late);
          this.#alive.delete(child);
          if (isLate) output.stderr += `\nunhandled: it was not over after ${LONGEST / 1_000} s\n`;
          settle({ ...output, code, state: signal === 'SIGKILL' && !isLate ? 'killed' : 'ended' });
        });
      }),
      said: () => output.stderr,
      signal: (name) => signalGroup(child, name),
    };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        heard?.(running, output.stdout);
      });
    return running;
  }

  /** A small file system in memory at this folder, which is there. */
  mount(path: string, kilobytes: number): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]);
    this.#mounts.add(path);
  }

  async close(): Promise<void> {
    const alive = [...this.#alive].filter(({ pid }) => pid !== undefined);
    const ends = alive.map((child) => once(child, 'close'));
    for (const child of alive) signalGroup(child, 'SIGKILL');
    await Promise.all(ends);
    for (const path of this.#mounts) execFileSync('umount', ['-l', path]);
    this.#mounts.clear();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
    this.#folders.length = 0;
  }
}

/** All of a trial, and then the end of everything that it has started. */
export async function inWorkshop<Result>(work: (workshop: Workshop) => Promise<Result>): Promise<Result> {
  const workshop = new Workshop();
  try {
    return await work(workshop);
  } finally {
    await workshop.close();
  }
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    // It has ended in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
