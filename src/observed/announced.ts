/**
 * Corporate actions that were announced, against what the books say and the broker holds: which of them explain the
 * difference exactly, and what becomes of every lot. Pure; whatever is not exact is explained by none.
 */
import { absolute, add, NO_QUANTITY, SHARE, subtract, type Quantity } from '../domain/decimal.ts';
import { dateOf, type CalendarDate } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import type { AnnouncedSplit, MovedLot, SplitLot } from './action-events.ts';
import { gapOf, type Difference } from './attribution.ts';
import type { BrokerFill, BrokerPosition } from './broker-view.ts';
import type { CorporateAction } from './corporate-action.ts';
import { anchorOf, expectedBeyond, heldByRights, outsideFills } from './evidence.ts';
import { lotOf, type Ledger } from './ledger.ts';
import { afterSplit, costsStay, inWholeNumbers, isSplitBy, splitTwice, type SplitRatio } from './split.ts';

/**
 * Actions of this date and before are none of a symbol's any more: its books have followed the account since, or its
 * shares were bought at the new terms.
 */
export function followedUpTo(ledger: Ledger, symbol: string): CalendarDate {
  const lots = [...ledger.books.values()].flatMap((book) => book.get(symbol) ?? []);
  const dates = [
    dateOf(anchorOf(ledger, symbol).at),
    ...lots.map(({ since }) => dateOf(since)),
    ledger.splits.get(symbol)?.date ?? '',
  ];
  // Stryker disable next-line EqualityOperator: of two equal dates each is the newest.
  return dates.reduce((newest, date) => (date > newest ? date : newest));
}

/** Those in force on `session` that the books have not followed, by date. */
export function notFollowed(
  ledger: Ledger,
  symbol: string,
  announced: readonly CorporateAction[],
  session: CalendarDate,
): CorporateAction[] {
  const before = followedUpTo(ledger, symbol);
  return announced
    .filter(({ date }) => date > before && date <= session)
    .sort((a, b) => compareText(a.date, b.date));
}

/** Each once, in whole numbers. Null where one of them cannot be counted. */
export function splitsAmong(actions: readonly CorporateAction[]): AnnouncedSplit[] | null {
  const splits: AnnouncedSplit[] = [];
  for (const action of actions) {
    if (action.kind !== 'split') continue;
    const ratio = inWholeNumbers(action.ratio);
    if (ratio === null) return null;
    const isKnown = splits.some(
      ({ date, ratio: known }) => date === action.date && known.from === ratio.from && known.to === ratio.to,
    );
    if (!isKnown && ratio.from !== ratio.to) splits.push({ date: action.date, ratio });
  }
  return splits;
}

/** Every symbol that a book owns, each once. */
export function ownedSymbols({ books }: Ledger): string[] {
  return [...new Set([...books.values()].flatMap((book) => [...book.keys()]))];
}

/** What a symbol's books become by a split, and what is nobody's. */
export interface FollowedSplit {
  readonly splits: readonly AnnouncedSplit[];
  readonly lots: readonly SplitLot[];
  readonly unmanaged: { readonly from: Quantity; readonly to: Quantity };
}

/** The first of the splits, or as many of them as the broker has carried out; null where none fits exactly. */
export function splitFollowed(
  ledger: Ledger,
  position: BrokerPosition,
  splits: readonly AnnouncedSplit[],
  history: readonly BrokerFill[],
): FollowedSplit | null {
  const held = heldByRights(ledger, position.symbol, history);
  if (held === null) return null;
  let ratio: SplitRatio | null = null;
  for (const [index, split] of splits.entries()) {
    ratio = index === 0 ? split.ratio : ratio && splitTwice(ratio, split.ratio);
    if (ratio === null) return null;
    if (!isSplitBy(ratio, held, position)) continue;
    const beyond = expectedBeyond(ledger, position.symbol, history);
    return lotsAfter(ledger, position, { splits: splits.slice(0, index + 1), ratio, beyond });
  }
  return null;
}

