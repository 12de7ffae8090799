/** Turns a wanted change of one book into an order, or into the reason why not. */
import { formatQuantity, SHARE, valueOf, type Quantity } from '../domain/decimal.ts';
import type { Side } from '../domain/names.ts';
import type { IntentPayload, OrderPurpose } from '../observed/events.ts';
import { lotOf } from '../observed/ledger.ts';
import { isOfSlot } from './decision-key.ts';
import { freeze, hold, priceOf, type Freeze, type Market, type PlanDraft, type PlanFacts } from './draft.ts';
import { isEntry, type ActionReason, type OrderAction } from './plan-types.ts';

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
  /** Of its target. */
  readonly group?: string;
}

/**
 * An order toward zero: never more than the book, never more than the broker has free, never across zero. Where one was
 * lost on its way and its quantity still fits, that one, under its own id.
 */
export function proposeReduction(
  facts: PlanFacts,
  draft: PlanDraft,
  change: Change & { readonly kind: OrderPurpose },
): void {
  const frozen = draft.freezes.get(change.symbol);
  if (frozen?.grade === 'all') return holdFrozen(draft, change, frozen);
  if (facts.market === null) return;
  const room = roomOf(facts, facts.market, change);
  if (frozen?.grade === 'again') {
    const { intent } = frozen.order;
    if (isEntry(intent.purpose) || !isWithin(intent, change.strategy, room))
      return holdFrozen(draft, change, frozen);
    const { quantity, clientOrderId: sendsAgain } = intent;
    return reduceBy(facts, draft, { ...change, ...room, quantity, sendsAgain });
  }
  if (room.free > 0)
    return reduceBy(facts, draft, { ...change, ...room, quantity: room.free, sendsAgain: null });
  const detail = `the broker has no ${change.symbol} free to ${room.side === 'sell' ? 'sell' : 'buy back'}`;
  hold(draft, change, 'NothingAvailable', detail);
}

/** What may be traded between book and target. */
interface Room {
  /** The book. */
  readonly from: Quantity;
  readonly side: Side;
  readonly free: Quantity;
}

function roomOf({ ledger }: PlanFacts, { positions }: Market, { strategy, symbol, to }: Change): Room {
  const from = lotOf(ledger, strategy, symbol)?.quantity ?? (0 as Quantity);
  const available = Math.abs(positions.get(symbol)?.available ?? 0);
  const free = Math.min(Math.abs(from - to), Math.abs(from), available) as Quantity;
  return { from, side: from > 0 ? 'sell' : 'buy', free };
}

/** Whether what is still wanted has room for the whole of the lost order. */
function isWithin(lost: IntentPayload, strategy: string, { side, free }: Room): boolean {
  return lost.strategy === strategy && lost.side === side && lost.quantity <= free;
}

function reduceBy(facts: PlanFacts, draft: PlanDraft, order: Omit<Order, 'to'>): void {
  const { strategy, symbol, side, from, quantity } = order;
  const to = (from > 0 ? from - quantity : from + quantity) as Quantity;
  if (!pushOrder(facts, draft.reductions, { ...order, to }, draft)) return;
  // One order a symbol in a plan: the next owner's turn comes when this one has ended.
  const detail = `${side} ${formatQuantity(quantity)} ${symbol} of ${strategy} comes first`;
  freeze(draft, symbol, { grade: 'all', reason: 'PendingOrder', detail });
}

/**
 * An order away from zero, of whole shares where it sells short; later rules may still refuse it. Where one for the same
 * slot was lost on its way and its quantity still fits, that one, under its own id.
 */
export function proposeEntry(facts: PlanFacts, draft: PlanDraft, change: Change): void {
  const frozen = draft.freezes.get(change.symbol);
  if (frozen?.grade === 'again') return enterAgain(facts, draft, change, frozen);
  const blocked = frozen ?? draft.entriesBlocked;
  if (blocked !== null) return holdFrozen(draft, change, blocked);
  const room = entryRoomOf(facts, change);
  if (room.free === 0) return hold(draft, change, 'BelowOneShare', 'less than a share cannot be sold short');
  enterBy(facts, draft, { ...change, ...room, quantity: room.free, sendsAgain: null });
}

type Lost = Extract<Freeze, { grade: 'again' }>;

/** An entry without a slot is decided anew in every pass, so that its time is over with its execution. */
function enterAgain(facts: PlanFacts, draft: PlanDraft, change: Change, frozen: Lost): void {
  const { intent } = frozen.order;
  if (draft.entriesBlocked !== null) return holdFrozen(draft, change, draft.entriesBlocked);
  const room = entryRoomOf(facts, change);
  const isWanted = isEntry(intent.purpose) && isWithin(intent, change.strategy, room);
  if (!isWanted || change.slot === null || !isOfSlot(facts.ledger, intent, change.slot))
    return holdFrozen(draft, change, frozen);
  const { quantity, clientOrderId: sendsAgain } = intent;
  enterBy(facts, draft, { ...change, ...room, quantity, sendsAgain });
}

function entryRoomOf({ ledger }: PlanFacts, { strategy, symbol, to }: Change): Room {
  const from = lotOf(ledger, strategy, symbol)?.quantity ?? (0 as Quantity);
  const side = to > from ? 'buy' : 'sell';
  const distance = Math.abs(to - from);
  return { from, side, free: (side === 'sell' ? distance - (distance % SHARE) : distance) as Quantity };
}

function enterBy(facts: PlanFacts, draft: PlanDraft, order: Omit<Order, 'to' | 'kind'>): void {
  const { from, side, quantity } = order;
  const to = (side === 'buy' ? from + quantity : from - quantity) as Quantity;
  const kind = from === 0 ? 'open' : 'increase';
  pushOrder(facts, draft.entries, { ...order, kind, to }, draft);
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
  readonly sendsAgain: string | null;
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
  const { to, reason, priority, slot, sendsAgain, group } = order;
  const id = `${kind}/${strategy}/${symbol}`;
  const sources = [
    order.source,
    `book: ${strategy} ${symbol} ${formatQuantity(from)}`,
    `broker: ${symbol} ${formatQuantity(broker)}`,
    ...(sendsAgain === null ? [] : [`journal: order ${sendsAgain} was lost on its way`]),
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
    sendsAgain,
    sources,
    ...(group !== undefined && { group }),
  });
  return true;
}
