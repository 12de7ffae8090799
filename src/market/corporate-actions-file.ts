/** The text of a list of corporate actions, kept beside price files: `Date,Symbol,Kind,From,To`. Pure. */
import { dayNumber } from '../domain/days.ts';
import { isSymbol } from '../domain/names.ts';
import type { CorporateAction } from '../observed/corporate-action.ts';
import { headed } from './lines.ts';

export interface ListedAction {
  readonly symbol: string;
  readonly action: CorporateAction;
}

export interface ListFault {
  /** Of the file, from 1. */
  readonly line: number;
  readonly what: string;
}

type SymbolChange = Extract<CorporateAction, { kind: 'symbol-change' }>;

const COLUMNS = ['date', 'symbol', 'kind', 'from', 'to'] as const;
type Row = Readonly<Record<(typeof COLUMNS)[number], string>>;

/**
 * By line, or the first that nobody understands: of a list with a hole, nobody knows what is missing. A change of the symbol is of
 * the old and of the new one, whichever its line is listed under, and once where both are.
 */
export function readActions(text: string): readonly ListedAction[] | ListFault {
  const { header, rows } = headed(text);
  const names = cellsOf(header).map((name) => name.toLowerCase());
  const missing = COLUMNS.find((name) => !names.includes(name));
  if (missing !== undefined) return { line: 1, what: `the header names no ${missing}` };
  const actions: ListedAction[] = [];
  const changes = new Set<string>();
  for (const { number, text: line } of rows) {
    if (line.trim() === '') continue;
    const cells = cellsOf(line);
    const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
    const row = Object.fromEntries(COLUMNS.map((name) => [name, cell(name)])) as Row;
    const action = actionOf(row);
    if (typeof action === 'string') return { line: number, what: action };
    if (action.kind !== 'symbol-change') actions.push({ symbol: row.symbol, action });
    else if (isNew(changes, action))
      actions.push(...[action.from, action.to].map((symbol) => ({ symbol, action })));
  }
  return actions;
}

function isNew(seen: Set<string>, { date, from, to }: SymbolChange): boolean {
  return seen.size < seen.add([date, from, to].join()).size;
}

const RATE = /^\d{1,6}(?:\.\d{1,6})?$/;

/** Or what is wrong with it. */
function actionOf({ date, symbol, kind, from, to }: Row): CorporateAction | string {
  if (Number.isNaN(dayNumber(date))) return `${shown(date)} is not a date like 2025-12-02`;
  if (!isSymbol(symbol)) return `${shown(symbol)} is no symbol`;
  switch (kind) {
    case 'split': {
      const ratio = { from: rateOf(from), to: rateOf(to) };
      if (!(ratio.from > 0 && ratio.to > 0))
        return `a split of ${shown(from)} shares into ${shown(to)}: both are numbers above zero`;
      return { kind, date, ratio };
    }
    case 'spin-off':
      if (to !== '' && !isSymbol(to)) return `${shown(to)} is no symbol`;
      return { kind, date, company: to === '' ? null : to };
    case 'symbol-change':
      if (!isSymbol(from) || !isSymbol(to))
        return `a change from ${shown(from)} to ${shown(to)}: both are symbols`;
      return { kind, date, from, to };
    default:
      return `${shown(kind)} is no kind: one of split, spin-off, symbol-change`;
  }
}

function rateOf(text: string): number {
  return RATE.test(text) ? Number(text) : Number.NaN;
}

function shown(text: string): string {
  return JSON.stringify(text);
}

function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}
