/** One process at a time through a short piece of work. */
import { dirname } from 'node:path';
import { ensureFolder } from './folders.ts';

const STALE = 5_000;
/** Longer than the place of a killed process takes to go stale. */
const WAIT = 6_000;
const WAIT_STEP = 20;

/**
 * Does `work` while this process alone holds the lock folder `path`. Where the lock cannot be had (a folder that
 * cannot be written, somebody who never leaves), the work is done all the same: it must be safe without, and only
 * lose a race less often with it.
 */
export async function exclusively<Result>(path: string, work: () => Result): Promise<Result> {
  const release = await acquire(path);
  try {
    return work();
  } finally {
    // A lock that cannot be removed goes stale by itself, and the work is done either way.
    await release().catch(() => undefined);
  }
}

async function acquire(path: string): Promise<() => Promise<void>> {
  try {
    ensureFolder(dirname(path));
    const { lock } = await import('proper-lockfile');
    return await lock(path, {
      lockfilePath: path,
      realpath: false,
      stale: STALE,
      retries: { retries: WAIT / WAIT_STEP, factor: 1, minTimeout: WAIT_STEP, maxTimeout: WAIT_STEP },
      // The work is synchronous: it is over before anybody could take the lock for stale and be noticed.
      onCompromised: () => undefined,
    });
  } catch {
    return () => Promise.resolve();
  }
}
