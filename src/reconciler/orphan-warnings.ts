/** Rule 7 of the seed: positions in the books of disabled strategies, said at the start of every pass. */
import { formatQuantity } from '../domain/decimal.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import { isOff } from './rules/orphans.ts';

export interface OrphanWarning {
  readonly strategy: string;
  readonly message: string;
}

/** For each disabled strategy with a book: one line that says so, then one a position. */
export function orphanWarnings(strategies: readonly DesiredStrategy[], ledger: Ledger): OrphanWarning[] {
  return strategies.filter(isOff).flatMap(({ name }) => {
    const positions = [...(ledger.books.get(name) ?? [])].map(
      ([symbol, { quantity }]) => `  ${symbol}: ${formatQuantity(quantity)} shares`,
    );
    const messages = positions.length === 0 ? [] : ['DISABLED with orphaned positions:', ...positions];
    return messages.map((message) => ({ strategy: name, message }));
  });
}
