/**
 * Keeps a simulated account in a file. Reading needs no lock: the file is only ever replaced as a whole. Changes of
 * all processes queue up at `<file>.lock`; the last look before the replacement catches a lock that was lost in a
 * long pause.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import { formatChain } from '../domain/errors.ts';
import { BrokerUnavailable } from '../reconciler/ports.ts';
import { formatDocument, parseDocument } from './simulated-document.ts';
import type { SimulatedState, Transition } from './simulated-state.ts';

const STALE = 10_000;
const UPDATE = 2_000;
/** Longer than a lock takes to go stale, so that a killed process never makes the next one fail. */
const WAIT = 12_000;
const WAIT_STEP = 20;

interface SimulatedFile {
  /** The stored account, or a fresh one when there is no file. Writes nothing. */
  load(): SimulatedState;
  /**
   * Applies a transition to the stored account, exclusively; a state that comes back unchanged is not written.
   * Rejects with {@link WriteUndecided} when the change may or may not survive; after any other rejection nothing
   * has changed.
   */
  change<Answer>(apply: (state: SimulatedState) => Transition<Answer>): Promise<Answer>;
}

/** The file was replaced, but the system did not confirm that the replacement is durable. */
export class WriteUndecided extends Error {
  override readonly name = 'WriteUndecided';
}

/** `fresh` makes the account of a file that does not exist. */
export function simulatedFile(file: string, fresh: () => SimulatedState): SimulatedFile {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    load: () => decode(file, readText(file)) ?? fresh(),
    change: (apply) => {
      const turn = tail.then(() => exclusively(file, (lease) => changeNow(file, lease, fresh, apply)));
      tail = turn.catch(() => undefined);
      return turn;
    },
  };
}

interface Lease {
  isLost: boolean;
}

async function exclusively<Answer>(file: string, work: (lease: Lease) => Answer): Promise<Answer> {
  const lease: Lease = { isLost: false };
  const release = await acquire(file, lease);
  try {
    return work(lease);
  } finally {
    // A lock that cannot be removed goes stale by itself, and the work is done either way.
    await release().catch(() => undefined);
  }
}

async function acquire(file: string, lease: Lease): Promise<() => Promise<void>> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return await lock(file, {
      stale: STALE,
      update: UPDATE,
      realpath: false,
      retries: { retries: WAIT / WAIT_STEP, factor: 1, minTimeout: WAIT_STEP, maxTimeout: WAIT_STEP },
      onCompromised: () => {
        lease.isLost = true;
      },
    });
  } catch (error) {
    throw unavailable(`cannot lock ${file}`, error);
  }
}

function changeNow<Answer>(
  file: string,
  lease: Lease,
  fresh: () => SimulatedState,
  apply: (state: SimulatedState) => Transition<Answer>,
): Answer {
  const before = readText(file);
  const state = decode(file, before) ?? fresh();
  const next = apply(state);
  if (next.state !== state) replace(file, { before, after: formatDocument(next.state) }, lease);
  return next.answer;
}

/** Everything up to the rename leaves the file as it was. */
function replace(file: string, text: { before: string | null; after: string }, lease: Lease): void {
  const stage = `${file}.stage-${randomBytes(6).toString('hex')}`;
  try {
    writeFileAtomic.sync(stage, text.after, { mode: 0o600, fsync: true });
    if (readFileSync(stage, 'utf8') !== text.after) throw new Error('the disk did not keep what was written');
    if (lease.isLost || readText(file) !== text.before) throw new Error('the lock on it was lost');
    renameSync(stage, file);
  } catch (error) {
    rmSync(stage, { force: true });
    throw unavailable(`cannot write ${file}`, error);
  }
  try {
    syncFolder(dirname(file));
  } catch (error) {
    throw new WriteUndecided(`cannot make sure that ${file} is kept`, { cause: error });
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Null when there is no such file. */
function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw unavailable(`cannot read ${file}`, error);
  }
}

/** A file that cannot be understood is never taken for an empty account. */
function decode(file: string, text: string | null): SimulatedState | null {
  if (text === null) return null;
  try {
    return parseDocument(text);
  } catch (error) {
    throw unavailable(`${file} is not a simulated account`, error);
  }
}

/** The reason is in the message: a snapshot keeps only that. */
function unavailable(message: string, cause: unknown): BrokerUnavailable {
  return new BrokerUnavailable(`${message}: ${formatChain(cause)}`);
}
