/** One pass: look, plan, check, ask, carry out. `plan` and `apply` share everything but the last step. */
import { FLATTENING } from './brakes.ts';
import { isDraining } from './switched.ts';
import { CONTROLLER } from '../domain/names.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { Ledger, Revision } from '../observed/ledger.ts';
import { executeStrategy, holdsEntries, ordersOf } from '../actions/execute-strategy.ts';
import {
  acquire,
  interruptedWaiting,
  lockNotObtained,
  release,
  releasing,
} from '../actions/execution-lock.ts';
import { forgivingMarket } from '../actions/forgiving-market.ts';
import { FIRST_LOOK, look, type Look, type LookOptions } from '../actions/look.ts';
import { waitUnlessStopped } from '../actions/wait.ts';
import { announce, type SecondLooks } from '../actions/second-looks.ts';
import { changeUnderLock, guarded, ManifestsReplaced } from '../actions/guarded.ts';
import { completeShutdown } from '../actions/shutdown.ts';
import { housekeepingOf, keepHouse } from '../actions/housekeeping.ts';
import { settleAnswer, type Answers } from '../actions/overtaken.ts';
import type { Announcements } from '../actions/announcements.ts';
import { viewLock } from '../actions/lock-view.ts';
import { agreedSighting, sightingOf } from '../actions/observe.ts';
import { recordFailures } from '../actions/record-decision.ts';
import { markAfterCare } from '../actions/mark-session.ts';
import type { Outcome } from '../actions/outcome.ts';
import { passWarnings, type PassWarning } from './pass-warnings.ts';
import type { ManifestsOnDisk } from './draft.ts';
import { hasWork } from './plan.ts';
import { isOrder, type OrderAction, type Plan } from './plan-types.ts';
import type { Ports, ProgramAnswer } from './ports.ts';
import { mayFollow } from './rules/targets.ts';
import { dueSlot } from './slots.ts';
import { goingOut, hasWorkNow, type Waiting } from './going-out.ts';
import { turns, type PlannedTurn } from './turns.ts';

export interface Pass extends Waiting {
  readonly ports: Ports;
  readonly desired: DesiredState;
  readonly manifests: ManifestsOnDisk;
  /** Where the accepted account stands, for commands that must work while manifests are invalid. */
  readonly accountFile: string;
  /**
   * Number of the revision that was in force when these manifests were read; null: none was. Others that somebody accepts from
   * then on are newer than these, which are followed no more. Left out: nobody else accepts any.
   */
  readonly acceptedBefore?: number | null;
  /** Opens the books of a first start; called once the plan is agreed to, before anything else is written. */
  readonly open: () => Promise<void>;
  /** A setting of the account that is changed once the plan is agreed to, under the lock and before any order. Left out: none. */
  readonly changeSetting?: () => Promise<void>;
  /** Told of the first look, before anything is asked or done. */
  readonly looked: (look: Look) => void;
  /** Of whoever makes many passes: whether the warnings of this one are to be said again. Left out: they are said. */
  readonly isWorthSaying?: (warnings: readonly PassWarning[], plan: Plan) => boolean;
  /** Of whoever makes many passes: the failures of signals that are recorded already, which this one adds to. */
  readonly failuresTold?: Set<string>;
  /** Of whoever makes many passes: a later one is the second look. Left out: the pass waits for it. */
  readonly secondLooks?: SecondLooks;
  /** What is known of corporate actions. Left out: nobody asks, as where the account follows none. */
  readonly announcements?: Announcements;
}

export interface Approval {
  /** Shows the plan and asks; false declines. */
  readonly approve: (plan: Plan) => Promise<boolean>;
  /** Shows what changed after the lock and asks again. */
  readonly approveChange: (orders: readonly OrderAction[]) => Promise<boolean>;
}

export type PassResult =
  | { readonly kind: 'nothing'; readonly plan: Plan }
  | { readonly kind: 'declined'; readonly plan: Plan }
  | { readonly kind: 'executed'; readonly plan: Plan; readonly outcomes: readonly Outcome[] };

