/** What the journal says of corporate actions that the books have followed. */
import type { Money, Price, Quantity } from '../domain/decimal.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { Anchor } from './anchor.ts';
import type { SplitRatio } from './split.ts';

/** A split as it was announced. */
export interface AnnouncedSplit {
  /** The first session at the new terms. */
  readonly date: CalendarDate;
  /** In whole numbers. */
  readonly ratio: SplitRatio;
}

/** One owner's lot before and after a split; what it has cost stays. */
export interface SplitLot {
  readonly strategy: string;
  readonly from: Quantity;
  /** Zero where nothing but a fraction was left, and that was paid out. */
  readonly to: Quantity;
  readonly cost: Money;
}

/** One owner's lot that goes on under another symbol, as it is. */
export interface MovedLot {
  readonly strategy: string;
  readonly quantity: Quantity;
  readonly cost: Money;
}

export type ActionEvent =
  | {
      /** The account was split as it was announced, and every lot of the symbol with it. */
      readonly type: 'split-applied';
      readonly fence: number;
      readonly symbol: string;
      /** By date: all that took effect since the books followed the account last. */
      readonly splits: readonly AnnouncedSplit[];
      readonly lots: readonly SplitLot[];
      /** What no book explains, before and after. */
      readonly unmanaged: { readonly from: Quantity; readonly to: Quantity };
      /** The broker's average price then: as long as it stays, it is no doubt. */
      readonly seenPrice: Price;
      readonly evidence: readonly string[];
      readonly anchor: Anchor;
      readonly sessionDate: CalendarDate;
    }
  | {
      /** What was `symbol` is `to` from now on, as it was announced: every lot, with cost, time and order. */
      readonly type: 'symbol-changed';
      readonly fence: number;
      readonly symbol: string;
      readonly to: string;
      readonly date: CalendarDate;
      readonly lots: readonly MovedLot[];
      readonly unmanaged: Quantity;
      readonly seenPrice: Price;
      readonly evidence: readonly string[];
      /** Of `to`. */
      readonly anchor: Anchor;
      readonly sessionDate: CalendarDate;
    };

/** The newest split that a symbol's books have followed by its announcement, while somebody owns it. */
export interface KnownSplit {
  /** Of the newest of them: the first session at the new terms; of an operator's word, its session. */
  readonly date: CalendarDate;
  /** Of all that were applied at once. */
  readonly ratio: SplitRatio;
  /** The session in which the books have followed. */
  readonly appliedOn: CalendarDate;
  /** The manifests in force then; null where none were. */
  readonly revision: string | null;
}
