/**
 * The second opinion on corporate actions: books follow only what was announced, and only where the account is exactly so.
 * Loops of its own, no rule of the planner.
 */
import { SHARE, type Quantity } from '../domain/decimal.ts';
import type { Lot } from '../observed/book.ts';
import type { CorporateAction } from '../observed/corporate-action.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { PlanInput } from './draft.ts';
import type { Plan, SplitAction, SymbolChangeAction } from './plan-types.ts';

/** Of the cost of a share, beside the broker's word. */
const TOLERANCE = 0.02;

/** What is wrong, in words. */
export function checkActions({ actions }: Plan, input: PlanInput): string[] {
  return actions.flatMap((action) => {
    if (action.kind === 'apply-split') return [...moving(action, input), ...wrongSplit(action, input)];
    if (action.kind === 'apply-symbol-change')
      return [...moving(action, input), ...wrongChange(action, input)];
    return [];
  });
}

function moving({ id, symbol, to }: SplitAction | SymbolChangeAction, { observed }: PlanInput): string[] {
  const { ledger, snapshot } = observed;
  const about = new Set<unknown>([symbol, to]);
  const own = [...ledger.openOrders.values()].some(({ intent }) => about.has(intent.symbol));
  const theirs =
    snapshot.openOrders.kind === 'ok' && snapshot.openOrders.data.some((open) => about.has(open.symbol));
  return own || theirs ? [`${id}: an order on it has no end`] : [];
}

function wrongSplit(action: SplitAction, { observed }: PlanInput): string[] {
  const { id, symbol, splits, lots, unmanaged } = action;
  const { ledger, snapshot } = observed;
  const position = snapshot.positions.kind === 'ok' ? snapshot.positions.data.get(symbol) : undefined;
  if (position === undefined) return [`${id}: the broker does not hold it`];
  const isKnown = splits.every(({ date, ratio }) =>
    knownOf(observed, symbol).some(
      (known) =>
        known.kind === 'split' &&
        known.date === date &&
        Math.abs(known.ratio.to / known.ratio.from / (ratio.to / ratio.from) - 1) < 1e-9,
    ),
  );
  if (splits.length === 0 || !isKnown) return [`${id}: nobody has announced it`];
  const factor = splits.reduce((product, { ratio }) => (product * ratio.to) / ratio.from, 1);
  const isExact = lots.every(({ from, to }) => Math.abs(to - from * factor) < SHARE && to * from >= 0);
  const sum = lots.reduce<number>((total, { to }) => total + to, unmanaged.to);
  if (!isExact || sum !== position.quantity)
    return [`${id}: ${String(sum)} after it, ${String(position.quantity)} held`];
  const booked = lots.reduce((total, { from }) => total + from, 0);
  const cost = lots.reduce((total, lot) => total + lot.cost, 0);
  const isPriced =
    isMixed(observed, symbol, unmanaged.from) ||
    isNear(position.averagePrice, ((cost / booked) * SHARE) / factor);
  return [
    ...(isPriced ? [] : [`${id}: a share cost something else`]),
    ...wrongLots(ledger, { id, symbol, lots: lots.map(({ strategy, from }) => [strategy, from]) }),
  ];
}

function wrongChange(action: SymbolChangeAction, { observed }: PlanInput): string[] {
  const { id, symbol, to, date, lots, unmanaged } = action;
  const { ledger, snapshot } = observed;
  if (snapshot.positions.kind !== 'ok') return [`${id}: what the broker holds is not known`];
  const position = snapshot.positions.data.get(to);
  const isKnown = knownOf(observed, symbol).some(
    (known) =>
      known.kind === 'symbol-change' && known.from === symbol && known.to === to && known.date === date,
  );
  if (!isKnown) return [`${id}: nobody has announced it`];
  if (snapshot.positions.data.has(symbol)) return [`${id}: the broker holds ${symbol}`];
  for (const [name, book] of ledger.books) if (book.has(to)) return [`${id}: ${name} owns ${to}`];
  const sum = lots.reduce<number>((total, { quantity }) => total + quantity, unmanaged);
  if (position?.quantity !== sum) return [`${id}: ${String(sum)} in the books, not at the broker`];
  const cost = lots.reduce((total, lot) => total + lot.cost, 0);
  const isPriced =
    isMixed(observed, symbol, unmanaged) || isNear(position.averagePrice, (cost / sum) * SHARE);
  return [
    ...(isPriced ? [] : [`${id}: a share cost something else`]),
    ...wrongLots(ledger, { id, symbol, lots: lots.map(({ strategy, quantity }) => [strategy, quantity]) }),
  ];
}

/** Those in force in the current session. */
function knownOf({ announced, snapshot }: PlanInput['observed'], symbol: string): readonly CorporateAction[] {
  const known = announced?.get(symbol);
  const today = snapshot.clock.kind === 'ok' ? snapshot.clock.data.session.date : '';
  return known?.kind === 'ok' ? known.data.filter(({ date }) => date <= today) : [];
}

/** Shares that somebody else holds, or has traded, are in the broker's average at a price of their own. */
function isMixed({ history }: PlanInput['observed'], symbol: string, unmanaged: number): boolean {
  return unmanaged !== 0 || (history?.kind === 'ok' && history.data.some((fill) => fill.symbol === symbol));
}

function isNear(theirs: number, ours: number): boolean {
  return Math.abs(theirs - ours) <= TOLERANCE * Math.abs(ours);
}

interface Claimed {
  readonly id: string;
  readonly symbol: string;
  readonly lots: readonly (readonly [string, number])[];
}

/** Every lot of the symbol, each once, as it is. */
function wrongLots({ books }: Ledger, { id, symbol, lots }: Claimed): string[] {
  const claimed = new Map(lots);
  let owned = 0;
  for (const [name, book] of books) {
    const lot = book.get(symbol);
    if (lot === undefined) continue;
    owned += 1;
    if (claimed.get(name) !== lot.quantity) return [`${id}: the lot of ${name} is another one`];
  }
  return owned === lots.length ? [] : [`${id}: not every lot of ${symbol}`];
}

/** The input as it is once the plan's own corporate actions are booked: orders of the same plan are judged by that. */
export function afterActions({ actions }: Plan, input: PlanInput): PlanInput {
  // Stryker disable next-line ConditionalExpression,ArrowFunction: it only spares the copy of the books
  if (actions.every(({ kind }) => kind !== 'apply-split' && kind !== 'apply-symbol-change')) return input;
  const { ledger } = input.observed;
  const books = new Map([...ledger.books].map(([name, book]) => [name, new Map<string, Lot>(book)]));
  const breaks = new Map(ledger.breaks);
  for (const action of actions) {
    if (action.kind === 'apply-split')
      for (const { strategy, to } of action.lots)
        move(books.get(strategy), { from: action.symbol, to: action.symbol, quantity: to });
    else if (action.kind === 'apply-symbol-change')
      for (const { strategy, quantity } of action.lots)
        move(books.get(strategy), { from: action.symbol, to: action.to, quantity });
    else continue;
    breaks.delete(action.symbol);
  }
  return { ...input, observed: { ...input.observed, ledger: { ...ledger, books, breaks } } };
}

function move(
  book: Map<string, Lot> | undefined,
  { from, to, quantity }: { readonly from: string; readonly to: string; readonly quantity: Quantity },
): void {
  const lot = book?.get(from);
  if (book === undefined || lot === undefined) return;
  book.delete(from);
  if (quantity !== 0) book.set(to, { ...lot, quantity });
}
