/** A suspended strategy opens nothing; what it holds may shrink, and slots that could only open wait. */
import { formatQuantity } from '../../domain/decimal.ts';
import { suspensionAt } from '../../observed/brakes.ts';
import { describeSuspension } from '../brakes.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';

export function keepSuspensions({ ledger, input }: PlanFacts, draft: PlanDraft): void {
  const suspensions = [...ledger.suspensions.keys()].flatMap(
    (name) => suspensionAt(ledger, name, input.now) ?? [],
  );
  for (const suspension of suspensions) {
    const { strategy } = suspension;
    const detail = describeSuspension(suspension);
    hold(draft, { strategy, symbol: null }, 'Suspended', detail);
    for (const entry of draft.entries)
      if (entry.strategy === strategy) {
        const what = `${entry.side} ${formatQuantity(entry.quantity)} ${entry.symbol}`;
        hold(draft, entry, 'Suspended', `${what} waits; ${detail}`);
      }
    replace(
      draft.entries,
      draft.entries.filter((entry) => entry.strategy !== strategy),
    );
    // A slot without anything to send stays due: resumed inside its window, it runs.
    const reduces = (slot: string): boolean => draft.reductions.some((order) => order.slot === slot);
    replace(
      draft.slots,
      draft.slots.filter(
        ({ slot, strategy: owner, action }) => owner !== strategy || action === 'exit' || reduces(slot),
      ),
    );
  }
}

function replace<Item>(list: Item[], items: readonly Item[]): void {
  list.splice(0, list.length, ...items);
}
