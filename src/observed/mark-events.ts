/** What the journal says of session days: what account and books were worth, and which loss limits were crossed. */
import type { Money, Price, Quantity, Ratio } from '../domain/decimal.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';

/**
 * `start`: by the first execution of a session, before its first order. `interim`: after an execution that traded.
 * `close`: after the close, on the same date.
 */
export type MarkKind = 'start' | 'interim' | 'close';

/** What the broker holds, or a book says, of one symbol. */
export interface MarkedPosition {
  readonly symbol: string;
  /** At the broker; signed, zero for what only a book has. */
  readonly quantity: Quantity;
  /** Null where none was known. */
  readonly price: Price | null;
}

export interface MarkedStrategy {
  readonly strategy: string;
  /** Of its book at the prices of the mark; null while one of them is unknown, or a quantity in doubt. */
  readonly value: Money | null;
  /** What the book cost, signed. */
  readonly cost: Money;
  /** Profit of closed quantities, since the books were opened. */
  readonly realised: Money;
  /** What brokers charged for its orders since then. Left out: nothing. */
  readonly fees?: Money;
  /** Profit and loss that came or left with shares by an operator's word: nothing that the strategy has earned. */
  readonly carried: Money;
}

/** The account and every strategy with a history at one moment of a session. */
export interface DayMark {
  readonly session: CalendarDate;
  readonly kind: MarkKind;
  /** When the broker was asked. */
  readonly at: Instant;
  readonly equity: Money;
  readonly cash: Money;
  /** By symbol. */
  readonly positions: readonly MarkedPosition[];
  /** By name. */
  readonly strategies: readonly MarkedStrategy[];
}

export type LossLimit = 'daily' | 'weekly' | 'drawdown';

export type MarkEvent =
  | ({ readonly type: 'day-marked'; readonly fence: number } & DayMark)
  | ({ readonly type: 'limit-latched'; readonly fence: number } & LatchPayload)
  | {
      /** An operator lifts a latch: losses are counted from here on. */
      readonly type: 'limit-reset';
      /** Null: the account. */
      readonly strategy: string | null;
      readonly by: string;
      readonly reason: string;
      /** Equity of the account then. */
      readonly equity: Money;
      /** As the loss curve counts it: of the account its equity. */
      readonly profit: Money;
    };

/** A loss limit was crossed: no entry until an operator resets it. */
export interface LatchPayload {
  /** Null: the account. */
  readonly strategy: string | null;
  readonly limit: LossLimit;
  readonly session: CalendarDate;
  /** What was lost, above zero. */
  readonly loss: Money;
  /** What the limit is a part of. */
  readonly base: Money;
  readonly allowed: Ratio;
}

/** A latch in force. */
export interface Latch extends LatchPayload {
  readonly since: Instant;
}
