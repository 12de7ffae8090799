/** The second opinion on what stops orders: halts, suspensions, accounts that are blocked, clocks that disagree. */
import type { PlanInput } from './draft.ts';
import { isReduction, type OrderAction } from './plan-types.ts';
import type { ReportViolation } from './violation.ts';

/** Halted, only what sells a whole lot for the sake of the halt goes out; not halted, nothing of that kind does. */
export function checkHalt(
  orders: readonly OrderAction[],
  { observed: { ledger } }: PlanInput,
  report: ReportViolation,
): void {
  const isFlattening = ledger.halt !== null && ledger.halt.mode === 'flatten';
  for (const { id, reason, kind, slot } of orders) {
    const sellsAll = kind === 'close' && slot === null && reason === 'Flattening';
    if (ledger.halt !== null && !(isFlattening && sellsAll))
      report('halted-sends-nothing', `${id}: the account is halted`);
    if (reason === 'Flattening' && !isFlattening)
      report('halted-sends-nothing', `${id}: nobody has said that everything is to be sold`);
  }
}

/** The broker has said that it takes none. */
export function checkBlocked(
  orders: readonly OrderAction[],
  { observed: { snapshot } }: PlanInput,
  report: ReportViolation,
): void {
  if (snapshot.account.kind !== 'ok' || snapshot.account.data.blocked === undefined) return;
  for (const { id } of orders) report('blocked-sends-nothing', `${id}: the broker takes no order`);
}

export function checkSuspensions(
  orders: readonly OrderAction[],
  { observed, now }: PlanInput,
  report: ReportViolation,
): void {
  for (const { strategy, until } of observed.ledger.suspensions.values()) {
    if (until !== null && until <= now) continue;
    for (const order of orders)
      if (order.strategy === strategy && !isReduction(order))
        report('entry-allowed', `${order.id}: suspended`);
  }
}

export function checkSkew(
  orders: readonly OrderAction[],
  { observed, desired }: PlanInput,
  report: ReportViolation,
): void {
  if (Math.abs(observed.snapshot.clockSkew) <= desired.account.execution.clockSkew) return;
  for (const order of orders)
    if (!isReduction(order)) report('entry-allowed', `${order.id}: the clocks disagree`);
}
