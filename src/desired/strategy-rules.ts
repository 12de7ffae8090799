/** Rules of one strategy that join several of its fields. */
import { SHARE, parsePercent, parseQuantity } from '../domain/decimal.ts';
import type { FieldPath, Problem } from './problem.ts';
import {
  TARGETS,
  UNIVERSE,
  listAt,
  textAt,
  type ListedSymbol,
  type StrategyOutline,
} from './strategy-outline.ts';
import { MOMENTUM_DEFAULTS } from './strategy-schema.ts';
import { fieldProblem, locate, valueAt, type YamlDocument } from './yaml-document.ts';

export function checkStrategy(document: YamlDocument, outline: StrategyOutline): Problem[] {
  return [
    ...checkTargets(document),
    ...checkUniverse(document),
    ...checkSchedule(document),
    ...checkMomentum(document),
    ...checkMemory(document),
    ...checkSides(document),
    ...checkRepeated(document, outline.targets),
    ...checkRepeated(document, outline.symbols),
    ...checkRepeated(document, outline.excludes),
  ];
}

/** With another field in it, a target without a size has its problem already. */
const TARGET_FIELDS: ReadonlySet<string> = new Set(['symbol', 'weight', 'quantity', 'priority']);

function checkTargets(document: YamlDocument): Problem[] {
  const { data } = document;
  const wholeShares = valueAt(data, ['spec', 'signal', 'params', 'wholeShares']) !== false;
  return listAt(data, TARGETS).flatMap((target, index) => {
    const path = [...TARGETS, index];
    if (typeof target !== 'object' || target === null) return [];
    const given = ['weight', 'quantity'].filter((field) => valueAt(target, [field]) !== undefined).length;
    const mistyped = Object.keys(target).some((key) => !TARGET_FIELDS.has(key));
    if (given === 0 && mistyped) return [];
    if (given !== 1) {
      const message = given === 0 ? 'a target needs a size' : 'a target has one size, not two';
      return [fieldProblem(document, path, { message, allowed: 'either weight or quantity' })];
    }
    const quantity = parseQuantity(textAt(target, ['quantity']) ?? '0') ?? 0;
    if (quantity % SHARE === 0 || (!wholeShares && quantity > 0)) return checkShort(document, target, path);
    const message =
      quantity < 0 ? 'only whole shares can be sold short' : 'a part of a share needs wholeShares: false';
    return [fieldProblem(document, [...path, 'quantity'], { message, allowed: 'whole shares' })];
  });
}

function checkShort(document: YamlDocument, target: object, path: FieldPath): Problem[] {
  if (mayBeShort(document)) return [];
  const sizes = [
    ['weight', parsePercent(textAt(target, ['weight']) ?? '0%')],
    ['quantity', parseQuantity(textAt(target, ['quantity']) ?? '0')],
  ] as const;
  return sizes
    .filter(([, size]) => size !== undefined && size < 0)
    .map(([field]) => {
      const message = 'is short, and this strategy may not be';
      return fieldProblem(document, [...path, field], {
        message,
        allowed: '0 or more, or capital.shorts: allowed',
      });
    });
}

function checkUniverse(document: YamlDocument): Problem[] {
  const universe = valueAt(document.data, UNIVERSE);
  if (typeof universe !== 'object' || universe === null) return [];
  const has = (field: string): boolean => valueAt(universe, [field]) !== undefined;
  const problems: Problem[] = [];
  if (!has('symbols') && !has('file')) {
    const message = 'a universe needs symbols';
    problems.push(fieldProblem(document, UNIVERSE, { message, allowed: 'symbols, file, or both' }, 'key'));
  }
  if (has('column') && !has('file')) {
    const message = 'nothing reads this: there is no file';
    problems.push(fieldProblem(document, [...UNIVERSE, 'column'], { message }, 'key'));
  }
  return problems;
}

/** Defaults count as written. */
function checkMomentum(document: YamlDocument): Problem[] {
  const { data } = document;
  if (textAt(data, ['spec', 'signal', 'type']) !== 'momentum-protection') return [];
  const numberAt = (field: 'formation' | 'skip'): number => {
    const value = valueAt(data, ['spec', 'signal', 'params', field]);
    return typeof value === 'number' ? value : MOMENTUM_DEFAULTS[field];
  };
  const formation = numberAt('formation');
  if (numberAt('skip') < formation) return [];
  const message = 'skip is a part of formation';
  const path = ['spec', 'signal', 'params', 'skip'];
  return [fieldProblem(document, path, { message, allowed: `less than ${formation}` })];
}

/** Signals that remember do so in their slots, and enter and leave as they decide. */
const REMEMBERING = ['vol-term-structure', 'pairs'];

function checkMemory(document: YamlDocument): Problem[] {
  const { data } = document;
  const type = textAt(data, ['spec', 'signal', 'type']) ?? '';
  if (!REMEMBERING.includes(type) || textAt(data, ['spec', 'lifecycle']) === 'planned') return [];
  const path: FieldPath = ['spec', 'schedule'];
  const entries = listAt(data, path);
  if (entries.length === 0) {
    const what = { message: `the signal ${type} acts in slots only`, allowed: 'a list of rebalance slots' };
    return [fieldProblem(document, path, what)];
  }
  return entries.flatMap((entry, index) => {
    const action = textAt(entry, ['action']);
    if (action === undefined || action === 'rebalance') return [];
    const message = `the signal ${type} enters and leaves in one slot`;
    return [fieldProblem(document, [...path, index, 'action'], { message, allowed: 'rebalance' })];
  });
}

/** What a strategy may do with its capital is said in one place, whatever its signal. */
function checkSides(document: YamlDocument): Problem[] {
  const path = ['spec', 'signal', 'params', 'sides'];
  if (textAt(document.data, path) !== 'both' || mayBeShort(document)) return [];
  const message = 'both sides are wanted, and this strategy may not be short';
  return [fieldProblem(document, path, { message, allowed: 'long, or capital.shorts: allowed' })];
}

function mayBeShort({ data }: YamlDocument): boolean {
  return textAt(data, ['spec', 'capital', 'shorts']) === 'allowed';
}

function checkSchedule(document: YamlDocument): Problem[] {
  const path: FieldPath = ['spec', 'schedule'];
  const first = new Map<string, number>();
  return listAt(document.data, path).flatMap((entry, index) => {
    const [at, action] = [textAt(entry, ['at']), textAt(entry, ['action'])];
    if (at === undefined || action === undefined) return [];
    const run = `${action} at ${at}`;
    const before = first.get(run);
    if (before === undefined) {
      first.set(run, index);
      return [];
    }
    const { line } = locate(document, [...path, before]);
    return [
      fieldProblem(document, [...path, index], {
        message: `${run} is scheduled twice, first on line ${line}`,
      }),
    ];
  });
}

function checkRepeated(document: YamlDocument, listed: readonly ListedSymbol[]): Problem[] {
  const first = new Map<string, FieldPath>();
  return listed.flatMap(({ symbol, path }) => {
    const before = first.get(symbol);
    if (before === undefined) {
      first.set(symbol, path);
      return [];
    }
    const { line } = locate(document, before);
    return [fieldProblem(document, path, { message: `${symbol} is listed twice, first on line ${line}` })];
  });
}
