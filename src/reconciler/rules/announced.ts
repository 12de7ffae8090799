/**
 * Books follow a split, or a change of a symbol, that was announced and that the broker has carried out exactly so: no
 * operator has to say it again. What is announced and not carried out yet changes nothing.
 */
import { absolute, formatDollars, formatQuantity, type Quantity } from '../../domain/decimal.ts';
import type { AnnouncedSplit } from '../../observed/action-events.ts';
import {
  changeFollowed,
  notFollowed,
  splitFollowed,
  splitsAmong,
  type FollowedChange,
  type FollowedSplit,
} from '../../observed/announced.ts';
import type { BrokerFill, BrokerPosition } from '../../observed/broker-view.ts';
import { describeAction, type CorporateAction } from '../../observed/corporate-action.ts';
import { movedOutside, nextAnchor } from '../../observed/evidence.ts';
import { lotOf } from '../../observed/ledger.ts';
import { formatSplit } from '../../observed/split.ts';
import { freeze, hold, type Market, type PlanDraft, type PlanFacts } from '../draft.ts';
import type { FollowingAction } from '../followed.ts';

interface Seen {
  readonly symbol: string;
  /** In force and not followed, by date. */
  readonly actions: readonly CorporateAction[];
  readonly market: Market;
}

interface Explained extends Seen {
  /** Executions since the anchor of the symbol. */
  readonly history: readonly BrokerFill[];
}

export function followAnnounced(facts: PlanFacts, draft: PlanDraft): void {
  const { ledger, market, input } = facts;
  if (market === null) return;
  const { history, announced } = input.observed;
  const session = market.clock.session.date;
  for (const [symbol, known] of announced ?? []) {
    if (known.kind !== 'ok' || !isJudged(facts, draft, symbol)) continue;
    const actions = notFollowed(ledger, symbol, known.data, session);
    const seen = { symbol, actions, market };
    const followed =
      history?.kind === 'ok' && facts.differences.has(symbol)
        ? followedBy(facts, draft, { ...seen, history: history.data })
        : null;
    if (followed !== null) follow(draft, followed);
    else if (isAsBefore(facts, symbol)) notePending(facts, draft, seen);
  }
}

/** Shares of nobody beside the books say nothing of a split. */
function isAsBefore({ differences }: PlanFacts, symbol: string): boolean {
  const difference = differences.get(symbol);
  return difference === undefined || (difference.missing === 0 && !difference.repriced);
}

/** These ask whether there was such a thing; every other break is about something else. */
const ANSWERED: ReadonlySet<string> = new Set(['split', 'missing-shares']);

/** While an order on it has no end, or fills of ours are settling, its quantities are still moving. */
function isJudged({ ledger, differences }: PlanFacts, draft: PlanDraft, symbol: string): boolean {
  const grade = draft.freezes.get(symbol)?.grade;
  const found = ledger.breaks.get(symbol);
  const isMoving = grade === 'all' || grade === 'again' || (differences.get(symbol)?.settling ?? 0) !== 0;
  return !isMoving && (found === undefined || ANSWERED.has(found.kind));
}

function followedBy(facts: PlanFacts, draft: PlanDraft, seen: Explained): FollowingAction | null {
  const { ledger } = facts;
  const { symbol, actions, market, history } = seen;
  const position = market.positions.get(symbol);
  if (position !== undefined) {
    const splits = splitsAmong(actions);
    const followed = splits && splitFollowed(ledger, position, splits, history);
    return followed && splitAction(facts, seen, { followed, position });
  }
  for (const action of actions) {
    if (action.kind !== 'symbol-change' || action.from !== symbol) continue;
    const followed = changeFollowed(ledger, market.positions, action, history);
    if (followed !== null && isJudged(facts, draft, followed.to)) return changeAction(facts, seen, followed);
  }
  return null;
}

interface SplitAt {
  readonly followed: FollowedSplit;
  readonly position: BrokerPosition;
}

function splitAction(facts: PlanFacts, seen: Explained, { followed, position }: SplitAt): FollowingAction {
  const { symbol } = seen;
  const { splits, lots, unmanaged } = followed;
  return {
    kind: 'apply-split',
    id: `apply-split/${symbol}`,
    strategy: onlyOwner(lots),
    symbol,
    reason: 'SplitAnnounced',
    splits,
    lots,
    unmanaged,
    seenPrice: position.averagePrice,
    anchor: anchorAfter(facts, seen, unmanaged.to),
    from: sumOf(lots.map(({ from }) => from)),
    to: sumOf(lots.map(({ to }) => to)),
    sources: [
      ...splits.map((split) => `announced: ${describeSplit(symbol, split)}`),
      ...lots.map(({ strategy, from }) => `book: ${strategy} ${symbol} ${formatQuantity(from)}`),
      brokerSource(position),
    ],
  };
}

