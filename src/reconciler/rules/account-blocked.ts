/** An account of which the broker takes no order: each would be refused, and the last of them in the middle of an execution. */
import { formatQuantity } from '../../domain/decimal.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';

export function keepBlockedAccount({ market }: PlanFacts, draft: PlanDraft): void {
  const blocked = market?.account.blocked;
  if (blocked === undefined) return;
  hold(draft, { strategy: null, symbol: null }, 'AccountBlocked', blocked);
  for (const order of [...draft.reductions, ...draft.entries]) {
    const what = `${order.side} ${formatQuantity(order.quantity)} ${order.symbol}`;
    hold(draft, order, 'AccountBlocked', `${what} waits; ${blocked}`);
  }
  draft.reductions.length = 0;
  draft.entries.length = 0;
}
