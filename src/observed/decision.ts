/** What a built-in signal decided, and what from: journalled with the targets, so that any order can be explained later. */
import type { Money } from '../domain/decimal.ts';

export interface SignalDecision {
  readonly signal: 'momentum-protection' | 'overnight-mean-reversion' | 'vol-term-structure' | 'pairs';
  /** SHA-256 over the data that were read: equal data, equal digest. */
  readonly inputs: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly equity: Money;
  /** What it saw in the market, in words. */
  readonly market: readonly string[];
  /** How many of the ranking are wanted. */
  readonly count: number;
  /** Best first. */
  readonly ranking: readonly { readonly symbol: string; readonly score: number }[];
  /** Symbols without a rank, each with the rule that kept it out. */
  readonly unranked: readonly { readonly symbol: string; readonly reason: string; readonly why: string }[];
}

/** Why something that the signal wanted was not ordered. */
export interface BlockedTarget {
  readonly symbol: string;
  readonly reason: string;
  readonly detail: string;
}
