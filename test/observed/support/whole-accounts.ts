/** Accounts with every setting that there is; of each union of settings one has one member, another another. */
import type {
  AccountLimits,
  AlpacaBroker,
  DesiredAccount,
  HealthSettings,
  LossLimits,
  Notifications,
  PricesInOrder,
  SimulatedBroker,
} from '../../../src/desired/desired-state.ts';
import { DEFAULT_HEALTH, DEFAULT_LOGS } from '../../../src/desired/desired-state.ts';
import type { CalendarOverrides } from '../../../src/domain/calendar.ts';
import type { FeeSchedule } from '../../../src/domain/costs.ts';
import type { Money, Price, Ratio } from '../../../src/domain/decimal.ts';
import { TEST_ACCOUNT } from '../../support/account.ts';

/** A setting that is left out in none of them. */
type Whole<Fields> = { readonly [Key in keyof Fields]-?: Fields[Key] };

const ratio = 50_000 as Ratio;
const dollars = (count: number): Money => (count * 1_000_000) as Money;
const calendar: CalendarOverrides = {
  '2025-12-03': 'closed',
  '2025-12-04': { open: '09:30', close: '12:00' },
};
const fees: Whole<FeeSchedule> = {
  perOrder: dollars(1),
  perShare: 5_000 as Price,
  minimum: dollars(2),
  soldPerMillion: dollars(27),
};

const simulated: Whole<SimulatedBroker> = {
  type: 'simulated',
  cash: dollars(100_000),
  clock: 'exchange',
  seed: 7,
  multiplier: 2_000_000 as Ratio,
  fillDelay: 1_000,
  partialFills: ratio,
  calendar,
  shorting: { hardToBorrow: ['GME'] },
  notFractionable: ['AAA'],
  marginRequirements: { TQQQ: 750_000 as Ratio },
  slippage: { type: 'fixed', rate: ratio },
  fees,
  faults: '/srv/faults.yaml',
};
const alpaca: Whole<AlpacaBroker> = {
  type: 'alpaca',
  environment: 'paper',
  accountId: 'PA1',
  url: 'https://paper.example/',
  keysFile: '/srv/keys',
  clock: 'exchange',
  requestsPerMinute: 200,
  noShorting: 'when-unused',
};

const prices: PricesInOrder = {
  type: 'first-of',
  sources: [
    { type: 'synthetic', seed: 7, movement: 'daily' },
    { type: 'csv', folder: '/srv/prices' },
    { type: 'cboe', url: 'https://cboe.example/', levels: 'https://levels.example/' },
    {
      type: 'alpaca',
      feed: 'iex',
      adjustment: 'all',
      url: 'https://data.example/',
      keysFile: '/srv/keys',
    },
  ],
};
const loss: Whole<LossLimits> = { daily: ratio, weekly: ratio, drawdown: ratio };
const limits: Whole<AccountLimits> = {
  maxOrderValue: dollars(1_000),
  maxOrdersPerDay: 100,
  maxOrdersPerSymbol: 10,
  maxFlipsPerSymbol: 5,
  priceCollar: ratio,
  leveragedCollar: ratio,
  leveraged: ['TQQQ'],
  quoteAge: 60_000,
  maxSpread: ratio,
  maxGross: ratio,
  loss,
};
const health: Whole<HealthSettings> = { ...DEFAULT_HEALTH, maxPositions: 5 };
const notifications: Whole<Notifications> = {
  webhook: { urlFrom: { kind: 'env', name: 'NOTICE_URL' } },
  exec: { argv: ['notify'], timeout: 5_000, folder: '/srv' },
};

const common = {
  name: 'test',
  limits,
  execution: TEST_ACCOUNT.execution,
  calendar,
  data: '/srv/data',
  logs: DEFAULT_LOGS,
  health,
  toggleFile: '/srv/toggle.yaml',
  notifications,
};

export const WHOLE_ACCOUNTS: readonly Whole<DesiredAccount>[] = [
  {
    ...common,
    broker: simulated,
    prices,
    heartbeat: { urlFrom: { kind: 'file', path: '/srv/heartbeat' } },
  },
  {
    ...common,
    broker: alpaca,
    prices: { type: 'cboe', url: 'https://cboe.example/', levels: 'https://levels.example/' },
    heartbeat: { urlFrom: { kind: 'env', name: 'HEARTBEAT_URL' } },
  },
  {
    ...common,
    broker: { ...simulated, slippage: { type: 'half-spread', otherwise: ratio } },
    prices: { type: 'csv', folder: '/srv/prices' },
    heartbeat: { urlFrom: { kind: 'env', name: 'HEARTBEAT_URL' } },
  },
];
