/** One look at the world, and the plan that follows from it, checked. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { WHOLE } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { Asset, MarginRequirement } from '../observed/broker-view.ts';
import type { ObservedState, Sighting } from '../observed/observed-state.ts';
import { checkPlan } from '../reconciler/check-plan.ts';
import type { ManifestsOnDisk, PlanInput } from '../reconciler/draft.ts';
import { makePlan } from '../reconciler/plan.ts';
import { isOrder, isReduction, type Plan } from '../reconciler/plan-types.ts';
import { BrokerUnavailable, type Ports } from '../reconciler/ports.ts';
import type { Announcements } from './announcements.ts';
import { observe } from './observe.ts';
import { otherAccount } from './open-books.ts';
import { read } from './read.ts';
import { askSignals } from './signals.ts';

export interface Look {
  readonly plan: Plan;
  readonly observed: ObservedState;
}

interface LookWorld {
  readonly ports: Ports;
  readonly desired: DesiredState;
  readonly manifests: ManifestsOnDisk;
  readonly announcements?: Announcements;
}

export interface LookOptions {
  readonly ownFence: number | null;
  readonly earlier: Sighting | null;
  readonly turnTaken: ReadonlySet<string>;
  readonly reductionsOver: boolean;
  readonly except: string | null;
  /** Of an earlier look of this pass; null: the programs are asked now. */
  readonly signals: ObservedState['signals'] | null;
  /** Of who holds the execution lock: monotonic; no pause between questions goes on beyond it. */
  readonly until?: number;
  /** As of `PlanInput`. */
  readonly slotInHand?: string | undefined;
}

/** Outside executions, and before any order of the pass. */
export const FIRST_LOOK = {
  ownFence: null,
  turnTaken: new Set<string>(),
  reductionsOver: false,
  except: null,
} as const;

export async function look(world: LookWorld, options: LookOptions): Promise<Look> {
  const { ports, desired, manifests, announcements } = world;
  const { ownFence, earlier, turnTaken, reductionsOver, except, until, slotInHand } = options;
  const seen = without(await observe(ports, desired, { ownFence, earlier, announcements, until }), except);
  const signals = options.signals ?? (await askSignals(ports, desired, seen));
  const quotes = await withTargets(ports, seen, signals);
  const dataIssues = ports.market.issues?.() ?? [];
  const first = {
    ...seen,
    signals,
    quotes,
    ...(dataIssues.length > 0 && { dataIssues }),
  };
  refuseOtherAccount(first);
  const now = ports.clock.now();
  const given = { desired, observed: first, now, turnTaken, reductionsOver, manifests, slotInHand };
  const { plan, input } = await planAsking(ports, given, until);
  const violations = checkPlan(plan, input);
  if (violations.length > 0) {
    const list = violations.map(({ invariant, detail }) => `${invariant}: ${detail}`).join('; ');
    throw new HgctlError(EXIT.refused, `the plan breaks an invariant and is not carried out: ${list}`, {
      hint: 'nothing was sent; please report this with the output of hgctl plan -o json',
    });
  }
  return { plan, observed: input.observed };
}

/**
 * The plan, on what only it shows to be needed; other plans ask nothing. Where it would sell short: the broker's word about
 * whether that can be done. Where it adds to what is held, which is priced by the account: a quote. What it buys on margin:
 * how much of that must be covered. Each turn asks for what no turn before has asked for, so that it ends. `until`: monotonic;
 * no pause between questions goes on beyond it.
 */
export async function planAsking(
  { broker, market, clock }: Pick<Ports, 'broker' | 'market' | 'clock'>,
  given: PlanInput,
  until?: number,
): Promise<{ readonly plan: Plan; readonly input: PlanInput }> {
  const asked = new Set<string>();
  for (let input = given; ;) {
    const plan = makePlan(input);
    const { quotes, assets, margins } = input.observed;
    if (plan.toBorrow.length > 0 && assets === null) {
      const answer = await read(clock, () => broker.assets([...plan.toBorrow].sort()), until);
      input = { ...input, observed: { ...input.observed, assets: answer } };
      continue;
    }
    const entered = plan.actions.filter((action) => isOrder(action)).filter((order) => !isReduction(order));
    const unasked = hasMargin(input) ? entered.filter(({ symbol }) => margins?.has(symbol) !== true) : [];
    if (unasked.length > 0) {
      const more = await requirementsOf(broker, unasked.map(({ symbol }) => symbol).sort());
      input = { ...input, observed: { ...input.observed, margins: new Map([...(margins ?? []), ...more]) } };
      continue;
    }
    const lacking = entered
      .map(({ symbol }) => symbol)
      .filter((symbol) => !quotes.has(symbol) && !asked.has(symbol));
    if (lacking.length === 0) return { plan, input };
    for (const symbol of lacking) asked.add(symbol);
    const more = await quotesIfKnown(market, lacking, clock.now());
    input = { ...input, observed: { ...input.observed, quotes: new Map([...quotes, ...more]) } };
  }
}

function hasMargin({ observed: { snapshot } }: PlanInput): boolean {
  return snapshot.account.kind === 'ok' && (snapshot.account.data.terms?.multiplier ?? WHOLE) > WHOLE;
}

/**
 * Of each of these symbols, also where the broker says nothing of it. It is asked once and nobody waits: without an answer an
 * entry is sent as if it took its value, and refused at worst.
 */
async function requirementsOf(
  broker: Ports['broker'],
  symbols: readonly string[],
): Promise<ReadonlyMap<string, MarginRequirement>> {
  const known = await assetsIfKnown(broker, symbols);
  return new Map(symbols.map((symbol) => [symbol, known.get(symbol)?.marginRequirement ?? {}]));
}

async function assetsIfKnown(
  broker: Ports['broker'],
  symbols: readonly string[],
): Promise<ReadonlyMap<string, Asset>> {
  try {
    return await broker.assets(symbols);
  } catch (error) {
    if (error instanceof BrokerUnavailable) return new Map();
    throw error;
  }
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

/** Whoever cannot say a price of what is to be bought stops no exit: it is asked again just before the order. */
async function quotesIfKnown(
  market: Ports['market'],
  symbols: readonly string[],
  now: Instant,
): Promise<ObservedState['quotes']> {
  try {
    return await market.quotes(symbols, now);
  } catch (error) {
    if (error instanceof BrokerUnavailable || error instanceof HgctlError) return new Map();
    throw error;
  }
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
