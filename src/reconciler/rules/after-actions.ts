/**
 * What targets say after a split or a change of a symbol may still be of before it: nobody sells nine tenths of a position
 * because a manifest counts old shares, or all of it because it knows the old name. Scheduled exits, shutdowns and
 * operators' words go on.
 */
import { formatQuantity } from '../../domain/decimal.ts';
import type { DesiredStrategy } from '../../desired/desired-state.ts';
import type { KnownSplit } from '../../observed/action-events.ts';
import { afterSplit, formatSplit } from '../../observed/split.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import type { ActionReason, HoldReason, OrderAction } from '../plan-types.ts';
import { isWithinBand } from './targets.ts';

/** What targets ask for, and nobody else. */
const BY_TARGETS: ReadonlySet<ActionReason> = new Set<ActionReason>([
  'NewTarget',
  'TargetRaised',
  'TargetLowered',
  'SideChanged',
  'RemovedFromTargets',
  'TargetZero',
  'GroupIncomplete',
]);

interface Why {
  readonly reason: HoldReason;
  readonly detail: string;
}

export function holdAfterActions(facts: PlanFacts, draft: PlanDraft): void {
  const { splits, formerNames } = facts.ledger;
  if (splits.size === 0 && formerNames.size === 0) return;
  for (const strategy of facts.strategies.values())
    for (const { symbol, detail } of renamedOf(facts, strategy))
      hold(draft, { strategy: strategy.name, symbol }, 'SymbolChanged', detail);
  for (const orders of [draft.reductions, draft.entries]) {
    const allowed = orders.filter((order) => {
      const why = whyHeld(facts, order);
      if (why !== null && !isSaid(draft, order, why)) hold(draft, order, why.reason, why.detail);
      return why === null;
    });
    orders.splice(0, orders.length, ...allowed);
  }
}

function isSaid({ holds }: PlanDraft, { strategy, symbol }: OrderAction, { reason }: Why): boolean {
  return holds.some((held) => held.strategy === strategy && held.symbol === symbol && held.reason === reason);
}

function whyHeld(facts: PlanFacts, order: OrderAction): Why | null {
  const strategy = facts.strategies.get(order.strategy);
  if (strategy === undefined || !BY_TARGETS.has(order.reason)) return null;
  return afterChange(facts, strategy, order) ?? afterSplitOf(facts, strategy, order);
}

interface Renamed {
  readonly symbol: string;
  readonly names: readonly string[];
  readonly detail: string;
}

/** What the strategy owns under a name that its manifest does not know, and knows under an older one. */
function renamedOf({ ledger }: PlanFacts, { name, universe }: DesiredStrategy): Renamed[] {
  return [...(ledger.books.get(name)?.keys() ?? [])].flatMap((symbol) => {
    const names = ledger.formerNames.get(symbol) ?? [];
    const known = names.filter((former) => universe.has(former)).at(-1);
    if (known === undefined || universe.has(symbol)) return [];
    const detail = `${known} is ${symbol} now: it is kept, but for scheduled exits, until the manifest of ${name} names ${symbol} in the place of ${known}`;
    return [{ symbol, names, detail }];
  });
}

/** Neither it nor its older names, nor what is held only together with it. */
function afterChange(facts: PlanFacts, strategy: DesiredStrategy, { symbol }: OrderAction): Why | null {
  const pair = new Set(strategy.groups?.pairs.filter((legs) => legs.includes(symbol)).flat());
  const found = renamedOf(facts, strategy).find(
    (renamed) =>
      renamed.symbol === symbol ||
      renamed.names.includes(symbol) ||
      renamed.names.some((name) => pair.has(name)),
  );
  return found === undefined ? null : { reason: 'SymbolChanged', detail: found.detail };
}

/** Whatever closes a position needs neither its price nor the number of its shares. */
function afterSplitOf(facts: PlanFacts, strategy: DesiredStrategy, order: OrderAction): Why | null {
  const { symbol, kind } = order;
  const split = facts.ledger.splits.get(symbol);
  if (split === undefined || kind === 'close' || kind === 'close-orphaned') return null;
  const words = `its ${formatSplit(split.ratio)} split of ${split.date}`;
  if (split.appliedOn === facts.market?.clock.session.date) {
    const detail = `the books have followed ${words} today: sizes are kept until the next session`;
    return { reason: 'SplitApplied', detail };
  }
  const target = oldTarget(facts, strategy, order, split);
  if (target === null) return null;
  const detail = `the target of ${target} may count shares of before ${words}: change it, or 'hgctl resolve ${symbol} --as books --reason TEXT' says that it is right`;
  return { reason: 'SplitApplied', detail };
}

/** A quantity that nobody has written since, or that is the book's in old shares; weights follow prices by themselves. */
function oldTarget(
  { input }: PlanFacts,
  { signal, name }: DesiredStrategy,
  { symbol, from }: OrderAction,
  { ratio, revision }: KnownSplit,
): string | null {
  const answer = input.observed.signals.get(name);
  const asked = answer?.kind === 'targets' ? answer.targets : [];
  const targets = signal.type === 'fixed' ? signal.targets : asked;
  const size = targets.find((target) => target.symbol === symbol)?.size;
  if (size?.kind !== 'quantity') return null;
  const band = 'band' in signal ? signal : { band: null, wholeShares: true };
  const inNewShares = afterSplit(size.quantity, ratio);
  const isBooks = inNewShares === from || isWithinBand(band, from, inNewShares);
  const isUnchanged = signal.type === 'fixed' && input.desired.digest === revision;
  return isBooks || isUnchanged ? formatQuantity(size.quantity) : null;
}
