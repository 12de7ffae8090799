/** What a signal said is recorded where it leads to orders, or begins a slot; and why it said nothing, where one was due. */
import type { DesiredState } from '../desired/desired-state.ts';
import type { BlockedTarget } from '../observed/decision.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type { Plan } from '../reconciler/plan-types.ts';
import type { Ports } from '../reconciler/ports.ts';
import { dueSlot } from '../reconciler/slots.ts';
import { record, type Execution } from './execution.ts';
import type { Look } from './look.ts';
import { commitDecision } from './operator.ts';

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

/** Once a slot and reason, of which `told` knows: a signal that lacks data is asked again and again. */
export function recordFailures(
  ports: Pick<Ports, 'clock' | 'journal' | 'stateFile'>,
  { account: { calendar }, strategies }: DesiredState,
  { ledger, signals }: ObservedState,
  told: Set<string>,
): void {
  // Before the books are open, nothing is written for them.
  if (ledger.account === null) return;
  for (const strategy of strategies) {
    const answer = signals.get(strategy.name);
    const slot = dueSlot(ledger, strategy, ports.clock.now(), calendar)?.id;
    if (slot === undefined || answer?.kind !== 'failed' || answer.reason !== 'SignalFailed') continue;
    const { detail } = answer;
    if (told.has(`${slot} ${detail}`)) continue;
    told.add(`${slot} ${detail}`);
    commitDecision(ports, () => ({ type: 'signal-failed', slot, strategy: strategy.name, detail }));
  }
}

function blockedIn({ notDone }: Plan, strategy: string): BlockedTarget[] {
  return notDone.flatMap(({ strategy: name, symbol, reason, detail }) =>
    name === strategy && symbol !== null ? [{ symbol, reason, detail }] : [],
  );
}
