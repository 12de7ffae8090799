/** What a position cost is doubtful where the broker says otherwise: no entry until somebody has said what is true. */
import { averageOf, formatDollars, type Price } from '../../domain/decimal.ts';
import { lotOf } from '../../observed/ledger.ts';
import { freeze, hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import type { BreakAction } from '../plan-types.ts';
import { wayOut } from '../way-out.ts';

/** Of the price that an operator has accepted beside the book's. */
const TOLERANCE = 0.01;

export function doubtPrices(facts: PlanFacts, draft: PlanDraft): void {
  for (const symbol of facts.costDoubts) {
    const theirs = facts.market?.positions.get(symbol)?.averagePrice;
    const owner = [...facts.ledger.books].find(([, book]) => book.has(symbol))?.[0];
    if (theirs === undefined || owner === undefined || draft.freezes.has(symbol)) continue;
    if (!isAccepted(facts, symbol, theirs)) doubt(facts, { symbol, owner, theirs }, draft);
  }
}

function isAccepted({ ledger }: PlanFacts, symbol: string, price: Price): boolean {
  const accepted = ledger.acceptedPrices.get(symbol);
  return accepted !== undefined && Math.abs(price - accepted) <= TOLERANCE * accepted;
}

interface Doubt {
  readonly symbol: string;
  readonly owner: string;
  readonly theirs: Price;
}

/** One answer of a broker is not enough: a break ends by an operator's word only. */
function doubt(facts: PlanFacts, { symbol, owner, theirs }: Doubt, draft: PlanDraft): void {
  const lot = lotOf(facts.ledger, owner, symbol);
  if (lot === undefined) return;
  const ours = formatDollars(averageOf(lot.cost, lot.quantity));
  const detail = `a share cost $${ours} in the book, $${formatDollars(theirs)} at the broker`;
  if (!wasSeenBefore(facts, symbol)) {
    draft.needsSecondLook = true;
    const what = `${detail}: a second look decides`;
    freeze(draft, symbol, { grade: 'entries', reason: 'Unconfirmed', detail: what });
    hold(draft, { strategy: owner, symbol }, 'Unconfirmed', what);
    return;
  }
  draft.housekeeping.push({
    kind: 'report-break',
    id: `report-break/${symbol}`,
    strategy: owner,
    symbol,
    breakKind: 'price-mismatch',
    detail,
    reason: 'PriceMismatch',
    from: lot.quantity,
    to: lot.quantity,
    sources: [`book: ${owner} ${symbol} at ${ours}`, `broker: ${symbol} at ${formatDollars(theirs)}`],
  } satisfies BreakAction);
  const what = `${detail}; ${wayOut(symbol, 'price-mismatch')}`;
  freeze(draft, symbol, { grade: 'entries', reason: 'BreakOpen', detail: what });
}

function wasSeenBefore({ input }: PlanFacts, symbol: string): boolean {
  const { earlier, snapshot } = input.observed;
  const { secondProof } = input.desired.account.execution;
  return earlier !== null && earlier.costDoubts.has(symbol) && snapshot.takenAt >= earlier.at + secondProof;
}
