/** What became of the actions of a plan: data for the summary, the exit code and `-o json`. */
import type { Quantity } from '../domain/decimal.ts';
import type { Action } from '../reconciler/plan-types.ts';

export type Outcome =
  | { readonly kind: 'done'; readonly action: Action }
  /** Tried, and not or not wholly achieved. */
  | {
      readonly kind: 'failed';
      readonly action: Action;
      readonly code: string;
      readonly detail: string;
      readonly filled: Quantity;
    }
  /** Not tried, because a check just before it said no. */
  | { readonly kind: 'skipped'; readonly action: Action; readonly code: string; readonly detail: string }
  /** Its turn did not come. */
  | { readonly kind: 'not-started'; readonly action: Action; readonly code: string; readonly detail: string }
  /** The broker's answer is not known; the next run finds out before anything else. */
  | { readonly kind: 'in-doubt'; readonly action: Action; readonly code: string; readonly detail: string };
