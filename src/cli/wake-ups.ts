/**
 * What wakes the control loop before its time: manifests that change, records of other processes, the simulated account, the broker.
 * Events of the file system only make it quick, and get lost; what is compared every two seconds is the truth.
 */
import { watch as watchFolder, type FSWatcher } from 'node:fs';
import { resolve, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instant } from '../domain/instant.ts';
import type { Clock, StopSignal } from '../reconciler/ports.ts';

export interface WakeUpOptions {
  readonly clock: Clock;
  readonly stop: StopSignal;
  /** Whether the clock stands still and is moved by waiting alone. */
  readonly isRehearsal: boolean;
  /** Files and folders whose events are worth a look. */
  readonly watched: readonly string[];
  /** A folder that gets a new file each day: it is watched as one, whatever is in it. */
  readonly journal: string;
  /** Something that is different after anything has changed. */
  readonly stamp: () => string;
  /** Whether somebody waits for a pass. No part of the stamp: whoever asks just before a mark would not be heard. */
  readonly isAsked: () => boolean;
  /** Whether the broker has told of something that is worth a look. Left out: it tells nothing. */
  readonly hasNews?: () => boolean;
}

export interface WakeUps {
  /** What changes from now on is news. */
  mark(): void;
  /** Returns at `until`, or soon after something has changed since the last mark, or when asked for a pass or to stop. */
  wait(until: Instant): Promise<void>;
  close(): Promise<void>;
}

const TICK = 100;
const COMPARE = 2_000;
/** Editors and checkouts write several times: all of it counts, once. */
const DEBOUNCE = 250;
/** What never is still keeps nobody waiting. */
const DEBOUNCE_MOST = 2_000;
/** Of real time, before a rehearsal jumps: enough for an edit of somebody else to be seen. */
const REHEARSAL_PAUSE = 40;

export async function wakeUps(options: WakeUpOptions): Promise<WakeUps> {
  const { clock, stop, isRehearsal, stamp, isAsked, hasNews = () => false } = options;
  const { watch } = await import('chokidar');
  let lastEvent = 0;
  const noteEvent = (): void => {
    lastEvent = performance.now();
  };
  const watcher = watch(withoutNested(options.watched), { ignoreInitial: true });
  watcher.on('all', noteEvent);
  const journal = folderWatch(options.journal, noteEvent);
  // A file system that cannot be watched is compared all the same.
  watcher.on('error', () => undefined);
  let marked = stamp();

  /** True once it has changed, and has been still for a moment or will not be. */
  const hasChanged = async (): Promise<boolean> => {
    if (isAsked()) return true;
    let found = stamp();
    if (found === marked) return false;
    const latest = performance.now() + DEBOUNCE_MOST;
    const isEnough = (): boolean => stop.requested() || performance.now() >= latest;
    for (let last = ''; last !== found && !isEnough(); found = stamp()) {
      last = found;
      await delay(DEBOUNCE);
    }
    return true;
  };

  const waitInReal = async (until: Instant): Promise<void> => {
    let compared = performance.now();
    // A wall clock that is set back does not make the wait longer.
    const latest = compared + (until - clock.now());
    while (!stop.requested()) {
      const left = Math.min(until - clock.now(), latest - performance.now());
      if (left <= 0) return;
      await delay(Math.min(left, TICK));
      if (hasNews()) return;
      if (lastEvent <= compared && performance.now() - compared < COMPARE) continue;
      compared = performance.now();
      if (await hasChanged()) return;
    }
  };

  const jump = async (until: Instant): Promise<void> => {
    await delay(REHEARSAL_PAUSE);
    if (stop.requested() || (await hasChanged())) return;
    await clock.sleep(until - clock.now());
  };

  return {
    wait: isRehearsal ? jump : waitInReal,
    mark: () => {
      journal.start();
      marked = stamp();
    },
    close: async () => {
      journal.close();
      try {
        await watcher.close();
      } catch {
        // A file that was replaced while it was watched; nothing is lost with the watch.
      }
    },
  };
}

/** One watch for all of a folder, from when it is there. */
function folderWatch(folder: string, note: () => void): { start(): void; close(): void } {
  let watcher: FSWatcher | null = null;
  const close = (): void => {
    watcher?.close();
    watcher = null;
  };
  return {
    close,
    start: () => {
      if (watcher !== null) return;
      try {
        watcher = watchFolder(folder, note).on('error', close);
      } catch {
        // Not there yet, or not to be watched: it is compared all the same.
      }
    },
  };
}

/** What lies in a watched folder is watched with it. */
function withoutNested(paths: readonly string[]): string[] {
  const all = [...new Set(paths.map((path) => resolve(path)))];
  return all.filter((path) => !all.some((other) => path.startsWith(other + sep)));
}