/** A plan without any effect, but for the wait before a second look when `patient`. */
export async function lookAndPlan(pass: Pass, patient: boolean): Promise<Look> {
  const { execution } = pass.desired.account;
  const { secondLooks } = pass;
  const before = secondLooks?.earlier(execution, pass.ports.clock.now()) ?? null;
  const first = await look(pass, { ...FIRST_LOOK, earlier: before, signals: null });
  const isNew = secondLooks?.note(first, execution) ?? (first.plan.needsSecondLook && patient);
  if (isNew) announce(pass.ports.report, execution);
  if (secondLooks !== undefined || !first.plan.needsSecondLook || !patient) return first;
  const earlier = sightingOf(first.observed, execution.settleWindow);
  await waitUnlessStopped(pass.ports, execution.secondProof);
  const { signals } = first.observed;
  return look(pass, { ...FIRST_LOOK, earlier, signals });
}

const POLL = 500;

/** A scheduled slot does not give up while its window is open: two strategies may well start at the same minute. */
function lockWaitOf({ ports, desired }: Pass, only?: string): number {
  const now = ports.clock.now();
  const ledger = ports.journal.ledger();
  const windows = desired.strategies
    .filter(({ name }) => only === undefined || name === only)
    .filter(mayFollow)
    .map((strategy) => (dueSlot(ledger, strategy, now, desired.account.calendar)?.closesAt ?? now) - now);
  return Math.max(desired.account.execution.lockWait, ...windows);
}

/** While another execution runs, nothing can be said about what is left to do. */
async function waitForOthers(pass: Pass): Promise<void> {
  const { ports, desired } = pass;
  const { execution } = desired.account;
  const isHeld = (): boolean => viewLock(ports, ports.journal.refresh().lock, null).kind === 'held';
  const deadline = ports.clock.monotonic() + lockWaitOf(pass);
  for (let isFirst = true; isHeld(); isFirst = false) {
    if (isFirst) ports.report.info(CONTROLLER, 'Another execution is running; waiting for it to end');
    if (ports.stop.requested()) throw interruptedWaiting(ports);
    if (ports.clock.monotonic() >= deadline) throw lockNotObtained(ports.journal.ledger().lock, execution);
    const place = await ports.queue.enter();
    await place.leave();
    await waitUnlessStopped(ports, POLL);
  }
}

export async function reconcile(pass: Pass, approval: Approval): Promise<PassResult> {
  await waitForOthers(pass);
  await pass.announcements?.lookAhead(pass.ports, pass.desired.account.calendar);
  const { plan, observed } = await lookAndPlan(pass, true);
  pass.looked({ plan, observed });
  // A signal that a stop has cut short is no failure of it, and says nothing of what is to do.
  if (pass.ports.stop.requested()) return { kind: 'declined', plan };
  recordFailures(pass.ports, pass.desired, observed, pass.failuresTold ?? new Set());
  const warnings = passWarnings(plan, pass.desired.strategies, observed.ledger);
  if (pass.isWorthSaying?.(warnings, plan) ?? true)
    for (const { strategy, message, event } of warnings) pass.ports.report.warn(strategy, message, event);
  const isRecorded = observed.ledger.revision?.digest === pass.desired.digest;
  const isWorking = worksOn(pass, plan);
  if (!isWorking && isRecorded) return { kind: 'nothing', plan };
  if (isWorking && !(await approval.approve(goingOut(pass, plan)))) return { kind: 'declined', plan };
  await pass.open();
  const outcomes = await inLine(pass, async () => {
    if (!isRecorded) acceptRevision(pass);
    if (pass.changeSetting !== undefined) await changeUnderLock(pass, pass.changeSetting);
    return execute(pass, { plan, observed }, approval, (name) => !pass.resting.has(name));
  });
  return isWorking ? { kind: 'executed', plan, outcomes } : { kind: 'nothing', plan };
}

function worksOn(pass: Pass, plan: Plan): boolean {
  return pass.changeSetting !== undefined || hasWorkNow(pass, plan);
}

