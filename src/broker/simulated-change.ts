/** Changes the file of a simulated account, one process at a time. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import { formatDocument } from './simulated-document.ts';
import type { SimulatedState, Transition } from './simulated-state.ts';
import { decode, readText, unavailable, WriteUndecided } from './simulated-text.ts';

const STALE = 10_000;
const UPDATE = 2_000;
/** Longer than a lock takes to go stale, so that a killed process never makes the next one fail. */
const WAIT = 12_000;
const WAIT_STEP = 20;

interface Lease {
  isLost: boolean;
}

/** `fresh` makes the account of a file that does not exist. Rejects as `SimulatedStore.change` says. */
export function changeFile<Answer>(
  file: string,
  fresh: () => SimulatedState,
  apply: (state: SimulatedState) => Transition<Answer>,
): Promise<Answer> {
  return exclusively(file, (lease) => changeNow(file, lease, fresh, apply));
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
