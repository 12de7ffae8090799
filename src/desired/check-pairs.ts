/** What a manifest of the signal `pairs` must say besides what its schema checks. */
import type { DeclaredStrategy } from './parse-manifests.ts';
import { pairsProblem } from './pairs-schema.ts';
import type { FieldPath, Problem } from './problem.ts';
import { PARAMS, type ListedSymbol } from './strategy-outline.ts';
import { fieldProblem, locate, valueAt } from './yaml-document.ts';

const PAIRS = [...PARAMS, 'pairs'] as const;

export function checkPairs({ document, manifest }: DeclaredStrategy): Problem[] {
  if (manifest?.spec.signal.type !== 'pairs') return [];
  const { signal, capital, lifecycle } = manifest.spec;
  const problems = signal.params.pairs.flatMap((pair, index) => {
    const path = [...PAIRS, index];
    if (pair[0] === pair[1])
      return [fieldProblem(document, path, { message: `${pair[0]} cannot be traded against itself` })];
    const first = signal.params.pairs.findIndex((other) => isSame(other, pair));
    if (first === index) return [];
    const { line } = locate(document, [...PAIRS, first]);
    const message = `${pair.join('/')} is listed twice, first on line ${line}`;
    return [fieldProblem(document, path, { message })];
  });
  const at = (path: FieldPath): FieldPath =>
    valueAt(document.data, path) === undefined ? ['spec', 'signal'] : path;
  if (signal.params.pairs.length === 0 && lifecycle === 'active') {
    const what = { message: 'the signal pairs needs pairs', allowed: 'a list such as [[XOM, CVX]]' };
    problems.push(fieldProblem(document, at(PAIRS), what));
  }
  const message = lifecycle === 'active' ? pairsProblem(signal.params, capital) : undefined;
  if (message !== undefined) problems.push(fieldProblem(document, at(PARAMS), { message }));
  return problems;
}

function isSame([a, b]: readonly [string, string], [one, other]: readonly [string, string]): boolean {
  return (a === one && b === other) || (a === other && b === one);
}

/** For the check that a strategy trades nothing but its universe. */
export function tradedInPairs(pairs: readonly (readonly [string, string])[]): ListedSymbol[] {
  return pairs.flatMap((pair, index) =>
    pair.map((symbol, leg) => ({ symbol, path: [...PAIRS, index, leg] })),
  );
}
