/** The world as the loop needs it. Implementations live at the edge; only `cli/compose.ts` joins them. */
import type { Toggle } from '../desired/desired-state.ts';
import type { Quantity } from '../domain/decimal.ts';
import { HgctlError } from '../domain/errors.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import type {
  Asset,
  BrokerAccount,
  BrokerFill,
  BrokerOrder,
  BrokerPosition,
  MarketClock,
  Quote,
} from '../observed/broker-view.ts';
import type { CorporateAction } from '../observed/corporate-action.ts';
import type { DataIssue } from '../observed/data-issue.ts';
import type { JournalEvent, ProcessIdentity } from '../observed/events.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { DailyBar, DailyClose, MinuteBar } from '../observed/bars.ts';
import type { TableText } from '../strategies/omr-table-file.ts';

export interface Clock {
  now(): Instant;
  /** Milliseconds that never go back within one boot of the machine. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
}

export interface OrderRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  /** An exit may never open a position on the other side; an order that opens (false) may never reduce one. */
  readonly reduceOnly: boolean;
}

export type RefusalCode =
  | 'InsufficientBuyingPower'
  | 'InsufficientQuantity'
  | 'DuplicateClientOrderId'
  | 'UnknownSymbol'
  | 'NotFractionable'
  | 'ShortNotAllowed'
  | 'WashTrade'
  | 'MarketClosed'
  /** The broker takes no order at all of this account. */
  | 'AccountBlocked'
  /** The broker, or our own adapter before anything was sent, does not accept the keys or the account. */
  | 'AccessDenied'
  | 'Refused';

export type SubmitAnswer =
  | { readonly kind: 'created'; readonly order: BrokerOrder }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string }
  /** The broker took no order because there were too many requests. `retryAfter`: ms, null when it did not say. */
  | { readonly kind: 'rate-limited'; readonly retryAfter: number | null; readonly reason: string }
  /** The broker may or may not have the order: ask by client order id, never send again blindly. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type CancelAnswer =
  /** Asked for; the order may still fill. */
  | { readonly kind: 'requested' }
  | { readonly kind: 'already-final' }
  /** Too many requests. `retryAfter`: ms, null when the broker did not say. */
  | { readonly kind: 'rate-limited'; readonly retryAfter: number | null }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * A brokerage account. Reads reject with {@link BrokerUnavailable} when they have no complete answer;
 * `submit` and `cancel` never reject.
 */
export interface Broker {
  readonly kind: 'simulated' | 'alpaca';
  account(): Promise<BrokerAccount>;
  positions(): Promise<readonly BrokerPosition[]>;
  /** All open orders of the account, ours or not. */
  openOrders(): Promise<readonly BrokerOrder[]>;
  /** Null only when the broker says with authority that it knows no such order. */
  orderByClientId(clientOrderId: string): Promise<BrokerOrder | null>;
  submit(request: OrderRequest): Promise<SubmitAnswer>;
  cancel(brokerOrderId: string): Promise<CancelAnswer>;
  /** Every execution after `since` (exclusive), oldest first: complete, or a rejection. */
  history(since: Instant): Promise<readonly BrokerFill[]>;
  clock(): Promise<MarketClock>;
  /**
   * Resolves once something may have happened to an order, for whoever waits to ask again; one waits at a time. It may never
   * resolve. Left out where the broker tells nothing by itself.
   */
  news?(): Promise<void>;
  /** What the broker says of these symbols, as it is now; one that it does not name cannot be sold short. */
  assets(symbols: readonly string[]): Promise<ReadonlyMap<string, Asset>>;
}

/** The disk has failed under the journal: it refuses everything from now on, and only another process can go on. */
export class JournalFailed extends HgctlError {}

export class BrokerUnavailable extends Error {
  override readonly name: string = 'BrokerUnavailable';
}

/** Not asked, not with these keys, or not the account that is meant: it is asked no second time before somebody has mended that. */
export class BrokerBarred extends BrokerUnavailable {
  override readonly name = 'BrokerBarred';
  /** What a person has to do: an imperative. */
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/** Too many requests. */
export class BrokerRateLimited extends BrokerUnavailable {
  override readonly name = 'BrokerRateLimited';
  /** When the broker wants to be asked again: ms from now, null when it did not say. */
  readonly retryAfter: number | null;

