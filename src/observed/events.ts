/** The journal's vocabulary: everything that is decided or seen, one type a payload. Times are instants (ms, UTC). */
import type { Money, Price, Quantity } from '../domain/decimal.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';

/** Who runs: enough to tell a living process from another one that got its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time of the process as the system counts it; opaque. */
  readonly started: string;
  readonly bootId: string;
  readonly host: string;
}

export interface OpeningLot {
  readonly strategy: string;
  readonly symbol: string;
  readonly quantity: Quantity;
  /** Signed like the quantity. */
  readonly cost: Money;
  readonly since: Instant;
  readonly orderId: string | null;
}

/** What is recorded of an accepted strategy: enough to keep its books and exits when its manifest is gone. */
export interface InventoryEntry {
  readonly name: string;
  readonly lifecycle: 'active' | 'planned';
}

export type OrderPurpose = 'open' | 'increase' | 'reduce' | 'close' | 'close-orphaned';

export interface IntentPayload {
  readonly clientOrderId: string;
  readonly fence: number;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly purpose: OrderPurpose;
  readonly reason: string;
  /** Price of the plan; what a buy reserves is `quantity` at this price. */
  readonly estimate: Price;
  readonly sessionDate: CalendarDate;
  /** Equal keys are equal decisions; the order id counts the terminal intents of its key. */
  readonly key: string;
}

export type TerminalStatus =
  'filled' | 'canceled' | 'expired' | 'rejected' | 'replaced' | 'refused' | 'not-created' | 'resolved';

export type BreakKind = 'missing-shares' | 'side-flip' | 'fill-reversed' | 'id-collision' | 'overfill';

export type JournalEvent =
  | {
      readonly type: 'genesis';
      readonly accountId: string;
      readonly environment: 'simulated' | 'paper' | 'live';
      readonly broker: 'simulated' | 'alpaca';
    }
  | {
      /** Opening books. `unmanaged` is what the broker held besides them, when it was asked. */
      readonly type: 'books-opened';
      readonly source: 'empty' | 'state-file' | 'unmanaged';
      readonly lots: readonly OpeningLot[];
      readonly lastExecution: readonly { readonly strategy: string; readonly at: Instant }[];
      /** From when on the account's history can explain a difference. */
      readonly historySince: Instant;
      readonly unmanaged: readonly { readonly symbol: string; readonly quantity: Quantity }[];
    }
  | {
      readonly type: 'revision-accepted';
      readonly digest: string;
      readonly strategies: readonly InventoryEntry[];
      readonly account: { readonly file: string; readonly name: string };
    }
  | {
      readonly type: 'lock-acquired';
      readonly fence: number;
      readonly lockId: string;
      /** A strategy, or `hgctl`. */
      readonly holder: string;
      readonly owner: ProcessIdentity;
      readonly acquired: Instant;
      readonly expires: Instant;
      /** Expiry on the monotonic clock of `owner.bootId`, ms. */
      readonly expiresMonotonic: number;
    }
  | { readonly type: 'lock-released'; readonly fence: number }
  | ({ readonly type: 'intent' } & IntentPayload)
  | {
      readonly type: 'order-created';
      readonly fence: number;
      readonly clientOrderId: string;
      readonly brokerOrderId: string;
    }
  | {
      readonly type: 'order-unknown';
      readonly fence: number;
      readonly clientOrderId: string;
      readonly detail: string;
    }
  | {
      /** The increase of the order's cumulative filled quantity over what was booked before. */
      readonly type: 'fill';
      readonly fence: number;
      readonly clientOrderId: string;
      readonly brokerOrderId: string;
      readonly quantity: Quantity;
      /** Value of the increase, unsigned. */
      readonly value: Money;
      readonly cumulative: Quantity;
      readonly averagePrice: Price;
      readonly at: Instant;
    }
  | {
      readonly type: 'order-ended';
      readonly fence: number;
      readonly clientOrderId: string;
      readonly status: TerminalStatus;
      /** Reason code and words of the broker, for a refusal; else empty. */
      readonly detail: string;
    }
  | {
      /** A book follows what happened outside, on evidence. */
      readonly type: 'synced';
      readonly fence: number;
      readonly strategy: string;
      readonly symbol: string;
      readonly from: Quantity;
      readonly to: Quantity;
      readonly price: Price;
      readonly evidence: readonly string[];
      readonly anchor: Anchor;
      readonly sessionDate: CalendarDate;
    }
  | {
      readonly type: 'adopted';
      readonly strategy: string;
      readonly symbol: string;
      readonly quantity: Quantity;
      readonly cost: Money;
      readonly reason: string;
      readonly anchor: Anchor;
    }
  | {
      readonly type: 'break-opened';
      readonly fence: number;
      readonly symbol: string;
      readonly kind: BreakKind;
      readonly detail: string;
    }
  | {
      /**
       * An operator says what is true of a symbol: its break and its orders without an end are over, and `lots` are
       * its books from now on.
       */
      readonly type: 'symbol-resolved';
      readonly symbol: string;
      readonly reason: string;
      readonly lots: readonly { readonly strategy: string; readonly quantity: Quantity }[];
      readonly price: Price;
      readonly anchor: Anchor;
      readonly sessionDate: CalendarDate;
    }
  | {
      readonly type: 'slot-started';
      readonly fence: number;
      readonly slot: string;
      readonly strategy: string;
      readonly targets: readonly SlotTarget[];
    }
  | {
      readonly type: 'slot-ended';
      readonly fence: number;
      readonly slot: string;
      readonly outcome: 'done' | 'partial';
    }
  | {
      readonly type: 'execution-ended';
      readonly fence: number;
      readonly strategy: string;
      readonly at: Instant;
    };

/** A target as it was decided when its slot started. */
export interface SlotTarget {
  readonly symbol: string;
  readonly quantity: Quantity;
  readonly priority: number;
}

/**
 * From where on a symbol's outside history is counted: at `at`, the broker held `unmanaged` beyond the books.
 * Outside fills after `at` must lead from `unmanaged` to what is seen now, or evidence is missing.
 */
export interface Anchor {
  readonly at: Instant;
  readonly unmanaged: Quantity;
}

/** One valid record of the journal. */
export interface JournalRecord {
  /** Schema version. */
  readonly v: number;
  readonly seq: number;
  /** Hash of the record before; empty for the first. */
  readonly prev: string;
  /** Size of the file that its writer had read. */
  readonly at: number;
  /** Which run of the program wrote it. */
  readonly run: string;
  readonly time: Instant;
  /** Monotonic clock, ms, of the boot `boot`. */
  readonly mono: number;
  readonly boot: string;
  readonly event: JournalEvent;
  /** Checksum of all of the above, and the record's hash. */
  readonly sum: string;
}
