/** The journal's vocabulary: everything that is decided or seen, one type a payload. Times are instants (ms, UTC). */
import type { ActionEvent } from './action-events.ts';
import type { Anchor } from './anchor.ts';
import type { BookedFill, ResolvedLot, ShrunkSymbol } from './book.ts';
import type { BlockedTarget, SignalDecision } from './decision.ts';
import type { Money, Price, Quantity } from '../domain/decimal.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import type { Latch, MarkEvent } from './mark-events.ts';
import type { Brakes, HaltMode } from './brakes.ts';
import type { Drain, DrainEvent } from './drain-events.ts';
import type { SlotEvent, StrategyMemory } from './slot-events.ts';
import type { SplitRatio } from './split.ts';
import type { DesiredAccount, FixedTarget, ScheduleEntry } from '../desired/desired-state.ts';

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
  /** Exits of it go on when the manifest is gone. */
  readonly schedule: readonly ScheduleEntry[];
  /** Whether its switches let it follow targets; left out by earlier versions. */
  readonly follows?: boolean;
}

/** Where the accepted account stands, and what it says: for commands that must work while manifests are invalid. */
export interface AcceptedAccount {
  readonly file: string;
  readonly name: string;
  readonly settings: DesiredAccount;
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

export type BreakKind =
  'missing-shares' | 'side-flip' | 'split' | 'price-mismatch' | 'fill-reversed' | 'id-collision' | 'overfill';

export type JournalEvent =
  | ActionEvent
  | MarkEvent
  | SlotEvent
  | {
      /** The last record of a segment: the journal goes on in segment `next`. */
      readonly type: 'sealed';
      readonly next: number;
    }
  | {
      /** The first record of every segment but the first: what the segments before it say (checkpoint.ts). */
      readonly type: 'checkpoint';
      readonly state: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'genesis';
      readonly accountId: string;
      readonly environment: 'simulated' | 'paper' | 'live';
      readonly broker: 'simulated' | 'alpaca';
    }
  | {
      /** Opening books. `unmanaged` is what the broker held besides them, when it was asked. */
      readonly type: 'books-opened';
      readonly source: 'empty' | 'state-file' | 'unmanaged' | 'backup' | 'broker' | 'shadow';
      readonly lots: readonly OpeningLot[];
      readonly lastExecution: readonly { readonly strategy: string; readonly at: Instant }[];
      /** From when on the account's history can explain a difference. */
      readonly historySince: Instant;
      readonly unmanaged: readonly { readonly symbol: string; readonly quantity: Quantity }[];
      /** What the lost journal said of shutdowns; left out by earlier versions. */
      readonly drains?: readonly Drain[];
      /** What it said of loss limits; left out where nothing is latched. */
      readonly latches?: readonly Latch[];
      /** What it said of halts and suspensions; left out by earlier versions. */
      readonly brakes?: Brakes;
      /** What signals remembered in the books that a shadow begins from; left out where nothing is remembered. */
      readonly memories?: readonly StrategyMemory[];
      /** What had shrunk from outside in those books, by session; left out where nothing had. */
      readonly shrunk?: readonly ShrunkSymbol[];
    }
  | {
      readonly type: 'revision-accepted';
      readonly digest: string;
      readonly strategies: readonly InventoryEntry[];
      readonly account: AcceptedAccount;
    }
  | {
      /** An operator takes a strategy without a manifest and without positions out of the inventory. */
      readonly type: 'strategy-pruned';
      readonly strategy: string;
    }
  | {
      /** Book, orders, slots and inventory of `from` are `to`'s from now on. */
      readonly type: 'strategy-renamed';
      readonly from: string;
      readonly to: string;
    }
  | DrainEvent
  | {
      /** Takes the place of an earlier suspension. */
      readonly type: 'strategy-suspended';
      readonly strategy: string;
      readonly reason: string;
      readonly by: string;
      readonly until: Instant | null;
    }
  | { readonly type: 'strategy-resumed'; readonly strategy: string; readonly by: string }
  | {
      /** Takes the place of an earlier halt. Ends only with `unhalted`. */
      readonly type: 'halted';
      readonly mode: HaltMode;
      readonly reason: string;
      readonly by: string;
    }
  | { readonly type: 'unhalted'; readonly reason: string; readonly by: string }
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
  | {
      /** An operator takes a lock away from its holder; void once the lock is another one. */
      readonly type: 'lock-unlocked';
      readonly lockId: string;
      readonly by: string;
    }
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
      /**
       * A reduction that the broker has never confirmed: at each look of one execution it knew no such order, and the
       * complete history showed no trade that may have been it. No proof, but enough to send the same id again.
       */
      readonly type: 'order-unseen';
      readonly fence: number;
      readonly clientOrderId: string;
    }
  | {
      /** About to be sent again under the same id: nobody knows what becomes of it before it is answered. */
      readonly type: 'order-sent-again';
      readonly fence: number;
      readonly clientOrderId: string;
      /** Of the plan that wants it now, which may be another one than that of the intent. */
      readonly reason: string;
    }
  | {
      /** Sent again under the same id, and refused: only the first request may still have reached the broker. */
      readonly type: 'order-declined';
      readonly fence: number;
      readonly clientOrderId: string;
      readonly detail: string;
    }
  | {
      /** The broker took nothing and asks for a pause; what is sent after it is `order-unknown` until it is answered. */
      readonly type: 'order-deferred';
      readonly fence: number;
      readonly clientOrderId: string;
      readonly detail: string;
    }
  | {
      /** Still open when its execution had to end: its symbol and money stay blocked, the next holder follows it. */
      readonly type: 'order-handed-over';
      readonly fence: number;
      readonly clientOrderId: string;
    }
  | {
      /** The broker shows an order that had counted as never created or resolved: it is followed again. */
      readonly type: 'order-reopened';
      readonly fence: number;
      readonly clientOrderId: string;
      readonly brokerOrderId: string;
      /** What of its fills the books contain already, and its value: both unsigned. */
      readonly contained: Quantity;
      readonly containedValue: Money;
      /** The order as it had ended, where that was so long ago that the checkpoints have dropped it. */
      readonly order?: ForgottenOrder;
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
      /** By how much the order's fees have grown. Left out: by nothing, or the broker does not say. */
      readonly fee?: Money;
      readonly at: Instant;
      /** The broker's time of what it said: an older report takes nothing back. */
      readonly reportedAt: Instant;
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
      /** At the market price then, signed like the quantity; left out where none was known. */
      readonly value?: Money;
      /** The broker's average price that the operator has seen: as long as it stays, it is no doubt. */
      readonly seenPrice?: Price;
      readonly reason: string;
      readonly anchor: Anchor;
    }
  | {
      /** A strategy gives shares up: they are unmanaged from now on. Its cost goes with them at the average. */
      readonly type: 'released';
      readonly strategy: string;
      readonly symbol: string;
      /** Signed like the book. */
      readonly quantity: Quantity;
      /** At the market price then, signed like the quantity; left out where none was known. */
      readonly value?: Money;
      readonly reason: string;
      readonly anchor: Anchor;
    }
  | {
      /** An operator accepts what somebody wrote into the state file: lots as they are from now on, without a trade. */
      readonly type: 'lots-set';
      readonly reason: string;
      /** A quantity of zero ends the lot. */
      readonly lots: readonly OpeningLot[];
      readonly anchors: readonly { readonly symbol: string; readonly anchor: Anchor }[];
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
      readonly lots: readonly ResolvedLot[];
      readonly price: Price;
      /** The broker's average price that the operator has seen: as long as it stays, it is no doubt. */
      readonly seenPrice: Price;
      /** The split that the books follow, where that is the word. */
      readonly split?: SplitRatio;
      readonly anchor: Anchor;
      readonly sessionDate: CalendarDate;
    }
  | {
      /** What a signal decided in a pass that acts on it: the plan after the lock uses it too. */
      readonly type: 'targets-decided';
      readonly fence: number;
      readonly strategy: string;
      readonly targets: readonly FixedTarget[];
      /** Null outside slots; left out by earlier versions, as are the following. */
      readonly slot?: string | null;
      readonly blocked?: readonly BlockedTarget[];
      /** Of built-in signals. */
      readonly decision?: SignalDecision;
    }
  | {
      readonly type: 'execution-ended';
      readonly fence: number;
      readonly strategy: string;
      readonly at: Instant;
    };

/** The event of one type. */
export type EventOf<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;

/** What is kept of an order that no checkpoint keeps any more. */
export interface ForgottenOrder {
  readonly intent: IntentPayload;
  readonly intendedAt: Instant;
  readonly filled: Quantity;
  readonly averagePrice: Price | null;
  readonly fills: readonly BookedFill[];
  readonly detail: string;
  readonly reportedAt: Instant | null;
}

/** One valid record of the journal. */
export interface JournalRecord {
  /** Schema version. */
  readonly v: number;
  readonly seq: number;
  /** Hash of the record before; empty for the first. */
  readonly prev: string;
  /** Size of the segment's file that its writer had read. */
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
