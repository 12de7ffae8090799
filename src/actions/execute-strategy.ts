/** One strategy's turn: its own lock, its own look, its own plan; reductions first, then entries on fresh figures. */
import type { Instant } from '../domain/instant.ts';
import { isAsked, type DesiredState, type FixedSignal } from '../desired/desired-state.ts';
import { isOrder, isReduction, type OrderAction, type Plan, type Hold } from '../reconciler/plan-types.ts';
import { isFollowing } from '../reconciler/followed.ts';
import { marginsOf } from '../reconciler/margin.ts';
import { orderHours } from '../reconciler/order-hours.ts';
import type { TurnPart } from '../reconciler/turns.ts';
import { UNKNOWN_WORLD } from '../reconciler/waiting-slots.ts';
import { isWithinBand } from '../reconciler/rules/targets.ts';
import type { OrderContext, Renew, Renewed } from './dispatch.ts';
import { LockLost, type Execution } from './execution.ts';
import { acquire, release, releasing } from './execution-lock.ts';
import { keepHouse } from './housekeeping.ts';
import type { Look } from './look.ts';
import { markAfterTrading, markIfDue } from './mark-session.ts';
import type { Outcome } from './outcome.ts';
import { recordDecision } from './record-decision.ts';
import { runOrders } from './run-orders.ts';
import { endSlots, slotsOf, startSlots, withoutOutcome } from './slot-records.ts';
import type { Ports } from '../reconciler/ports.ts';

export interface LookAim {
  /** For entries only, on what the reductions have really freed. */
  readonly reductionsOver: boolean;
  /** An order of ours that is left out of sight, because the broker took nothing of it; null: none. */
  readonly except: string | null;
}

export interface Turn {
  readonly ports: Ports;
  readonly desired: DesiredState;
  readonly strategy: string;
  /** How long it waits for the lock, ms. */
  readonly lockWait: number;
  /** Which of its orders this execution sends; the last one of a pass also ends its slots. */
  readonly part: TurnPart;
  /** Those orders as they were shown. */
  readonly shown: readonly OrderAction[];
  /** What became of its reductions in an earlier turn of the pass. */
  readonly before: readonly Outcome[];
  /** Reductions of any strategy in this pass that entries do not pass by. */
  readonly ahead: readonly Outcome[];
  /** What the shown plan did not do. */
  readonly held: readonly Hold[];
  /** Looks and plans afresh. */
  readonly look: (execution: Execution, aim: LookAim) => Promise<Look>;
  /** Asks whether other orders than the shown ones may go out. */
  readonly approveChange: (orders: readonly OrderAction[]) => Promise<boolean>;
}

export async function executeStrategy(turn: Turn): Promise<Outcome[]> {
  const { ports, desired, strategy } = turn;
  const execution = await acquire(ports, desired.account.execution, strategy, turn.lockWait);
  return releasing(execution, async () => {
    const outcomes: Outcome[] = [];
    try {
      await trade(turn, execution, outcomes);
      if (!isLockLost(outcomes) && outcomes.some(hasFilled)) await markAfterTrading(execution, desired);
      if (!isLockLost(outcomes))
        release(execution, hasActed(outcomes) ? { strategy, at: ports.clock.now() } : null);
    } catch (error) {
      if (!(error instanceof LockLost)) throw error;
      // What was sent before stays sent, and is said; what was found unnecessary, somebody else has done.
      const sent = outcomes.filter((outcome) => outcome.kind !== 'skipped');
      outcomes.splice(0, outcomes.length, ...sent);
      outcomes.push(...withoutOutcome(turn.shown, sent).map((action) => lockLost(action)));
    }
    if (isLockLost(outcomes)) ports.report.error(strategy, 'The execution lock went to somebody else');
    return outcomes;
  });
}

/** Wholly or in part. */
function hasFilled(outcome: Outcome): boolean {
  return outcome.kind === 'done' || (outcome.kind === 'failed' && outcome.filled > 0);
}

/** An execution that sent nothing is none to stamp, but for one that a shutdown has ended (rule 5 of the seed). */
function hasActed(outcomes: readonly Outcome[]): boolean {
  return outcomes.some((outcome) => outcome.kind !== 'not-started' || outcome.code === 'ShutdownRequested');
}

function isLockLost(outcomes: readonly Outcome[]): boolean {
  return outcomes.some((outcome) => outcome.kind !== 'done' && outcome.code === 'LockLost');
}

