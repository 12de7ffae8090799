/** Whose the symbols of a book are, where one may be in several pairs and is held in one at a time. */
import { pairId, type PairsState } from './pairs-state.ts';

/**
 * The ids of the pairs that are held, whole or in part. What an open trade holds belongs to no other pair of the symbol.
 * What belongs to no pair, or only to one whose other leg is taken, stands for itself: leaving it leaves nothing else.
 */
export function heldPairs(
  symbols: Iterable<string>,
  pairs: readonly (readonly [string, string])[],
  state: PairsState,
): ReadonlySet<string> {
  const book = new Set(symbols);
  const left = new Set(book);
  const held = new Set<string>();
  const take = (pair: string, own: readonly string[]): void => {
    if (own.length > 0) held.add(pair);
    for (const symbol of own) left.delete(symbol);
  };
  for (const [pair, { phase }] of Object.entries(state.pairs))
    if (phase.kind === 'open')
      take(
        pair,
        pair.split('/').filter((symbol) => left.has(symbol)),
      );
  for (const pair of pairs) {
    const own = pair.filter((symbol) => book.has(symbol));
    if (own.every((symbol) => left.has(symbol))) take(pairId(pair), own);
  }
  for (const symbol of left) held.add(symbol);
  return held;
}