  constructor(message: string, retryAfter: number | null) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

export interface Market {
  /** The latest price of each symbol that has one. */
  quotes(symbols: readonly string[], now: Instant): Promise<ReadonlyMap<string, Quote>>;
  /** Daily closes of sessions from `from` to `to`, both inclusive; symbols without any are not in the answer. */
  closes(symbols: readonly string[], span: DateSpan): Promise<ReadonlyMap<string, readonly DailyClose[]>>;
  /** Likewise, sessions of which the open is known, too; the close of a session that has not ended is its price so far. */
  bars(symbols: readonly string[], span: DateSpan): Promise<ReadonlyMap<string, readonly DailyBar[]>>;
  /** Minute bars that begin in the span and have ended by its end; symbols without any are not in the answer. */
  minutes(symbols: readonly string[], span: TimeSpan): Promise<ReadonlyMap<string, readonly MinuteBar[]>>;
  /**
   * The corporate actions of these symbols that take effect in the span: an empty list where none is known, no entry where
   * nobody keeps a list. It rejects where there is no answer, which is not "none".
   */
  actions(
    symbols: readonly string[],
    span: DateSpan,
  ): Promise<ReadonlyMap<string, readonly CorporateAction[]>>;
  /** What the newest answers did not get from where they should; left out where there is one place only. */
  issues?(): readonly DataIssue[];
  /** Answers come over a network: what a slot needs is worth asking for before it. */
  readonly isRemote?: true;
}

/** Files that signals read. */
export interface SignalFiles {
  /** A reversion table; null where there is no such file. */
  table(path: string): Promise<TableText | null>;
}

export interface TimeSpan {
  /** Inclusive. */
  readonly from: Instant;
  /** What has not ended by it is not known. */
  readonly until: Instant;
}

export interface DateSpan {
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

export type Commit =
  | { readonly kind: 'committed'; readonly ledger: Ledger }
  /** Somebody else was faster; `ledger` includes what they wrote. Decide again. */
  | { readonly kind: 'lost'; readonly ledger: Ledger };

/** The truth, and the compare-and-swap. */
export interface Journal {
  /** What the valid records read so far say. */
  ledger(): Ledger;
  /** Reads what others have appended. */
  refresh(): Ledger;
  /**
   * The same with every order since the first record, which `ledger` lacks from the third session back. It may read the
   * whole journal: for those who cannot do without.
   */
  whole(): Ledger;
  /** Hash of the valid record of this number; null where none was read. */
  hashAt(seq: number): string | null;
  /** Appends durably behind the last record read, or says that somebody was faster. Synchronous on purpose. */
  commit(event: JournalEvent): Commit;
}

/** The readable projection of the books and the lock. */
export interface StateFile {
  /** Writes it now, durably. */
  write(ledger: Ledger): void;
  /** Writes it soon (within 250 ms), or with the next `write`. */
  schedule(ledger: Ledger): void;
}

/** Boot id of a machine that tells none: nothing is known of its monotonic clock. */
export const UNKNOWN_BOOT = 'unknown';

export interface Processes {
  readonly self: ProcessIdentity;
  /** `unknown` when this machine cannot tell. */
  lookUp(identity: ProcessIdentity): 'alive' | 'gone' | 'unknown';
}

/** Makes conflicts rare, proves nothing: the proof is the journal. */
export interface Queue {
  enter(): Promise<{ leave(): Promise<void> }>;
}

/** The key messages of the original, as names that do not change with their words. */
export type KeyEvent =
  | 'ShutdownRequested'
  | 'PartialClose'
  | 'InsufficientBuyingPower'
  | 'CloseFailed'
  | 'ExecutionTimeout'
  | 'OrphanedPositions';

/** Lines for people, in the original's form: `[MP] Lock acquired`. `event` is for programs that watch for it. */
export interface Report {
  info(strategy: string, message: string): void;
  warn(strategy: string, message: string, event?: KeyEvent): void;
  error(strategy: string, message: string, event?: KeyEvent): void;
}

export interface ProgramRequest {
  readonly argv: readonly string[];
  /** Working folder. */
  readonly folder: string;
  /** Standard input. */
  readonly input: string;
  /** ms. */
  readonly timeout: number;
}

export type ProgramAnswer =
  | { readonly kind: 'ok'; readonly output: string }
  | { readonly kind: 'failed'; readonly reason: string }
  /** By commands that only look. */
  | { readonly kind: 'not-run' };

export interface ModuleRequest {
  /** Absolute. */
  readonly path: string;
  /** As people are told of it. */
  readonly name: string;
  /** What its function is handed: one JSON document. */
  readonly input: string;
  /** ms. */
  readonly timeout: number;
}

/** Runs a user's program, or calls the function of a user's module in a process of its own; never rejects. */
export interface Programs {
  run(request: ProgramRequest): Promise<ProgramAnswer>;
  /** The output is what the function returned, as JSON; a reason begins with the file and, where it is known, the line. */
  callModule(request: ModuleRequest): Promise<ProgramAnswer>;
}

export interface Ports {
  readonly clock: Clock;
  readonly broker: Broker;
  readonly market: Market;
  readonly signalFiles: SignalFiles;
  readonly journal: Journal;
  readonly programs: Programs;
  readonly stateFile: StateFile;
  readonly processes: Processes;
  readonly queue: Queue;
  readonly report: Report;
  /** Whether the toggle file, as it is now, asks this strategy to stop. */
  readonly shutdownRequested: (strategy: string) => boolean;
  /** Sets the switches of a strategy in the toggle file, durably; one that has no entry gets none. */
  readonly switchToggle: (strategy: string, to: Partial<Toggle>) => Promise<void>;
  /** A new id of a lock or a run. */
  readonly newId: () => string;
  readonly stop: StopSignal;
}

export interface StopSignal {
  /** True once the process was asked to stop: no new order, settle, save, release. */
  requested(): boolean;
  /** What asked, if something did. */
  signal(): 'SIGINT' | 'SIGTERM' | null;
}
