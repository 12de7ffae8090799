/** What pairs trading remembers from session to session: plain data, JSON as it is. */
import { dayNumber, weekdayOf } from '../domain/days.ts';
import type { CalendarDate } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { PairEstimate } from './pairs-estimate.ts';
import type { PairLegs, SpreadSide } from './pairs-spread.ts';

export interface PairsState {
  /** By `pairId`. */
  readonly pairs: Readonly<Record<string, PairMemory>>;
}

export const NO_PAIRS: PairsState = { pairs: {} };

export interface PairMemory {
  /** Of this week; null: none could be made yet. */
  readonly estimate: DatedEstimate | null;
  readonly phase: PairPhase;
}

export interface DatedEstimate {
  readonly madeOn: CalendarDate;
  readonly values: PairEstimate;
}

export type PairPhase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'open'; readonly trade: PairTrade }
  /** After a trade. `settled`: the spread has been near its mean since. */
  | { readonly kind: 'cooling'; readonly since: CalendarDate; readonly settled: boolean };

export interface PairTrade {
  readonly side: SpreadSide;
  readonly enteredOn: CalendarDate;
  readonly entryZ: number;
  /** Of the entry: it does not change while the trade is open. */
  readonly estimate: PairEstimate;
  readonly legs: PairLegs;
  /** The last session of a test whether the pair still keeps together. */
  readonly testedOn: CalendarDate;
  /** The first session of those in a row without both prices; null: the last one had them. */
  readonly blindSince: CalendarDate | null;
}

/** `CVX/XOM`, in whatever order the two were given. */
export function pairId(symbols: readonly [string, string]): string {
  return symbols.toSorted(compareText).join('/');
}

/** Weeks begin on Sunday, which is no session, so that the first session of a week is whichever comes first. */
export function isSameWeek(a: CalendarDate, b: CalendarDate): boolean {
  return weekOf(a) === weekOf(b);
}

function weekOf(date: CalendarDate): number {
  const day = dayNumber(date);
  return day - weekdayOf(day);
}
