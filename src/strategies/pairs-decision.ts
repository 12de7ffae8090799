/** What pairs trading answers: one decision a pair, each with the rule that made it. */
import type { EntryBlockCode, PairCandidate } from './pairs-entry.ts';
import type { PairLegs } from './pairs-spread.ts';
import type { PairMemory, PairsState } from './pairs-state.ts';
import type { HoldCode, TradeEndCode } from './pairs-trade.ts';

export interface PairsDecision {
  /** By id, one for each pair that is configured, remembered with a trade, or held. */
  readonly pairs: readonly PairDecision[];
  readonly state: PairsState;
}

export type ExitCode =
  | TradeEndCode
  /** It is configured no longer. */
  | 'PairRemoved'
  /** The books hold what no trade explains: without its numbers it can only be left. */
  | 'TradeUnknown';

export type BlockCode =
  | EntryBlockCode
  | 'ParametersInvalid'
  /** The legs of the trade are gone from the books: never filled, or closed by others. */
  | 'LegsGone'
  | 'SymbolInUse'
  | 'RankBeyondLimit'
  | 'GrossLimit';

export type PairDecision = { readonly pair: string } & (
  | ({ readonly kind: 'enter'; readonly rank: number } & PairCandidate)
  /** Nothing is bought or sold, whatever the weights have become. */
  | {
      readonly kind: 'hold';
      readonly code: HoldCode;
      readonly words: string;
      readonly z: number | null;
      readonly legs: PairLegs;
    }
  /** Both legs, in the order in which they are sent. */
  | {
      readonly kind: 'exit';
      readonly code: ExitCode;
      readonly words: string;
      readonly z: number | null;
      readonly symbols: readonly string[];
    }
  | {
      readonly kind: 'blocked';
      readonly code: BlockCode;
      readonly words: string;
      readonly z: number | null;
      /** From 1, of those that passed all but the limits; null: it did not. */
      readonly rank: number | null;
    }
);

/** What a pair comes to by itself, before the limits of all pairs. */
export interface PairStep {
  readonly pair: string;
  readonly decision: PairDecision | Passed;
  /** Null: nothing to remember. */
  readonly memory: PairMemory | null;
}

/** It would be entered, if the limits allow. */
export interface Passed {
  readonly kind: 'passed';
  readonly candidate: PairCandidate;
}

/** A pair after the limits. */
export interface SettledStep extends PairStep {
  readonly decision: PairDecision;
}

export function blockedAs(pair: string, code: BlockCode, words: string): PairDecision {
  return { pair, kind: 'blocked', code, words, z: null, rank: null };
}
