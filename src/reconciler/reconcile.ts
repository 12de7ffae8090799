/** One pass: look, plan, check, ask, carry out. `plan` and `apply` share everything but the last step. */
import { CONTROLLER, compareText } from '../domain/names.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { Revision } from '../observed/ledger.ts';
import type { ObservedState, Sighting } from '../observed/observed-state.ts';
import { otherAccount } from '../actions/open-books.ts';
import { executeStrategy, ordersOf, type Look, type TurnPart } from '../actions/execute-strategy.ts';
import { acquire, lockNotObtained, release, releasing } from '../actions/execution-lock.ts';
import { LockLost } from '../actions/execution.ts';
import { housekeepingOf, keepHouse } from '../actions/housekeeping.ts';
import { observe, sightingOf, viewLock } from '../actions/observe.ts';
import type { Outcome } from '../actions/outcome.ts';
import { checkPlan } from './check-plan.ts';
import { orphanWarnings } from './orphan-warnings.ts';
import { hasWork, makePlan } from './plan.ts';
import { isOrder, isReduction, type Action, type OrderAction, type Plan } from './plan-types.ts';
import type { Ports } from './ports.ts';

export interface Pass {
  readonly ports: Ports;
  readonly desired: DesiredState;
  /** Where the accepted account stands, for commands that must work while manifests are invalid. */
  readonly accountFile: string;
  /** Opens the books of a first start; called once the plan is agreed to, before anything else is written. */
  readonly open: () => Promise<void>;
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
  const first = await look(pass, { ownFence: null, earlier: null, turnTaken: new Set() });
  if (!first.plan.needsSecondLook || !patient) return first;
  const { execution } = pass.desired.account;
  pass.ports.report.warn(
    CONTROLLER,
    `Something is missing at the broker; looking again in ${execution.secondProof / 1_000} s`,
  );
  const earlier = sightingOf(first.observed, execution.settleWindow);
  await wait(pass.ports, execution.secondProof);
  return look(pass, { ownFence: null, earlier, turnTaken: new Set() });
}

/** While another execution runs, nothing can be said about what is left to do. */
async function waitForOthers({ ports, desired }: Pass): Promise<void> {
  const { execution } = desired.account;
  const isHeld = (): boolean => viewLock(ports, ports.journal.refresh().lock, null).kind === 'held';
  const deadline = ports.clock.monotonic() + execution.lockWait;
  for (let isFirst = true; isHeld(); isFirst = false) {
    if (isFirst) ports.report.info(CONTROLLER, 'Another execution is running; waiting for it to end');
    if (ports.clock.monotonic() >= deadline || ports.stop.requested())
      throw lockNotObtained(ports.journal.ledger().lock, execution);
    const place = await ports.queue.enter();
    await place.leave();
    await wait(ports, WAIT_STEP);
  }
}

/** In steps, so that a person who asks to stop is not kept. */
async function wait({ clock, stop }: Ports, milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0 && !stop.requested(); left -= WAIT_STEP) {
    await clock.sleep(Math.min(left, WAIT_STEP));
  }
}

const WAIT_STEP = 500;

export async function reconcile(pass: Pass, approval: Approval): Promise<PassResult> {
  await waitForOthers(pass);
  const { plan, observed } = await lookAndPlan(pass, true);
  for (const { strategy, message } of orphanWarnings(pass.desired.strategies, observed.ledger))
    pass.ports.report.warn(strategy, message);
  const isRecorded = observed.ledger.revision?.digest === pass.desired.digest;
  if (!hasWork(plan) && isRecorded) return { kind: 'nothing', plan };
  if (pass.ports.stop.requested()) return { kind: 'declined', plan };
  if (hasWork(plan) && !(await approval.approve(plan))) return { kind: 'declined', plan };
  await pass.open();
  const place = await pass.ports.queue.enter();
  try {
    if (!isRecorded) acceptRevision(pass);
    const outcomes = await execute(pass, { plan, observed }, approval);
    return hasWork(plan) ? { kind: 'executed', plan, outcomes } : { kind: 'nothing', plan };
  } finally {
    await place.leave();
  }
}

interface LookOptions {
  readonly ownFence: number | null;
  readonly earlier: Sighting | null;
  readonly turnTaken: ReadonlySet<string>;
}

async function look({ ports, desired }: Pass, options: LookOptions): Promise<Look> {
  const observed = await observe(ports, desired, options);
  refuseOtherAccount(observed);
  const input = { desired, observed, now: ports.clock.now(), turnTaken: options.turnTaken };
  const plan = makePlan(input);
  const violations = checkPlan(plan, input);
  if (violations.length > 0) {
    const list = violations.map(({ invariant, detail }) => `${invariant}: ${detail}`).join('; ');
    throw new HgctlError(EXIT.refused, `the plan breaks an invariant and is not carried out: ${list}`, {
      hint: 'nothing was sent; please report this with the output of hgctl plan -o json',
    });
  }
  return { plan, observed };
}