/** Reductions to their end first; then the account is read again, and entries follow. Adds to `outcomes` as it goes. */
async function trade(turn: Turn, execution: Execution, outcomes: Outcome[]): Promise<void> {
  const reductionsOver = turn.part === 'entries';
  const look = await settledLook(turn, execution, { reductionsOver, except: null });
  const orders = ordersOf(look.plan, turn.strategy, turn.part);
  const dropped = turn.shown.filter((order) => !orders.some(({ id }) => id === order.id));
  outcomes.push(...dropped.map((order) => noLonger(order, look.plan)));
  const approved = await approve(turn, orders);
  if (approved === null) {
    outcomes.push(...orders.map((action) => notApproved(action)));
    return;
  }
  markIfDue(execution, turn.desired, look.observed);
  const begins = slotsOf(look.plan, turn.strategy).some(({ started }) => !started);
  startSlots(execution, look, turn.strategy);
  if (approved.length > 0 || begins) recordDecision(execution, look, turn.strategy);
  await runBoth(turn, execution, { look, approved, outcomes });
  if (turn.part !== 'reductions' && !isLockLost(outcomes))
    endSlots(turn, execution, look.plan, [...turn.before, ...outcomes]);
}

interface Batch {
  readonly look: Look;
  readonly approved: readonly OrderAction[];
  readonly outcomes: Outcome[];
}

async function runBoth(turn: Turn, execution: Execution, { look, approved, outcomes }: Batch): Promise<void> {
  const renewal =
    (reductionsOver: boolean): Renew =>
    async (except) => {
      const fresh = await settledLook(turn, execution, { reductionsOver, except: except ?? null });
      return renewed(turn, execution, fresh, ordersOf(fresh.plan, turn.strategy, turn.part));
    };
  const reductions = approved.filter(isReduction);
  const entries = approved.filter((order) => !isReduction(order));
  const context = contextOf(turn, execution, look);
  outcomes.push(...(await runOrders(context, reductions, renewal(false))));
  if (isLockLost(outcomes)) {
    outcomes.push(...entries.map((action) => lockLost(action)));
    return;
  }
  const first = [...turn.ahead, ...outcomes].find(holdsEntries);
  if (first !== undefined) {
    outcomes.push(...entries.map((action) => behindReduction(action, first)));
    return;
  }
  // Whatever the reductions brought, the figures of before them are too old for an entry.
  const forEntries = reductions.length === 0 ? context : tooOld(context);
  const later = entries.filter(isSecondLeg);
  const sooner = entries.filter((order) => !later.includes(order));
  outcomes.push(...(await runOrders(forEntries, sooner, renewal(true))));
  if (later.length > 0)
    await runSecondLegs(turn, execution, { later, context, outcomes, renew: renewal(true) });
}

/** The short leg of a hedge goes first, because it is the one that may not be had. */
function isSecondLeg({ group, to }: OrderAction): boolean {
  return group !== undefined && to > 0;
}

interface SecondLegs {
  readonly later: readonly OrderAction[];
  readonly context: OrderContext;
  readonly outcomes: Outcome[];
  readonly renew: Renew;
}

/** On a look of after the first legs: it drops what has no partner. What stands alone in the end is closed at once. */
async function runSecondLegs(
  turn: Turn,
  execution: Execution,
  { later, context, outcomes, renew }: SecondLegs,
): Promise<void> {
  if (isLockLost(outcomes)) {
    outcomes.push(...later.map((action) => lockLost(action)));
    return;
  }
  outcomes.push(...(await runOrders(tooOld(context), later, renew)));
  const entered = outcomes.filter(({ action }) => isOrder(action) && action.group !== undefined);
  if (isLockLost(outcomes) || entered.every(({ kind }) => kind === 'done')) return;
  const closing = async (except: string | null): Promise<Look> =>
    settledLook(turn, execution, { reductionsOver: false, except });
  const look = await closing(null);
  const orders = groupClosings(look.plan, turn.strategy);
  for (const { strategy, symbol } of orders)
    execution.ports.report.warn(strategy, `${symbol} is closed: its group is not complete`);
  const renewClosing: Renew = async (except) => {
    const fresh = await closing(except ?? null);
    return renewed(turn, execution, fresh, groupClosings(fresh.plan, turn.strategy));
  };
  outcomes.push(...(await runOrders(contextOf(turn, execution, look), orders, renewClosing)));
}

