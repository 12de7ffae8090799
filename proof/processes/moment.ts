/** When something happens to a process: seen from outside, so that it falls anywhere in it. */
import { existsSync, watch } from 'node:fs';
import type { Chance } from '../machine/chance.ts';
import type { Home } from './home.ts';
import type { Ended, Running } from './workshop.ts';

export type Moment =
  | { readonly kind: 'delay'; readonly ms: number }
  /** Just when it has said so many lines on stderr. */
  | { readonly kind: 'line'; readonly number: number }
  /** Just when the journal has been written so many times. */
  | { readonly kind: 'write'; readonly number: number };

/** Of a command that ends by itself within a second or so. */
const DELAY_MAX = 900;
const LINES_MAX = 24;
const WRITES_MAX = 24;

export function anyMoment(pick: Chance): Moment {
  const kind = pick.pick(['delay', 'line', 'write', 'write'] as const);
  if (kind === 'delay') return { kind, ms: pick.below(DELAY_MAX) };
  return { kind, number: 1 + pick.below(kind === 'line' ? LINES_MAX : WRITES_MAX) };
}

export function momentWords(moment: Moment): string {
  return moment.kind === 'delay' ? `after ${moment.ms} ms` : `at ${moment.kind} ${moment.number}`;
}

/** A process that is sent a signal at that moment, if it is still there. */
export interface Struck {
  readonly running: Running;
  /** True once it was sent; false once the process has ended without. */
  readonly struck: Promise<boolean>;
  readonly ended: Promise<Ended>;
}

export function strike(home: Home, args: readonly string[], moment: Moment, signal: NodeJS.Signals): Struck {
  let isOver = false;
  let hit: (isHit: boolean) => void = () => undefined;
  const struck = new Promise<boolean>((resolve) => void (hit = resolve));
  const now = (running: Running): void => {
    if (isOver) return;
    isOver = true;
    running.signal(signal);
    hit(true);
  };
  const isThere = existsSync(home.journal);
  const running = home.start(args, {
    heard: (one) => {
      if (moment.kind === 'line' && one.said().split('\n').length > moment.number) now(one);
    },
  });
  let writes = 0;
  // Where there is no journal yet, its first line stands for it.
  const watcher = moment.kind === 'write' && isThere ? watch(home.journal) : null;
  watcher?.on('change', () => {
    writes += 1;
    if (moment.kind === 'write' && writes >= moment.number) now(running);
  });
  const timer = moment.kind === 'delay' ? setTimeout(() => now(running), moment.ms) : null;
  const ended = running.ended.finally(() => {
    isOver = true;
    watcher?.close();
    if (timer !== null) clearTimeout(timer);
    hit(false);
  });
  return { running, struck, ended };
}
