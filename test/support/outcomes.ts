/** What became of a pass, in short: `close/mp/KO: failed PartialFill`. */
import type { PassResult } from '../../src/reconciler/reconcile.ts';
import type { TestWorld } from './world.ts';

export function outcomesIn(result: PassResult): string[] {
  if (result.kind !== 'executed') return [result.kind];
  return result.outcomes.map(
    (outcome) => `${outcome.action.id}: ${outcome.kind}${outcome.kind === 'done' ? '' : ` ${outcome.code}`}`,
  );
}

/** `mp/2025-12-02/exit/1555 started`, for each slot that has begun. */
export function slotsIn({ journal }: Pick<TestWorld, 'journal'>): string[] {
  return [...journal.ledger().slots].map(([slot, { state }]) => `${slot} ${state}`);
}
