/** The books, orders, lock and freezes that a journal says; ledger-fold.ts makes it. */
import type { Money, Price, Quantity } from '../domain/decimal.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { KnownSplit } from './action-events.ts';
import type { BookedFill, Lot } from './book.ts';
import type { LossCurve } from './loss-curve.ts';
import type { DayMark, Latch } from './mark-events.ts';
import type { Halt, Suspension } from './brakes.ts';
import type { Drain } from './drain-events.ts';
import type { SignalMemory, SlotRun, Trigger } from './slot-events.ts';
import type { Anchor } from './anchor.ts';
import type {
  AcceptedAccount,
  BreakKind,
  IntentPayload,
  InventoryEntry,
  ProcessIdentity,
  TerminalStatus,
} from './events.ts';

export interface ExecutionLock {
  readonly fence: number;
  readonly lockId: string;
  readonly holder: string;
  readonly owner: ProcessIdentity;
  readonly acquired: Instant;
  readonly expires: Instant;
  readonly expiresMonotonic: number;
}

export interface Revision {
  readonly number: number;
  readonly digest: string;
  readonly strategies: readonly InventoryEntry[];
  readonly account: AcceptedAccount;
  readonly acceptedAt: Instant;
}

/** One of our orders: the intent, and what became of it. */
export interface LedgerOrder {
  readonly intent: IntentPayload;
  readonly intendedAt: Instant;
  /**
   * `intended`: sent or about to be; `unknown`: the answer was lost; `unseen`: looked for, and not there; `declined`: so, and
   * refused when it was sent again; `deferred`: the broker took nothing and asks for a pause; `handed-over`: left open by
   * its execution.
   */
  readonly status:
    'intended' | 'created' | 'unknown' | 'unseen' | 'declined' | 'deferred' | 'handed-over' | TerminalStatus;
  readonly brokerOrderId: string | null;
  readonly filled: Quantity;
  readonly averagePrice: Price | null;
  readonly fills: readonly BookedFill[];
  readonly detail: string;
  readonly updatedAt: Instant;
  /** The broker's time of the newest fill that is booked; null before the first. */
  readonly reportedAt: Instant | null;
}

export interface Break {
  readonly symbol: string;
  readonly kind: BreakKind;
  readonly detail: string;
  readonly since: Instant;
}

/** An accepted strategy, and since when its schedule has been in force without a pause. */
export interface KnownStrategy extends InventoryEntry {
  /** Slots whose window closed before count for nothing; left out by the checkpoints of earlier versions. */
  readonly since?: Instant;
  /** Likewise of its exits: another entry of the schedule that changes takes back no exit. */
  readonly exitsSince?: Instant;
  /** Its manifest is gone; the rest is as it was accepted last. */
  readonly absent?: true;
}

export interface Ledger {
  /** Sequence number and hash of the last valid record; 0 and empty before the first. */
  readonly seq: number;
  readonly hash: string;
  /** Time of the newest record. */
  readonly time: Instant;
  readonly account: { readonly id: string; readonly environment: string; readonly broker: string } | null;
  /** False until the opening books are recorded. */
  readonly opened: boolean;
  /** When these books were opened in the place of lost ones; null for the first ones of an account. */
  readonly rebuiltAt: Instant | null;
  /** Strategy -> symbol -> lot. */
  readonly books: ReadonlyMap<string, ReadonlyMap<string, Lot>>;
  /** Symbols in more than one book: only opening balances can bring them about. */
  readonly shared: ReadonlySet<string>;
  /** Strategy -> symbol -> profit of closed quantities. */
  readonly realised: ReadonlyMap<string, ReadonlyMap<string, Money>>;
  /**
   * Strategy -> what brokers charged for its orders. Apart from cost and realised profit, so that a lot's cost stays
   * comparable with the broker's average price.
   */
  readonly fees: ReadonlyMap<string, Money>;
  readonly lastExecution: ReadonlyMap<string, Instant>;
  /** Those that an original state file brought along: they stand for slots that ran before this journal. */
  readonly importedExecution: ReadonlyMap<string, Instant>;
  readonly fence: number;
  readonly lock: ExecutionLock | null;
  readonly revision: Revision | null;
  /** Every strategy that was ever accepted and not pruned, as it was accepted last. */
  readonly inventory: ReadonlyMap<string, KnownStrategy>;
  readonly drains: ReadonlyMap<string, Drain>;
  /** By strategy; those whose time is over are among them. */
  readonly suspensions: ReadonlyMap<string, Suspension>;
  readonly halt: Halt | null;
  /** Orders without an end, by client order id. */
  readonly openOrders: ReadonlyMap<string, LedgerOrder>;
  /** Ended orders by session date, then client order id: at least those of the two newest sessions. */
  readonly endedOrders: ReadonlyMap<CalendarDate, ReadonlyMap<string, LedgerOrder>>;
  readonly historySince: Instant;
  readonly anchors: ReadonlyMap<string, Anchor>;
  /** Symbol -> session date on which its book shrank from outside: no entry on that date. */
  readonly shrunkOn: ReadonlyMap<string, CalendarDate>;
  readonly breaks: ReadonlyMap<string, Break>;
  /** Symbol -> the broker's average price that an operator has accepted beside another cost in the book. */
  readonly acceptedPrices: ReadonlyMap<string, Price>;
  /** By symbol: splits that its books have followed, announced or by an operator's word, while somebody owns it and nobody has said more. */
  readonly splits: ReadonlyMap<string, KnownSplit>;
  /** Symbol -> what it was called before, oldest first, while somebody owns it. */
  readonly formerNames: ReadonlyMap<string, readonly string[]>;
  /** At least those of the two newest sessions. */
  readonly slots: ReadonlyMap<string, SlotRun>;
  /** Slots that operators let run at another time, by slot. */
  readonly triggers: ReadonlyMap<string, Trigger>;
  /** What signals remember, by strategy. */
  readonly memories: ReadonlyMap<string, SignalMemory>;
  /** The newest mark of a session day; null before the first. */
  readonly lastMark: Pick<DayMark, 'session' | 'kind' | 'equity'> | null;
  /** By strategy, and of the account; null where no start of a session has known a value yet. */
  readonly curves: ReadonlyMap<string, LossCurve | null>;
  /** By strategy, and of the account. */
  readonly latches: ReadonlyMap<string, Latch>;
  /** Strategy -> profit that came or left with shares by an operator's word. */
  readonly carried: ReadonlyMap<string, Money>;
  /** Records that were valid in the chain but came from a fence that was no longer current. */
  readonly fencedOff: number;
}

