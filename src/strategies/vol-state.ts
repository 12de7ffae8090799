/** What the volatility term structure remembers from session to session: plain data, JSON as it is. */
import type { CalendarDate } from '../domain/instant.ts';

export type VolState =
  | {
      readonly kind: 'FLAT';
      /** The last session in which a position was left; null: none. */
      readonly leftOn: CalendarDate | null;
      /** The last emergency exit; null: none. */
      readonly emergencyOn: CalendarDate | null;
    }
  | VolHolding;

/** Long the symbol for short, or for long, volatility. */
export interface VolHolding {
  readonly kind: 'SHORT_VOL' | 'LONG_VOL';
  readonly enteredOn: CalendarDate;
  /** The first session of those in a row without data; null: the last one had them. */
  readonly blindSince: CalendarDate | null;
}

export const NEVER_HELD: VolState = { kind: 'FLAT', leftOn: null, emergencyOn: null };
