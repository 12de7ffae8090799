/** What an entry takes of buying power, derived again: the broker's own figures, and no rule of the planner. */
import type { ObservedState } from '../observed/observed-state.ts';

const MILLIONTHS = 1_000_000;

/** `after`: what is held after it, signed. In micro-dollars, up to one too few. */
export function leastTaken(
  { snapshot, margins }: Pick<ObservedState, 'snapshot' | 'margins'>,
  { symbol, value, after }: { readonly symbol: string; readonly value: number; readonly after: number },
): number {
  const known = margins?.get(symbol);
  const covered = after < 0 ? known?.short : known?.long;
  if (covered === undefined || snapshot.account.kind !== 'ok') return value;
  const times = snapshot.account.data.terms?.multiplier ?? MILLIONTHS;
  const taken = (BigInt(value) * BigInt(covered) * BigInt(times)) / BigInt(MILLIONTHS) ** 2n;
  return Math.max(value, Number(taken));
}
