/** Answers of signals are of before the lock: what another execution has begun since, it has begun on an answer of its own. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { newestEndedOrders, type Ledger } from '../observed/ledger.ts';
import type { SignalAnswer } from '../observed/observed-state.ts';

/** Orders on this answer would undo what another execution has done for the strategy meanwhile. */
export class AnswerOvertaken extends HgctlError {
  constructor(strategy: string) {
    super(EXIT.conflict, `another execution has traded for ${strategy} since its signal was asked`, {
      hint: 'run the command again',
    });
  }
}

/** Of one pass. Changed by its turns. */
export interface Answers {
  /** By strategy. */
  readonly given: Map<string, SignalAnswer>;
  /** As it was before the signals were asked. */
  readonly before: Ledger;
  /** Whose first turn has come: what is done from then on, this pass has done. */
  readonly begun: Set<string>;
}

/**
 * For the first turn of a strategy, under the lock. In a slot that somebody else has started, the targets in the journal are
 * followed, and no answer; without a slot, throws {@link AnswerOvertaken} where somebody else has decided on an order.
 */
export function settleAnswer(
  { given, before, begun }: Answers,
  ledger: Ledger,
  { strategy, slot }: { readonly strategy: string; readonly slot: string | undefined },
): void {
  if (begun.has(strategy) || !given.has(strategy)) return;
  if (slot === undefined && isOrderedSince(ledger, strategy, before.fence))
    throw new AnswerOvertaken(strategy);
  if (slot !== undefined && ledger.slots.has(slot) && !before.slots.has(slot)) given.delete(strategy);
  begun.add(strategy);
}

function isOrderedSince(ledger: Ledger, strategy: string, fence: number): boolean {
  const orders = [...newestEndedOrders(ledger), ...ledger.openOrders.values()];
  return orders.some(({ intent }) => intent.strategy === strategy && intent.fence > fence);
}
