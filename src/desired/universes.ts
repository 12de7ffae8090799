/** Resolves what each strategy may trade, and sees to it that no symbol has two owners. */
import { compareText } from '../domain/names.ts';
import type { DeclaredStrategy, FileContent } from './parse-manifests.ts';
import { tradedInPairs } from './check-pairs.ts';
import { resolveBeside } from './manifest-path.ts';
import type { FieldPath, Problem } from './problem.ts';
import { PARAMS, UNIVERSE, type ListedSymbol } from './strategy-outline.ts';
import type { StrategyManifest } from './strategy-schema.ts';
import { readSymbols, type CsvSymbols } from './universe-csv.ts';
import { fieldProblem, locate, valueAt } from './yaml-document.ts';

export interface Universe {
  readonly strategy: DeclaredStrategy;
  /** Symbol -> the field that brings it in. */
  readonly symbols: ReadonlyMap<string, FieldPath>;
  /** False when its file could not be read. */
  readonly complete: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export type Files = ReadonlyMap<string, FileContent>;

const FILE = [...UNIVERSE, 'file'];

/** The symbols of the list and of the file without the excluded ones. */
export function resolveUniverse(strategy: DeclaredStrategy, files: Files): Universe {
  const { document, outline } = strategy;
  const symbols = new Map<string, FieldPath>(outline.symbols.map(({ symbol, path }) => [symbol, path]));
  const csv = outline.file === undefined ? NO_FILE : readFile(strategy, outline.file, files);
  for (const symbol of csv.symbols.keys()) if (!symbols.has(symbol)) symbols.set(symbol, FILE);
  const complete = csv.problems.length === 0;
  const warnings = csv.warnings.map((warning) => fieldProblem(document, FILE, warning));
  const all = new Set(symbols.keys());
  for (const { symbol, path } of outline.excludes) {
    symbols.delete(symbol);
    if (all.has(symbol) || !complete) continue;
    warnings.push(
      fieldProblem(document, path, { message: `${symbol} is excluded but was not in the universe` }),
    );
  }
  const problems = csv.problems.map((problem) => fieldProblem(document, FILE, problem));
  if (complete && symbols.size === 0 && saysAll(strategy)) {
    problems.push(fieldProblem(document, UNIVERSE, { message: 'no symbol is left in this universe' }, 'key'));
  }
  return { strategy, symbols, complete, problems, warnings };
}

/** False when the schema has refused a part of the universe: what it would hold is not known. */
function saysAll({ document, outline }: DeclaredStrategy): boolean {
  const listed = valueAt(document.data, [...UNIVERSE, 'symbols']);
  if (listed === undefined) return outline.file !== undefined;
  return Array.isArray(listed) && listed.length === outline.symbols.length;
}

const NO_FILE: CsvSymbols = { symbols: new Map(), problems: [], warnings: [] };

function readFile(strategy: DeclaredStrategy, file: string, files: Files): CsvSymbols {
  const name = resolveBeside(strategy.source.name, file);
  const content = files.get(resolveBeside(strategy.source.path, file));
  if (content?.kind !== 'text') {
    const reason = content?.reason ?? 'does not exist';
    return { ...NO_FILE, problems: [{ message: `the universe file ${name} ${reason}` }] };
  }
  const named = <What extends { readonly message: string }>(what: What): What => ({
    ...what,
    message: `${name} ${what.message}`,
  });
  const csv = readSymbols(content.text, strategy.outline.column);
  return { ...csv, problems: csv.problems.map(named), warnings: csv.warnings.map(named) };
}

/** A target that its own strategy may not trade. */
export function checkTargetsInUniverse({ strategy, symbols, complete }: Universe): Problem[] {
  if (!complete) return [];
  const { document, outline, manifest } = strategy;
  return [...outline.targets, ...tradedBySignal(manifest?.spec.signal)]
    .filter(({ symbol }) => !symbols.has(symbol))
    .map(({ symbol, path }) => {
      const message = `${symbol} is not in the universe of this strategy`;
      // A default is written nowhere.
      const isWritten = valueAt(document.data, path) !== undefined;
      return fieldProblem(document, isWritten ? path : UNIVERSE, { message });
    });
}

function tradedBySignal(signal: StrategyManifest['spec']['signal'] | undefined): ListedSymbol[] {
  if (signal?.type === 'pairs') return tradedInPairs(signal.params.pairs);
  if (signal?.type !== 'vol-term-structure') return [];
  const { shortVolSymbol, longVolSymbol, longVol } = signal.params;
  const short = { symbol: shortVolSymbol, path: [...PARAMS, 'shortVolSymbol'] };
  return longVol ? [short, { symbol: longVolSymbol, path: [...PARAMS, 'longVolSymbol'] }] : [short];
}

/** One problem for each symbol with several owners, at the last of them by name. */
export function checkOverlap(universes: readonly Universe[]): Problem[] {
  const owners = new Map<string, Universe[]>();
  const byName = [...universes].sort((a, b) => compareText(nameOf(a), nameOf(b)));
  for (const universe of byName) {
    for (const symbol of universe.symbols.keys()) {
      const claiming = owners.get(symbol) ?? [];
      // Two strategies of one name have that as their problem.
      const isNew = claiming.every((other) => nameOf(other) !== nameOf(universe));
      if (isNew) owners.set(symbol, [...claiming, universe]);
    }
  }
  return [...owners].flatMap(([symbol, claiming]) => overlapProblem(symbol, claiming));
}

function overlapProblem(symbol: string, claiming: readonly Universe[]): Problem[] {
  const last = claiming.at(-1);
  if (last === undefined || claiming.length < 2) return [];
  const others = claiming
    .slice(0, -1)
    .map((universe) => `${nameOf(universe)} (${placeOf(universe, symbol)})`);
  const message = `${symbol} is in the universe of ${nameOf(last)} and of ${others.join(' and ')}: a symbol has one owner`;
  return [fieldProblem(last.strategy.document, last.symbols.get(symbol) ?? UNIVERSE, { message })];
}

function nameOf({ strategy }: Universe): string {
  return strategy.outline.name ?? '?';
}

function placeOf({ strategy, symbols }: Universe, symbol: string): string {
  const { line } = locate(strategy.document, symbols.get(symbol) ?? UNIVERSE);
  return `${strategy.source.name}:${line}`;
}
