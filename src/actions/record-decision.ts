/** What a signal said is recorded where it leads to orders, or begins a slot. */
import type { BlockedTarget } from '../observed/decision.ts';
import type { Plan } from '../reconciler/plan-types.ts';
import { record, type Execution } from './execution.ts';
import type { Look } from './look.ts';

export function recordDecision(execution: Execution, { observed, plan }: Look, strategy: string): void {
  const answer = observed.signals.get(strategy);
  if (answer?.kind !== 'targets') return;
  const { fence } = execution;
  const { targets, decision } = answer;
  const slot = plan.slots.find((due) => due.strategy === strategy)?.slot ?? null;
  record(execution, () => ({
    type: 'targets-decided',
    fence,
    strategy,
    targets,
    slot,
    blocked: blockedIn(plan, strategy),
    ...(decision && { decision }),
  }));
}

function blockedIn({ notDone }: Plan, strategy: string): BlockedTarget[] {
  return notDone.flatMap(({ strategy: name, symbol, reason, detail }) =>
    name === strategy && symbol !== null ? [{ symbol, reason, detail }] : [],
  );
}
