/** Symbols whose market data decide what a strategy wants. */
import type { DesiredStrategy } from '../desired/desired-state.ts';

/** Its universe, and what its signal looks at besides. */
export function symbolsRead({ signal, universe }: Pick<DesiredStrategy, 'signal' | 'universe'>): string[] {
  switch (signal.type) {
    case 'momentum-protection':
      return [...universe, signal.benchmark, 'VIX'];
    case 'overnight-mean-reversion':
      return [...universe, 'SPY', 'VIX'];
    case 'vol-term-structure':
      return [...universe, signal.parameters.shortVolSymbol, 'VIX', 'VIX3M'];
    case 'module':
      return [...universe, ...signal.reads];
    default:
      return [...universe];
  }
}
