/**
 * The legs of a hedge come together or not at all. An entry goes out only where every leg of its group is at its target or
 * goes out, too; a leg that did not fill today takes the others with it; a leg that is held without its partner is closed.
 * While an order on one of them has no end, nothing is decided.
 */
import type { DesiredStrategy, HedgeGroups } from '../../desired/desired-state.ts';
import type { Quantity } from '../../domain/decimal.ts';
import { dateOf, type CalendarDate, type Instant } from '../../domain/instant.ts';
import { lotOf, ordersOn, type Ledger, type LedgerOrder } from '../../observed/ledger.ts';
import type { SlotTarget } from '../../observed/slot-events.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { proposeReduction } from '../orders.ts';
import { isEntry, type HoldReason, type OrderAction } from '../plan-types.ts';
import { mayFollow } from './targets.ts';

/** Of parts of one. */
const ROUNDING = 1e-9;

interface Leg {
  readonly symbol: string;
  readonly held: Quantity;
  /** Of the slot of today. */
  readonly target: Quantity;
}

interface Group {
  readonly strategy: string;
  readonly legs: readonly Leg[];
  readonly maxHedgeError: number;
}

/** Behind every rule that stops entries, so that no leg is stopped after its partner was let through. */
export function keepGroups(facts: PlanFacts, draft: PlanDraft): void {
  const { market, input } = facts;
  if (market === null) return;
  stopMixed(facts, draft);
  const { date } = market.clock.session;
  for (const strategy of input.desired.strategies) {
    const { groups, name } = strategy;
    if (groups === undefined || input.turnTaken.has(name) || !mayFollow(strategy)) continue;
    const aimed = aimedGroups(facts, draft, { strategy, groups, date });
    for (const group of aimed) keepGroup(facts, draft, group, date);
    // Reductions that had their turn are not tried again in this pass.
    if (!input.reductionsOver) closeLoneLegs(facts, draft, { strategy, groups, aimed });
  }
}

/** The slot that goes on was decided by another kind of signal than the one of now. */
function stopMixed({ strategies }: PlanFacts, draft: PlanDraft): void {
  const mixed = draft.entries.filter(
    ({ strategy, group }) => (strategies.get(strategy)?.groups === undefined) !== (group === undefined),
  );
  const detail = 'its slot began before the manifest said what comes together';
  for (const entry of mixed) hold(draft, entry, 'GroupIncomplete', detail);
  keepOthers(draft, mixed);
}

interface Aim {
  readonly strategy: DesiredStrategy;
  readonly groups: HedgeGroups;
  readonly date: CalendarDate;
}

/** What the slots of today want to hold: those that have begun, and the one that is due. */
function aimedGroups({ ledger }: PlanFacts, draft: PlanDraft, { strategy, groups, date }: Aim): Group[] {
  const { name } = strategy;
  const runs = [...ledger.slots.values()].filter((run) => run.slot.startsWith(`${name}/${date}/`));
  const due = draft.slots.filter((slot) => slot.strategy === name && !slot.started);
  const byGroup = new Map<string, SlotTarget[]>();
  for (const { targets } of [...runs, ...due]) {
    for (const target of targets) {
      const known = byGroup.get(target.group ?? '') ?? [];
      const others = known.filter(({ symbol }) => symbol !== target.symbol);
      if (target.group !== undefined) byGroup.set(target.group, [...others, target]);
    }
  }
  return [...byGroup.values()].map((targets) => ({
    strategy: name,
    maxHedgeError: groups.maxHedgeError,
    legs: targets.map(({ symbol, quantity }) => ({
      symbol,
      held: heldOf(ledger, name, symbol),
      target: quantity,
    })),
  }));
}

interface Aimed extends Pick<Aim, 'strategy' | 'groups'> {
  readonly aimed: readonly Group[];
}

