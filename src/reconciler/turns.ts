/** Which strategies trade in a pass, and in which order. */
import type { DesiredState } from '../desired/desired-state.ts';
import { compareText } from '../domain/names.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { IntentPayload } from '../observed/events.ts';
import { isOfSlot } from './decision-key.ts';
import { isEntry, isOrder, isReduction, type DueSlot, type Plan } from './plan-types.ts';
import { onlyWaiting } from './waiting-slots.ts';

export type TurnPart = 'all' | 'reductions' | 'entries';

export interface PlannedTurn {
  readonly strategy: string;
  readonly part: TurnPart;
}

/**
 * By priority. Where several strategies trade, the reductions of all come before the entries of any: the plan counts
 * on what they free.
 */
export function turns(plan: Plan, desired: DesiredState, ledger: Ledger): PlannedTurn[] {
  const orders = plan.actions.filter(isOrder);
  const lost = losersOf(ledger, plan.slots);
  const waiting = onlyWaiting(plan);
  const due = new Set(plan.slots.map((slot) => slot.strategy).filter((name) => !waiting.has(name)));
  const names = [
    ...new Set([...orders.map((order) => order.strategy), ...due, ...lost.reductions, ...lost.entries]),
  ];
  const rank = (name: string): number => desired.strategies.findIndex((strategy) => strategy.name === name);
  names.sort((a, b) => rank(a) - rank(b) || compareText(a, b));
  if (names.length === 1) return names.map((strategy) => ({ strategy, part: 'all' }));
  const reduces = names.filter(
    (name) =>
      lost.reductions.has(name) || orders.some((order) => order.strategy === name && isReduction(order)),
  );
  const enters = names.filter(
    (name) =>
      due.has(name) ||
      lost.entries.has(name) ||
      orders.some((order) => order.strategy === name && !isReduction(order)),
  );
  return [
    ...reduces.map((strategy) => ({ strategy, part: 'reductions' as const })),
    ...enters.map((strategy) => ({ strategy, part: 'entries' as const })),
  ];
}

interface Losers {
  readonly reductions: ReadonlySet<string>;
  readonly entries: ReadonlySet<string>;
}

/** Whose orders were lost on their way: their turn comes in this pass, whatever was planned before that was known. */
function losersOf(ledger: Ledger, slots: readonly DueSlot[]): Losers {
  const lost = [...ledger.openOrders.values()].filter(({ status }) => status === 'unseen');
  const isDue = (intent: IntentPayload): boolean => slots.some(({ slot }) => isOfSlot(ledger, intent, slot));
  const intents = lost.map(({ intent }) => intent);
  const names = (of: readonly IntentPayload[]): ReadonlySet<string> =>
    new Set(of.map(({ strategy }) => strategy));
  return {
    reductions: names(intents.filter(({ purpose }) => !isEntry(purpose))),
    entries: names(intents.filter((intent) => isEntry(intent.purpose) && isDue(intent))),
  };
}
