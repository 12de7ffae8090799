/** Whether a difference between books and broker looks like a stock split. A likeness is a proposal, never a proof. */
import type { Money, Price, Quantity } from '../domain/decimal.ts';
import { mulDiv, SHARE } from '../domain/decimal.ts';

/** Each `from` shares became `to`: 1 and 10 for ten new ones, 10 and 1 for a reverse split. */
export interface SplitRatio {
  readonly from: number;
  readonly to: number;
}

const FORWARD: readonly SplitRatio[] = [
  ...[2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 16, 20, 25, 30, 40, 50, 100].map((to) => ({ from: 1, to })),
  { from: 2, to: 3 },
  { from: 2, to: 5 },
  { from: 3, to: 4 },
  { from: 4, to: 5 },
];
const RATIOS = [...FORWARD, ...FORWARD.map(({ from, to }) => ({ from: to, to: from }))];

/** A split changes no cost: what it may be off is the fraction that the broker paid out in cash, and rounding. */
const COST_TOLERANCE = 0.02;

/**
 * `before`: what the account should hold, and what that had cost; `after`: what it holds, at the broker's average
 * price. Null where the quantities stand in no ratio of common splits, or the cost did not stay.
 */
export function likelySplit(
  before: { readonly quantity: Quantity; readonly cost: Money },
  after: { readonly quantity: Quantity; readonly averagePrice: Price },
): SplitRatio | null {
  if (before.quantity === 0 || after.quantity === 0) return null;
  const was = before.cost / before.quantity;
  const is = after.averagePrice / SHARE;
  const fits = ({ from, to }: SplitRatio): boolean => {
    const expected = (was * from) / to;
    return Math.abs(is - expected) <= COST_TOLERANCE * Math.abs(expected);
  };
  return RATIOS.find((ratio) => isAfter(before.quantity, ratio, after.quantity) && fits(ratio)) ?? null;
}

/** The common split that would multiply a price by `factor`, within `tolerance` of it; null where there is none. */
export function splitOfPrice(factor: number, tolerance: number): SplitRatio | null {
  const distance = ({ from, to }: SplitRatio): number => Math.abs((factor * to) / from - 1);
  const [nearest] = [...RATIOS].sort((a, b) => distance(a) - distance(b));
  return nearest !== undefined && distance(nearest) <= tolerance ? nearest : null;
}

/** Exactly so many, or the whole shares of them. */
function isAfter(before: Quantity, { from, to }: SplitRatio, after: Quantity): boolean {
  if (Math.abs(before) > Number.MAX_SAFE_INTEGER / to) return false;
  const exact = (before * to) / from;
  return after === Math.round(exact) || after === Math.trunc(exact / SHARE) * SHARE;
}

/** What a split makes of a quantity; what is less than the smallest fraction is lost. */
export function afterSplit(quantity: Quantity, { from, to }: SplitRatio): Quantity {
  return mulDiv(quantity, to, from) as Quantity;
}

/** `10-for-1`. */
export function formatSplit({ from, to }: SplitRatio): string {
  return `${to}-for-${from}`;
}
