/** One strategy's turn: its own lock, its own look, its own plan; reductions first, then entries on fresh figures. */
import type { Instant } from '../domain/instant.ts';
import { isAsked, type DesiredState, type FixedSignal } from '../desired/desired-state.ts';
import {
  isOrder,
  isReduction,
  type DueSlot,
  type OrderAction,
  type Plan,
  type Hold,
} from '../reconciler/plan-types.ts';
import { orderHours } from '../reconciler/order-hours.ts';
import type { TurnPart } from '../reconciler/turns.ts';
import { isWithinBand } from '../reconciler/rules/targets.ts';
import type { OrderContext, Renew } from './dispatch.ts';
import { LockLost, record, type Execution } from './execution.ts';
import { acquire, release, releasing } from './execution-lock.ts';
import { keepHouse } from './housekeeping.ts';
import type { Look } from './look.ts';
import { markAfterTrading, markIfDue } from './mark-session.ts';
import { isChangingSide, type Outcome } from './outcome.ts';
import { recordDecision } from './record-decision.ts';
import { runOrders } from './run-orders.ts';
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
  /** Reductions of any strategy in this pass that have no end yet. */
  readonly inDoubt: readonly Outcome[];
  /** What the shown plan did not do. */
  readonly held: readonly Hold[];
  /** Looks and plans afresh. */
  readonly look: (ownFence: number, aim: LookAim) => Promise<Look>;
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

function withoutOutcome(actions: readonly OrderAction[], outcomes: readonly Outcome[]): OrderAction[] {
  const told = new Set(outcomes.map(({ action }) => action.id));
  return actions.filter(({ id }) => !told.has(id));
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
  startSlots(execution, look.plan, turn.strategy);
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
      const orders = ordersOf(fresh.plan, turn.strategy, turn.part);
      return {
        context: contextOf(turn, execution, fresh),
        planned: new Map(orders.map((order) => [order.id, order])),
        whyNot: (action) => noLonger(action, fresh.plan),
      };
    };
  const reductions = approved.filter(isReduction);
  const entries = approved.filter((order) => !isReduction(order));
  const context = contextOf(turn, execution, look);
  outcomes.push(...(await runOrders(context, reductions, renewal(false))));
  if (isLockLost(outcomes)) {
    outcomes.push(...entries.map((action) => lockLost(action)));
    return;
  }
  const unended = [...turn.inDoubt, ...outcomes].find(isUnendedReduction);
  if (unended !== undefined) {
    outcomes.push(...entries.map((action) => behindReduction(action, unended)));
    return;
  }
  // Whatever the reductions brought, the figures of before them are too old for an entry.
  const forEntries = reductions.length === 0 ? context : { ...context, readAt: 0 as Instant };
  outcomes.push(...(await runOrders(forEntries, entries, renewal(true))));
}

/**
 * What happened outside since the plan was shown goes into the books first: no order is sized from a book of before. A
 * loss limit that is crossed meanwhile stays so, whatever prices do next.
 */
async function settledLook(turn: Turn, execution: Execution, aim: LookAim): Promise<Look> {
  const look = await turn.look(execution.fence, aim);
  const care = look.plan.actions.filter(
    (action) =>
      (action.kind === 'sync-position' && action.strategy === turn.strategy) || action.kind === 'latch-limit',
  );
  if (care.length === 0) return look;
  await keepHouse(execution, care, look.observed);
  return turn.look(execution.fence, aim);
}

const UNKNOWN_WORLD: ReadonlySet<string> = new Set([
  'AccountUnknown',
  'PositionsUnknown',
  'OrdersUnknown',
  'ClockUnknown',
]);

/** Somebody has turned the strategy off while it executed. */
const SWITCHED_OFF: ReadonlySet<string> = new Set(['StrategyDisabled', 'ShutdownRequested']);

/** A shown order that the plan after the lock does not have: something holds it, or it has become unnecessary. */
function noLonger(action: OrderAction, plan: Plan): Outcome {
  const unknown = plan.notDone.find(({ reason }) => UNKNOWN_WORLD.has(reason));
  if (unknown !== undefined)
    return { kind: 'not-started', action, code: unknown.reason, detail: unknown.detail };
  const halt = plan.notDone.find(({ reason, symbol }) => reason === 'Halted' && symbol === null);
  if (halt !== undefined) return { kind: 'not-started', action, code: 'Halted', detail: halt.detail };
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

/** Sent, and without an end: what it frees is not known. */
export function isUnendedReduction({ kind, action }: Outcome): boolean {
  return kind === 'in-doubt' && isOrder(action) && isReduction(action);
}

function behindReduction(action: OrderAction, { action: first }: Outcome): Outcome {
  const detail = `${first.id} has no end yet, and entries come after it`;
  return { kind: 'not-started', action, code: 'PendingOrder', detail };
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
    buyingPower: account.kind === 'ok' ? account.data.buyingPower : 0,
  };
}

function slotsOf(plan: Plan, strategy: string): DueSlot[] {
  return plan.slots.filter((slot) => slot.strategy === strategy);
}

function startSlots(execution: Execution, plan: Plan, strategy: string): void {
  const { fence, ports } = execution;
  for (const { slot, targets, started, late } of slotsOf(plan, strategy)) {
    if (late && !started) ports.report.warn(strategy, `${slot} starts late`);
    record(execution, (ledger) =>
      ledger.slots.has(slot)
        ? null
        : { type: 'slot-started', fence, slot, strategy, targets, ...(late && { late }) },
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
  'Halted',
  'Suspended',
  'NotFilled',
  'PartialFill',
  'RateLimited',
  'ClockSkew',
  'CalendarMismatch',
  'ForeignController',
  'ManifestsInvalid',
  'LossUnknown',
]);

/** An exit goes on until the session ends: these end by themselves before that, or by an operator's word. */
const HOLDS_EXITS: ReadonlySet<string> = new Set(['BookChanged', 'BreakOpen', 'JournalBusy', 'NoPrice']);

/** Said of the strategy as a whole: only an entry that waits for its end keeps a slot open. */
function isSuspensionItself({ reason, symbol }: Hold): boolean {
  return reason === 'Suspended' && symbol === null;
}

/** A slot runs at most once: it has run when every order of it has got its final answer. */
function endSlots(
  { strategy, held }: Turn,
  execution: Execution,
  plan: Plan,
  outcomes: readonly Outcome[],
): void {
  const { fence } = execution;
  const isExit = slotsOf(plan, strategy).some(({ action }) => action === 'exit');
  const isTransient = (code: string): boolean => TRANSIENT.has(code) || (isExit && HOLDS_EXITS.has(code));
  const holds = [...held, ...plan.notDone].filter(
    (hold) =>
      hold.strategy === strategy &&
      (isTransient(hold.reason) || isChangingSide(hold, outcomes)) &&
      !isSuspensionItself(hold),
  );
  const isOpen = (outcome: Outcome): boolean =>
    outcome.kind === 'not-started' ||
    outcome.kind === 'in-doubt' ||
    (outcome.kind !== 'done' && isTransient(outcome.code));
  const orders = plan.actions.filter(isOrder).filter((order) => order.strategy === strategy);
  const isUntried = withoutOutcome(orders, outcomes).length > 0;
  if (holds.length > 0 || isUntried || outcomes.some(isOpen)) return;
  const outcome = outcomes.every(({ kind }) => kind === 'done') ? 'done' : 'partial';
  for (const { slot } of slotsOf(plan, strategy))
    record(execution, () => ({ type: 'slot-ended', fence, slot, outcome }));
}
