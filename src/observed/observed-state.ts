/** Everything that a pass has seen before it decides. */
import type { FixedTarget } from '../desired/desired-state.ts';
import type { Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type {
  Asset,
  BrokerFill,
  BrokerOrder,
  MarginRequirement,
  Observed,
  Quote,
  Snapshot,
} from './broker-view.ts';
import type { DataIssue } from './data-issue.ts';
import type { CorporateAction } from './corporate-action.ts';
import type { SignalDecision } from './decision.ts';
import type { SignalMemory } from './slot-events.ts';
import type { Ledger } from './ledger.ts';

export interface ObservedState {
  readonly ledger: Ledger;
  readonly snapshot: Snapshot;
  /** Executions of the account that can explain a difference; null when there was none to explain. */
  readonly history: Observed<readonly BrokerFill[]> | null;
  /** Prices of wanted symbols that the account does not hold. */
  readonly quotes: ReadonlyMap<string, Quote>;
  /** What the broker says of symbols that are to be sold short; null: it was not asked. */
  readonly assets: Observed<ReadonlyMap<string, Asset>> | null;
  /** What must be covered by equity, of symbols that were asked for; left out where there is no margin to ask for. */
  readonly margins?: ReadonlyMap<string, MarginRequirement>;
  readonly lock: LockView;
  /** What an earlier look saw missing, if this is a second look. */
  readonly earlier: Sighting | null;
  /** What the programs of `command` strategies want, by strategy: asked once a pass. */
  readonly signals: ReadonlyMap<string, SignalAnswer>;
  /** Orders of ours that had counted as ended, and that the broker now shows otherwise. */
  readonly lateOrders: readonly BrokerOrder[];
  /** Corporate actions of symbols that books own, where they were asked for; left out where nobody asks. */
  readonly announced?: ReadonlyMap<string, Announced>;
  /** Of the newest answers of the market; left out where nobody says so. */
  readonly dataIssues?: readonly DataIssue[];
}

/** Those of one symbol up to the current session; none is an answer. */
export type Announced = Observed<readonly CorporateAction[]>;

export type SignalAnswer =
  | {
      readonly kind: 'targets';
      readonly targets: readonly FixedTarget[];
      /** Of built-in signals. */
      readonly decision?: SignalDecision;
      /** Of signals that remember: what they do from this decision on. */
      readonly memory?: SignalMemory;
    }
  | { readonly kind: 'failed'; readonly reason: 'SignalFailed' | 'SignalNotRun'; readonly detail: string };

/** How the recorded execution lock looks from this process. */
export type LockView =
  | { readonly kind: 'free' }
  /** Held by the execution that plans. */
  | { readonly kind: 'own' }
  | { readonly kind: 'held' }
  | { readonly kind: 'stale'; readonly why: 'LockExpired' | 'LockHolderGone' };

/** What one look found to differ. */
export interface Sighting {
  readonly at: Instant;
  /** What the broker holds beyond the books and what is settling, by symbol: signed. */
  readonly gaps: ReadonlyMap<string, Quantity>;
  readonly costDoubts: ReadonlySet<string>;
}
