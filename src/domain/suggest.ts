/** "Did you mean": the likely word behind a mistyped one. */
import { compareText } from './names.ts';

const DISTANCE_MAX = 2;

/**
 * The candidate at the smallest edit distance of `word`, at most 2 and at most half of the word's length; of equals,
 * the alphabetically first. Upper and lower case count as equal, and so does a swap of neighbours as one edit.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(DISTANCE_MAX, Math.floor(wanted.length / 2)) + 1;
  for (const candidate of [...candidates].sort(compareText)) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Least number of insertions, deletions, substitutions and swaps of neighbours, no part being edited twice. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const substituted = at(last, column - 1) + (isSame ? 0 : 1);
      // Before the first character there is none that could be equal.
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = isSwap ? at(beforeLast, column - 2) + 1 : Infinity;
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, substituted, swapped));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
