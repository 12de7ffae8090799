/** What of a plan a pass carries out now, and what it leaves for later. */
import { isOrder, type Action, type DueSlot, type Plan } from './plan-types.ts';
import { onlyWaiting } from './waiting-slots.ts';

export interface Waiting {
  /** Strategies that trade nothing in this pass: after failures, or because it is for another one. */
  readonly resting: ReadonlySet<string>;
  /** Ids of actions on orders that were looked for in vain just now; left out: none. */
  readonly restingCare?: ReadonlySet<string>;
}

/** The plan without what waits, so that nobody is shown orders that are not sent. */
export function goingOut(waiting: Waiting, plan: Plan): Plan {
  return { ...plan, actions: plan.actions.filter((action) => !isLater(waiting, action)) };
}

/** Whether anything is left to carry out then. */
export function hasWorkNow(waiting: Waiting, plan: Plan): boolean {
  const idle = onlyWaiting(plan);
  const isDue = ({ strategy }: DueSlot): boolean => !waiting.resting.has(strategy) && !idle.has(strategy);
  return goingOut(waiting, plan).actions.length > 0 || plan.slots.some(isDue);
}

function isLater({ resting, restingCare }: Waiting, action: Action): boolean {
  if (restingCare?.has(action.id) === true) return true;
  return resting.has(action.strategy ?? '') && (isOrder(action) || action.kind === 'complete-shutdown');
}
