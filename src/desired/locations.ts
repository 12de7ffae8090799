/** Where a fact of the desired state was declared, for people. */
import type { DeclaredStrategy } from './parse-manifests.ts';
import type { FieldPath } from './problem.ts';
import { listAt, textAt } from './strategy-outline.ts';
import { locate } from './yaml-document.ts';

/**
 * `file:line` of `strategy/core`, or of a field: `strategy/core:spec.capital.maxPositions`. A list of mappings takes an
 * index or a symbol: `strategy/core:spec.signal.params.targets[VTI]`. A field that takes its default has the place of
 * its nearest parent. Undefined for a strategy that no manifest declares.
 */
export type Locate = (subject: string) => string | undefined;

export function locationsOf(strategies: readonly DeclaredStrategy[]): Locate {
  const byName = new Map(strategies.map((strategy) => [strategy.outline.name, strategy]));
  return (subject) => {
    const match = /^strategy\/([^:]+)(?::(.+))?$/.exec(subject);
    const strategy = byName.get(match?.[1]);
    if (match === null || strategy === undefined) return undefined;
    const path = match[2] === undefined ? ['metadata', 'name'] : readPath(strategy, match[2]);
    return `${strategy.source.name}:${locate(strategy.document, path, 'key').line}`;
  };
}

function readPath({ document }: DeclaredStrategy, text: string): FieldPath {
  const path: (string | number)[] = [];
  for (const [, key, index] of text.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (key !== undefined) path.push(key);
    else if (index !== undefined)
      path.push(/^\d+$/.test(index) ? Number(index) : indexOf(document.data, path, index));
  }
  return path;
}

function indexOf(data: unknown, path: FieldPath, symbol: string): number {
  return listAt(data, path).findIndex((item) => item === symbol || textAt(item, ['symbol']) === symbol);
}
