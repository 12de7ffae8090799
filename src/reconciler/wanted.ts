/** What a strategy wants to own now: its targets, capped by the size of one position. */
import {
  absolute,
  formatPercent,
  negate,
  shareOf,
  valueOf,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import type { DesiredStrategy, FixedSignal, FixedTarget } from '../desired/desired-state.ts';
import type { SlotTarget } from '../observed/slot-events.ts';
import type { Lot } from '../observed/book.ts';
import { fixedQuantity, quantityFor } from '../strategies/fixed.ts';
import { BookWalk } from './book-walk.ts';
import { hold, priceOf, type Market, type PlanDraft, type PlanFacts } from './draft.ts';
import { isTowardZero } from './sides.ts';

export interface FixedTurn {
  readonly strategy: DesiredStrategy;
  readonly signal: FixedSignal;
  readonly market: Market;
}

/**
 * Where the targets of a `fixed` strategy differ from its book: as quantities, and zero for what it holds and no longer
 * lists. A symbol without a price is left as it is, and said.
 */
export function wantedByFixed(facts: PlanFacts, turn: FixedTurn, draft: PlanDraft): SlotTarget[] {
  const { strategy, signal } = turn;
  const book: ReadonlyMap<string, Lot> = facts.ledger.books.get(strategy.name) ?? new Map<string, Lot>();
  const walk = new BookWalk(book, facts.prices.get(strategy.name) ?? []);
  const changes: SlotTarget[] = [];
  let heldTargets = 0;
  for (const target of signal.targets) {
    const lot = walk.to(target.symbol);
    const held = lot === null ? book.get(target.symbol)?.quantity : lot.quantity;
    if (held !== undefined) heldTargets += 1;
    const price = lot !== null && lot.price > 0 ? lot.price : priceOf(facts, target.symbol);
    if (price !== undefined && isAsWanted(turn, target, held, price)) continue;
    const quantity = wantedQuantity(turn, { target, held, price }, draft);
    if (quantity !== (held ?? 0))
      changes.push({ symbol: target.symbol, priority: target.priority, quantity, ...groupOf(target) });
  }
  if (heldTargets < book.size) changes.push(...removed(signal, book));
  return wholeGroups(turn, changes, draft);
}

/** A leg without a price, or of less than a share, leaves its partners without a target, too. */
function wholeGroups(
  { strategy, signal }: FixedTurn,
  changes: readonly SlotTarget[],
  draft: PlanDraft,
): SlotTarget[] {
  const changing = new Set(changes.map(({ symbol }) => symbol));
  return changes.filter(({ symbol, group }) => {
    if (group === undefined) return true;
    const missing = signal.targets.find((target) => target.group === group && !changing.has(target.symbol));
    if (missing === undefined) return true;
    const detail = `${missing.symbol}, of its group, has no target`;
    hold(draft, { strategy: strategy.name, symbol }, 'GroupIncomplete', detail);
    return false;
  });
}

function groupOf({ group }: FixedTarget): Pick<SlotTarget, 'group'> {
  return group === undefined ? {} : { group };
}

/** The case of nearly every target of nearly every pass: decided without making anything. */
function isAsWanted(
  { signal, strategy, market }: FixedTurn,
  target: FixedTarget,
  held: Quantity | undefined,
  price: Price,
): boolean {
  const { equity } = market.account;
  if (held === undefined || fixedQuantity(signal, target, equity, price) !== held) return false;
  return absolute(valueOf(held, price)) <= shareOf(equity, strategy.capital.positionSize);
}

interface Wanted {
  readonly target: FixedTarget;
  readonly held: Quantity | undefined;
  readonly price: Price | undefined;
}

function wantedQuantity(turn: FixedTurn, { target, held, price }: Wanted, draft: PlanDraft): Quantity {
  const { strategy, signal, market } = turn;
  const { symbol } = target;
  if (price === undefined) {
    hold(draft, { strategy: strategy.name, symbol }, 'NoPrice', `no price of ${symbol} is known`);
    return held ?? (0 as Quantity);
  }
  const { equity } = market.account;
  const asked = fixedQuantity(signal, target, equity, price);
  if (asked === 0 && held === undefined && isWanted(target)) tooSmall(strategy.name, symbol, draft);
  const isTooLarge = absolute(valueOf(asked, price)) > shareOf(equity, strategy.capital.positionSize);
  return isTooLarge ? capped(turn, { symbol, price, asked, held }, draft) : asked;
}

function isWanted({ size }: FixedTarget): boolean {
  return size.kind === 'weight' && size.weight !== 0;
}

function tooSmall(strategy: string, symbol: string, draft: PlanDraft): void {
  hold(draft, { strategy, symbol }, 'BelowOneShare', `its weight is worth less than one share of ${symbol}`);
}

/** A journalled target of a slot that was interrupted, on what the manifest allows now; null when it allows nothing. */
export function stillAllowed(
  facts: PlanFacts,
  turn: FixedTurn,
  target: SlotTarget,
  draft: PlanDraft,
): SlotTarget | null {
  const { strategy, market } = turn;
  const { symbol, quantity: asked } = target;
  const held = facts.ledger.books.get(strategy.name)?.get(symbol)?.quantity ?? (0 as Quantity);
  if (asked === held || isTowardZero(held, asked)) return target;
  if (!strategy.universe.has(symbol)) {
    hold(draft, { strategy: strategy.name, symbol }, 'OutsideUniverse', `${symbol} has left the universe`);
    return null;
  }
  const price = priceOf(facts, symbol);
  const valueMax = shareOf(market.account.equity, strategy.capital.positionSize);
  if (price === undefined || absolute(valueOf(asked, price)) <= valueMax) return target;
  return { ...target, quantity: capped(turn, { symbol, price, asked, held }, draft) };
}

interface CapInput {
  readonly symbol: string;
  readonly price: Price;
  readonly asked: Quantity;
  readonly held: Quantity | undefined;
}

/** The largest quantity that `positionSize` allows to enter, on the side that was asked for; what is held already is never reduced for it. */
function capped(
  { strategy, signal, market }: FixedTurn,
  { symbol, price, asked, held }: CapInput,
  draft: PlanDraft,
): Quantity {
  const { positionSize } = strategy.capital;
  const detail = `one position may be at most ${formatPercent(positionSize)} of equity`;
  hold(draft, { strategy: strategy.name, symbol }, 'PositionSizeLimit', detail);
  const value = shareOf(market.account.equity, positionSize);
  if (asked > 0) {
    const cap = quantityFor(value, price, signal.wholeShares);
    return Math.max(cap, Math.min(held ?? 0, asked)) as Quantity;
  }
  const cap = negate(quantityFor(value, price, true));
  return Math.min(cap, Math.max(held ?? 0, asked)) as Quantity;
}

/** A program closes by saying zero; what it does not name is held. */
function removed(signal: FixedSignal, book: ReadonlyMap<string, Lot>): SlotTarget[] {
  if (signal.unlisted === 'hold') return [];
  const listed = new Set(signal.targets.map((target) => target.symbol));
  return [...book.keys()]
    .filter((symbol) => !listed.has(symbol))
    .map((symbol) => ({ symbol, quantity: 0 as Quantity, priority: 0 }));
}
