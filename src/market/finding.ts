/** What a check of a price file has found. */
import type { CalendarDate } from '../domain/instant.ts';

type FindingKind =
  /** No file, or no row in it. */
  | 'missing'
  | 'unreadable'
  | 'not-positive'
  | 'duplicate'
  | 'out-of-order'
  /** A row of a day on which the exchange was closed, or has not closed yet. */
  | 'no-session'
  | 'gap'
  | 'outlier'
  | 'split'
  | 'stale';

export interface Finding {
  readonly kind: FindingKind;
  /** Of the file, from 1; null of a file as a whole. */
  readonly line: number | null;
  readonly date: CalendarDate | null;
  readonly detail: string;
}
