/** A shutdown that somebody asked for is completed by whoever holds the lock next (rule 5 of the seed). */
import type { Drain } from '../../observed/drain-events.ts';
import type { PlanDraft, PlanFacts } from '../draft.ts';
import type { ShutdownAction } from '../plan-types.ts';

export function completeShutdowns({ ledger, input }: PlanFacts, draft: PlanDraft): void {
  for (const drain of ledger.drains.values()) {
    // While it still executes, there is nothing to complete: it stops before its next order.
    const isExecuting = input.observed.lock.kind === 'held' && ledger.lock?.holder === drain.strategy;
    if (drain.state === 'pending' && !isExecuting) draft.shutdowns.push(shutdownOf(drain));
  }
}

function shutdownOf({ strategy, close, by }: Drain): ShutdownAction {
  return {
    kind: 'complete-shutdown',
    id: `complete-shutdown/${strategy}`,
    strategy,
    symbol: null,
    reason: 'ShutdownRequested',
    from: 'shutdown requested',
    to: close ? 'closed and disabled' : 'disabled',
    sources: [`journal: disabled by ${by}`],
  };
}
