/**
 * What the checks across fields and files need to know of a strategy, read leniently: a field that its schema refuses
 * is left out here, so that one mistake does not hide the others.
 */
import { isStrategyName, isSymbol } from '../domain/names.ts';
import { isSourceFile } from './fields.ts';
import { DEFAULT_COLUMN } from './strategy-schema.ts';
import { valueAt, type YamlDocument } from './yaml-document.ts';
import type { FieldPath } from './problem.ts';

export interface ListedSymbol {
  readonly symbol: string;
  /** Of the symbol's own text. */
  readonly path: FieldPath;
}

export interface StrategyOutline {
  readonly name: string | undefined;
  readonly symbols: readonly ListedSymbol[];
  readonly excludes: readonly ListedSymbol[];
  readonly file: string | undefined;
  readonly column: string;
  readonly targets: readonly ListedSymbol[];
  /** File of a `module` signal. */
  readonly module: string | undefined;
}

export const UNIVERSE = ['spec', 'universe'] as const;
export const PARAMS = ['spec', 'signal', 'params'] as const;
export const MODULE = [...PARAMS, 'file'] as const;
export const TARGETS = [...PARAMS, 'targets'] as const;

export function outlineOf({ data }: YamlDocument): StrategyOutline {
  const name = textAt(data, ['metadata', 'name']);
  const file = textAt(data, [...UNIVERSE, 'file']);
  return {
    name: name !== undefined && isStrategyName(name) ? name : undefined,
    symbols: symbolsAt(data, [...UNIVERSE, 'symbols']),
    excludes: symbolsAt(data, [...UNIVERSE, 'exclude']),
    file: file !== undefined && /\S/.test(file) && !file.includes('\0') ? file : undefined,
    column: textAt(data, [...UNIVERSE, 'column']) ?? DEFAULT_COLUMN,
    targets: symbolsAt(data, TARGETS, 'symbol'),
    module: moduleAt(data),
  };
}

function moduleAt(data: unknown): string | undefined {
  const file = textAt(data, MODULE);
  const isModule = textAt(data, ['spec', 'signal', 'type']) === 'module';
  return isModule && file !== undefined && isSourceFile(file) ? file : undefined;
}

export function textAt(data: unknown, path: FieldPath): string | undefined {
  const value = valueAt(data, path);
  return typeof value === 'string' ? value : undefined;
}

export function listAt(data: unknown, path: FieldPath): readonly unknown[] {
  const value = valueAt(data, path);
  return Array.isArray(value) ? value : [];
}

/** The valid symbols of a list; `field` names the symbol's place in an item that is a mapping. */
function symbolsAt(data: unknown, path: FieldPath, field?: string): ListedSymbol[] {
  return listAt(data, path).flatMap((_, index) => {
    const at = field === undefined ? [...path, index] : [...path, index, field];
    const symbol = textAt(data, at);
    return symbol !== undefined && isSymbol(symbol) ? [{ symbol, path: at }] : [];
  });
}
