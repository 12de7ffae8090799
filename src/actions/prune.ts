/** Strategies that were accepted once and are declared no more: absence is not deletion, this is. */
import type { DesiredState } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Ports } from '../reconciler/ports.ts';
import { commitDecision } from './operator.ts';

export interface Prunable {
  readonly strategy: string;
  /** Why it cannot go; null where it can. */
  readonly because: string | null;
}

export function prunable({ strategies }: DesiredState, ledger: Ledger): Prunable[] {
  const declared = new Set(strategies.map(({ name }) => name));
  const gone = [...ledger.inventory.keys()].filter((name) => !declared.has(name)).sort();
  return gone.map((strategy) => ({ strategy, because: whyKept(ledger, strategy) }));
}

function whyKept({ books, openOrders }: Ledger, strategy: string): string | null {
  const positions = books.get(strategy)?.size ?? 0;
  if (positions > 0) return `it owns ${positions} position${positions === 1 ? '' : 's'}`;
  const isOrdered = [...openOrders.values()].some(({ intent }) => intent.strategy === strategy);
  return isOrdered ? 'an order of it has no end yet' : null;
}

/** Only while it still owns nothing; returns whether it went. */
export function prune(ports: Ports, strategy: string): boolean {
  if (whyKept(ports.journal.refresh(), strategy) !== null) return false;
  commitDecision(ports, () => ({ type: 'strategy-pruned', strategy }));
  return true;
}
