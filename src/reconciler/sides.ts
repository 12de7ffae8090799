/** How a change of a signed quantity lies to zero. */
import type { Quantity } from '../domain/decimal.ts';

/** Whether it first makes the position smaller: also where it goes on to the other side. */
export function isTowardZero(from: Quantity, to: Quantity): boolean {
  return from > 0 ? to < from : from < 0 && to > from;
}

/** Whether both sides are wanted in turn: long and then short, or the reverse. */
export function isAcrossZero(from: Quantity, to: Quantity): boolean {
  return from > 0 ? to < 0 : from < 0 && to > 0;
}