function groupClosings({ actions }: Plan, strategy: string): OrderAction[] {
  return actions
    .filter(isOrder)
    .filter((order) => order.strategy === strategy && order.reason === 'GroupIncomplete');
}

function tooOld(context: OrderContext): OrderContext {
  return { ...context, readAt: 0 as Instant };
}

function renewed(turn: Turn, execution: Execution, look: Look, orders: readonly OrderAction[]): Renewed {
  return {
    context: contextOf(turn, execution, look),
    planned: new Map(orders.map((order) => [order.id, order])),
    whyNot: (action) => noLonger(action, look.plan),
  };
}

/**
 * What happened outside since the plan was shown goes into the books first: no order is sized from a book of before. A
 * loss limit that is crossed meanwhile stays so, whatever prices do next.
 */
async function settledLook(turn: Turn, execution: Execution, aim: LookAim): Promise<Look> {
  const look = await turn.look(execution, aim);
  const care = look.plan.actions.filter(
    (action) =>
      (action.kind === 'sync-position' && action.strategy === turn.strategy) ||
      action.kind === 'latch-limit' ||
      isFollowing(action),
  );
  if (care.length === 0) return look;
  await keepHouse(execution, care, look.observed);
  return turn.look(execution, aim);
}

/** Somebody has turned the strategy off while it executed. */
const SWITCHED_OFF: ReadonlySet<string> = new Set(['StrategyDisabled', 'ShutdownRequested']);

/** No order of the account goes out. */
const STOPS_ALL: ReadonlySet<string> = new Set(['Halted', 'AccountBlocked']);

/** A shown order that the plan after the lock does not have: something holds it, or it has become unnecessary. */
function noLonger(action: OrderAction, plan: Plan): Outcome {
  const unknown = plan.notDone.find(({ reason }) => UNKNOWN_WORLD.has(reason));
  if (unknown !== undefined)
    return { kind: 'not-started', action, code: unknown.reason, detail: unknown.detail };
  const stop = plan.notDone.find(({ reason, symbol }) => STOPS_ALL.has(reason) && symbol === null);
  if (stop !== undefined) return { kind: 'not-started', action, code: stop.reason, detail: stop.detail };
  const off = plan.notDone.find(
    ({ strategy, symbol, reason }) =>
      strategy === action.strategy && symbol === null && SWITCHED_OFF.has(reason),
  );
  if (off !== undefined && action.kind !== 'close-orphaned')
    return { kind: 'not-started', action, code: 'ShutdownRequested', detail: off.detail };
  const own = plan.notDone.find(
    ({ strategy, symbol }) => strategy === action.strategy && symbol === action.symbol,
  );
  if (own !== undefined) return { kind: 'skipped', action, code: own.reason, detail: own.detail };
  return { kind: 'skipped', action, code: 'NoLongerNeeded', detail: 'the book is as wanted without it' };
}

/** A reduction that was sent and has no end, so that what it frees is not known; or for which the broker has had no room. */
export function holdsEntries(outcome: Outcome): boolean {
  const { kind, action } = outcome;
  return isOrder(action) && isReduction(action) && (kind === 'in-doubt' || isRateLimited(outcome));
}

function isRateLimited(outcome: Outcome): boolean {
  return outcome.kind !== 'done' && outcome.code === 'RateLimited';
}

function behindReduction(action: OrderAction, first: Outcome): Outcome {
  const [code, why] = isRateLimited(first)
    ? (['RateLimited', 'did not go out, because the broker is asked too often'] as const)
    : (['PendingOrder', 'has no end yet'] as const);
  return {
    kind: 'not-started',
    action,
    code,
    detail: `${first.action.id} ${why}, and entries come after it`,
  };
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
  const hasBand = signal !== undefined && (signal.type === 'fixed' || isAsked(signal));
  return hasBand ? signal : { band: null, wholeShares: true };
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
    if (other.sendsAgain !== order.sendsAgain) return false;
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
        ? {
            date: clock.data.session.date,
            lastSubmit: orderHours(clock.data, desired.account.calendar).lastSubmit,
          }
        : { date: '', lastSubmit: execution.acquiredAt },
    margins: marginsOf(observed),
    buyingPower: account.kind === 'ok' ? account.data.buyingPower : 0,
  };
}
