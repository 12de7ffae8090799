/** Manifests that say everything that a manifest can say, one field at least once. */
import type { Json } from '../../src/domain/digest.ts';

export interface Base {
  readonly kind: 'Strategy' | 'Account' | 'StrategyToggle' | 'Calendar';
  readonly name: string;
  readonly document: Json;
}

const HEAD = { apiVersion: 'homeguard/v1' } as const;
const capital = { positionSize: '40%', maxPositions: 6, maxExposure: '95%', shorts: 'allowed' };

function strategy(name: string, signal: Json, more: { readonly [key: string]: Json } = {}): Base {
  const document = {
    ...HEAD,
    kind: 'Strategy',
    metadata: { name, labels: { team: 'a' } },
    spec: {
      description: 'What it does.',
      lifecycle: 'active',
      priority: 10,
      signal,
      universe: { symbols: ['VTI', 'BND', 'SVXY', 'VXX', 'XOM', 'CVX'], exclude: ['BND'] },
      capital,
      schedule: [{ at: '15:55', action: 'rebalance', window: '4m' }],
      risk: { maxDailyLoss: '5%', maxWeeklyLoss: '8%', maxDrawdown: '20%' },
      orphans: 'hold',
      ...more,
    },
  };
  return { kind: 'Strategy', name, document };
}

const band = { band: '1%', wholeShares: true };

const STRATEGIES: readonly Base[] = [
  strategy(
    'fixed',
    {
      type: 'fixed',
      params: {
        targets: [
          { symbol: 'VTI', weight: '30%', priority: 1 },
          { symbol: 'GLD', quantity: '-12' },
        ],
        ...band,
      },
    },
    { universe: { file: 'listed.csv', column: 'Symbol' }, schedule: [] },
  ),
  strategy('command', { type: 'command', params: { argv: ['cat', '-'], timeout: '20s', ...band } }),
  strategy('module', {
    type: 'module',
    params: {
      file: 'signal.ts',
      timeout: '20s',
      history: 20,
      minutes: 30,
      reads: ['VIX'],
      config: { any: [1, { b: null }] },
      ...band,
    },
  }),
  strategy('momentum', {
    type: 'momentum-protection',
    params: {
      formation: 21,
      skip: 5,
      vixAbove: 25,
      drawdown: '5%',
      peakWindow: 275,
      reducedExposure: '50%',
      benchmark: 'SPY',
      ...band,
    },
  }),
  strategy(
    'omr',
    {
      type: 'overnight-mean-reversion',
      params: {
        table: 'omr-table.json',
        minWinRate: '58%',
        minExpectedReturn: '0.2%',
        sides: 'both',
        wholeShares: true,
      },
    },
    {
      schedule: [
        { at: 'close-5m', action: 'entry', window: '4m' },
        { at: 'open+1m', action: 'exit', window: '4m' },
      ],
    },
  ),
  strategy('vol', {
    type: 'vol-term-structure',
    params: {
      shortVolSymbol: 'SVXY',
      longVolSymbol: 'VXX',
      longVol: true,
      enterBelow: '0.9',
      leaveFrom: '0.917',
      vixCap: 30,
      vixRise: '20%',
      emergencyRatio: '1',
      emergencyRise: '25%',
      emergencyLoss: '8%',
      reentryDelay: 5,
      panicAbove: '1',
      panicOverBelow: '0.97',
      longVolSessions: 10,
      longVolLoss: '10%',
      longVolSize: '3%',
      targetVolatility: '25%',
      wholeShares: true,
    },
  }),
  strategy('pairs', {
    type: 'pairs',
    params: {
      pairs: [['XOM', 'CVX']],
      formationWindow: 252,
      adfLags: 1,
      maxPValue: '5%',
      betaMin: '0.2',
      betaMax: '5',
      halfLifeMin: '2',
      halfLifeMax: '30',
      minCorrelation: '50%',
      minPrice: '5',
      minDollarVolume: '20000000',
      zWindow: 60,
      exitZ: '0.5',
      entryZ: '2',
      stopZ: '3.5',
      maxSessions: 20,
      maxHalfLives: '3',
      breakPValue: '20%',
      coolDown: 10,
      grossPerPair: '10%',
      maxHedgeError: '10%',
    },
  }),
];

const limits = {
  maxOrderValue: '50000',
  maxOrdersPerDay: 100,
  maxOrdersPerSymbol: 20,
  maxFlipsPerSymbol: 10,
  priceCollar: '5%',
  leveragedCollar: '2%',
  leveraged: ['XYZ'],
  quoteAge: '1m',
  maxSpread: '1%',
  maxGross: '200%',
  maxDailyLoss: '5%',
  maxWeeklyLoss: '8%',
  maxDrawdown: '20%',
};

const execution = {
  lockWait: '30s',
  lockTimeout: '240s',
  snapshotAge: '30s',
  fillTimeout: '30s',
  cancelAllowance: '15s',
  requestTimeout: '10s',
  clockSkew: '2s',
  settleWindow: '10s',
  secondProof: '30s',
  maxInFlight: 4,
};

const health = {
  controller: 'optional',
  minBuyingPower: '1000',
  minEquity: '5000',
  maxPositions: 10,
  maxPositionHours: 48,
  maxOrderAge: '1h',
  maxDailyLoss: '5%',
  maxDrawdown: '20%',
  maxQuoteAge: '15m',
  maxTableAge: 63,
  maxErrors: 5,
  minFreeMegabytes: 1,
};

