/** What a company does to its shares, so that prices before it and after it do not compare. */
import type { CalendarDate } from '../domain/instant.ts';
import type { DailyClose } from './bars.ts';
import { formatSplit, type SplitRatio } from './split.ts';

export type CorporateAction = {
  /** The first session at the new terms. */
  readonly date: CalendarDate;
} & (
  | { readonly kind: 'split'; readonly ratio: SplitRatio }
  /** `company`: the symbol of what was parted from it; null where it is not known. */
  | { readonly kind: 'spin-off'; readonly company: string | null }
  | { readonly kind: 'symbol-change'; readonly from: string; readonly to: string }
);

/** Why the prices of a symbol are not taken for comparable. */
export interface ActionDoubt {
  /** `ActionsUnknown`: whoever knows of such actions did not answer. */
  readonly code: 'CorporateAction' | 'ActionsUnknown';
  readonly words: string;
}

/** `4-for-1 split on 2020-08-31`. */
export function describeAction(action: CorporateAction): string {
  return `${whatOf(action)} on ${action.date}`;
}

function whatOf(action: CorporateAction): string {
  switch (action.kind) {
    case 'split':
      return `${formatSplit(action.ratio)} split`;
    case 'spin-off':
      return action.company === null ? 'spin-off' : `spin-off of ${action.company}`;
    case 'symbol-change':
      return `change of the symbol from ${action.from} to ${action.to}`;
  }
}

/** A split that moves a price by less cannot be told from a day of trade. */
const LEAST_MOVE = 0.2;
const TOLERANCE = 0.05;

/** Whether these closes, oldest first, jump at a split as no adjusted series does. */
export function isUnadjustedFor(action: CorporateAction, closes: readonly DailyClose[]): boolean {
  if (action.kind !== 'split') return false;
  const { from, to } = action.ratio;
  // Not by the quotient: as a double, 4 / 5 is less than a fifth below one.
  if (Math.abs(from - to) < LEAST_MOVE * to) return false;
  const before = closes.findLast(({ date }) => date < action.date);
  const after = closes.find(({ date }) => date >= action.date);
  if (before === undefined || after === undefined) return false;
  return Math.abs(((after.close / before.close) * to) / from - 1) <= TOLERANCE;
}