interface Fitting {
  readonly splits: readonly AnnouncedSplit[];
  readonly ratio: SplitRatio;
  /** What no book explains, before. */
  readonly beyond: Quantity;
}

/** A fraction that was paid out in cash leaves the largest lot: it is less than a share. */
function lotsAfter(
  ledger: Ledger,
  { symbol, quantity }: BrokerPosition,
  { splits, ratio, beyond }: Fitting,
): FollowedSplit | null {
  const unmanaged = { from: beyond, to: afterSplit(beyond, ratio) };
  const lots = lotsOf(ledger, symbol).map(({ strategy, quantity: from, cost }) => ({
    strategy,
    from,
    to: afterSplit(from, ratio),
    cost,
  }));
  const booked = lots.reduce((sum, { to }) => add(sum, to), NO_QUANTITY);
  const paidOut = subtract(subtract(quantity, unmanaged.to), booked);
  const [largest] = [...lots].sort((a, b) => absolute(b.to) - absolute(a.to));
  if (largest === undefined || absolute(paidOut) >= SHARE) return null;
  const rest = add(largest.to, paidOut);
  // Stryker disable next-line ArithmeticOperator: only the sign is asked for.
  if (rest * largest.to < 0) return null;
  return { splits, unmanaged, lots: lots.map((lot) => (lot === largest ? { ...lot, to: rest } : lot)) };
}

function lotsOf(ledger: Ledger, symbol: string): MovedLot[] {
  return [...ledger.books.keys()].flatMap((strategy) => {
    const lot = lotOf(ledger, strategy, symbol);
    return lot === undefined ? [] : [{ strategy, quantity: lot.quantity, cost: lot.cost }];
  });
}

/** What goes on under another symbol. */
export interface FollowedChange {
  readonly to: string;
  readonly date: CalendarDate;
  readonly lots: readonly MovedLot[];
  readonly unmanaged: Quantity;
}

type SymbolChange = Extract<CorporateAction, { kind: 'symbol-change' }>;

/**
 * The broker holds nothing of the old symbol, and of the new one exactly what it should hold of the old one, at its cost;
 * nobody owns the new one, and nobody has traded in it. Null where it is not so.
 */
export function changeFollowed(
  ledger: Ledger,
  positions: ReadonlyMap<string, BrokerPosition>,
  { from, to, date }: SymbolChange,
  history: readonly BrokerFill[],
): FollowedChange | null {
  const position = positions.get(to);
  const held = heldByRights(ledger, from, history);
  if (position === undefined || held === null || positions.has(from)) return null;
  const isOwned = [...ledger.books.values()].some((book) => book.has(to));
  const isTraded = outsideFills(ledger, history).some(({ symbol }) => symbol === to);
  if (isOwned || isTraded || anchorOf(ledger, to).unmanaged !== 0 || ledger.breaks.has(to)) return null;
  if (position.quantity !== held.quantity || !costsStay({ from: 1, to: 1 }, held, position)) return null;
  return { to, date, lots: lotsOf(ledger, from), unmanaged: expectedBeyond(ledger, from, history) };
}

const COST_TOLERANCE = 0.02;

/**
 * Whether a corporate action may be behind a difference: shares of a book are missing, a share has another price, or
 * there is another number of shares at the same cost. Only then is it worth asking for one.
 */
export function mayBeAction(
  ledger: Ledger,
  difference: Difference,
  position: BrokerPosition | undefined,
): boolean {
  const { symbol, owners, missing, settling, repriced, booked } = difference;
  if (owners.length === 0 || settling !== 0) return false;
  if (missing !== 0 || repriced) return true;
  const known = anchorOf(ledger, symbol).unmanaged;
  if (position === undefined || booked === 0 || gapOf(difference) === known) return false;
  const cost = lotsOf(ledger, symbol).reduce((sum, lot) => sum + lot.cost, 0);
  const expected = (cost / booked) * (booked + known);
  const theirs = (position.quantity / SHARE) * position.averagePrice;
  return Math.abs(theirs - expected) <= COST_TOLERANCE * Math.abs(expected);
}
