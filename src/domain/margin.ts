/** What margin makes of buying power. */
import { mulDiv, WHOLE, type Ratio } from './decimal.ts';

/**
 * By how much the value of an entry is multiplied to give what it takes of buying power. Buying power is `multiplier` times
 * the equity that is free, so that a symbol of which `requirement` must be covered by equity takes that many times as much;
 * never less than its value. At Alpaca 75 % of a fund of three times an index must be covered: twice the equity buys 1.33 of it.
 */
export function marginFactor(requirement: Ratio, multiplier: Ratio): Ratio {
  return Math.max(WHOLE, mulDiv(requirement, multiplier, WHOLE)) as Ratio;
}
