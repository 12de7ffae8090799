/** A halted account: no order of any kind, but for those that sell everything where an operator has said so. */
import { formatQuantity } from '../../domain/decimal.ts';
import { describeHalt, FLATTENING } from '../brakes.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { proposeReduction } from '../orders.ts';

/** Sells what strategies own, in the place of everything that they want. */
export function flattenBooks(facts: PlanFacts, draft: PlanDraft): void {
  for (const [strategy, book] of facts.ledger.books)
    for (const symbol of book.keys())
      proposeReduction(facts, draft, {
        kind: 'close',
        strategy,
        symbol,
        to: 0,
        reason: FLATTENING,
        priority: 0,
        slot: null,
        source: 'journal: kill --flatten',
      });
}

/** Nothing is planned of what is wanted, and no slot starts: inside its window it runs once the halt is over. */
export function keepHalt({ ledger: { halt } }: PlanFacts, draft: PlanDraft): void {
  if (halt === null) return;
  const detail = describeHalt(halt);
  hold(draft, { strategy: null, symbol: null }, 'Halted', detail);
  if (halt.mode === 'flatten') return;
  for (const order of [...draft.reductions, ...draft.entries]) {
    const what = `${order.side} ${formatQuantity(order.quantity)} ${order.symbol}`;
    hold(draft, order, 'Halted', `${what} waits; ${detail}`);
  }
  draft.reductions.length = 0;
  draft.entries.length = 0;
  draft.slots.length = 0;
}
