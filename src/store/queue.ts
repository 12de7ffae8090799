/** Waiting in line before an execution: it makes conflicts rare and proves nothing; the proof is the journal. */
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Queue } from '../reconciler/ports.ts';
import { ensureFolder } from './folders.ts';
import { codeOf } from './system-error.ts';

export interface QueueOptions {
  /** The lock folder itself. */
  readonly path: string;
  /** Longest wait, in real ms: it must end even where the program's clock stands still. */
  readonly timeout: number;
  /** Asked before every further wait. */
  readonly isWorthWaiting: () => boolean;
}

interface Place {
  readonly release: () => Promise<void>;
  /** True once somebody else may be at the head of the line: then the lock folder is theirs. */
  isLost: boolean;
}

const POLL = 100;
const STALE = 10_000;
const UPDATE = 2_000;

/** `enter` never fails: who cannot wait any longer, or cannot lock at all, goes on without a place. */
export function queue(options: QueueOptions): Queue {
  return {
    enter: async () => {
      const place = await waitInLine(options);
      return { leave: () => leave(place) };
    },
  };
}

async function waitInLine({ path, timeout, isWorthWaiting }: QueueOptions): Promise<Place | undefined> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const answer = await tryPlace(path);
    if (answer !== 'taken') return answer;
    if (performance.now() >= deadline || !isWorthWaiting()) return undefined;
    await delay(POLL);
  }
}

async function tryPlace(path: string): Promise<Place | 'taken' | undefined> {
  let place: Place | undefined;
  try {
    ensureFolder(dirname(path));
    // Loaded by those who wait in line only: it would cost every read 5 ms.
    const { lock } = await import('proper-lockfile');
    const release = await lock(path, {
      lockfilePath: path,
      realpath: false,
      stale: STALE,
      update: UPDATE,
      retries: 0,
      onCompromised: () => {
        if (place !== undefined) place.isLost = true;
      },
    });
    place = { release, isLost: false };
    return place;
  } catch (error) {
    return codeOf(error) === 'ELOCKED' ? 'taken' : undefined;
  }
}

async function leave(place: Place | undefined): Promise<void> {
  if (place === undefined || place.isLost) return;
  try {
    await place.release();
  } catch {
    // Released twice or taken over: others wait until it is stale, at worst.
  }
}
