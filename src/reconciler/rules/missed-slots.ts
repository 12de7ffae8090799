/** Slots whose time has passed: said once, and never traded afterwards. */
import { formatLocalZone } from '../../domain/instant.ts';
import type { PlanDraft, PlanFacts } from '../draft.ts';
import type { MissedAction } from '../plan-types.ts';
import { missedSlots, type MissedSlot } from '../slots.ts';
import { mayFollow } from './targets.ts';

export function reportMissedSlots({ input, ledger }: PlanFacts, draft: PlanDraft): void {
  const { desired, now, observed } = input;
  // What somebody is still at is not over.
  const isExecuting = observed.lock.kind === 'held';
  const strategies = desired.strategies.filter(mayFollow);
  for (const slot of missedSlots(ledger, strategies, now, desired.account.calendar)) {
    const isStarted = ledger.slots.has(slot.id);
    if (!(isStarted && isExecuting)) draft.housekeeping.push(missed(slot, isStarted));
  }
}

function missed(slot: MissedSlot, isStarted: boolean): MissedAction {
  return {
    kind: 'report-missed',
    id: `report-missed/${slot.id}`,
    strategy: slot.strategy,
    symbol: null,
    slot: slot.id,
    reason: 'SlotMissed',
    from: `due ${formatLocalZone(slot.at)}`,
    to: isStarted ? 'not finished, the rest is not traded' : 'not traded',
    sources: [`strategy/${slot.strategy}:spec.schedule`],
  };
}
