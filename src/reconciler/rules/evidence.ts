/**
 * Books follow the broker only on evidence (rule 3 of the seed, made safe).
 *
 * Shares that the history explains leave the book at their real price. Shares that are missing without a trace, and
 * many positions gone at once, wait for a second look; what then stays unexplained is a break, and nothing is traded
 * on the symbol until an operator resolves it.
 */
import { absolute, formatQuantity, type Quantity } from '../../domain/decimal.ts';
import { explain, nextAnchor, outsideFills, splitSeen, type Explanation } from '../../observed/evidence.ts';
import { gapOf, type Difference } from '../../observed/attribution.ts';
import type { BrokerFill } from '../../observed/broker-view.ts';
import { lotOf } from '../../observed/ledger.ts';
import { formatSplit, type SplitRatio } from '../../observed/split.ts';
import { freeze, hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { isFollowing, symbolsOf } from '../followed.ts';
import type { BreakAction, SyncAction } from '../plan-types.ts';
import { wayOut } from '../way-out.ts';

/** More than this many symbols *and* this part of all positions shrinking at once is a mass change. */
const MASS_SYMBOLS = 3;
const MASS_PART = 0.2;

export function weighEvidence(facts: PlanFacts, draft: PlanDraft): void {
  const followed = new Set(draft.housekeeping.filter(isFollowing).flatMap(symbolsOf));
  for (const { symbol, kind, detail } of facts.ledger.breaks.values()) {
    if (followed.has(symbol)) continue;
    const what = `${kind}: ${detail}; ${wayOut(symbol, kind)}`;
    const grade = kind === 'price-mismatch' ? 'entries' : 'all';
    freeze(draft, symbol, { grade, reason: 'BreakOpen', detail: what });
    hold(draft, { strategy: null, symbol }, 'BreakOpen', what);
  }
  for (const symbol of facts.ledger.shared) {
    freeze(draft, symbol, {
      grade: 'entries',
      reason: 'SymbolConflict',
      detail: `${symbol} is in more than one book`,
    });
  }
  freezeShrunk(facts, draft);
  const differences = [...facts.differences.values()]
    .filter(({ symbol }) => !followed.has(symbol))
    .map((difference) => unlessTraded(facts, difference));
  const judged = differences.filter(({ symbol }) => isJudged(draft, symbol));
  for (const difference of judged) if (!isSplit(facts, difference)) noteHarmless(difference, draft);
  const doubtful = judged.filter((difference) => difference.missing !== 0 || isSplit(facts, difference));
  judge(facts, doubtful, draft);
}

/** A gap that young fills of ours could explain is none of theirs when the history shows who traded it away. */
function unlessTraded({ ledger, input }: PlanFacts, difference: Difference): Difference {
  const { history } = input.observed;
  const { settling, booked } = difference;
  const isTowardZero = settling < 0 === booked > 0 && absolute(settling) <= absolute(booked);
  if (history?.kind !== 'ok' || !isTowardZero) return difference;
  const traded = { ...difference, settling: 0 as Quantity, missing: settling };
  const explanation = explain(ledger, traded, outsideFills(ledger, history.data));
  return explanation.kind === 'explained' ? traded : difference;
}

/** Unknown history decides nothing: then a price that has jumped is doubt enough. */
function isSplit(facts: PlanFacts, difference: Difference): boolean {
  const { history } = facts.input.observed;
  return history?.kind === 'ok' ? splitOf(facts, difference, history.data) !== null : difference.repriced;
}

/** Shares were split where no trade tells of what is there, and the cost has stayed. */
function splitOf(
  { ledger, input }: PlanFacts,
  { symbol }: Difference,
  history: readonly BrokerFill[],
): SplitRatio | null {
  const { positions } = input.observed.snapshot;
  const position = positions.kind === 'ok' ? positions.data.get(symbol) : undefined;
  return position === undefined ? null : splitSeen(ledger, position, history);
}

/** A symbol with an order in flight or an open break is not judged: its quantities are still moving, or known to be off. */
function isJudged(draft: PlanDraft, symbol: string): boolean {
  const frozen = draft.freezes.get(symbol);
  return frozen === undefined || frozen.grade === 'entries';
}

/** What shrank from outside is not bought back on the same day: an operator's sale stands. */
function freezeShrunk({ ledger, market }: PlanFacts, draft: PlanDraft): void {
  for (const [symbol, date] of ledger.shrunkOn) {
    if (date === market?.clock.session.date) freezeAfterShrinking(draft, symbol);
  }
}

function noteHarmless(difference: Difference, draft: PlanDraft): void {
  const { symbol, settling, unmanaged, sideFlip } = difference;
  if (settling !== 0) {
    const detail = `${formatQuantity(settling)} of our own fills are not in the broker's positions yet`;
    freeze(draft, symbol, { grade: 'all', reason: 'Settling', detail });
    hold(draft, { strategy: null, symbol }, 'Settling', detail);
  }
  if (unmanaged !== 0 && !sideFlip) {
    const detail = `the broker holds ${formatQuantity(unmanaged)} ${symbol} that no strategy owns; 'hgctl adopt ${symbol} --strategy NAME --reason TEXT' gives them to one`;
    freeze(draft, symbol, { grade: 'entries', reason: 'UnmanagedShares', detail });
    hold(draft, { strategy: null, symbol }, 'UnmanagedShares', detail);
  }
}

function freezeAfterShrinking(draft: PlanDraft, symbol: string): void {
  const detail = `${symbol} was reduced outside today; no entry before the next session`;
  freeze(draft, symbol, { grade: 'entries', reason: 'EntryFrozenExternalReduction', detail });
}

function judge(facts: PlanFacts, missing: readonly Difference[], draft: PlanDraft): void {
  const { history } = facts.input.observed;
  if (history?.kind !== 'ok') {
    const detail = `the account's history is not available: ${history?.reason ?? 'it was not asked for'}`;
    for (const difference of missing) freezeDoubtful(draft, difference, 'HistoryUnavailable', detail);
    return;
  }
  const outside = outsideFills(facts.ledger, history.data);
  const judged = missing.map((difference) => ({
    difference,
    explanation: explain(facts.ledger, difference, outside),
    split: splitOf(facts, difference, history.data),
  }));
  // Also those that nothing explains: they tell how far this answer of the broker can be believed.
  const shrunk = missing.filter((difference) => difference.missing !== 0).length;
  const isMass = shrunk > MASS_SYMBOLS && shrunk > MASS_PART * lotCount(facts);
  for (const one of judged) {
    const { difference, explanation } = one;
    const seenTwice = wasSeenBefore(facts, difference);
    if (isSyncable(difference, explanation) && (!isMass || seenTwice))
      sync(facts, difference, explanation, draft);
    else if (!seenTwice) doubt(draft, difference, isMass);
    else reportBreak(draft, one);
  }
}

type Explained = Extract<Explanation, { kind: 'explained' }>;

/** Shares of two owners cannot be told apart, and a position across zero is never a plain reduction. */
function isSyncable(difference: Difference, explanation: Explanation): explanation is Explained {
  return explanation.kind === 'explained' && difference.owners.length === 1 && !difference.sideFlip;
}

function lotCount({ ledger }: PlanFacts): number {
  return [...ledger.books.values()].reduce((count, book) => count + book.size, 0);
}

function wasSeenBefore({ input }: PlanFacts, difference: Difference): boolean {
  const { symbol } = difference;
  const { earlier, snapshot } = input.observed;
  const { secondProof } = input.desired.account.execution;
  return (
    earlier !== null &&
    earlier.gaps.get(symbol) === gapOf(difference) &&
    snapshot.takenAt >= earlier.at + secondProof
  );
}

function doubt(draft: PlanDraft, difference: Difference, isMass: boolean): void {
  draft.needsSecondLook = true;
  const why = isMass ? 'many positions shrank at once' : 'the account history does not explain it';
  freezeDoubtful(draft, difference, 'Unconfirmed', `${describe(difference)}; ${why}: a second look decides`);
}

function freezeDoubtful(
  draft: PlanDraft,
  difference: Difference,
  reason: 'HistoryUnavailable' | 'Unconfirmed',
  detail: string,
): void {
  freeze(draft, difference.symbol, { grade: 'all', reason, detail });
  for (const strategy of difference.owners)
    hold(draft, { strategy, symbol: difference.symbol }, reason, detail);
}

function sync(facts: PlanFacts, difference: Difference, { price, fills }: Explained, draft: PlanDraft): void {
  const { symbol, missing } = difference;
  const strategy = difference.owners[0] ?? '';
  const from = lotOf(facts.ledger, strategy, symbol)?.quantity ?? (0 as Quantity);
  const to = (from + missing) as Quantity;
  draft.housekeeping.push({
    kind: 'sync-position',
    id: `sync-position/${strategy}/${symbol}`,
    strategy,
    symbol,
    reason: to === 0 ? 'ClosedExternally' : 'ReducedExternally',
    from,
    to,
    price,
    anchor: nextAnchor(facts.input.observed.snapshot.takenAt, fills, difference.unmanaged),
    sources: [
      `book: ${strategy} ${symbol} ${formatQuantity(from)}`,
      brokerSource(difference),
      ...fills.map(fillSource),
    ],
  } satisfies SyncAction);
  freezeAfterShrinking(draft, symbol);
}

interface Judged {
  readonly difference: Difference;
  readonly explanation: Explanation;
  /** Null also where fills explain the difference: then the broker holds what it should. */
  readonly split: SplitRatio | null;
}

function reportBreak(draft: PlanDraft, { difference, explanation, split }: Judged): void {
  const { symbol, owners, booked, broker } = difference;
  const { breakKind, reason, like } = typeOf(difference, split);
  const what = `books ${formatQuantity(booked)}, broker ${formatQuantity(broker)}${like}`;
  draft.housekeeping.push({
    kind: 'report-break',
    id: `report-break/${symbol}`,
    strategy: owners.length === 1 ? (owners[0] ?? null) : null,
    symbol,
    breakKind,
    detail: what,
    reason,
    from: booked,
    to: broker,
    sources: [
      `books: ${owners.join(', ')} ${symbol} ${formatQuantity(booked)}`,
      brokerSource(difference),
      explanation.kind === 'silent'
        ? `history: outside fills of ${formatQuantity(explanation.outside)} do not explain it`
        : 'history: fills explain it, but not whose shares left',
    ],
  } satisfies BreakAction);
  const detail = `${describe(difference)}; ${wayOut(symbol, breakKind)}`;
  freeze(draft, symbol, { grade: 'all', reason: 'BreakOpen', detail });
}

function typeOf(
  { sideFlip }: Difference,
  split: SplitRatio | null,
): Pick<BreakAction, 'breakKind' | 'reason'> & { readonly like: string } {
  if (sideFlip) return { breakKind: 'side-flip', reason: 'SideFlip', like: '' };
  if (split === null) return { breakKind: 'missing-shares', reason: 'MissingShares', like: '' };
  const like = `, as after a ${formatSplit(split)} split`;
  return { breakKind: 'split', reason: 'SplitSuspected', like };
}

function describe({ symbol, booked, broker }: Difference): string {
  return `books say ${formatQuantity(booked)} ${symbol}, the broker ${formatQuantity(broker)}`;
}

function brokerSource({ symbol, broker }: Difference): string {
  return `broker: ${symbol} ${formatQuantity(broker)}`;
}

function fillSource(fill: BrokerFill): string {
  return `history: ${fill.side} ${formatQuantity(fill.quantity)} ${fill.symbol} (${fill.id})`;
}
