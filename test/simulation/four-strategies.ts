/** The four strategies of the original on a made market, small and eager: each buys and sells within days. */
import type { StrategyFacts } from '../support/project.ts';

export const FOUR = ['mp', 'omr', 'pairs', 'vol'];

/** In the week of Thanksgiving 2025 all four buy and sell. */
export const LIVELY = { type: 'synthetic', seed: 14, movement: 'market' } as const;

/** As pairs need it: they sell short. */
export const MARGIN = { clock: 'exchange', multiplier: '2', shorting: { hardToBorrow: [] } } as const;

/** Their symbols, and the pairs and the legs of each, are named in the order that `ordered` makes of them. */
export function fourStrategies(
  ordered: <Item>(items: readonly Item[]) => Item[] = (items) => [...items],
): Record<string, StrategyFacts> {
  const pairs = ordered([ordered(['XOM', 'CVX']), ordered(['KO', 'PEP'])]);
  return {
    omr: overnight(ordered(['TQQQ', 'SOXL', 'UPRO', 'SPXL', 'TECL', 'FNGU'])),
    mp: momentum(ordered(['AAPL', 'AMZN', 'IBM', 'JNJ', 'JPM', 'MSFT'])),
    pairs: relative(pairs, ordered(['XOM', 'CVX', 'KO', 'PEP'])),
    vol: volatility(ordered(['SVXY', 'VXX', 'UVXY'])),
  };
}

/** Enters whatever passes the thresholds of the regime. */
function overnight(universe: string[]): StrategyFacts {
  return {
    universe,
    spec: {
      priority: 2,
      signal: {
        type: 'overnight-mean-reversion',
        params: { minWinRate: '1%', minExpectedReturn: '0.01%' },
      },
      capital: { positionSize: '10%', maxPositions: 3, maxExposure: '30%' },
      schedule: [
        { at: 'open+1m', action: 'exit' },
        { at: 'close-5m', action: 'entry' },
      ],
    },
  };
}

function momentum(universe: string[]): StrategyFacts {
  return {
    universe,
    spec: {
      priority: 3,
      signal: { type: 'momentum-protection' },
      capital: { positionSize: '10%', maxPositions: 2, maxExposure: '20%' },
      schedule: [{ at: 'close-5m', action: 'rebalance' }],
    },
  };
}

/** A trade begins at half a deviation, and ends in the next session. */
function relative(pairs: string[][], universe: string[]): StrategyFacts {
  return {
    universe,
    spec: {
      priority: 4,
      signal: {
        type: 'pairs',
        params: { pairs, entryZ: '0.5', exitZ: '0.1', maxSessions: 1, maxHalfLives: '0', coolDown: 0 },
      },
      capital: { positionSize: '10%', maxPositions: 4, maxExposure: '20%' },
      schedule: [{ at: 'close-15m', action: 'rebalance' }],
    },
  };
}

/** Entered in any calm, and left when the VIX rises by two percent. */
function volatility(universe: string[]): StrategyFacts {
  return {
    universe,
    spec: {
      priority: 5,
      signal: {
        type: 'vol-term-structure',
        params: { enterBelow: '0.99', leaveFrom: '1', emergencyRise: '2%', reentryDelay: 0 },
      },
      capital: { positionSize: '10%', maxPositions: 1, maxExposure: '10%' },
      schedule: [{ at: 'close-10m', action: 'rebalance' }],
    },
  };
}
