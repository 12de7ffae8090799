/** What a strategy wants to own now: its targets, capped by the size of one position. */
import { formatPercent, shareOf, type Price, type Quantity } from '../domain/decimal.ts';
import type { DesiredStrategy, FixedSignal } from '../desired/desired-state.ts';
import type { SlotTarget } from '../observed/events.ts';
import type { Lot } from '../observed/book.ts';
import { fixedQuantity, quantityFor } from '../strategies/fixed.ts';
import { hold, priceOf, type Market, type PlanDraft, type PlanFacts } from './draft.ts';

/**
 * Targets of a `fixed` strategy as quantities, and zero for what it holds and no longer lists.
 * A symbol without a price is left as it is, and said.
 */
export function wantedByFixed(
  facts: PlanFacts,
  { strategy, signal, market }: { strategy: DesiredStrategy; signal: FixedSignal; market: Market },
  draft: PlanDraft,
): SlotTarget[] {
  const book: ReadonlyMap<string, Lot> = facts.ledger.books.get(strategy.name) ?? new Map<string, Lot>();
  const { equity } = market.account;
  const wanted: SlotTarget[] = [];
  let heldTargets = 0;
  for (const target of signal.targets) {
    const { symbol, priority } = target;
    const lot = book.get(symbol);
    if (lot !== undefined) heldTargets += 1;
    const price = priceOf(facts, symbol);
    if (price === undefined) {
      hold(draft, { strategy: strategy.name, symbol }, 'NoPrice', `no price of ${symbol} is known`);
      if (lot !== undefined) wanted.push({ symbol, quantity: lot.quantity, priority });
      continue;
    }
    const asked = fixedQuantity(signal, target, equity, price);
    wanted.push({
      symbol,
      priority,
      quantity: capped(asked, { price, strategy, signal, market, symbol }, draft),
    });
  }
  if (heldTargets < book.size) wanted.push(...removed(signal, book));
  return wanted;
}

interface CapContext {
  readonly price: Price;
  readonly strategy: DesiredStrategy;
  readonly signal: FixedSignal;
  readonly market: Market;
  readonly symbol: string;
}

function capped(
  asked: Quantity,
  { price, strategy, signal, market, symbol }: CapContext,
  draft: PlanDraft,
): Quantity {
  const { positionSize } = strategy.capital;
  const cap = quantityFor(shareOf(market.account.equity, positionSize), price, signal.wholeShares);
  if (asked <= cap) return asked;
  const detail = `one position may be at most ${formatPercent(positionSize)} of equity`;
  hold(draft, { strategy: strategy.name, symbol }, 'PositionSizeLimit', detail);
  return cap;
}

function removed(signal: FixedSignal, book: ReadonlyMap<string, Lot>): SlotTarget[] {
  const listed = new Set(signal.targets.map((target) => target.symbol));
  return [...book.keys()]
    .filter((symbol) => !listed.has(symbol))
    .map((symbol) => ({ symbol, quantity: 0 as Quantity, priority: 0 }));
}