const shared: { readonly [key: string]: Json } = {
  limits,
  execution,
  health,
  logs: { maxMegabytes: 10, maxFiles: 30 },
  store: { data: './data' },
  toggles: { file: 'strategy_toggle.yaml' },
};

function account(name: string, broker: Json, prices: Json, more: { readonly [key: string]: Json }): Base {
  const document = {
    ...HEAD,
    kind: 'Account',
    metadata: { name },
    spec: { broker, prices, ...shared, ...more },
  };
  return { kind: 'Account', name, document };
}

function simulated(slippage: Json, more: { readonly [key: string]: Json }): Json {
  return {
    type: 'simulated',
    cash: '100000.00',
    clock: 'always-open',
    seed: 7,
    multiplier: '2',
    fillDelay: '1s',
    partialFills: '25%',
    notFractionable: ['GLD'],
    marginRequirements: { VTI: '75%' },
    shorting: { hardToBorrow: ['XYZ'] },
    slippage,
    fees: { perOrder: '1', perShare: '0.01', minimum: '1', soldPerMillion: '27.80' },
    ...more,
  };
}

const ACCOUNTS: readonly Base[] = [
  account(
    'simulated',
    simulated({ type: 'fixed', rate: '0.05%' }, {}),
    { type: 'synthetic', seed: 7, movement: 'constant' },
    { calendar: { overrides: { '2026-12-24': 'closed', '2026-12-23': '09:30-13:00' } } },
  ),
  account(
    'half-spread',
    simulated(
      { type: 'half-spread', otherwise: '0.1%' },
      { faults: 'faults.yaml', calendar: { '2026-12-24': '13:00' } },
    ),
    { type: 'csv', folder: 'prices' },
    { calendar: { file: 'calendar.yaml' } },
  ),
  account(
    'paper',
    {
      type: 'alpaca',
      environment: 'paper',
      accountId: 'PA1234567890',
      keysFile: 'keys.env',
      url: 'http://127.0.0.1:1/',
      clock: 'always-open',
      requestsPerMinute: 200,
      noShorting: 'leave',
    },
    {
      type: 'first-of',
      sources: [
        { type: 'cboe', url: 'https://example.com/a', levels: 'https://example.com/b' },
        {
          type: 'alpaca',
          feed: 'iex',
          adjustment: 'all',
          url: 'https://example.com/c',
          keysFile: 'keys.env',
        },
        { type: 'csv', folder: 'prices' },
        { type: 'synthetic', seed: 1, movement: 'market' },
      ],
    },
    {
      notifications: {
        webhook: { urlFrom: { env: 'HOOK' } },
        exec: { argv: ['true'], timeout: '10s' },
      },
      heartbeat: { urlFrom: { file: 'ping.url' } },
    },
  ),
  account(
    'alpaca-prices',
    simulated({ type: 'fixed', rate: '0%' }, {}),
    {
      type: 'alpaca',
      feed: 'iex',
      adjustment: 'all',
      url: 'https://example.com/c',
      keysFile: 'keys.env',
    },
    {
      notifications: { webhook: { urlFrom: { file: 'hook.url' } } },
      heartbeat: { urlFrom: { env: 'PING' } },
    },
  ),
  account(
    'cboe-prices',
    simulated({ type: 'fixed', rate: '0%' }, {}),
    { type: 'cboe', url: 'https://example.com/a', levels: 'https://example.com/b' },
    {},
  ),
];

const TOGGLES: Base = {
  kind: 'StrategyToggle',
  name: 'strategy_toggle',
  document: {
    strategies: Object.fromEntries(
      STRATEGIES.map(({ name }) => [name, { enabled: name === 'fixed', shutdown_requested: false }]),
    ),
    last_modified: '2025-12-02T15:55:00-05:00',
    modified_by: 'test',
  },
};

const CALENDAR: Base = {
  kind: 'Calendar',
  name: 'calendar',
  document: { overrides: { '2026-12-24': '13:00', '2026-07-03': 'closed' } },
};

export const BASES: readonly Base[] = [...STRATEGIES, ...ACCOUNTS, TOGGLES, CALENDAR];

/** What is beside them, by name. */
export const BESIDE: Readonly<Record<string, string>> = {
  'listed.csv': 'Symbol,Name\nVTI,"Total, market"\nGLD,Gold\n',
  'signal.ts': 'export default () => ({ version: 1, targets: [] });\n',
};

/** The smallest set in which a document of this kind can be judged: itself, and those that it needs. */
export function companionsOf(base: Base): readonly Base[] {
  const [fixed] = STRATEGIES;
  const [simulatedAccount] = ACCOUNTS;
  const all = [fixed, simulatedAccount, TOGGLES, CALENDAR].filter((one) => one !== undefined);
  // A calendar may be read only where the account names it, and symbols have one owner.
  const others = all.filter(({ kind }) => kind !== base.kind && kind !== 'Calendar');
  if (base.kind === 'Calendar') {
    const halfSpread = ACCOUNTS.find(({ name }) => name === 'half-spread');
    return [...others.filter(({ kind }) => kind !== 'Account'), ...(halfSpread ? [halfSpread] : [])];
  }
  return base.name === 'half-spread' ? [...others, CALENDAR] : others;
}
