/** The rules of a plan, in the order in which they run. */
import type { PlanDraft, PlanFacts } from '../draft.ts';
import { weighEvidence } from './evidence.ts';
import { keepLimits } from './limits.ts';
import { keepMarketHours } from './market-hours.ts';
import { carefulOfOrders } from './orders-in-flight.ts';
import { handleOrphans } from './orphans.ts';
import { refuseConflicts } from './ownership.ts';
import { releaseStaleLock } from './stale-lock.ts';
import { followTargets } from './targets.ts';

export const RULES: readonly ((facts: PlanFacts, draft: PlanDraft) => void)[] = [
  // First what is in flight and what is in doubt: it freezes symbols for everything after it.
  releaseStaleLock,
  carefulOfOrders,
  weighEvidence,
  // Then what is wanted.
  handleOrphans,
  followTargets,
  // Then what is allowed: ownership before money, so that a refused order reserves nothing.
  refuseConflicts,
  keepLimits,
  // Last, because it turns everything that is left into "not now".
  keepMarketHours,
];