/** What a command that changes books does first: orders without an end, sync and breaks, and no order of its own. */
export async function recover(given: Pass): Promise<void> {
  const pass = withoutPrograms(given);
  const look = await lookAndPlan(pass, false);
  pass.looked(look);
  if (housekeepingOf(look.plan).length > 0) await inLine(pass, () => housekeep(pass, look));
}

/** Carries out the shutdowns that operators have ordered, without a question and without accepting manifests. */
export function carryOutDrains(pass: Pass): Promise<PassResult> {
  return carryOut(pass, { mayTrade: isDraining, mayChange: () => true });
}

/** Likewise, what sells everything while the account is halted; and nothing else, should somebody lift the halt meanwhile. */
export function carryOutFlattening(pass: Pass): Promise<PassResult> {
  return carryOut(pass, {
    mayTrade: ({ halt }) => halt?.mode === 'flatten',
    mayChange: (orders) => orders.every(({ reason }) => reason === FLATTENING),
  });
}

interface Ordered {
  readonly mayTrade: (ledger: Ledger, strategy: string) => boolean;
  /** Whether these orders may go out in the place of those of the plan before the lock. */
  readonly mayChange: (orders: readonly OrderAction[]) => boolean;
}

async function carryOut(given: Pass, { mayTrade, mayChange }: Ordered): Promise<PassResult> {
  const pass = withoutPrograms(given);
  const look = await lookAndPlan(pass, false);
  pass.looked(look);
  const { plan } = look;
  if (!hasWork(plan)) return { kind: 'nothing', plan };
  const agreed: Approval = {
    approve: () => Promise.resolve(true),
    approveChange: (orders) => Promise.resolve(mayChange(orders)),
  };
  return {
    kind: 'executed',
    plan,
    outcomes: await inLine(pass, () =>
      execute(pass, look, agreed, (name) => mayTrade(look.observed.ledger, name)),
    ),
  };
}

/** For passes that follow no targets: they need no program, and no price of what nobody holds may stop them. */
export function withoutPrograms(pass: Pass): Pass {
  const { market, report } = pass.ports;
  const notRun = (): Promise<ProgramAnswer> => Promise.resolve({ kind: 'not-run' });
  const programs = { run: notRun, callModule: notRun };
  const forgiving = forgivingMarket(market, (message) => report.warn(CONTROLLER, message), new Set());
  const { acceptedBefore: _, ...others } = pass;
  return { ...others, ports: { ...pass.ports, programs, market: forgiving } };
}

async function inLine<Result>({ ports }: Pass, work: () => Promise<Result>): Promise<Result> {
  const place = await ports.queue.enter();
  try {
    return await work();
  } finally {
    await place.leave();
  }
}

const ACCEPT_TRIES = 100;

/** An operator's record: it carries no fence, and one that loses is built again. */
function acceptRevision({ ports, desired, accountFile, acceptedBefore }: Pass): void {
  const strategies: Revision['strategies'] = desired.strategies.map((strategy) => {
    const { name, lifecycle, schedule } = strategy;
    return { name, lifecycle, schedule, follows: mayFollow(strategy) };
  });
  const account = { file: accountFile, name: desired.account.name, settings: desired.account };
  for (let attempt = 0; attempt < ACCEPT_TRIES; attempt += 1) {
    const inForce = ports.journal.refresh().revision;
    if (inForce?.digest === desired.digest) return;
    if (acceptedBefore !== undefined && (inForce?.number ?? null) !== acceptedBefore)
      throw new ManifestsReplaced();
    const commit = ports.journal.commit({
      type: 'revision-accepted',
      digest: desired.digest,
      strategies,
      account,
    });
    if (commit.kind === 'committed') {
      ports.stateFile.write(commit.ledger);
      return;
    }
  }
  throw new HgctlError(EXIT.lock, 'the journal is too busy to record the manifests', {
    hint: 'run the command again',
  });
}

