/** What the second opinion finds wrong with a plan. */
export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
}

export type Invariant =
  | 'conservation'
  | 'unique-ids'
  | 'known-world'
  | 'session-open'
  | 'one-order-a-symbol'
  | 'no-order-while-one-is-open'
  | 'reduction-within-book'
  | 'unmanaged-untouched'
  | 'never-across-zero'
  | 'entry-allowed'
  | 'halted-sends-nothing'
  | 'blocked-sends-nothing'
  | 'one-owner'
  | 'limits-hold'
  | 'buying-power-holds'
  | 'sync-only-shrinks'
  | 'announced-exactly'
  | 'loss-limits-hold'
  | 'quotes-hold'
  | 'groups-whole'
  | 'reductions-first';

export type ReportViolation = (invariant: Invariant, detail: string) => void;
