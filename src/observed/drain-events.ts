/** Strategies that operators turn off. */
import type { Instant } from '../domain/instant.ts';

/** An operator has turned a strategy off, and no edit of the toggle file turns it on. */
export interface Drain {
  readonly strategy: string;
  readonly close: boolean;
  readonly by: string;
  readonly since: Instant;
  /** `pending`: positions are still to be sold, or an execution to be waited for. */
  readonly state: 'pending' | 'completed';
  readonly leftovers: readonly string[];
  /** It ends by itself once its work is done (`close-orphaned`); left out: only `enable` ends it. */
  readonly ends?: 'when-done';
}

export type DrainEvent =
  | {
      /**
       * An operator turns a strategy off, whatever the toggle file says: no entry, and with `close` its positions are
       * sold by whoever holds the lock next. Ends only with `drain-lifted`, unless it `ends` by itself.
       */
      readonly type: 'drain-requested';
      readonly strategy: string;
      readonly close: boolean;
      readonly by: string;
      readonly ends?: 'when-done';
    }
  | {
      /** The drain has done its work; the strategy stays off. */
      readonly type: 'drain-completed';
      readonly strategy: string;
      /** Symbols that could not be closed: orphans. */
      readonly leftovers: readonly string[];
    }
  | { readonly type: 'drain-lifted'; readonly strategy: string; readonly by: string };