/** Housekeeping for all strategies first; then each strategy in its own executions. */
async function execute(
  pass: Pass,
  shown: Look,
  approval: Approval,
  mayTrade: (strategy: string) => boolean = () => true,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const turnTaken = new Set<string>();
  const { signals, ledger: before } = shown.observed;
  const answers: Answers = { given: new Map(signals), before, begun: new Set() };
  if (housekeepingOf(shown.plan, pass.restingCare).length > 0)
    outcomes.push(...(await housekeep(pass, shown)));
  const planned = turns(shown.plan, pass.desired, pass.ports.journal.refresh());
  for (const { strategy, part } of planned.filter(({ strategy }) => mayTrade(strategy))) {
    const own = ordersOf(shown.plan, strategy, part);
    const before = outcomes.filter(({ action }) => isOrder(action) && action.strategy === strategy);
    const { notDone: held, slots } = shown.plan;
    outcomes.push(
      ...(await guarded(own, () =>
        turn(pass, {
          strategy,
          part,
          lockWait: lockWaitOf(pass, strategy),
          shown: own,
          before,
          ahead: outcomes.filter(holdsEntries),
          held,
          facts: {
            turnTaken,
            signals: answers.given,
            slotInHand: slots.find((due) => due.strategy === strategy)?.slot,
          },
          answers,
          approval,
        }),
      )),
    );
    if (part !== 'reductions') turnTaken.add(strategy);
  }
  for (const action of shown.plan.actions)
    if (action.kind === 'complete-shutdown') {
      outcomes.push(await completeShutdown(pass.ports, action, outcomes));
    }
  const { openOrders } = pass.ports.journal.ledger();
  return outcomes.map((outcome) =>
    isMadeGood(outcome, openOrders) ? { kind: 'done', action: outcome.action } : outcome,
  );
}

/** The broker did not know it; it went out again, and has ended. */
function isMadeGood({ kind, action }: Outcome, openOrders: Ledger['openOrders']): boolean {
  return kind === 'in-doubt' && action.kind === 'resolve-order' && !openOrders.has(action.clientOrderId);
}

interface TurnOptions extends PlannedTurn {
  readonly shown: readonly OrderAction[];
  readonly before: readonly Outcome[];
  readonly ahead: readonly Outcome[];
  readonly held: Plan['notDone'];
  readonly lockWait: number;
  readonly facts: Pick<LookOptions, 'turnTaken' | 'signals' | 'slotInHand'>;
  readonly answers: Answers;
  readonly approval: Approval;
}

function turn(pass: Pass, { facts, answers, approval, ...own }: TurnOptions): Promise<Outcome[]> {
  return executeStrategy({
    ports: pass.ports,
    desired: pass.desired,
    ...own,
    look: ({ fence: ownFence, submitUntil: until }, aim) => {
      refuseReplaced(pass);
      const { strategy } = own;
      settleAnswer(answers, pass.ports.journal.refresh(), { strategy, slot: facts.slotInHand });
      return look(pass, { ownFence, earlier: null, ...facts, ...aim, until });
    },
    approveChange: approval.approveChange,
  });
}

/** Who waited for the lock may have waited for somebody who has read newer manifests, and followed them. */
function refuseReplaced({ ports, desired, acceptedBefore }: Pass): void {
  if (acceptedBefore === undefined) return;
  if (ports.journal.refresh().revision?.digest !== desired.digest) throw new ManifestsReplaced();
}

async function housekeep(pass: Pass, shown: Look): Promise<Outcome[]> {
  const { ports, desired, restingCare: rest } = pass;
  return guarded(housekeepingOf(shown.plan, rest), async () => {
    const execution = await acquire(ports, desired.account.execution, CONTROLLER);
    // What two looks agreed on stays evidence, if the look after the lock agrees again.
    const earlier = agreedSighting(shown.observed, desired.account.execution.settleWindow);
    const released = shown.plan.actions.filter((action) => action.kind === 'release-stale-lock');
    return releasing(execution, async () => {
      const { signals } = shown.observed;
      const { fence: ownFence, releaseBy: until } = execution;
      const fresh = await look(pass, { ...FIRST_LOOK, ownFence, earlier, signals, until });
      const outcomes = await keepHouse(execution, housekeepingOf(fresh.plan, rest), fresh.observed);
      await markAfterCare(execution, desired, fresh.observed);
      release(execution, null);
      return [...released.map((action): Outcome => ({ kind: 'done', action })), ...outcomes];
    });
  });
}
