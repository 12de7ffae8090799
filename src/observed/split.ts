/**
 * Whether a difference between books and broker looks like a stock split, or is one that was announced. A likeness is a
 * proposal, never a proof.
 */
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
export function likelySplit(before: HeldBefore, after: HeldAfter): SplitRatio | null {
  return RATIOS.find((ratio) => isSplitBy(ratio, before, after)) ?? null;
}

export interface HeldBefore {
  readonly quantity: Quantity;
  readonly cost: Money;
}

export interface HeldAfter {
  readonly quantity: Quantity;
  readonly averagePrice: Price;
}

/** Whether exactly this split lies between the two: in the quantity, and in what a share has cost. */
export function isSplitBy(ratio: SplitRatio, before: HeldBefore, after: HeldAfter): boolean {
  return isAfter(before.quantity, ratio, after.quantity) && costsStay(ratio, before, after);
}

/** Whether a share cost after it what it had cost before, by the ratio. Nothing stays of what is not there. */
export function costsStay({ from, to }: SplitRatio, before: HeldBefore, after: HeldAfter): boolean {
  if (before.quantity === 0 || after.quantity === 0) return false;
  const expected = ((before.cost / before.quantity) * from) / to;
  return Math.abs(after.averagePrice / SHARE - expected) <= COST_TOLERANCE * Math.abs(expected);
}

const RATE_DIGITS = 9;
const TERM_MAX = 1_000_000_000;

/**
 * The same ratio in the smallest whole numbers, so that quantities are counted exactly: 1 and 1.05 become 20 and 21. Null
 * where that takes more than {@link RATE_DIGITS} decimals, or numbers beyond a billion.
 */
export function inWholeNumbers({ from, to }: SplitRatio): SplitRatio | null {
  const scale = 10 ** RATE_DIGITS;
  const terms = [from, to].map((rate) => Math.round(rate * scale));
  const [a = 0, b = 0] = terms;
  if (!terms.every((term) => Number.isSafeInteger(term) && term > 0)) return null;
  const shared = commonDivisor(a, b);
  const ratio = { from: a / shared, to: b / shared };
  return ratio.from <= TERM_MAX && ratio.to <= TERM_MAX ? ratio : null;
}

/** One split behind the other, of whole numbers; null where they leave the range of what can be counted. */
export function splitTwice(first: SplitRatio, second: SplitRatio): SplitRatio | null {
  const [from, to] = [first.from * second.from, first.to * second.to];
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return null;
  const shared = commonDivisor(from, to);
  return { from: from / shared, to: to / shared };
}

function commonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller !== 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** The common split that would multiply a price by `factor`, within `tolerance` of it; null where there is none. */
export function splitOfPrice(factor: number, tolerance: number): SplitRatio | null {
  const distance = ({ from, to }: SplitRatio): number => Math.abs((factor * to) / from - 1);
  const near = RATIOS.filter((ratio) => distance(ratio) <= tolerance);
  const [nearest = null] = near.sort((a, b) => distance(a) - distance(b));
  return nearest;
}

/** Exactly so many, or the whole shares of them. */
function isAfter(before: Quantity, { from, to }: SplitRatio, after: Quantity): boolean {
  const exact = mulDiv(before, to, from);
  if (!Number.isSafeInteger(exact)) return false;
  return after === exact || after === Math.trunc(exact / SHARE) * SHARE;
}

/** What a split makes of a quantity; what is less than the smallest fraction is lost. */
export function afterSplit(quantity: Quantity, { from, to }: SplitRatio): Quantity {
  return mulDiv(quantity, to, from) as Quantity;
}

/** `10-for-1`. */
export function formatSplit({ from, to }: SplitRatio): string {
  return `${to}-for-${from}`;
}
