/** What a strategy wants to own now: its targets, capped by the size of one position. */
import { formatPercent, shareOf, valueOf, type Price, type Quantity } from '../domain/decimal.ts';
import type { DesiredStrategy, FixedSignal } from '../desired/desired-state.ts';
import type { SlotTarget } from '../observed/events.ts';
import type { Lot } from '../observed/book.ts';
import { fixedQuantity, quantityFor } from '../strategies/fixed.ts';
import { hold, priceOf, type Market, type PlanDraft, type PlanFacts } from './draft.ts';

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
  const { strategy, signal, market } = turn;
  const book: ReadonlyMap<string, Lot> = facts.ledger.books.get(strategy.name) ?? new Map<string, Lot>();
  const { equity } = market.account;
  const valueMax = shareOf(equity, strategy.capital.positionSize);
  const changes: SlotTarget[] = [];
  let heldTargets = 0;
  for (const target of signal.targets) {
    const { symbol, priority } = target;
    const held = book.get(symbol)?.quantity;
    if (held !== undefined) heldTargets += 1;
    const price = priceOf(facts, symbol);
    if (price === undefined) {
      hold(draft, { strategy: strategy.name, symbol }, 'NoPrice', `no price of ${symbol} is known`);
      continue;
    }
    const asked = fixedQuantity(signal, target, equity, price);
    const quantity = valueOf(asked, price) > valueMax ? capped(turn, symbol, price, draft) : asked;
    if (quantity !== (held ?? 0)) changes.push({ symbol, priority, quantity });
  }
  if (heldTargets < book.size) changes.push(...removed(signal, book));
  return changes;
}

/** The largest quantity that `positionSize` allows. */
function capped(
  { strategy, signal, market }: FixedTurn,
  symbol: string,
  price: Price,
  draft: PlanDraft,
): Quantity {
  const { positionSize } = strategy.capital;
  const detail = `one position may be at most ${formatPercent(positionSize)} of equity`;
  hold(draft, { strategy: strategy.name, symbol }, 'PositionSizeLimit', detail);
  return quantityFor(shareOf(market.account.equity, positionSize), price, signal.wholeShares);
}

function removed(signal: FixedSignal, book: ReadonlyMap<string, Lot>): SlotTarget[] {
  const listed = new Set(signal.targets.map((target) => target.symbol));
  return [...book.keys()]
    .filter((symbol) => !listed.has(symbol))
    .map((symbol) => ({ symbol, quantity: 0 as Quantity, priority: 0 }));
}
