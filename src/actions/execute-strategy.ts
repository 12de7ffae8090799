/** One strategy's turn: its own lock, its own look, its own plan; reductions first, then entries on fresh figures. */
import type { Instant } from '../domain/instant.ts';
import type { DesiredState, FixedSignal } from '../desired/desired-state.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import { isOrder, isReduction, type DueSlot, type OrderAction, type Plan } from '../reconciler/plan-types.ts';
import { isWithinBand } from '../reconciler/rules/targets.ts';
import type { OrderContext } from './dispatch.ts';
import { LockLost, record, type Execution } from './execution.ts';
import { acquire, release } from './execution-lock.ts';
import type { Outcome } from './outcome.ts';
import { runOrders, type Renew } from './run-orders.ts';
import type { Ports } from '../reconciler/ports.ts';

export interface Look {
  readonly plan: Plan;
  readonly observed: ObservedState;
}

export type TurnPart = 'all' | 'reductions' | 'entries';

export interface Turn {
  readonly ports: Ports;
  readonly desired: DesiredState;
  readonly strategy: string;
  /** Which of its orders this execution sends; the last one of a pass also ends its slots. */
  readonly part: TurnPart;
  /** Those orders as they were shown. */
  readonly shown: readonly OrderAction[];
  /** Looks and plans afresh. */
  readonly look: (ownFence: number) => Promise<Look>;
  /** Asks whether other orders than the shown ones may go out. */
  readonly approveChange: (orders: readonly OrderAction[]) => Promise<boolean>;
}

export async function executeStrategy(turn: Turn): Promise<Outcome[]> {
  const { ports, desired, strategy } = turn;
  const execution = await acquire(ports, desired.account.execution, strategy);
  try {
    const outcomes = await trade(turn, execution);
    if (isLockLost(outcomes)) ports.report.error(strategy, 'The execution lock went to somebody else');
    else release(execution, { strategy, at: ports.clock.now() });
    return outcomes;
  } catch (error) {
    if (!(error instanceof LockLost)) releaseQuietly(execution);
    throw error;
  }
}

function isLockLost(outcomes: readonly Outcome[]): boolean {
  return outcomes.some((outcome) => outcome.kind !== 'done' && outcome.code === 'LockLost');
}

/** The first trouble is the one to report; a lock that cannot be given back expires or is taken over. */
function releaseQuietly(execution: Execution): void {
  try {
    release(execution, null);
  } catch {
    execution.ports.report.error(execution.holder, 'The execution lock could not be released');
  }
}

/** Reductions to their end first; then the account is read again, and entries follow. */
async function trade(turn: Turn, execution: Execution): Promise<Outcome[]> {
  const look = await turn.look(execution.fence);
  const orders = ordersOf(look.plan, turn.strategy, turn.part);
  const approved = await approve(turn, orders);
  if (approved === null) return orders.map((action) => notApproved(action));
  startSlots(execution, look.plan, turn.strategy);
  const renew: Renew = async () => {
    const fresh = await turn.look(execution.fence);
    const planned = new Map(ordersOf(fresh.plan, turn.strategy, turn.part).map((order) => [order.id, order]));
    return { context: contextOf(turn, execution, fresh), planned };
  };
  const reductions = approved.filter(isReduction);
  const entries = approved.filter((order) => !isReduction(order));
  const context = contextOf(turn, execution, look);
  const outcomes = await runOrders(context, reductions, renew);
  if (isLockLost(outcomes)) return [...outcomes, ...entries.map((action) => lockLost(action))];
  // Whatever the reductions brought, the figures of before them are too old for an entry.
  const forEntries = reductions.length === 0 ? context : { ...context, readAt: 0 as Instant };
  outcomes.push(...(await runOrders(forEntries, entries, renew)));
  if (turn.part !== 'reductions' && !isLockLost(outcomes))
    endSlots(execution, look.plan, turn.strategy, outcomes);
  return outcomes;
}

function notApproved(action: OrderAction): Outcome {
  return { kind: 'not-started', action, code: 'NotApproved', detail: 'the plan changed after the lock' };
}

function lockLost(action: OrderAction): Outcome {
  return {
    kind: 'not-started',
    action,
    code: 'LockLost',
    detail: 'the execution lock went to somebody else',
  };
}

/** The shown orders when the fresh plan says the same, else the fresh ones if they are agreed to; null when they are not. */
async function approve(
  { desired, shown, approveChange, strategy }: Turn,
  fresh: readonly OrderAction[],
): Promise<readonly OrderAction[] | null> {
  if (isSameContent(shown, fresh, signalOf(desired, strategy))) {
    const shownById = new Map(shown.map((order) => [order.id, order]));
    return fresh.map((order) => smaller(shownById.get(order.id) ?? order, order));
  }
  return (await approveChange(fresh)) ? fresh : null;
}

function smaller(shown: OrderAction, fresh: OrderAction): OrderAction {
  return fresh.quantity < shown.quantity ? fresh : shown;
}

function signalOf(desired: DesiredState, name: string): Pick<FixedSignal, 'band' | 'wholeShares'> {
  const signal = desired.strategies.find((strategy) => strategy.name === name)?.signal;
  return signal?.type === 'fixed' ? signal : { band: null, wholeShares: true };
}

/** Same strategy, kind, symbol and side, and each quantity within the rebalance band. */
function isSameContent(
  shown: readonly OrderAction[],
  fresh: readonly OrderAction[],
  signal: Pick<FixedSignal, 'band' | 'wholeShares'>,
): boolean {
  if (shown.length !== fresh.length) return false;
  const byId = new Map(fresh.map((order) => [order.id, order]));
  return shown.every((order) => {
    const other = byId.get(order.id);
    if (other?.side !== order.side) return false;
    return other.quantity === order.quantity || isWithinBand(signal, order.quantity, other.quantity);
  });
}

export function ordersOf(plan: Plan, strategy: string, part: TurnPart): OrderAction[] {
  return plan.actions
    .filter(isOrder)
    .filter((order) => order.strategy === strategy)
    .filter((order) => part === 'all' || isReduction(order) === (part === 'reductions'));
}

function contextOf({ desired }: Turn, execution: Execution, { observed }: Look): OrderContext {
  const { account, clock } = observed.snapshot;
  return {
    execution,
    desired,
    readAt: observed.snapshot.takenAt,
    session:
      clock.kind === 'ok'
        ? { date: clock.data.session.date, lastSubmit: clock.data.lastSubmit }
        : { date: '', lastSubmit: execution.acquiredAt },
    buyingPower: account.kind === 'ok' ? account.data.buyingPower : 0,
  };
}

function slotsOf(plan: Plan, strategy: string): DueSlot[] {
  return plan.slots.filter((slot) => slot.strategy === strategy);
}

function startSlots(execution: Execution, plan: Plan, strategy: string): void {
  const { fence } = execution;
  for (const { slot, targets } of slotsOf(plan, strategy)) {
    record(execution, (ledger) =>
      ledger.slots.has(slot) ? null : { type: 'slot-started', fence, slot, strategy, targets },
    );
  }
}

function endSlots(execution: Execution, plan: Plan, strategy: string, outcomes: readonly Outcome[]): void {
  const { fence } = execution;
  const outcome = outcomes.every(({ kind }) => kind === 'done') ? 'done' : 'partial';
  for (const { slot } of slotsOf(plan, strategy))
    record(execution, () => ({ type: 'slot-ended', fence, slot, outcome }));
}
