/** One look at the world, and the plan that follows from it, checked. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { ObservedState, Sighting } from '../observed/observed-state.ts';
import { checkPlan } from '../reconciler/check-plan.ts';
import type { ManifestsOnDisk } from '../reconciler/draft.ts';
import { makePlan } from '../reconciler/plan.ts';
import type { Plan } from '../reconciler/plan-types.ts';
import type { Ports } from '../reconciler/ports.ts';
import { observe } from './observe.ts';
import { otherAccount } from './open-books.ts';
import { askSignals } from './signals.ts';

export interface Look {
  readonly plan: Plan;
  readonly observed: ObservedState;
}

interface LookWorld {
  readonly ports: Ports;
  readonly desired: DesiredState;
  readonly manifests: ManifestsOnDisk;
}

export interface LookOptions {
  readonly ownFence: number | null;
  readonly earlier: Sighting | null;
  readonly turnTaken: ReadonlySet<string>;
  readonly reductionsOver: boolean;
  readonly except: string | null;
  /** Of an earlier look of this pass; null: the programs are asked now. */
  readonly signals: ObservedState['signals'] | null;
}

/** Outside executions, and before any order of the pass. */
export const FIRST_LOOK = {
  ownFence: null,
  turnTaken: new Set<string>(),
  reductionsOver: false,
  except: null,
} as const;

export async function look({ ports, desired, manifests }: LookWorld, options: LookOptions): Promise<Look> {
  const { ownFence, earlier, turnTaken, reductionsOver, except } = options;
  const seen = without(await observe(ports, desired, { ownFence, earlier }), except);
  const signals = options.signals ?? (await askSignals(ports, desired, seen));
  const quotes = await withTargets(ports, seen, signals);
  const dataIssues = ports.market.issues?.() ?? [];
  const observed = { ...seen, signals, quotes, ...(dataIssues.length > 0 && { dataIssues }) };
  refuseOtherAccount(observed);
  const input = { desired, observed, now: ports.clock.now(), turnTaken, reductionsOver, manifests };
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

/** The quotes, also of what signals have named and the account does not hold. */
async function withTargets(
  { market, clock }: Ports,
  { quotes, snapshot }: ObservedState,
  signals: ObservedState['signals'],
): Promise<ObservedState['quotes']> {
  const named = [...signals.values()].flatMap((answer) => (answer.kind === 'targets' ? answer.targets : []));
  const held = snapshot.positions.kind === 'ok' ? snapshot.positions.data : new Map<string, unknown>();
  const lacking = new Set(
    named.map(({ symbol }) => symbol).filter((symbol) => !quotes.has(symbol) && !held.has(symbol)),
  );
  if (lacking.size === 0) return quotes;
  return new Map([...quotes, ...(await market.quotes([...lacking].sort(), clock.now()))]);
}

/** An order that the broker has not taken, left out of sight. */
function without(observed: ObservedState, clientOrderId: string | null): ObservedState {
  if (clientOrderId === null) return observed;
  const openOrders = new Map(observed.ledger.openOrders);
  openOrders.delete(clientOrderId);
  return { ...observed, ledger: { ...observed.ledger, openOrders } };
}

/** A journal is of one account: against another one, everything would look lost. */
function refuseOtherAccount({ ledger, snapshot }: ObservedState): void {
  if (ledger.account === null || snapshot.account.kind !== 'ok') return;
  if (ledger.account.id !== snapshot.account.data.id)
    throw otherAccount(ledger.account.id, snapshot.account.data.id);
}
