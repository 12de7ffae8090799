/** A symbol has one owner: nothing is opened that another strategy holds (rule 8 of the seed). */
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';

export function refuseConflicts({ ledger, market }: PlanFacts, draft: PlanDraft): void {
  const taken = new Set<string>();
  const allowed = draft.entries.filter((entry) => {
    const owner = [...ledger.books].find(([name, book]) => name !== entry.strategy && book.has(entry.symbol));
    if (owner !== undefined) {
      hold(draft, entry, 'SymbolConflict', `${entry.symbol} is owned by ${owner[0]}`);
      return false;
    }
    const held = market?.positions.get(entry.symbol)?.quantity ?? 0;
    if (entry.side === 'buy' ? held < 0 : held > 0) {
      hold(draft, entry, 'OppositeSide', `the account is on the other side of ${entry.symbol}`);
      return false;
    }
    if (taken.has(entry.symbol)) {
      hold(draft, entry, 'SymbolConflict', `${entry.symbol} is being opened by another strategy`);
      return false;
    }
    taken.add(entry.symbol);
    return true;
  });
  draft.entries.splice(0, draft.entries.length, ...allowed);
}
