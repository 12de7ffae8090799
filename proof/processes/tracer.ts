/** strace: sends a signal to a process at exactly one of its system calls, and says which calls it makes. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Home } from './home.ts';

/** Calls that change a disk. Others change nothing that outlives a process. */
const CALLS = [
  'write',
  'pwrite64',
  'ftruncate',
  'fsync',
  'fdatasync',
  'rename',
  'link',
  'unlink',
  'mkdir',
  'rmdir',
  'openat',
];

/** One thread for files makes the order of calls the same each time, or nearly so. */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: '1' };

export interface Point {
  readonly call: string;
  /** It is so manieth of its kind in its thread. */
  readonly number: number;
}

/** Null where `strace` is there and may trace. */
export function missingTracer(): string | null {
  const probe = ['-f', '-qq', '-o', '/dev/null', '-e', 'inject=getpid:signal=KILL:when=9', 'true'];
  try {
    execFileSync('strace', probe, { stdio: 'ignore' });
    return null;
  } catch {
    return 'no strace';
  }
}

/** Before a command: it gets the signal on entering that call, which is then not made. */
export function striking({ call, number }: Point, signal: 'KILL' | 'STOP') {
  const inject = `inject=${call}:signal=${signal}:when=${number}`;
  return {
    before: ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject],
    env: ENVIRONMENT,
  };
}

/** Every call by which a command changes its data folder, as it comes. */
export async function pointsOf(home: Home, args: readonly string[]): Promise<readonly Point[]> {
  const file = home.path('calls');
  const before = ['strace', '-f', '-y', '-qq', '-o', file, '-e', `trace=${CALLS.join(',')}`];
  await home.start(args, { before, env: ENVIRONMENT }).ended;
  return pointsIn(readFileSync(file, 'utf8'), home.path('data'));
}

function pointsIn(trace: string, folder: string): Point[] {
  const counts = new Map<string, number>();
  const points = new Map<string, Point>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (call === '') continue;
    const number = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, number);
    const changes = line.includes(folder) && (call !== 'openat' || line.includes('O_CREAT'));
    if (changes) points.set(`${call} ${number}`, { call, number });
  }
  return [...points.values()];
}
