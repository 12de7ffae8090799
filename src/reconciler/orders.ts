/** Turns a wanted change of one book into an order, or into the reason why not. */
import { absolute, formatQuantity, valueOf, type Quantity } from '../domain/decimal.ts';
import type { Side } from '../domain/names.ts';
import type { OrderPurpose } from '../observed/events.ts';
import { lotOf } from '../observed/ledger.ts';
import { freeze, hold, priceOf, type Freeze, type PlanDraft, type PlanFacts } from './draft.ts';
import type { ActionReason, OrderAction } from './plan-types.ts';

export interface Change {
  readonly strategy: string;
  readonly symbol: string;
  /** The wanted book, signed. */
  readonly to: number;
  readonly reason: ActionReason;
  readonly priority: number;
  readonly slot: string | null;
  /** The manifest field that asks for it. */
  readonly source: string;
}

/** An order toward zero: never more than the book, never more than the broker has free, never across zero. */
export function proposeReduction(
  facts: PlanFacts,
  draft: PlanDraft,
  change: Change & { readonly kind: OrderPurpose },
): void {
  const { strategy, symbol } = change;
  const frozen = draft.freezes.get(symbol);
  if (frozen?.grade === 'all') return holdFrozen(draft, change, frozen);
  if (facts.market === null) return;
  const from = lotOf(facts.ledger, strategy, symbol)?.quantity ?? (0 as Quantity);
  const wanted = Math.abs(from - change.to);
  const available = Math.abs(facts.market.positions.get(symbol)?.available ?? 0);
  const quantity = Math.min(wanted, Math.abs(from), available) as Quantity;
  if (quantity === 0) {
    hold(
      draft,
      change,
      'NothingAvailable',
      `the broker has no ${symbol} free to ${from > 0 ? 'sell' : 'buy back'}`,
    );
    return;
  }
  const to = (from > 0 ? from - quantity : from + quantity) as Quantity;
  const side = from > 0 ? 'sell' : 'buy';
  const isOrdered = pushOrder(facts, draft.reductions, { ...change, quantity, from, to, side }, draft);
  if (!isOrdered) return;
  // One order a symbol in a plan: the next owner's turn comes when this one has ended.
  const detail = `${side} ${formatQuantity(quantity)} ${symbol} of ${strategy} comes first`;
  freeze(draft, symbol, { grade: 'all', reason: 'PendingOrder', detail });
}

/** An order away from zero; later rules may still refuse it. */
export function proposeEntry(facts: PlanFacts, draft: PlanDraft, change: Change): void {
  const frozen = draft.freezes.get(change.symbol) ?? draft.entriesBlocked;
  if (frozen !== null) return holdFrozen(draft, change, frozen);
  const from = lotOf(facts.ledger, change.strategy, change.symbol)?.quantity ?? (0 as Quantity);
  const to = change.to as Quantity;
  const quantity = absolute((to - from) as Quantity);
  const kind = from === 0 ? 'open' : 'increase';
  pushOrder(
    facts,
    draft.entries,
    { ...change, kind, quantity, from, to, side: to > from ? 'buy' : 'sell' },
    draft,
  );
}

function holdFrozen(draft: PlanDraft, change: Change, frozen: Pick<Freeze, 'reason' | 'detail'>): void {
  const known = draft.holds.some(
    (hold) =>
      hold.strategy === change.strategy && hold.symbol === change.symbol && hold.reason === frozen.reason,
  );
  if (!known) hold(draft, change, frozen.reason, frozen.detail);
}

interface Order extends Change {
  readonly kind: OrderPurpose;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly from: Quantity;
  readonly to: Quantity;
}

/** False where no price is known. */
function pushOrder(facts: PlanFacts, list: OrderAction[], order: Order, draft: PlanDraft): boolean {
  const { strategy, symbol, side, quantity, from, kind } = order;
  const price = priceOf(facts, symbol);
  if (price === undefined) {
    hold(draft, order, 'NoPrice', `no price of ${symbol} is known`);
    return false;
  }
  const broker = facts.market?.positions.get(symbol)?.quantity ?? (0 as Quantity);
  const value = valueOf(quantity, price);
  const { to, reason, priority, slot } = order;
  const id = `${kind}/${strategy}/${symbol}`;
  const sources = [
    order.source,
    `book: ${strategy} ${symbol} ${formatQuantity(from)}`,
    `broker: ${symbol} ${formatQuantity(broker)}`,
  ];
  list.push({
    id,
    kind,
    strategy,
    symbol,
    side,
    quantity,
    price,
    value,
    from,
    to,
    reason,
    priority,
    slot,
    sources,
  });
  return true;
}
