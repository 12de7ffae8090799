/** Records that books follow a corporate action, if they are still as they were planned from. */
import { formatQuantity } from '../domain/decimal.ts';
import { lotOf, type Ledger } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import { formatSplit } from '../observed/split.ts';
import { recordOf, symbolsOf, type FollowingAction } from '../reconciler/followed.ts';
import { record, type Execution } from './execution.ts';
import type { Outcome } from './outcome.ts';

export function followAction(
  execution: Execution,
  action: FollowingAction,
  { snapshot }: ObservedState,
): Outcome {
  const { ports, fence } = execution;
  const sessionDate = snapshot.clock.kind === 'ok' ? snapshot.clock.data.session.date : '';
  const ledger = record(execution, (current) =>
    isAsPlanned(current, action) ? recordOf(action, { fence, sessionDate }) : null,
  );
  ports.stateFile.schedule(ledger);
  for (const [strategy, message] of messagesOf(action)) ports.report.warn(strategy, message);
  return { kind: 'done', action };
}

/** Operators may have changed a lot since, and an order of ours may have been sent: then the next look decides. */
function isAsPlanned(ledger: Ledger, action: FollowingAction): boolean {
  const symbols = symbolsOf(action);
  const isMoving = [...ledger.openOrders.values()].some(({ intent }) => symbols.includes(intent.symbol));
  const planned = new Map(
    action.kind === 'apply-split'
      ? action.lots.map(({ strategy, from }) => [strategy, from] as const)
      : action.lots.map(({ strategy, quantity }) => [strategy, quantity] as const),
  );
  const names = [...ledger.books.keys()];
  const isSame = names.every((name) => lotOf(ledger, name, action.symbol)?.quantity === planned.get(name));
  const isFree =
    action.kind === 'apply-split' || names.every((name) => lotOf(ledger, name, action.to) === undefined);
  return !isMoving && isSame && isFree;
}

function messagesOf(action: FollowingAction): (readonly [string, string])[] {
  const { symbol } = action;
  if (action.kind === 'apply-split') {
    const words = action.splits.map(({ date, ratio }) => `${formatSplit(ratio)} split of ${date}`).join(', ');
    return action.lots.map(({ strategy, from, to }) => [
      strategy,
      `Position ${symbol}: ${formatQuantity(from)} -> ${formatQuantity(to)} at the same cost, ${words}`,
    ]);
  }
  const { to, date } = action;
  return action.lots.map(({ strategy, quantity }) => [
    strategy,
    `Position ${symbol} is ${to} since ${date}: ${formatQuantity(quantity)} shares; its manifest has to name ${to}`,
  ]);
}
