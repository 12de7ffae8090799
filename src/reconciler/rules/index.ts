/** The rules of a plan, in the order in which they run. */
import type { PlanDraft, PlanFacts } from '../draft.ts';
import { weighEvidence } from './evidence.ts';
import { keepLimits } from './limits.ts';
import { keepLossLimits } from './loss-limits.ts';
import { keepMarketHours } from './market-hours.ts';
import { doubtClock } from './clock-skew.ts';
import { followLateOrders } from './late-orders.ts';
import { holdUnderInvalidManifests } from './manifests-invalid.ts';
import { carefulOfOrders } from './orders-in-flight.ts';
import { handleOrphans } from './orphans.ts';
import { refuseConflicts } from './ownership.ts';
import { doubtPrices } from './prices.ts';
import { completeShutdowns } from './shutdowns.ts';
import { releaseStaleLock } from './stale-lock.ts';
import { followTargets } from './targets.ts';

type Rule = (facts: PlanFacts, draft: PlanDraft) => void;

/** What is in flight and what is in doubt: it freezes symbols for everything after it. */
export const EVIDENCE_RULES: readonly Rule[] = [
  releaseStaleLock,
  doubtClock,
  holdUnderInvalidManifests,
  carefulOfOrders,
  followLateOrders,
  weighEvidence,
  doubtPrices,
];

/** What is wanted, then what is allowed, on books that have followed the evidence. */
export const TRADING_RULES: readonly Rule[] = [
  handleOrphans,
  followTargets,
  // Before ownership and money, so that an entry that is stopped stands in nobody's way.
  keepLossLimits,
  // Ownership before money, so that a refused order reserves nothing.
  refuseConflicts,
  keepLimits,
  // Behind everything that orders, because it turns what is left into "not now".
  keepMarketHours,
  completeShutdowns,
];
