/** The facts as they will be once the plan's own syncs are booked: orders of the same plan are sized from these. */
import { valueOf, type Money } from '../domain/decimal.ts';
import type { Lot } from '../observed/book.ts';
import { withActions } from '../observed/ledger-fold.ts';
import { priceOf, type PlanDraft, type PlanFacts } from './draft.ts';
import { isFollowing, recordOf, type FollowingAction } from './followed.ts';
import type { SyncAction } from './plan-types.ts';

export function settledFacts(facts: PlanFacts, draft: PlanDraft): PlanFacts {
  const syncs = draft.housekeeping.filter((action) => action.kind === 'sync-position');
  const synced = syncs.length === 0 ? facts : withBooksAfter(facts, syncs);
  const followed = draft.housekeeping.filter(isFollowing);
  const settled = followed.length === 0 ? synced : withActionsAfter(synced, followed);
  return { ...settled, exposures: exposuresOf(settled) };
}

function withBooksAfter(facts: PlanFacts, syncs: readonly SyncAction[]): PlanFacts {
  const books = new Map([...facts.ledger.books].map(([name, book]) => [name, new Map<string, Lot>(book)]));
  for (const { strategy, symbol, to } of syncs) {
    const book = books.get(strategy);
    const lot = book?.get(symbol);
    if (to === 0) book?.delete(symbol);
    else if (lot !== undefined) book?.set(symbol, { ...lot, quantity: to });
  }
  return { ...facts, ledger: { ...facts.ledger, books }, prices: new Map() };
}

function withActionsAfter(facts: PlanFacts, followed: readonly FollowingAction[]): PlanFacts {
  const sessionDate = facts.market?.clock.session.date ?? '';
  const records = followed.map((action) => recordOf(action, { fence: 0, sessionDate }));
  return { ...facts, ledger: withActions(facts.ledger, records), prices: new Map() };
}

/** Lots that the broker does not hold (yet, or any more) count at the latest quote. */
function exposuresOf(facts: PlanFacts): ReadonlyMap<string, Money> {
  const { differences, ledger, market } = facts;
  if (differences.size === 0) return facts.exposures;
  const exposures = new Map<string, Money>();
  for (const [name, book] of ledger.books) {
    let exposure = 0;
    for (const [symbol, { quantity }] of book) {
      const price = market?.positions.get(symbol)?.marketPrice ?? priceOf(facts, symbol);
      if (price !== undefined) exposure += Math.abs(valueOf(quantity, price));
    }
    exposures.set(name, exposure as Money);
  }
  return exposures;
}