/** The ledger while a fold writes to it. */
export type WritableLedger = Writable<Ledger>;

type Writable<T> =
  T extends ReadonlyMap<infer Key, infer Value>
    ? Map<Key, Value extends ReadonlyMap<infer InnerKey, infer Inner> ? Map<InnerKey, Inner> : Value>
    : T extends object
      ? {
          -readonly [Key in keyof T]: T[Key] extends ReadonlyMap<unknown, unknown>
            ? Writable<T[Key]>
            : T[Key] extends ReadonlySet<infer Item>
              ? Set<Item>
              : T[Key];
        }
      : T;

export function lotOf(ledger: Ledger, strategy: string, symbol: string): Lot | undefined {
  return ledger.books.get(strategy)?.get(symbol);
}

export function findOrder(ledger: Ledger, clientOrderId: string): LedgerOrder | undefined {
  const open = ledger.openOrders.get(clientOrderId);
  if (open !== undefined) return open;
  for (const ended of ledger.endedOrders.values()) {
    const order = ended.get(clientOrderId);
    if (order !== undefined) return order;
  }
  return undefined;
}

/** The break that stops every order on a symbol; a doubt about a price stops entries only. */
export function stoppingBreak({ breaks }: Ledger, symbol: string): Break | undefined {
  const found = breaks.get(symbol);
  return found?.kind === 'price-mismatch' ? undefined : found;
}

/** Ended orders of the two newest sessions: a fill may cross midnight, an answer a close. */
export function newestEndedOrders({ endedOrders }: Ledger): LedgerOrder[] {
  const newest = [...endedOrders].sort(([a], [b]) => compareText(a, b)).slice(-2);
  return newest.flatMap(([, orders]) => [...orders.values()]);
}

/** Every order that the ledger knows, oldest intent first: a whole ledger knows those of the whole journal. */
export function allOrders(ledger: Ledger): LedgerOrder[] {
  const ended = [...ledger.endedOrders.values()].flatMap((orders) => [...orders.values()]);
  return [...ended, ...ledger.openOrders.values()].sort((a, b) => a.intendedAt - b.intendedAt);
}

/** All orders of one session, ended or not. */
export function ordersOn(ledger: Ledger, date: CalendarDate): LedgerOrder[] {
  const open = [...ledger.openOrders.values()].filter((order) => order.intent.sessionDate === date);
  return [...(ledger.endedOrders.get(date)?.values() ?? []), ...open];
}

/** What is booked of an order's fees. */
export function feesBooked(order: Pick<LedgerOrder, 'fills'>): Money {
  return order.fills.reduce((sum, fill) => sum + (fill.fee ?? 0), 0) as Money;
}

/** Value of what is booked of an order, unsigned. */
export function valueBooked(order: Pick<LedgerOrder, 'fills'>): Money {
  return order.fills.reduce((sum, fill) => sum + fill.value, 0) as Money;
}
