/** Which process is which, and whether it is still there. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../observed/events.ts';
import { UNKNOWN_BOOT as UNKNOWN, type Processes } from '../reconciler/ports.ts';
import { codeOf } from './system-error.ts';

/** What the system says of one number. */
type Sighting =
  | { readonly kind: 'running'; readonly started: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown' };

/** `gone` is said only with proof: a lock may be taken over on it. */
export function processes(): Processes {
  const own = sight(process.pid);
  const self: ProcessIdentity = {
    pid: process.pid,
    started: own.kind === 'running' ? own.started : UNKNOWN,
    bootId: bootId(),
    host: hostname(),
  };
  return { self, lookUp: (identity) => lookUp(self, identity) };
}

function lookUp(self: ProcessIdentity, other: ProcessIdentity): 'alive' | 'gone' | 'unknown' {
  if (other.host !== self.host) return 'unknown';
  if (other.bootId === UNKNOWN || self.bootId === UNKNOWN) return 'unknown';
  if (other.bootId !== self.bootId) return 'gone';
  const seen = sight(other.pid);
  if (seen.kind !== 'running') return seen.kind;
  if (other.started === UNKNOWN) return 'unknown';
  return seen.started === other.started ? 'alive' : 'gone';
}

function sight(pid: number): Sighting {
  if (!Number.isSafeInteger(pid) || pid <= 0) return { kind: 'unknown' };
  if (process.platform === 'linux') return sightOnLinux(pid);
  return process.platform === 'darwin' ? sightOnMac(pid) : { kind: 'unknown' };
}

function sightOnLinux(pid: number): Sighting {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // A hardened /proc hides the processes of others.
    return isNobody(pid) ? { kind: 'gone' } : { kind: 'unknown' };
  }
}

/** Reads /proc/PID/stat: the command may hold spaces and parentheses; state and start time are fields 3 and 22. */
export function parseProcStat(text: string): Sighting {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const state = fields[0];
  const started = fields[19];
  if (state === undefined || started === undefined) return { kind: 'unknown' };
  return ENDED.has(state) ? { kind: 'gone' } : { kind: 'running', started };
}

/** Zombie and dead: nothing of them will run again. */
const ENDED: ReadonlySet<string> = new Set(['Z', 'X', 'x']);

function sightOnMac(pid: number): Sighting {
  const line = output('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)]);
  const match = /^(\S+)\s+(\S.*)$/.exec(line ?? '');
  if (match === null) return isNobody(pid) ? { kind: 'gone' } : { kind: 'unknown' };
  const [, state = '', started = ''] = match;
  return state.startsWith('Z') ? { kind: 'gone' } : { kind: 'running', started };
}

/** True only when the system knows no process of that number. */
function isNobody(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function bootId(): string {
  if (process.platform === 'darwin') return output('sysctl', ['-n', 'kern.bootsessionuuid']) ?? UNKNOWN;
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return UNKNOWN;
  }
}

/** What a system tool prints; undefined when it fails or prints nothing. */
function output(command: string, args: readonly string[]): string | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    // Loaded only where there is no /proc: it costs every command 5 ms.
    const { execFileSync } = process.getBuiltinModule('node:child_process');
    const text = execFileSync(command, args, {
      encoding: 'latin1',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
