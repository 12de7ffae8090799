/** Carries out what serves all strategies: orders without an end, sync, breaks. No order of its own is ever sent here. */
import { formatQuantity } from '../domain/decimal.ts';
import { lotOf, stoppingBreak } from '../observed/ledger.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import type {
  Action,
  BreakAction,
  MissedAction,
  OrderCareAction,
  Plan,
  SyncAction,
} from '../reconciler/plan-types.ts';
import { isOrder } from '../reconciler/plan-types.ts';
import { wayOut } from '../reconciler/way-out.ts';
import { latchLimit } from './limits.ts';
import { record, type Execution } from './execution.ts';
import { followAction } from './follow-announced.ts';
import type { Outcome } from './outcome.ts';
import { followLateOrder, resolveOrders } from './resolve-order.ts';

/** `resting`: ids of actions that are left for later. */
export function housekeepingOf(plan: Plan, resting?: ReadonlySet<string>): Action[] {
  const care = plan.actions.filter((action) => !isOrder(action) && action.kind !== 'complete-shutdown');
  return care.filter(({ id }) => resting?.has(id) !== true);
}

/** `actions` were planned from `observed`, after the lock. */
export async function keepHouse(
  execution: Execution,
  actions: readonly Action[],
  observed: ObservedState,
): Promise<Outcome[]> {
  const { clock } = observed.snapshot;
  const outcomes = await resolveOrders(execution, actions.filter(isOrderCare), clock);
  for (const action of actions)
    if (!isOrderCare(action)) outcomes.push(await carryOut(execution, action, observed));
  return outcomes;
}

function isOrderCare(action: Action): action is OrderCareAction {
  return action.kind === 'resolve-order' || action.kind === 'cancel-order';
}

async function carryOut(execution: Execution, action: Action, observed: ObservedState): Promise<Outcome> {
  switch (action.kind) {
    case 'reopen-order':
      return followLateOrder(execution, action);
    case 'apply-split':
    case 'apply-symbol-change':
      return followAction(execution, action, observed);
    case 'sync-position':
      return sync(execution, action, observed);
    case 'report-break':
      return reportBreak(execution, action);
    case 'report-missed':
      return reportMissed(execution, action);
    case 'latch-limit':
      return latchLimit(execution, action);
    default:
      // The acquisition itself has released a stale lock.
      return { kind: 'done', action };
  }
}

/** Rule 3 of the seed: the book follows, with a warning. */
function sync(execution: Execution, action: SyncAction, { snapshot }: ObservedState): Outcome {
  const { ports, fence } = execution;
  const { strategy, symbol, from, to, price, anchor, sources } = action;
  const sessionDate = snapshot.clock.kind === 'ok' ? snapshot.clock.data.session.date : '';
  const ledger = record(execution, (current) => {
    const owned = lotOf(current, strategy, symbol)?.quantity;
    if (owned !== from) return null;
    return {
      type: 'synced',
      fence,
      strategy,
      symbol,
      from,
      to,
      price,
      evidence: sources,
      anchor,
      sessionDate,
    };
  });
  ports.stateFile.schedule(ledger);
  const change = `${formatQuantity(from)} -> ${formatQuantity(to)}`;
  ports.report.warn(
    strategy,
    to === 0 ? `Position ${symbol} closed externally` : `Position ${symbol}: ${change}`,
  );
  return { kind: 'done', action };
}

/** Once a slot: what somebody else has recorded meanwhile stands. */
function reportMissed(execution: Execution, action: MissedAction): Outcome {
  const { ports, fence } = execution;
  const { slot, strategy, from, to } = action;
  const before = ports.journal.refresh().slots.get(slot);
  const isNew = before === undefined || before.state === 'started';
  record(execution, ({ slots }) =>
    slots.get(slot) === before && isNew ? { type: 'slot-missed', fence, slot, strategy } : null,
  );
  if (isNew) ports.report.warn(strategy, `Missed: ${slot} (${from}): ${to}`);
  return { kind: 'done', action };
}

function reportBreak(execution: Execution, action: BreakAction): Outcome {
  const { ports, fence } = execution;
  const { symbol, breakKind: kind, detail, strategy } = action;
  record(execution, (ledger) =>
    stoppingBreak(ledger, symbol) !== undefined
      ? null
      : { type: 'break-opened', fence, symbol, kind, detail },
  );
  ports.report.error(strategy ?? execution.holder, `${symbol}: ${kind}: ${detail}; ${wayOut(symbol, kind)}`);
  return { kind: 'done', action };
}
