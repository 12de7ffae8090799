/** A lock whose holder is gone, or whose time is over, is released by taking it over. */
import { formatLocal } from '../../domain/instant.ts';
import type { PlanDraft, PlanFacts } from '../draft.ts';

export function releaseStaleLock({ ledger, input }: PlanFacts, draft: PlanDraft): void {
  const { lock } = ledger;
  const view = input.observed.lock;
  if (lock === null || view.kind !== 'stale') return;
  draft.housekeeping.push({
    kind: 'release-stale-lock',
    id: `release-stale-lock/${lock.fence}`,
    strategy: lock.holder,
    symbol: null,
    reason: view.why,
    fence: lock.fence,
    from: `held by ${lock.holder} (pid ${lock.owner.pid}) since ${formatLocal(lock.acquired)}`,
    to: 'free',
    sources: [`journal: lock ${lock.lockId}`],
  });
}