/** A journal is of one account: against another one, everything would look lost. */
function refuseOtherAccount({ ledger, snapshot }: ObservedState): void {
  if (ledger.account === null || snapshot.account.kind !== 'ok') return;
  if (ledger.account.id !== snapshot.account.data.id)
    throw otherAccount(ledger.account.id, snapshot.account.data.id);
}

const ACCEPT_TRIES = 100;

/** An operator's record: it carries no fence, and one that loses is built again. */
function acceptRevision({ ports, desired, accountFile }: Pass): void {
  const strategies: Revision['strategies'] = desired.strategies.map(({ name, lifecycle }) => ({
    name,
    lifecycle,
  }));
  const account = { file: accountFile, name: desired.account.name };
  for (let attempt = 0; attempt < ACCEPT_TRIES; attempt += 1) {
    if (ports.journal.refresh().revision?.digest === desired.digest) return;
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
async function execute(pass: Pass, shown: Look, approval: Approval): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const turnTaken = new Set<string>();
  if (housekeepingOf(shown.plan).length > 0) outcomes.push(...(await housekeep(pass, shown)));
  for (const { strategy, part } of turns(shown.plan, pass.desired)) {
    const own = ordersOf(shown.plan, strategy, part);
    outcomes.push(
      ...(await guarded(own, () => turn(pass, { strategy, part, shown: own, turnTaken, approval }))),
    );
    if (part !== 'reductions') turnTaken.add(strategy);
  }
  return outcomes;
}

interface TurnOptions extends PlannedTurn {
  readonly shown: readonly OrderAction[];
  readonly turnTaken: ReadonlySet<string>;
  readonly approval: Approval;
}

function turn(pass: Pass, { strategy, part, shown, turnTaken, approval }: TurnOptions): Promise<Outcome[]> {
  return executeStrategy({
    ports: pass.ports,
    desired: pass.desired,
    strategy,
    part,
    shown,
    look: (ownFence) => look(pass, { ownFence, earlier: null, turnTaken }),
    approveChange: approval.approveChange,
  });
}

async function housekeep(pass: Pass, shown: Look): Promise<Outcome[]> {
  const { ports, desired } = pass;
  return guarded(housekeepingOf(shown.plan), async () => {
    const execution = await acquire(ports, desired.account.execution, CONTROLLER);
    // The second look of the shown plan stays evidence: missing quantities seen then and now agree.
    const earlier = shown.observed.earlier;
    const released = shown.plan.actions.filter((action) => action.kind === 'release-stale-lock');
    return releasing(execution, async () => {
      const fresh = await look(pass, { ownFence: execution.fence, earlier, turnTaken: new Set() });
      const outcomes = await keepHouse(execution, fresh.plan, fresh.observed);
      release(execution, null);
      return [...released.map((action): Outcome => ({ kind: 'done', action })), ...outcomes];
    });
  });
}

/** A lock that cannot be had, or is lost, ends a turn and not the pass. */
async function guarded(actions: readonly Action[], run: () => Promise<Outcome[]>): Promise<Outcome[]> {
  try {
    return await run();
  } catch (error) {
    const isLock = error instanceof LockLost || (error instanceof HgctlError && error.exit === EXIT.lock);
    if (!isLock) throw error;
    const detail = error.message;
    return actions.map((action) => ({ kind: 'not-started', action, code: 'LockNotObtained', detail }));
  }
}

interface PlannedTurn {
  readonly strategy: string;
  readonly part: TurnPart;
}

/**
 * By priority. Where several strategies trade, the reductions of all come before the entries of any: the plan counts
 * on what they free.
 */
function turns(plan: Plan, desired: DesiredState): PlannedTurn[] {
  const orders = plan.actions.filter(isOrder);
  const due = new Set(plan.slots.map((slot) => slot.strategy));
  const names = [...new Set([...orders.map((order) => order.strategy), ...due])];
  const rank = (name: string): number => desired.strategies.findIndex((strategy) => strategy.name === name);
  names.sort((a, b) => rank(a) - rank(b) || compareText(a, b));
  if (names.length === 1) return names.map((strategy) => ({ strategy, part: 'all' }));
  const reduces = names.filter((name) =>
    orders.some((order) => order.strategy === name && isReduction(order)),
  );
  const enters = names.filter(
    (name) => due.has(name) || orders.some((order) => order.strategy === name && !isReduction(order)),
  );
  return [
    ...reduces.map((strategy) => ({ strategy, part: 'reductions' as const })),
    ...enters.map((strategy) => ({ strategy, part: 'entries' as const })),
  ];
}