/** What was entered on another day, or by a word of the operator, and has no partner any more, or never had all of it. */
function closeLoneLegs(facts: PlanFacts, draft: PlanDraft, { strategy, groups, aimed }: Aimed): void {
  const { ledger } = facts;
  const { name } = strategy;
  const known = new Set(aimed.flatMap(({ legs }) => legs.map(({ symbol }) => symbol)));
  for (const symbol of ledger.books.get(name)?.keys() ?? []) {
    const legs = groups.pairs.filter((pair) => pair.includes(symbol)).flat();
    if (known.has(symbol) || legs.length === 0) continue;
    const isHedge = (other: string): boolean =>
      heldOf(ledger, name, symbol) * heldOf(ledger, name, other) < 0 &&
      !wasBroken(ledger, name, { legs: [symbol, other], maxHedgeError: groups.maxHedgeError });
    const isOurs = isOf(name, new Set(legs));
    if (!legs.some(isHedge) && workingOf(facts, draft, isOurs) === undefined)
      closeLeg(facts, draft, name, symbol);
  }
}

interface Entered {
  readonly legs: readonly [string, string];
  readonly maxHedgeError: number;
}

/** Since both are held: one of them never came, in what its orders asked for, or the two were being closed. */
function wasBroken(ledger: Ledger, strategy: string, { legs, maxHedgeError }: Entered): boolean {
  const sinces = legs.map((symbol) => lotOf(ledger, strategy, symbol)?.since ?? (0 as Instant));
  const entered = dateOf(Math.max(...sinces) as Instant);
  const orders = [...ledger.endedOrders]
    .filter(([date]) => date >= entered)
    .flatMap(([, ended]) => [...ended.values()]);
  return legs.some((symbol) => {
    const own = orders.filter(({ intent }) => isOf(strategy, new Set([symbol]))(intent));
    const brought = broughtBy(own);
    // What an operator or a split has made of it is not measured by its orders.
    const isAsBrought = brought?.filled === Math.abs(heldOf(ledger, strategy, symbol));
    return own.some(isUndoing) || (isAsBrought && lacksTooMuch(brought, maxHedgeError));
  });
}

function isUndoing({ intent }: LedgerOrder): boolean {
  return intent.reason === 'GroupIncomplete';
}

interface Brought {
  readonly wanted: Quantity;
  readonly filled: number;
}

/** What was wanted when it was opened last, and what came of it: orders behind that one ask for the rest. */
function broughtBy(orders: readonly LedgerOrder[]): Brought | null {
  const entries = orders
    .filter(({ intent }) => isEntry(intent.purpose))
    .sort((a, b) => a.intendedAt - b.intendedAt);
  const opened = entries.findLastIndex(({ intent }) => intent.purpose === 'open');
  const own = entries.slice(Math.max(0, opened));
  const [first] = own;
  if (first === undefined) return null;
  return { wanted: first.intent.quantity, filled: own.reduce((sum, { filled }) => sum + filled, 0) };
}

function lacksTooMuch(brought: Brought | null, maxHedgeError: number): boolean {
  return brought !== null && brought.filled / brought.wanted < 1 - maxHedgeError - ROUNDING;
}

/** Also of what has another name by now than that of its group. */
function heldOf({ books, formerNames }: Ledger, strategy: string, symbol: string): Quantity {
  const book = books.get(strategy);
  const lot = book?.get(symbol);
  if (book === undefined || lot !== undefined) return lot?.quantity ?? (0 as Quantity);
  const renamed = [...book].find(([name]) => formerNames.get(name)?.includes(symbol));
  return renamed?.[1].quantity ?? (0 as Quantity);
}

function keepGroup(facts: PlanFacts, draft: PlanDraft, group: Group, date: CalendarDate): void {
  const { ledger } = facts;
  const isOurs = isOf(group.strategy, new Set(group.legs.map(({ symbol }) => symbol)));
  const entering = new Map(draft.entries.filter(isOurs).map(({ symbol, to }) => [symbol, to]));
  const working = workingOf(facts, draft, isOurs);
  if (working !== undefined) {
    const detail = `${working.intent.symbol}, of its group, has an order without an end`;
    return stop(draft, isOurs, 'PendingOrder', detail);
  }
  const why = brokenToday(ledger, draft, group, date) ?? missingLeg(draft, group, entering);
  if (why === null) return;
  stop(draft, isOurs, 'GroupIncomplete', why);
  if (facts.input.reductionsOver || isBalanced(group)) return;
  for (const { symbol, held } of group.legs) if (held !== 0) closeLeg(facts, draft, group.strategy, symbol);
}

