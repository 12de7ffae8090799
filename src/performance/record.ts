/** What a simulation did, as plain data: its summary, plots and report are made from this and from nothing else. */
import type { Money, Price, Quantity } from '../domain/decimal.ts';
import type { CalendarDate, Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';

export interface SimulationRecord {
  /** First and last session, both inclusive. */
  readonly from: CalendarDate;
  readonly to: CalendarDate;
  readonly data: 'synthetic' | 'csv';
  /** Null: nothing in it was drawn by chance. */
  readonly seed: number | null;
  /** Equity before the first session. */
  readonly startingEquity: Money;
  /** By priority. */
  readonly strategies: readonly { readonly name: string; readonly description: string }[];
  /** Oldest first, one for each session. */
  readonly sessions: readonly SessionRecord[];
  /** Fills, oldest first. */
  readonly trades: readonly Trade[];
  /** One for each strategy. */
  readonly orders: readonly OrderCounts[];
  readonly breaks: readonly {
    readonly date: CalendarDate;
    readonly strategy: string | null;
    readonly symbol: string;
    readonly kind: string;
    readonly detail: string;
  }[];
  /** What the reader has to know of it, one sentence each: as, what a table was trained on. */
  readonly remarks: readonly string[];
}

/** The account at the close of one session. */
export interface SessionRecord {
  readonly date: CalendarDate;
  readonly equity: Money;
  readonly cash: Money;
  /** One for each strategy, in the order of `strategies`. */
  readonly strategies: readonly StrategyDay[];
}

export interface StrategyDay {
  readonly strategy: string;
  /** Realised and not, less fees, since the start of the simulation. */
  readonly profit: Money;
  /** Value of what it owns, zero or more. */
  readonly long: Money;
  /** Value of what it owes, zero or more. */
  readonly short: Money;
}

export interface Trade {
  readonly time: Instant;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly fee: Money;
  /** What it cost that the price was worse than that of the moment, zero or more; the price contains it. */
  readonly slippage: Money;
  /** Profit of the part that it closed, before fees; null: it opened or added. */
  readonly realised: Money | null;
}

export interface OrderCounts {
  readonly strategy: string;
  readonly sent: number;
  /** Of these: filled whole, in part, and refused by the broker. */
  readonly filled: number;
  readonly partlyFilled: number;
  readonly refused: number;
}
