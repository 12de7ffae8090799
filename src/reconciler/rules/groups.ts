/**
 * The legs of a hedge come together or not at all. An entry goes out only where every leg of its group is at its target or
 * goes out, too; a leg that did not fill today takes the others with it; a leg that is held without its partner is closed.
 * While an order on one of them has no end, nothing is decided.
 */
import type { DesiredStrategy, HedgeGroups } from '../../desired/desired-state.ts';
import type { Quantity } from '../../domain/decimal.ts';
import type { CalendarDate } from '../../domain/instant.ts';
import { ordersOn, type Ledger } from '../../observed/ledger.ts';
import type { SlotTarget } from '../../observed/slot-events.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { proposeReduction } from '../orders.ts';
import { isEntry, type HoldReason } from '../plan-types.ts';
import { mayFollow } from './targets.ts';

/** Of parts of one. */
const ROUNDING = 1e-9;

interface Leg {
  readonly symbol: string;
  readonly held: Quantity;
  /** Of the slot that entered it; null: it was entered on another day. */
  readonly target: Quantity | null;
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
  const { date } = market.clock.session;
  for (const strategy of input.desired.strategies) {
    const { groups, name } = strategy;
    if (groups === undefined || input.turnTaken.has(name) || !mayFollow(strategy)) continue;
    const aimed = aimedGroups(facts, draft, { strategy, groups, date });
    for (const group of [...aimed, ...loneLegs(facts, strategy.name, { groups, aimed })])
      keepGroup(facts, draft, group, date);
  }
}

interface Aim {
  readonly strategy: DesiredStrategy;
  readonly groups: HedgeGroups;
  readonly date: CalendarDate;
}

/** What the slots of today want to hold: those that have begun, and the one that is due. */
function aimedGroups({ ledger }: PlanFacts, draft: PlanDraft, { strategy, groups, date }: Aim): Group[] {
  const { name } = strategy;
  const runs = [...ledger.slots.values()].filter(
    (run) => run.strategy === name && run.slot.startsWith(`${name}/${date}/`),
  );
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

/** What was entered on another day, or by a word of the operator, and has no partner any more. */
function loneLegs(
  { ledger }: PlanFacts,
  strategy: string,
  { groups, aimed }: { readonly groups: HedgeGroups; readonly aimed: readonly Group[] },
): Group[] {
  const known = new Set(aimed.flatMap(({ legs }) => legs.map(({ symbol }) => symbol)));
  const legOf = (symbol: string): Leg => ({ symbol, held: heldOf(ledger, strategy, symbol), target: null });
  return [...(ledger.books.get(strategy)?.keys() ?? [])]
    .filter((symbol) => !known.has(symbol))
    .flatMap((symbol) => {
      const leg = legOf(symbol);
      const partners = groups.pairs.filter((pair) => pair.includes(symbol)).flat();
      const others = [...new Set(partners)].filter((other) => other !== symbol).map(legOf);
      const isHedged = others.some(({ held }) => held * leg.held < 0);
      if (others.length === 0 || isHedged) return [];
      return [{ strategy, maxHedgeError: groups.maxHedgeError, legs: [leg, ...others] }];
    });
}

function heldOf({ books }: Ledger, strategy: string, symbol: string): Quantity {
  return books.get(strategy)?.get(symbol)?.quantity ?? (0 as Quantity);
}

function keepGroup(facts: PlanFacts, draft: PlanDraft, group: Group, date: CalendarDate): void {
  const { ledger } = facts;
  const entering = new Set(draft.entries.filter((entry) => isOf(group, entry)).map(({ symbol }) => symbol));
  if (entering.size === 0 && group.legs.every(({ held }) => held === 0)) return;
  const working = [...ledger.openOrders.values()].find(({ intent }) => isOf(group, intent));
  if (working !== undefined)
    return stop(
      draft,
      group,
      'PendingOrder',
      `${working.intent.symbol}, of its group, has an order without an end`,
    );
  const why = brokenToday(ledger, group, date) ?? missingLeg(draft, group, entering);
  if (why === null) return;
  stop(draft, group, 'GroupIncomplete', why);
  // Reductions that had their turn are not tried again in this pass.
  if (facts.input.reductionsOver || isBalanced(group)) return;
  for (const { symbol, held } of group.legs)
    if (held !== 0 && !draft.reductions.some((order) => order.symbol === symbol))
      closeLeg(facts, draft, group.strategy, symbol);
}

function isOf(
  { strategy, legs }: Group,
  order: { readonly strategy: string; readonly symbol: string },
): boolean {
  return order.strategy === strategy && legs.some(({ symbol }) => symbol === order.symbol);
}

/** A leg that missed its part is not tried again in the session, with the other one open meanwhile. */
function brokenToday(ledger: Ledger, group: Group, date: CalendarDate): string | null {
  for (const { intent, filled } of ordersOn(ledger, date)) {
    if (!isOf(group, intent)) continue;
    if (intent.reason === 'GroupIncomplete') return 'the group was closed today, because it was not complete';
    if (isEntry(intent.purpose) && filled / intent.quantity < 1 - group.maxHedgeError - ROUNDING)
      return `${intent.symbol} was not filled today, and the group is complete or not at all`;
  }
  return null;
}

/** Null where each leg is at its target, goes there, or is near enough to it. */
function missingLeg(draft: PlanDraft, group: Group, entering: ReadonlySet<string>): string | null {
  if (group.legs.length < 2) return 'it is a group of one';
  const missing = group.legs.find(({ symbol, held, target }) => !entering.has(symbol) && held !== target);
  if (missing === undefined || (entering.size === 0 && isBalanced(group))) return null;
  const { strategy } = group;
  const { symbol, target } = missing;
  if (target === null)
    return `${group.legs.map((leg) => leg.symbol).join(', ')}: one leg is held without another`;
  const why = draft.holds.find((held) => held.strategy === strategy && held.symbol === symbol);
  return why === undefined ? `${symbol} does not go out` : `${symbol} does not go out: ${why.reason}`;
}

/** Each leg on its side, and in its part of what was wanted; without a target, no more than a partner can be asked for. */
function isBalanced({ legs, maxHedgeError }: Group): boolean {
  const parts = legs.map(({ held, target }) => (target === null || target === 0 ? 0 : held / target));
  if (parts.some((part) => part <= 0)) return false;
  return Math.max(...parts) - Math.min(...parts) <= maxHedgeError + ROUNDING;
}

function stop(draft: PlanDraft, group: Group, reason: HoldReason, detail: string): void {
  const own = draft.entries.filter((entry) => isOf(group, entry));
  for (const entry of own) hold(draft, entry, reason, detail);
  draft.entries.splice(0, draft.entries.length, ...draft.entries.filter((entry) => !own.includes(entry)));
}

function closeLeg(facts: PlanFacts, draft: PlanDraft, strategy: string, symbol: string): void {
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