type IsOf = (order: { readonly strategy: string; readonly symbol: string }) => boolean;

function isOf(strategy: string, symbols: ReadonlySet<string>): IsOf {
  return (order) => order.strategy === strategy && symbols.has(order.symbol);
}

/** An order that may still fill; a lost reduction goes out again by itself, and a lost entry where it is planned. */
function workingOf({ ledger }: PlanFacts, draft: PlanDraft, isOurs: IsOf): LedgerOrder | undefined {
  return [...ledger.openOrders.values()].find(({ intent }) => {
    if (!isOurs(intent)) return false;
    if (isEntry(intent.purpose)) return !goesAgain(draft, intent.clientOrderId);
    return draft.freezes.get(intent.symbol)?.grade !== 'again';
  });
}

function goesAgain({ entries }: PlanDraft, clientOrderId: string): boolean {
  return entries.some(({ sendsAgain }) => sendsAgain === clientOrderId);
}

/** A leg that missed its part is not tried again in the session, with the other one open meanwhile. */
function brokenToday(
  ledger: Ledger,
  draft: PlanDraft,
  { strategy, legs, maxHedgeError }: Group,
  date: CalendarDate,
): string | null {
  const today = ordersOn(ledger, date).filter(({ intent }) => !goesAgain(draft, intent.clientOrderId));
  for (const { symbol } of legs) {
    const own = today.filter(({ intent }) => isOf(strategy, new Set([symbol]))(intent));
    if (own.some(isUndoing)) return 'the group was closed today, because it was not complete';
    if (lacksTooMuch(broughtBy(own), maxHedgeError))
      return `${symbol} was not filled today, and the group is complete or not at all`;
  }
  return null;
}

/** Null where each leg is at its target or goes there, or what there is then is near enough to it. */
function missingLeg(draft: PlanDraft, group: Group, entering: ReadonlyMap<string, Quantity>): string | null {
  const { strategy, legs } = group;
  if (legs.length < 2) return 'it is a group of one';
  const then = legs.map((leg) => ({ ...leg, held: entering.get(leg.symbol) ?? leg.held }));
  const missing = then.find(({ held, target }) => held !== target);
  if (missing === undefined || isBalanced({ ...group, legs: then })) return null;
  const { symbol } = missing;
  const why = draft.holds.find((held) => held.strategy === strategy && held.symbol === symbol);
  return why === undefined ? `${symbol} does not go out` : `${symbol} does not go out: ${why.reason}`;
}

/** Each leg on its side, and in its part of what was wanted: of a target of zero there is none. */
function isBalanced({ legs, maxHedgeError }: Group): boolean {
  const parts = legs.map(({ held, target }) => held / target);
  if (parts.some((part) => part <= 0)) return false;
  return Math.max(...parts) - Math.min(...parts) <= maxHedgeError + ROUNDING;
}

function stop(draft: PlanDraft, isOurs: IsOf, reason: HoldReason, detail: string): void {
  const own = draft.entries.filter(isOurs);
  for (const entry of own) hold(draft, entry, reason, detail);
  keepOthers(draft, own);
}

function keepOthers(draft: PlanDraft, stopped: readonly OrderAction[]): void {
  draft.entries.splice(0, draft.entries.length, ...draft.entries.filter((entry) => !stopped.includes(entry)));
}

function closeLeg(facts: PlanFacts, draft: PlanDraft, strategy: string, symbol: string): void {
  if (draft.reductions.some((order) => order.symbol === symbol)) return;
  proposeReduction(facts, draft, {
    kind: 'close',
    strategy,
    symbol,
    to: 0,
    reason: 'GroupIncomplete',
    priority: 0,
    slot: null,
    source: `strategy/${strategy}:spec.signal.params.pairs`,
  });
}
