/** Everything that a pass has seen before it decides. */
import type { Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { BrokerFill, Observed, Quote, Snapshot } from './broker-view.ts';
import type { Ledger } from './ledger.ts';

export interface ObservedState {
  readonly ledger: Ledger;
  readonly snapshot: Snapshot;
  /** Executions of the account that can explain a missing quantity; null when no quantity was missing. */
  readonly history: Observed<readonly BrokerFill[]> | null;
  /** Prices of wanted symbols that the account does not hold. */
  readonly quotes: ReadonlyMap<string, Quote>;
  readonly lock: LockView;
  /** What an earlier look saw missing, if this is a second look. */
  readonly earlier: Sighting | null;
}

/** How the recorded execution lock looks from this process. */
export type LockView =
  | { readonly kind: 'free' }
  /** Held by the execution that plans. */
  | { readonly kind: 'own' }
  | { readonly kind: 'held' }
  | { readonly kind: 'stale'; readonly why: 'LockExpired' | 'LockHolderGone' };

/** Missing quantities by symbol, as of one snapshot. */
export interface Sighting {
  readonly at: Instant;
  readonly missing: ReadonlyMap<string, Quantity>;
}
