/** What a process does to its disk and to the broker, as those who inject faults see it. */
import type { SimProcess } from './process.ts';

export interface Effect {
  /** Counted over all processes of a machine, from 1. */
  readonly number: number;
  readonly process: SimProcess;
  readonly kind: 'create' | 'write' | 'cut' | 'sync' | 'link' | 'rename' | 'remove' | 'request';
  /** The path, or the request. */
  readonly of: string;
  readonly phase: 'before' | 'after';
}

/** How a write fails: with an error, or with a part of its bytes; `Infinity` of them: none is missing. */
export type Failure =
  | { readonly kind: 'error'; readonly code: 'ENOSPC' | 'EIO' | 'EROFS' }
  /** So many bytes are written; then it is killed, or told how many there were. */
  | { readonly kind: 'short'; readonly bytes: number; readonly then: 'killed' | 'told' };

export interface Hooks {
  /** May kill the process, or any other. */
  effect?: (effect: Effect) => void;
  /** Null: it goes through. */
  failure?: (effect: Effect, bytes: number) => Failure | null;
  /** A process has ended by itself. */
  ended?: (process: SimProcess) => void;
  /** The account that a read of it sees: an older one, or null for the newest. */
  staleRead?: (read: { readonly number: number; readonly versions: number }) => number | null;
}
