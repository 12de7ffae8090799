/** How scheduled executions begin and end in the journal. */
import { lotOf, type Ledger } from '../observed/ledger.ts';
import type { SlotTarget } from '../observed/slot-events.ts';
import { isOrder, type DueSlot, type Hold, type OrderAction, type Plan } from '../reconciler/plan-types.ts';
import { keepsOpen, mayPass } from '../reconciler/waiting-slots.ts';
import { record, type Execution } from './execution.ts';
import type { Look } from './look.ts';
import { isChangingSide, type Outcome } from './outcome.ts';

export function withoutOutcome(actions: readonly OrderAction[], outcomes: readonly Outcome[]): OrderAction[] {
  const told = new Set(outcomes.map(({ action }) => action.id));
  return actions.filter(({ id }) => !told.has(id));
}

export function slotsOf(plan: Plan, strategy: string): DueSlot[] {
  return plan.slots.filter((slot) => slot.strategy === strategy);
}

export function startSlots(execution: Execution, { plan, observed }: Look, strategy: string): void {
  const { fence, ports } = execution;
  const answer = observed.signals.get(strategy);
  const memory = answer?.kind === 'targets' ? answer.memory : undefined;
  for (const { slot, targets, started, late } of slotsOf(plan, strategy)) {
    if (late && !started) ports.report.warn(strategy, `${slot} starts late`);
    record(execution, (ledger) =>
      ledger.slots.has(slot)
        ? null
        : {
            type: 'slot-started',
            fence,
            slot,
            strategy,
            targets,
            ...(late && { late }),
            ...(memory && { memory }),
          },
    );
  }
}

interface Ran {
  readonly strategy: string;
  /** What the shown plan did not do. */
  readonly held: readonly Hold[];
}

/**
 * A slot runs at most once: it has run when every order of it has got its final answer. It is done if its strategy then has
 * what the slot wanted, or as much of it as the rebalance band asks for.
 */
export function endSlots(
  { strategy, held }: Ran,
  execution: Execution,
  plan: Plan,
  outcomes: readonly Outcome[],
): void {
  const { fence } = execution;
  const due = slotsOf(plan, strategy);
  const isTransient = (code: string): boolean => mayPass(code, due);
  const ofStrategy = [...held, ...plan.notDone].filter((hold) => hold.strategy === strategy);
  const holds = ofStrategy.filter((hold) => keepsOpen(hold, due) || isChangingSide(hold, outcomes));
  const isOpen = (outcome: Outcome): boolean =>
    outcome.kind === 'not-started' ||
    outcome.kind === 'in-doubt' ||
    (outcome.kind !== 'done' && isTransient(outcome.code));
  const orders = plan.actions.filter(isOrder).filter((order) => order.strategy === strategy);
  const isUntried = withoutOutcome(orders, outcomes).length > 0;
  if (holds.length > 0 || isUntried || outcomes.some(isOpen)) return;
  for (const { slot, targets } of due)
    record(execution, (ledger) => {
      const isDone = targets.every((target) => isReached(target, { ledger, strategy, plan }));
      return { type: 'slot-ended', fence, slot, outcome: isDone ? 'done' : 'partial' };
    });
}

interface Reached {
  readonly ledger: Ledger;
  readonly strategy: string;
  readonly plan: Plan;
}

function isReached({ symbol, quantity }: SlotTarget, { ledger, strategy, plan }: Reached): boolean {
  if ((lotOf(ledger, strategy, symbol)?.quantity ?? 0) === quantity) return true;
  return plan.notDone.some(
    (hold) => hold.reason === 'WithinBand' && hold.strategy === strategy && hold.symbol === symbol,
  );
}
