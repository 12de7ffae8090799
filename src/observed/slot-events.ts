/** What the journal says of scheduled executions. */
import type { Json } from '../domain/digest.ts';
import type { Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';

/** A target as it was decided when its slot started. */
export interface SlotTarget {
  readonly symbol: string;
  readonly quantity: Quantity;
  readonly priority: number;
  /** Targets of one name are reached together, or left together. Absent: it stands by itself. */
  readonly group?: string;
}

export type SlotEvent =
  | {
      readonly type: 'slot-started';
      readonly fence: number;
      readonly slot: string;
      readonly strategy: string;
      readonly targets: readonly SlotTarget[];
      /** Present where its window had passed: only exits start late. */
      readonly late?: true;
      /** What the signal remembers from now on: with the targets, so that neither is there without the other. */
      readonly memory?: SignalMemory;
    }
  | {
      readonly type: 'slot-ended';
      readonly fence: number;
      readonly slot: string;
      readonly outcome: 'done' | 'partial';
    }
  | {
      /** Its time has passed, and it was not started, or not brought to its end. Once a slot; nothing trades for it. */
      readonly type: 'slot-missed';
      readonly fence: number;
      readonly slot: string;
      readonly strategy: string;
    }
  | {
      /** An operator lets a slot run now, whatever its time. Void for a slot that was started. */
      readonly type: 'slot-triggered';
      readonly slot: string;
      readonly strategy: string;
      readonly by: string;
      readonly reason: string;
    }
  | {
      /** Before a slot: symbols without a price or a series, and with one that is too old. For the record. */
      readonly type: 'data-missing';
      readonly slot: string;
      readonly strategy: string;
      readonly missing: readonly string[];
      readonly stale: readonly string[];
    }
  | {
      /** In a slot: why its signal could not decide. For the record. */
      readonly type: 'signal-failed';
      readonly slot: string;
      readonly strategy: string;
      readonly detail: string;
    };

/** What a signal remembers from one slot to the next. Of another signal it means nothing. */
export interface SignalMemory {
  readonly signal: string;
  readonly state: Json;
}

/** What the signal of one strategy remembers, where it is handed on to new books. */
export interface StrategyMemory extends SignalMemory {
  readonly strategy: string;
}

/** What became of a slot. `missed`: never started. */
export interface SlotRun {
  readonly slot: string;
  readonly strategy: string;
  readonly state: 'started' | 'done' | 'partial' | 'missed';
  readonly targets: readonly SlotTarget[];
}

/** An operator's word that a slot is to run now. */
export interface Trigger {
  readonly slot: string;
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}
