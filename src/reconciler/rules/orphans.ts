/** Positions of strategies that are off or no longer declared: kept and shown, or closed where the manifest says so. */
import { formatQuantity } from '../../domain/decimal.ts';
import type { DesiredStrategy } from '../../desired/desired-state.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { proposeReduction } from '../orders.ts';

export function handleOrphans(facts: PlanFacts, draft: PlanDraft): void {
  for (const [name, book] of facts.ledger.books) {
    const strategy = facts.strategies.get(name);
    if (strategy !== undefined && !isOff(strategy)) continue;
    for (const [symbol, lot] of book) {
      if (strategy?.orphans === 'close') {
        proposeReduction(facts, draft, {
          strategy: name,
          symbol,
          to: 0,
          kind: 'close-orphaned',
          reason: 'StrategyDisabled',
          priority: 0,
          slot: null,
          source: `strategy/${name}:spec.orphans`,
        });
        continue;
      }
      const shares = `${formatQuantity(lot.quantity)} shares`;
      if (strategy === undefined) {
        hold(
          draft,
          { strategy: name, symbol },
          'Undeclared',
          `${shares}; ${name} has no manifest, its book is kept`,
        );
      } else {
        hold(
          draft,
          { strategy: name, symbol },
          'OrphanHeld',
          `${shares}; ${name} is disabled, orphans: hold`,
        );
      }
    }
  }
}

/** A disabled strategy's positions are orphans; a planned one without a toggle entry is not disabled, only idle. */
export function isOff(strategy: DesiredStrategy): boolean {
  return strategy.toggle !== null && !strategy.toggle.enabled;
}
