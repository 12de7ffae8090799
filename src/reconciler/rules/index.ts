/** The rules of a plan, in the order in which they run. */
import type { Halt } from '../../observed/brakes.ts';
import type { PlanDraft, PlanFacts } from '../draft.ts';
import { keepBlockedAccount } from './account-blocked.ts';
import { holdAfterActions } from './after-actions.ts';
import { followAnnounced } from './announced.ts';
import { weighEvidence } from './evidence.ts';
import { keepGroups } from './groups.ts';
import { flattenBooks, keepHalt } from './halt.ts';
import { keepLimits } from './limits.ts';
import { keepLossLimits } from './loss-limits.ts';
import { keepMarketHours } from './market-hours.ts';
import { doubtCalendar } from './calendar-mismatch.ts';
import { keepClosingTime } from './closing-time.ts';
import { doubtClock } from './clock-skew.ts';
import { followLateOrders } from './late-orders.ts';
import { holdUnderInvalidManifests } from './manifests-invalid.ts';
import { reportMissedSlots } from './missed-slots.ts';
import { carefulOfOrders } from './orders-in-flight.ts';
import { handleOrphans } from './orphans.ts';
import { refuseConflicts } from './ownership.ts';
import { doubtPrices } from './prices.ts';
import { holdUnasked, keepShortable } from './shorts.ts';
import { completeShutdowns } from './shutdowns.ts';
import { keepQuoteGuards } from './quote-guards.ts';
import { releaseStaleLock } from './stale-lock.ts';
import { keepSuspensions } from './suspensions.ts';
import { followTargets } from './targets.ts';

type Rule = (facts: PlanFacts, draft: PlanDraft) => void;

/** What is in flight and what is in doubt: it freezes symbols for everything after it. */
export const EVIDENCE_RULES: readonly Rule[] = [
  releaseStaleLock,
  doubtClock,
  doubtCalendar,
  holdUnderInvalidManifests,
  carefulOfOrders,
  followLateOrders,
  // Before everything that takes a difference for a doubt.
  followAnnounced,
  weighEvidence,
  doubtPrices,
  reportMissedSlots,
];

/** What is wanted, then what is allowed, on books that have followed the evidence. */
const TRADING_RULES: readonly Rule[] = [
  handleOrphans,
  followTargets,
  // Before what would count on them.
  holdAfterActions,
  // Before ownership and money, so that an entry that is stopped stands in nobody's way.
  keepLossLimits,
  // Ownership before money, so that a refused order reserves nothing.
  refuseConflicts,
  keepShortable,
  // Likewise: what does not go out takes no money from what does.
  keepSuspensions,
  keepQuoteGuards,
  keepLimits,
  // Behind money, so that what cannot be paid takes no time.
  keepClosingTime,
  keepGroups,
  keepHalt,
  keepBlockedAccount,
  // Behind everything that orders, because it turns what is left into "not now".
  keepMarketHours,
  holdUnasked,
  completeShutdowns,
];

/** While everything is sold, nothing else is wanted. */
const FLATTENING_RULES: readonly Rule[] = [
  flattenBooks,
  keepHalt,
  keepBlockedAccount,
  keepMarketHours,
  completeShutdowns,
];

export function tradingRules(halt: Halt | null): readonly Rule[] {
  return halt?.mode === 'flatten' ? FLATTENING_RULES : TRADING_RULES;
}
