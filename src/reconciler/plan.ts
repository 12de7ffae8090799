/** The decision: from desired and observed state to a list of explained actions. Pure; same input, same plan. */
import { compareText } from '../domain/names.ts';
import { emptyDraft, gatherFacts, hold, unknownParts, type PlanDraft, type PlanInput } from './draft.ts';
import type { Action, Hold, OrderAction, Plan } from './plan-types.ts';
import { EVIDENCE_RULES, tradingRules } from './rules/index.ts';
import { settledFacts } from './settled-facts.ts';
import { isLive } from '../desired/desired-state.ts';
import { withDrains } from './switched.ts';
import { totalsOf } from './totals.ts';
import { onlyWaiting } from './waiting-slots.ts';

export function makePlan(given: PlanInput): Plan {
  const input = { ...given, desired: withDrains(given.desired, given.observed.ledger) };
  const facts = gatherFacts(input);
  const draft = emptyDraft();
  for (const { reason, detail } of unknownParts(input))
    hold(draft, { strategy: null, symbol: null }, reason, detail);
  for (const rule of EVIDENCE_RULES) rule(facts, draft);
  const settled = settledFacts(facts, draft);
  for (const rule of tradingRules(input.observed.ledger.halt)) rule(settled, draft);
  return {
    formatVersion: '1.0',
    ...(isLive(input.desired.account) && { environment: 'live' }),
    revision: input.desired.digest,
    at: input.now,
    session: facts.market?.clock.session.date ?? null,
    actions: inOrder(draft),
    notDone: withoutRepeats(draft.holds).sort(compareHolds),
    slots: draft.slots,
    totals: totalsOf(facts, settled, draft),
    needsSecondLook: draft.needsSecondLook,
    toBorrow: draft.toBorrow,
    ...(input.observed.dataIssues && { dataIssues: input.observed.dataIssues }),
  };
}

/** True when a pass with this plan has something to carry out. */
export function hasWork(plan: Plan): boolean {
  const waiting = onlyWaiting(plan);
  return plan.actions.length > 0 || plan.slots.some(({ strategy }) => !waiting.has(strategy));
}

/** What holds a whole symbol is said once: by the strategies that it stops, or by itself where it stops none. */
function withoutRepeats(holds: readonly Hold[]): Hold[] {
  const said = new Set(
    holds
      .filter(({ strategy }) => strategy !== null)
      .map(({ symbol, reason }) => `${symbol ?? ''} ${reason}`),
  );
  return holds.filter(
    ({ strategy, symbol, reason }) => strategy !== null || !said.has(`${symbol ?? ''} ${reason}`),
  );
}

function inOrder(draft: PlanDraft): Action[] {
  const housekeeping = [...draft.housekeeping].sort(compareHousekeeping);
  const reductions = [...draft.reductions].sort(compareOrders);
  return [...housekeeping, ...reductions, ...draft.entries, ...draft.shutdowns];
}

const HOUSEKEEPING_ORDER: readonly Action['kind'][] = [
  'release-stale-lock',
  'resolve-order',
  'cancel-order',
  'reopen-order',
  'apply-split',
  'apply-symbol-change',
  'sync-position',
  'report-break',
  'latch-limit',
  'report-missed',
];

function compareHousekeeping(a: Action, b: Action): number {
  return HOUSEKEEPING_ORDER.indexOf(a.kind) - HOUSEKEEPING_ORDER.indexOf(b.kind) || compareText(a.id, b.id);
}

function compareOrders(a: OrderAction, b: OrderAction): number {
  return compareText(a.strategy, b.strategy) || compareText(a.symbol, b.symbol);
}

function compareHolds(a: Hold, b: Hold): number {
  return (
    compareText(a.strategy ?? '', b.strategy ?? '') ||
    compareText(a.symbol ?? '', b.symbol ?? '') ||
    compareText(a.reason, b.reason) ||
    compareText(a.detail, b.detail)
  );
}
