/** Targets of enabled strategies against their books: the rebalance. */
import { WHOLE, partOf, SHARE, formatQuantity, type Quantity, type Ratio } from '../../domain/decimal.ts';
import type { Slot } from '../../domain/schedule.ts';
import { isAsked, type DesiredStrategy, type FixedSignal } from '../../desired/desired-state.ts';
import type { SlotTarget } from '../../observed/slot-events.ts';
import type { Lot } from '../../observed/book.ts';
import { lotOf } from '../../observed/ledger.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { proposeEntry, proposeReduction, type Change } from '../orders.ts';
import { isAcrossZero, isTowardZero } from '../sides.ts';
import { dueSlot, exitTargets, isLate, isWantedSince, slotInHand } from '../slots.ts';
import { stillAllowed, wantedByFixed, type FixedTurn } from '../wanted.ts';
import { isOff } from './orphans.ts';

const BAND_DEFAULT = (WHOLE / 100) as Ratio;

export function followTargets(facts: PlanFacts, draft: PlanDraft): void {
  for (const strategy of facts.input.desired.strategies) {
    const blocked = whyIdle(strategy);
    if (blocked !== null) {
      hold(draft, { strategy: strategy.name, symbol: null }, blocked.reason, blocked.detail);
    } else if (facts.market !== null) {
      const signal = targetsOf(facts, strategy, draft);
      if (signal !== null) follow(facts, { strategy, signal, market: facts.market }, draft);
    }
  }
}

/** The targets as a fixed signal has them; null where there are none to follow. */
function targetsOf(
  { input, ledger }: PlanFacts,
  strategy: DesiredStrategy,
  draft: PlanDraft,
): FixedSignal | null {
  const { signal, name } = strategy;
  if (signal.type === 'fixed') return signal;
  if (!isAsked(signal)) return null;
  const { band, wholeShares } = signal;
  const answer = input.observed.signals.get(name);
  if (answer?.kind === 'failed') hold(draft, { strategy: name, symbol: null }, answer.reason, answer.detail);
  const targets = answer?.kind === 'targets' ? answer.targets : [];
  const slot = slotOf({ input, ledger }, strategy);
  // An exit, and a slot that has its targets, need no answer.
  const needsNone = slot !== null && (slot.action === 'exit' || ledger.slots.has(slot.id));
  if (answer?.kind !== 'targets' && !needsNone) return null;
  return { type: 'fixed', targets, band, wholeShares, unlisted: 'hold' };
}

/** Whether its switches let it follow targets at all. */
export function mayFollow(strategy: DesiredStrategy): boolean {
  return whyIdle(strategy) === null;
}

type Idle = {
  readonly reason: 'StrategyPlanned' | 'StrategyDisabled' | 'ShutdownRequested';
  readonly detail: string;
};

function whyIdle(strategy: DesiredStrategy): Idle | null {
  if (strategy.lifecycle === 'planned') {
    return { reason: 'StrategyPlanned', detail: `lifecycle planned: ${strategy.name} opens nothing yet` };
  }
  if (isOff(strategy)) {
    return { reason: 'StrategyDisabled', detail: `'hgctl enable ${strategy.name}' turns it on` };
  }
  if (strategy.toggle?.shutdownRequested === true) {
    return {
      reason: 'ShutdownRequested',
      detail: `shutdown requested; 'hgctl enable ${strategy.name}' lifts it`,
    };
  }
  return null;
}

/** Without a schedule on every pass; with one only inside a slot that has not ended. */
function follow(facts: PlanFacts, turn: FixedTurn, draft: PlanDraft): void {
  const { strategy, market } = turn;
  if (market.account.equity <= 0) {
    // Weights of nothing would close everything: an account in this state is for a person.
    const detail = 'the account has no equity to size from';
    hold(draft, { strategy: strategy.name, symbol: null }, 'NoEquity', detail);
    return;
  }
  if (strategy.schedule.length === 0) {
    for (const target of wantedByFixed(facts, turn, draft)) move(facts, turn, { target, slot: null }, draft);
    return;
  }
  const slot = slotOf(facts, strategy);
  if (slot === null) return;
  const run = facts.ledger.slots.get(slot.id);
  const targets =
    run === undefined ? slotTargets(facts, turn, slot, draft) : resumed(facts, slot, run.targets);
  draft.slots.push({
    slot: slot.id,
    strategy: strategy.name,
    action: slot.action,
    started: run !== undefined,
    late: isLate(slot, facts.input.now),
    targets,
  });
  for (const target of targets) {
    if (slot.action === 'exit' && isWantedSince(facts.ledger, slot, target.symbol)) {
      const detail = `${slot.id} has not closed it, and a later slot wants it`;
      hold(draft, { strategy: strategy.name, symbol: target.symbol }, 'WantedSince', detail);
      continue;
    }
    const allowed = run === undefined ? target : stillAllowed(facts, turn, target, draft);
    if (allowed !== null) move(facts, turn, { target: allowed, slot: slot.id }, draft);
  }
}

/** The one with which the turn of its strategy began; otherwise the one that is due. */
function slotOf(
  { input, ledger }: Pick<PlanFacts, 'input' | 'ledger'>,
  strategy: DesiredStrategy,
): Slot | null {
  const { now, desired, slotInHand: id } = input;
  const { calendar } = desired.account;
  return id?.startsWith(`${strategy.name}/`) === true
    ? slotInHand(ledger, strategy, { slot: id, now, calendar })
    : dueSlot(ledger, strategy, now, calendar);
}

