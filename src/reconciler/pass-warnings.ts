/** What every pass warns of before it acts, in the words of the seed: rules 5, 7 and 9. */
import { formatQuantity } from '../domain/decimal.ts';
import { CONTROLLER } from '../domain/names.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { Lot } from '../observed/book.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Plan } from './plan-types.ts';
import type { KeyEvent } from './ports.ts';
import { isOff } from './rules/orphans.ts';

export interface PassWarning {
  readonly strategy: string;
  readonly message: string;
  readonly event?: KeyEvent;
}

export function passWarnings(
  plan: Plan,
  strategies: readonly DesiredStrategy[],
  ledger: Ledger,
): PassWarning[] {
  return [...orphanWarnings(strategies, ledger), ...renamedWarnings(plan), ...holdWarnings(plan)];
}

/** A manifest that names an old symbol is for a person to edit: said once a strategy and symbol. */
function renamedWarnings({ notDone }: Plan): PassWarning[] {
  const said = new Map<string, PassWarning>();
  for (const { strategy, reason, detail } of notDone)
    if (reason === 'SymbolChanged' && strategy !== null)
      said.set(`${strategy} ${detail}`, { strategy, message: detail });
  return [...said.values()];
}

/** Figures below a warning, which move with every price. */
const DETAIL = '  ';

/** What the warnings of a pass say, but for the figures: equal where there is no news. */
export function warningText(warnings: readonly PassWarning[]): string {
  return warnings
    .filter(({ message }) => !message.startsWith(DETAIL))
    .map(({ strategy, message }) => `${strategy} ${message}`)
    .join('\n');
}

/** For each disabled strategy with a book: one line that says so, then one a position. */
export function orphanWarnings(strategies: readonly DesiredStrategy[], ledger: Ledger): PassWarning[] {
  return strategies.filter(isOff).flatMap(({ name }): PassWarning[] => {
    const book = ledger.books.get(name) ?? new Map<string, Lot>();
    if (book.size === 0) return [];
    const positions = [...book].map(([symbol, { quantity }]) => ({
      strategy: name,
      message: `  ${symbol}: ${formatQuantity(quantity)} shares`,
    }));
    return [
      { strategy: name, message: 'DISABLED with orphaned positions:', event: 'OrphanedPositions' },
      ...positions,
    ];
  });
}

function holdWarnings({ notDone }: Plan): PassWarning[] {
  return notDone.flatMap(({ strategy, symbol, reason, detail }): PassWarning[] => {
    if ((reason === 'Halted' || reason === 'AccountBlocked') && symbol === null)
      return [{ strategy: CONTROLLER, message: detail }];
    if (strategy === null) return [];
    if (reason === 'Suspended' && symbol === null) return [{ strategy, message: detail }];
    if (reason === 'ShutdownRequested')
      return [
        {
          strategy,
          message: 'Shutdown requested - aborting remaining orders',
          event: 'ShutdownRequested',
        },
      ];
    if (reason !== 'InsufficientBuyingPower' || symbol === null) return [];
    return [
      {
        strategy,
        message: `Insufficient buying power for ${symbol}`,
        event: 'InsufficientBuyingPower',
      },
      { strategy, message: `  ${detail}` },
    ];
  });
}
