/** Positions of strategies that are off or no longer declared: kept and shown, or closed where the manifest says so. */
import { formatQuantity, type Quantity } from '../../domain/decimal.ts';
import type { Lot } from '../../observed/book.ts';
import type { OrderPurpose } from '../../observed/events.ts';
import type { DueSlot } from '../plan-types.ts';
import { dueSlot, exitTargets, isLate, undeclaredExits } from '../slots.ts';
import type { DesiredStrategy } from '../../desired/desired-state.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { proposeReduction, type Change } from '../orders.ts';
import { isDraining } from '../switched.ts';

export function handleOrphans(facts: PlanFacts, draft: PlanDraft): void {
  for (const [name, book] of facts.ledger.books) {
    const strategy = facts.strategies.get(name);
    if (strategy !== undefined && !isOff(strategy)) continue;
    const exit = dueExit(facts, name, book, draft);
    for (const [symbol, lot] of book) {
      const why = whyClose(facts, { name, symbol, strategy, exit });
      if (why !== null)
        proposeReduction(facts, draft, { strategy: name, symbol, to: 0, priority: 0, ...why });
      else keep(facts, draft, { name, symbol, strategy, quantity: lot.quantity });
    }
  }
}

interface Orphan {
  readonly name: string;
  readonly symbol: string;
  readonly strategy: DesiredStrategy | undefined;
  /** The scheduled exit of a strategy without a manifest, where one is due. */
  readonly exit: DueSlot | null;
}

type Closing = Pick<Change, 'reason' | 'slot' | 'source'> & { readonly kind: OrderPurpose };

function whyClose({ ledger }: PlanFacts, { name, symbol, strategy, exit }: Orphan): Closing | null {
  const kind = 'close-orphaned';
  if (isDraining(ledger, name))
    return { kind, reason: 'ShutdownRequested', slot: null, source: 'journal: disable or close-orphaned' };
  if (strategy?.orphans === 'close')
    return { kind, reason: 'StrategyDisabled', slot: null, source: `strategy/${name}:spec.orphans` };
  if (exit?.targets.some((target) => target.symbol === symbol) !== true) return null;
  return { kind: 'close', reason: 'ExitSlot', slot: exit.slot, source: `journal: schedule of ${name}` };
}

interface Kept extends Pick<Orphan, 'name' | 'symbol' | 'strategy'> {
  readonly quantity: Quantity;
}

function keep(
  { input, ledger }: PlanFacts,
  draft: PlanDraft,
  { name, symbol, strategy, quantity }: Kept,
): void {
  const of = { strategy: name, symbol };
  const shares = `${formatQuantity(quantity)} shares`;
  // What it wants is in manifests that nobody can read now; that they are invalid is said once, of all.
  if (input.manifests === 'invalid' && strategy === undefined && isAccepted(ledger, name)) return;
  if (strategy !== undefined) hold(draft, of, 'OrphanHeld', `${shares}; ${name} is disabled, orphans: hold`);
  else hold(draft, of, 'Undeclared', `${shares}; ${name} has no manifest, its book is kept`);
}

/** Whether the last accepted revision declares it. */
function isAccepted({ inventory }: PlanFacts['ledger'], name: string): boolean {
  const known = inventory.get(name);
  return known !== undefined && known.absent === undefined;
}

/** None of a strategy that is declared. */
function dueExit(
  { ledger, input }: PlanFacts,
  name: string,
  book: ReadonlyMap<string, Lot>,
  draft: PlanDraft,
): DueSlot | null {
  const exits = undeclaredExits(ledger, input.desired.strategies).find((known) => known.name === name);
  if (exits === undefined) return null;
  const slot = dueSlot(ledger, exits, input.now, input.desired.account.calendar);
  if (slot === null) return null;
  const run = ledger.slots.get(slot.id);
  const targets = run?.targets ?? exitTargets(book, slot.at);
  const due: DueSlot = {
    slot: slot.id,
    strategy: name,
    action: slot.action,
    started: run !== undefined,
    late: isLate(slot, input.now),
    targets,
  };
  draft.slots.push(due);
  return due;
}

/** A disabled strategy's positions are orphans; a planned one without a toggle entry is not disabled, only idle. */
export function isOff(strategy: DesiredStrategy): boolean {
  return strategy.toggle !== null && !strategy.toggle.enabled;
}
