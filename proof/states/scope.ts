/** How small the world is that is explored: strategies, symbols, quantities, and what may happen. */
import { TEST_ACCOUNT } from '../../test/support/account.ts';
import type { DesiredState, DesiredStrategy, ExecutionSettings } from '../../src/desired/desired-state.ts';
import { SHARE, type Money, type Price, type Quantity, type Ratio } from '../../src/domain/decimal.ts';
import type { SimulatedSettings, Venue } from '../../src/broker/simulated-state.ts';

export interface Scope {
  readonly name: string;
  /** Strategy -> the symbols that it may own at the beginning; no symbol is in two. */
  readonly universes: Readonly<Record<string, readonly string[]>>;
  /** Targets are whole shares from 0 to this. */
  readonly most: number;
  /** An edit may move this symbol to that strategy, with its target; null: none does. */
  readonly moving: { readonly symbol: string; readonly to: string } | null;
  /** So many trades of one share are made by others, on each way from the start. */
  readonly outsideTrades: number;
  /** What operators do: halt the account, turn strategies off and on. */
  readonly operators: ReadonlySet<'halts' | 'shutdowns'>;
  /** So much may happen while a process is paused in the middle of a pass, besides time; zero: none is ever paused. */
  readonly whilePaused: number;
  /** So many passes go wrong (are killed, paused, or have an order that goes otherwise) on each way from the start; null: any number. */
  readonly troubles: number | null;
  /** Whether a later session may come. */
  readonly nights: boolean;
}

/** What the manifests say: strategy -> symbol -> shares. */
export type Targets = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Switches {
  readonly enabled: boolean;
  readonly shutdownRequested: boolean;
}

const SMALLEST: Omit<Scope, 'name'> = {
  universes: { alpha: ['AAA'] },
  most: 1,
  moving: null,
  outsideTrades: 0,
  operators: new Set(),
  whilePaused: 0,
  troubles: null,
  nights: true,
};

const NEIGHBOURS: Omit<Scope, 'name'> = {
  ...SMALLEST,
  universes: { alpha: ['AAA'], beta: ['BBB'] },
  moving: { symbol: 'AAA', to: 'beta' },
};

/**
 * Each of the first asks for one more than the smallest, and closes, the quickest first. The others have several of these together:
 * what is bounded by its troubles closes too, where it has its time, and the rest is cut off.
 */
export const SCOPES: readonly Scope[] = [
  {
    ...SMALLEST,
    name: 'owners',
    universes: { alpha: ['AAA'], beta: [] },
    moving: { symbol: 'AAA', to: 'beta' },
  },
  { ...SMALLEST, name: 'halts', operators: new Set(['halts']) },
  { ...SMALLEST, name: 'others', outsideTrades: 1 },
  { ...SMALLEST, name: 'quantities', most: 2 },
  { ...SMALLEST, name: 'shutdowns', operators: new Set(['shutdowns']) },
  { ...NEIGHBOURS, name: 'neighbours', troubles: 1 },
  { ...SMALLEST, name: 'replaced', most: 2, whilePaused: 4, troubles: 1 },
  { ...SMALLEST, name: 'pauses', whilePaused: 1 },
  { ...SMALLEST, name: 'operators', operators: new Set(['halts', 'shutdowns']) },
  { ...NEIGHBOURS, name: 'troubled-neighbours', troubles: 2 },
  {
    name: 'everything',
    universes: { alpha: ['AAA', 'BBB'], beta: ['CCC', 'DDD'] },
    most: 2,
    moving: { symbol: 'AAA', to: 'beta' },
    outsideTrades: 1,
    operators: new Set(['halts', 'shutdowns']),
    whilePaused: 2,
    troubles: null,
    nights: true,
  },
];

/** The bounds in words. */
export function boundsOf(scope: Scope): string {
  const symbols = symbolsOf(scope).length;
  const parts = [
    `${Object.keys(scope.universes).length} strategies x ${symbols} symbols x 0..${scope.most} shares`,
    `${scope.outsideTrades} outside trades`,
    scope.moving === null ? null : `${scope.moving.symbol} moves to ${scope.moving.to}`,
    scope.operators.has('halts') ? 'halt, unhalt' : null,
    scope.operators.has('shutdowns') ? 'disable, close, enable' : null,
    scope.whilePaused > 0 ? `one process paused while ${scope.whilePaused} other things happen` : null,
    scope.nights ? 'later sessions' : null,
    'one order a pass that goes otherwise, one crash a pass',
    scope.troubles === null ? null : `${scope.troubles} such passes and no more`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

export function symbolsOf({ universes }: Scope): string[] {
  return Object.values(universes).flat();
}

/** Nothing is wanted yet. */
export function firstTargets({ universes }: Scope): Targets {
  return Object.fromEntries(
    Object.entries(universes).map(([name, symbols]) => [
      name,
      Object.fromEntries(symbols.map((symbol) => [symbol, 0])),
    ]),
  );
}

const PRICE = 100_000_000 as Price;
const CASH = 100_000_000_000 as Money;
const WHOLE = 1_000_000 as Ratio;

const BROKER: SimulatedSettings = {
  cash: CASH,
  clock: 'always-open',
  seed: 7,
  multiplier: WHOLE,
  fillDelay: 200,
  partialFills: 0 as Ratio,
};

/** Every share costs $100, always. */
export const VENUE: Venue = { settings: BROKER, priceAt: () => PRICE };

export const EXECUTION: ExecutionSettings = TEST_ACCOUNT.execution;

/** What whoever reads the manifests and the toggle file now finds. */
export function desiredOf(targets: Targets, switches: Readonly<Record<string, Switches>>): DesiredState {
  const strategies = Object.entries(targets).map(([name, wanted]) =>
    strategyOf(name, wanted, switches[name] ?? { enabled: true, shutdownRequested: false }),
  );
  return {
    digest: JSON.stringify(targets),
    account: {
      name: 'test',
      broker: { type: 'simulated', faults: null, ...BROKER },
      prices: { type: 'synthetic', seed: 7, movement: 'constant' },
      limits: {
        maxOrderValue: null,
        maxOrdersPerDay: null,
        maxOrdersPerSymbol: null,
        priceCollar: 50_000 as Ratio,
        maxGross: null,
      },
      execution: EXECUTION,
      data: null,
      toggleFile: '/toggles.yaml',
    },
    strategies,
  };
}

function strategyOf(
  name: string,
  wanted: Readonly<Record<string, number>>,
  toggle: Switches,
): DesiredStrategy {
  return {
    name,
    description: '',
    labels: {},
    lifecycle: 'active',
    priority: 10,
    signal: {
      type: 'fixed',
      targets: Object.entries(wanted).map(([symbol, count]) => ({
        symbol,
        priority: 0,
        size: { kind: 'quantity', quantity: (count * SHARE) as Quantity },
      })),
      band: null,
      wholeShares: true,
      unlisted: 'close',
    },
    universe: new Set(Object.keys(wanted)),
    capital: { positionSize: WHOLE, maxPositions: 100, maxExposure: WHOLE },
    schedule: [],
    orphans: 'hold',
    toggle,
  };
}