/** What an exit has closed and somebody has opened again since is none of its business. */
function resumed({ ledger }: PlanFacts, slot: Slot, targets: readonly SlotTarget[]): readonly SlotTarget[] {
  if (slot.action !== 'exit') return targets;
  return targets.filter(({ symbol }) => (lotOf(ledger, slot.strategy, symbol)?.since ?? 0) < slot.at);
}

/** An exit closes only what was opened before its nominal time; an entry never reduces. */
function slotTargets(facts: PlanFacts, turn: FixedTurn, slot: Slot, draft: PlanDraft): SlotTarget[] {
  const book: ReadonlyMap<string, Lot> = facts.ledger.books.get(turn.strategy.name) ?? new Map<string, Lot>();
  if (slot.action === 'exit') return exitTargets(book, slot.at);
  const changes = wantedByFixed(facts, turn, draft);
  const changing = new Set(changes.map(({ symbol }) => symbol));
  const wanted = [
    ...changes,
    ...keptFromExits(facts, turn, slot).filter(({ symbol }) => !changing.has(symbol)),
  ];
  if (slot.action === 'rebalance') return wanted;
  return wanted.filter(({ symbol, quantity }) => {
    const held = book.get(symbol)?.quantity ?? (0 as Quantity);
    if (!isTowardZero(held, quantity)) return true;
    if (isAcrossZero(held, quantity)) {
      const detail = `book ${formatQuantity(held)}, target ${formatQuantity(quantity)}: an entry closes nothing`;
      hold(draft, { strategy: turn.strategy.name, symbol }, 'OppositeSide', detail);
    }
    return false;
  });
}

/** What it wants just as it is, and an exit of the day has not closed yet: from now on it is this slot's. */
function keptFromExits({ ledger }: PlanFacts, { strategy, signal }: FixedTurn, slot: Slot): SlotTarget[] {
  const day = `${strategy.name}/${slot.date}/exit/`;
  const exits = [...ledger.slots.values()].filter(
    (run) => run.slot.startsWith(day) && run.state === 'started',
  );
  return exits.flatMap(({ targets }) =>
    targets.flatMap(({ symbol }) => {
      const held = lotOf(ledger, strategy.name, symbol)?.quantity ?? (0 as Quantity);
      const target = signal.targets.find((candidate) => candidate.symbol === symbol);
      return held === 0 || target === undefined
        ? []
        : [{ symbol, quantity: held, priority: target.priority }];
    }),
  );
}

interface Step {
  readonly target: SlotTarget;
  readonly slot: string | null;
}

function move(
  facts: PlanFacts,
  { strategy, signal }: FixedTurn,
  { target, slot }: Step,
  draft: PlanDraft,
): void {
  const { symbol, priority, group } = target;
  const from = lotOf(facts.ledger, strategy.name, symbol)?.quantity ?? (0 as Quantity);
  const to = target.quantity;
  if (from === to) return;
  const change = {
    strategy: strategy.name,
    symbol,
    priority,
    slot,
    source: sourceOf(strategy.name, signal, symbol),
    ...(group !== undefined && { group }),
  };
  if (isWithinBand(signal, from, to)) {
    const detail = `book ${formatQuantity(from)}, target ${formatQuantity(to)}: the difference is inside the rebalance band`;
    hold(draft, change, 'WithinBand', detail);
    return;
  }
  if (isAcrossZero(from, to)) {
    const detail = `${formatQuantity(from)} ${symbol} are closed first; ${formatQuantity(to)} come when the account is flat`;
    hold(draft, change, 'OppositeSide', detail);
    return reduce(facts, draft, { ...change, to: 0, reason: 'SideChanged' });
  }
  if (isTowardZero(from, to))
    return reduce(facts, draft, { ...change, to, reason: reductionReason(signal, symbol, to, slot) });
  proposeEntry(facts, draft, { ...change, to, reason: from === 0 ? 'NewTarget' : 'TargetRaised' });
}

function reduce(facts: PlanFacts, draft: PlanDraft, change: Change): void {
  proposeReduction(facts, draft, { ...change, kind: change.to === 0 ? 'close' : 'reduce' });
}

function reductionReason(
  signal: FixedSignal,
  symbol: string,
  to: Quantity,
  slot: string | null,
): Change['reason'] {
  if (to !== 0) return 'TargetLowered';
  if (slot?.includes('/exit/') === true) return 'ExitSlot';
  const target = signal.targets.find((candidate) => candidate.symbol === symbol);
  if (target === undefined) return 'RemovedFromTargets';
  const isZero = target.size.kind === 'quantity' ? target.size.quantity === 0 : target.size.weight === 0;
  return isZero ? 'TargetZero' : 'TargetLowered';
}

/** Opening from zero, closing to zero and a change of side are exempt: a band holds drift, not decisions. */
export function isWithinBand(
  signal: Pick<FixedSignal, 'band' | 'wholeShares'>,
  from: Quantity,
  to: Quantity,
): boolean {
  if (from === 0 || to === 0 || isAcrossZero(from, to)) return false;
  const part = Math.abs(partOf(to, signal.band ?? BAND_DEFAULT));
  const band = signal.wholeShares ? Math.max(SHARE, part) : part;
  return Math.abs(to - from) < band;
}

function sourceOf(strategy: string, signal: FixedSignal, symbol: string): string {
  const isListed = signal.targets.some((target) => target.symbol === symbol);
  return `strategy/${strategy}:spec.signal.params.targets${isListed ? `[${symbol}]` : ''}`;
}
