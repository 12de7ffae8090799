/** The signal `fixed`: weights of equity, or quantities, as the manifest says. */
import {
  absolute,
  negate,
  shareOf,
  sharesFor,
  wholeSharesFor,
  type Money,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import type { FixedSignal, FixedTarget } from '../desired/desired-state.ts';

/**
 * The wanted quantity of one target; a weight is rounded toward zero, so that the sum of all never exceeds the sum of
 * weights. What is short is short by whole shares.
 */
export function fixedQuantity(
  signal: FixedSignal,
  target: FixedTarget,
  equity: Money,
  price: Price,
): Quantity {
  if (target.size.kind === 'quantity') return target.size.quantity;
  const { weight } = target.size;
  if (weight >= 0) return quantityFor(shareOf(equity, weight), price, signal.wholeShares);
  return negate(quantityFor(shareOf(equity, absolute(weight)), price, true));
}

/** The largest quantity that a sum buys. */
export function quantityFor(value: Money, price: Price, wholeShares: boolean): Quantity {
  if (value <= 0) return 0 as Quantity;
  return wholeShares ? wholeSharesFor(value, price) : sharesFor(value, price);
}
