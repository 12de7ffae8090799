/** One strategy's turn: its own lock, its own look, its own plan; reductions first, then entries on fresh figures. */
import type { Instant } from '../domain/instant.ts';
import type { DesiredState, FixedSignal } from '../desired/desired-state.ts';
import type { ObservedState } from '../observed/observed-state.ts';
import {
  isOrder,
  isReduction,
  type Action,
  type DueSlot,
  type OrderAction,
  type Plan,
} from '../reconciler/plan-types.ts';
import { isWithinBand } from '../reconciler/rules/targets.ts';
import type { OrderContext } from './dispatch.ts';
import { record, type Execution } from './execution.ts';
import { acquire, release, releasing } from './execution-lock.ts';
import { keepHouse } from './housekeeping.ts';
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
  return releasing(execution, async () => {
    const outcomes = await trade(turn, execution);
    if (isLockLost(outcomes)) ports.report.error(strategy, 'The execution lock went to somebody else');
    else release(execution, hasActed(outcomes) ? { strategy, at: ports.clock.now() } : null);
    return outcomes;
  });
}

/** An execution that sent nothing is none to stamp. */
function hasActed(outcomes: readonly Outcome[]): boolean {
  return outcomes.some(({ kind }) => kind !== 'not-started');
}

function isLockLost(outcomes: readonly Outcome[]): boolean {
  return outcomes.some((outcome) => outcome.kind !== 'done' && outcome.code === 'LockLost');
}

/** Reductions to their end first; then the account is read again, and entries follow. */
async function trade(turn: Turn, execution: Execution): Promise<Outcome[]> {
  const look = await settledLook(turn, execution);
  const orders = ordersOf(look.plan, turn.strategy, turn.part);
  const dropped = turn.shown.filter((order) => !orders.some(({ id }) => id === order.id));
  const outcomes = dropped.map((order) => noLonger(order, look.plan));
  const approved = await approve(turn, orders);
  if (approved === null) return [...outcomes, ...orders.map((action) => notApproved(action))];
  startSlots(execution, look.plan, turn.strategy);
  outcomes.push(...(await runBoth(turn, execution, { look, approved })));
  if (turn.part !== 'reductions' && !isLockLost(outcomes))
    endSlots(execution, look.plan, turn.strategy, outcomes);
  return outcomes;
}

async function runBoth(
  turn: Turn,
  execution: Execution,
  { look, approved }: { readonly look: Look; readonly approved: readonly OrderAction[] },
): Promise<Outcome[]> {
  const renew: Renew = async () => {
    const fresh = await settledLook(turn, execution);
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
  return [...outcomes, ...(await runOrders(forEntries, entries, renew))];
}

/** What happened outside since the plan was shown goes into the books first: no order is sized from a book of before. */
async function settledLook(turn: Turn, execution: Execution): Promise<Look> {
  const look = await turn.look(execution.fence);
  const isSynced = (action: Action): boolean =>
    action.kind === 'sync-position' && action.strategy === turn.strategy;
  if (!look.plan.actions.some(isSynced)) return look;
  await keepHouse(execution, look.plan, look.observed);
  return turn.look(execution.fence);
}

const UNKNOWN_WORLD: ReadonlySet<string> = new Set([
  'AccountUnknown',
  'PositionsUnknown',
  'OrdersUnknown',
  'ClockUnknown',
]);

/** A shown order that the plan after the lock does not have: something holds it, or it has become unnecessary. */
function noLonger(action: OrderAction, plan: Plan): Outcome {
  const unknown = plan.notDone.find(({ reason }) => UNKNOWN_WORLD.has(reason));
  if (unknown !== undefined)
    return { kind: 'not-started', action, code: unknown.reason, detail: unknown.detail };
  const own = plan.notDone.find(
    ({ strategy, symbol }) => strategy === action.strategy && symbol === action.symbol,
  );
  if (own !== undefined) return { kind: 'skipped', action, code: own.reason, detail: own.detail };
  return { kind: 'skipped', action, code: 'NoLongerNeeded', detail: 'the book is as wanted without it' };
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

/** What may be otherwise in a minute: a slot that was stopped by it goes on while its window is open. */
const TRANSIENT: ReadonlySet<string> = new Set([
  ...UNKNOWN_WORLD,
  'Settling',
  'Unconfirmed',
  'HistoryUnavailable',
  'PendingOrder',
  'OrderUnresolved',
  'NothingAvailable',
  'MarketClosed',
  'NotFilled',
  'PartialFill',
]);

/** A slot runs at most once: it has run when every order of it has got its final answer. */
function endSlots(execution: Execution, plan: Plan, strategy: string, outcomes: readonly Outcome[]): void {
  const { fence } = execution;
  const holds = plan.notDone.filter((hold) => hold.strategy === strategy && TRANSIENT.has(hold.reason));
  const isOpen = (outcome: Outcome): boolean =>
    outcome.kind === 'not-started' ||
    outcome.kind === 'in-doubt' ||
    (outcome.kind !== 'done' && TRANSIENT.has(outcome.code));
  if (holds.length > 0 || outcomes.some(isOpen)) return;
  const outcome = outcomes.every(({ kind }) => kind === 'done') ? 'done' : 'partial';
  for (const { slot } of slotsOf(plan, strategy))
    record(execution, () => ({ type: 'slot-ended', fence, slot, outcome }));
}
