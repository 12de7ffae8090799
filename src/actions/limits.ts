/** Loss limits: latched under the lock, and reset by an operator's word only. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import { markOf, profitOf } from '../observed/day-mark.ts';
import { ACCOUNT } from '../observed/loss-curve.ts';
import type { LatchAction } from '../reconciler/plan-types.ts';
import type { Ports } from '../reconciler/ports.ts';
import { record, type Execution } from './execution.ts';
import { observe } from './observe.ts';
import { brokerUnknown } from './broker-unknown.ts';
import { commitDecision } from './operator.ts';
import type { Outcome } from './outcome.ts';

/** Once: what is latched stays as it was latched. */
export function latchLimit(execution: Execution, action: LatchAction): Outcome {
  const { fence, ports, holder } = execution;
  const { latch, strategy, to } = action;
  const before = ports.journal.refresh().seq;
  const after = record(execution, ({ latches }) =>
    latches.has(strategy ?? ACCOUNT) ? null : { type: 'limit-latched', fence, ...latch },
  );
  if (after.seq !== before) ports.report.error(strategy ?? holder, `Loss limit: ${to}; no entry from now on`);
  return { kind: 'done', action };
}

export interface LimitReset {
  /** Null: the account. */
  readonly strategy: string | null;
  readonly by: string;
  readonly reason: string;
}

/**
 * Lifts a latch, and counts losses from what account and book are worth now. Refuses where nothing is latched (exit 6)
 * and while that worth is not known (exit 11, or 5 where prices or shares of the book are in doubt).
 */
export async function resetLimit(ports: Ports, desired: DesiredState, reset: LimitReset): Promise<void> {
  const { strategy, by, reason } = reset;
  const observed = await observe(ports, desired, { ownFence: null, earlier: null });
  refuseUnlatched(observed.ledger.latches.has(strategy ?? ACCOUNT), strategy);
  const mark = markOf(observed, 'interim', desired.account.execution.settleWindow);
  if (mark === null) {
    const { account, positions, clock } = observed.snapshot;
    const unknown = [account, positions, clock].find((answer) => answer.kind === 'unknown');
    throw brokerUnknown(unknown ?? { reason: 'account, positions or clock are not known' });
  }
  const marked = mark.strategies.find((candidate) => candidate.strategy === strategy);
  const profit = strategy === null ? mark.equity : marked === undefined ? null : profitOf(marked);
  if (profit === null) {
    throw new HgctlError(EXIT.refused, `what the book of ${strategy ?? ''} is worth is not known`, {
      hint: "a price is missing, or shares are in doubt: see 'hgctl plan', then repeat the command",
    });
  }
  commitDecision(ports, (current) => {
    refuseUnlatched(current.latches.has(strategy ?? ACCOUNT), strategy);
    return { type: 'limit-reset', strategy, by, reason, equity: mark.equity, profit };
  });
}

function refuseUnlatched(isLatched: boolean, strategy: string | null): void {
  if (isLatched) return;
  const of = strategy ?? 'the account';
  throw new HgctlError(EXIT.notFound, `no loss limit of ${of} is latched`, {
    hint: "'hgctl get strategies -o json' shows the condition WithinLimits; nothing was changed",
  });
}