function changeAction(
  facts: PlanFacts,
  seen: Explained,
  { to, date, lots, unmanaged }: FollowedChange,
): FollowingAction | null {
  const { symbol, market } = seen;
  const position = market.positions.get(to);
  if (position === undefined) return null;
  return {
    kind: 'apply-symbol-change',
    id: `apply-symbol-change/${symbol}`,
    strategy: onlyOwner(lots),
    symbol,
    reason: 'SymbolChangeAnnounced',
    from: symbol,
    to,
    date,
    lots,
    unmanaged,
    seenPrice: position.averagePrice,
    anchor: anchorAfter(facts, seen, unmanaged),
    sources: [
      `announced: ${symbol} is ${to} from ${date} on`,
      ...lots.map(({ strategy, quantity }) => `book: ${strategy} ${symbol} ${formatQuantity(quantity)}`),
      `broker: ${symbol} 0`,
      brokerSource(position),
    ],
  };
}

function anchorAfter(
  { ledger, input }: PlanFacts,
  { symbol, history }: Explained,
  unmanaged: Quantity,
): FollowingAction['anchor'] {
  const fills = movedOutside(ledger, symbol, history);
  return nextAnchor(input.observed.snapshot.takenAt, fills, unmanaged);
}

function follow(draft: PlanDraft, action: FollowingAction): void {
  draft.housekeeping.push(action);
  const entries = { grade: 'entries' } as const;
  if (action.kind === 'apply-split') {
    const detail = `the books follow its ${action.splits.map(({ ratio }) => formatSplit(ratio)).join(', ')} split first`;
    freeze(draft, action.symbol, { ...entries, reason: 'SplitApplied', detail });
    return;
  }
  const detail = `${action.symbol} is ${action.to} now: the books follow first`;
  for (const symbol of [action.symbol, action.to])
    freeze(draft, symbol, { ...entries, reason: 'SymbolChanged', detail });
}

/**
 * Nothing is added at terms that may be the old ones or the new. Exits go on, with what the broker has free of the book;
 * but where a reverse split is to come and others hold shares of the symbol too, the book of now may be more than is left
 * of it at the moment of the order, and the broker would take the rest from them.
 */
function notePending(facts: PlanFacts, draft: PlanDraft, { symbol, actions, market }: Seen): void {
  const today = market.clock.session.date;
  const position = market.positions.get(symbol);
  const pending = splitsAmong(actions)?.filter(({ date }) => date === today) ?? [];
  if (pending.length === 0 || position === undefined) return;
  const isReverse = pending.some(({ ratio }) => ratio.to < ratio.from);
  const isShared = isReverse && largestLot(facts, symbol) < absolute(position.quantity);
  const words = pending.map((split) => describeSplit(symbol, split)).join(', ');
  const exits = isShared
    ? 'nor sold, because the broker holds shares of others beside the book'
    : 'exits go on with the book of now';
  const detail = `${words} is announced, and the broker has not carried it out: nothing is added, ${exits}`;
  freeze(draft, symbol, { grade: isShared ? 'all' : 'entries', reason: 'SplitPending', detail });
  hold(draft, { strategy: null, symbol }, 'SplitPending', detail);
}

function largestLot({ ledger }: PlanFacts, symbol: string): number {
  return Math.max(
    ...[...ledger.books.keys()].map((name) => Math.abs(lotOf(ledger, name, symbol)?.quantity ?? 0)),
  );
}

function onlyOwner(lots: readonly { readonly strategy: string }[]): string | null {
  const [only, second] = lots;
  return only !== undefined && second === undefined ? only.strategy : null;
}

function sumOf(quantities: readonly Quantity[]): Quantity {
  return quantities.reduce((sum, quantity) => sum + quantity, 0) as Quantity;
}

function describeSplit(symbol: string, { date, ratio }: AnnouncedSplit): string {
  return `${symbol}: ${describeAction({ kind: 'split', date, ratio })}`;
}

function brokerSource({ symbol, quantity, averagePrice }: BrokerPosition): string {
  return `broker: ${symbol} ${formatQuantity(quantity)} at $${formatDollars(averagePrice)}`;
}
