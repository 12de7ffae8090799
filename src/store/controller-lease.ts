/** One controller a data folder. It keeps two from doing the work twice; what keeps money safe is the journal. */
import { rmSync } from 'node:fs';
import type { ProcessIdentity } from '../observed/events.ts';
import { parseJson } from '../observed/json-text.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Processes } from '../reconciler/ports.ts';
import { exclusively } from './exclusive.ts';
import { readText } from './read-text.ts';
import { replaceFile } from './replace-file.ts';

export interface LeaseOptions {
  /** Says who has it. */
  readonly file: string;
  /** Lock folder of those who look at it at the same time. */
  readonly lock: string;
  readonly processes: Processes;
  readonly now: () => Instant;
}

export interface LeaseHolder {
  readonly identity: ProcessIdentity;
  /** With the zone of New York. */
  readonly since: string;
}

export type Lease =
  | {
      readonly kind: 'mine';
      /** Who had it last and is gone without having given it back; null where nobody is. */
      readonly after: LeaseHolder | null;
      readonly release: () => void;
    }
  | ({ readonly kind: 'held' } & LeaseHolder);

/** Takes the place, unless a process that may still be there has it. */
export function takeLease({ file, lock, processes, now }: LeaseOptions): Promise<Lease> {
  return exclusively(lock, (): Lease => {
    const holder = leaseHolder(file);
    if (holder !== null && processes.lookUp(holder.identity) !== 'gone') return { kind: 'held', ...holder };
    const mine = { identity: processes.self, since: formatInstant(now()) };
    replaceFile(file, `${JSON.stringify(mine, null, 2)}\n`);
    return { kind: 'mine', after: holder, release: () => rmSync(file, { force: true }) };
  });
}

/** The controller that runs, or may; null where there is none. */
export function findController(file: string, processes: Processes): LeaseHolder | null {
  const holder = leaseHolder(file);
  return holder !== null && processes.lookUp(holder.identity) !== 'gone' ? holder : null;
}

/** Who has it, or had it last; null where nobody says so. */
export function leaseHolder(file: string): LeaseHolder | null {
  const content = readText(file);
  if (content.kind !== 'text') return null;
  const parsed = parseJson(content.text);
  return parsed.kind === 'ok' && isHolder(parsed.value) ? parsed.value : null;
}

function isHolder(value: unknown): value is LeaseHolder {
  if (typeof value !== 'object' || value === null) return false;
  const { identity, since } = value as Partial<Record<string, unknown>>;
  if (typeof since !== 'string' || typeof identity !== 'object' || identity === null) return false;
  const { pid, started, bootId, host } = identity as Partial<Record<string, unknown>>;
  return typeof pid === 'number' && [started, bootId, host].every((part) => typeof part === 'string');
}
