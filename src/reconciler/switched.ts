/** What operators have switched off goes before the toggle file: a `git checkout` re-enables nothing. */
import type { DesiredState } from '../desired/desired-state.ts';
import type { Ledger } from '../observed/ledger.ts';

/** A drained strategy is disabled, and while its drain sells, its positions are to be closed. */
export function withDrains(desired: DesiredState, { drains }: Pick<Ledger, 'drains'>): DesiredState {
  const strategies = desired.strategies.map((strategy) => {
    if (!drains.has(strategy.name)) return strategy;
    return { ...strategy, toggle: { enabled: false, shutdownRequested: false } };
  });
  return { ...desired, strategies };
}

/** True while the strategy's positions are being sold because an operator said so. */
export function isDraining({ drains }: Pick<Ledger, 'drains'>, strategy: string): boolean {
  const drain = drains.get(strategy);
  return drain?.state === 'pending' && drain.close;
}
