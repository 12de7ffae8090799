/** The account as the journal records it: whoever works while manifests are invalid acts on it. */
import type {
  AccountLimits,
  AlpacaBroker,
  DesiredAccount,
  ExecutionSettings,
  HealthSettings,
  LossLimits,
  LogSettings,
  NoticeProgram,
  Notifications,
  OnePriceSource,
  Prices,
  PricesInOrder,
  ScheduleEntry,
  ScheduleTime,
  SimulatedBroker,
  UrlSource,
} from '../desired/desired-state.ts';
import type { CalendarOverrides, DayOverride, WallHours } from '../domain/calendar.ts';
import type { FeeSchedule, Slippage } from '../domain/costs.ts';
import {
  finite,
  listOf,
  money,
  nullable,
  object,
  oneOf,
  optional,
  price,
  ratio,
  recordOf,
  text,
  variants,
  wallTime,
  type Shape,
} from './shape.ts';

// Stryker disable BooleanLiteral: of a word only the key is looked at.

const scheduleTime: Shape<ScheduleTime> = variants<ScheduleTime, 'kind'>('kind', {
  clock: object({ kind: oneOf({ clock: true }), time: wallTime }),
  open: object({ kind: oneOf({ open: true, close: true }), offset: finite }),
  close: object({ kind: oneOf({ open: true, close: true }), offset: finite }),
});

export const scheduleEntry: Shape<ScheduleEntry> = object<ScheduleEntry>({
  at: scheduleTime,
  action: oneOf({ entry: true, exit: true, rebalance: true }),
  window: finite,
});

const hours: Shape<WallHours> = object<WallHours>({ open: wallTime, close: wallTime });
const closed = oneOf({ closed: true });
const dayOverride: Shape<DayOverride> = {
  check: (value) => (typeof value === 'string' ? closed : hours).check(value),
};
const calendar: Shape<CalendarOverrides> = recordOf(dayOverride);

const slippage: Shape<Slippage> = variants<Slippage, 'type'>('type', {
  fixed: object({ type: oneOf({ fixed: true }), rate: ratio }),
  'half-spread': object({ type: oneOf({ 'half-spread': true }), otherwise: ratio }),
});

const fees: Shape<FeeSchedule> = object<FeeSchedule>({
  perOrder: money,
  perShare: price,
  minimum: money,
  soldPerMillion: money,
});

const clock = oneOf({ 'always-open': true, exchange: true });

const simulated: Shape<SimulatedBroker> = object<SimulatedBroker>({
  type: oneOf({ simulated: true }),
  cash: money,
  clock,
  seed: finite,
  multiplier: ratio,
  fillDelay: finite,
  partialFills: ratio,
  calendar: optional(calendar),
  shorting: optional(object<{ readonly hardToBorrow: readonly string[] }>({ hardToBorrow: listOf(text) })),
  notFractionable: optional(listOf(text)),
  marginRequirements: optional(recordOf(ratio)),
  slippage: optional(slippage),
  fees: optional(fees),
  faults: nullable(text),
});

const alpaca: Shape<AlpacaBroker> = object<AlpacaBroker>({
  type: oneOf({ alpaca: true }),
  environment: oneOf({ paper: true, live: true }),
  accountId: optional(text),
  url: text,
  keysFile: optional(text),
  clock,
  requestsPerMinute: finite,
  noShorting: oneOf({ 'when-unused': true, leave: true }),
});

const priceSource = {
  synthetic: object<Extract<OnePriceSource, { type: 'synthetic' }>>({
    type: oneOf({ synthetic: true }),
    seed: finite,
    movement: oneOf({ constant: true, daily: true, market: true }),
  }),
  csv: object<Extract<OnePriceSource, { type: 'csv' }>>({ type: oneOf({ csv: true }), folder: text }),
  cboe: object<Extract<OnePriceSource, { type: 'cboe' }>>({
    type: oneOf({ cboe: true }),
    url: text,
    levels: optional(text),
  }),
  alpaca: object<Extract<OnePriceSource, { type: 'alpaca' }>>({
    type: oneOf({ alpaca: true }),
    feed: oneOf({ iex: true, sip: true, delayed_sip: true }),
    adjustment: oneOf({ all: true, split: true, dividend: true, raw: true }),
    url: text,
    keysFile: optional(text),
  }),
};

const prices: Shape<Prices> = variants<Prices, 'type'>('type', {
  ...priceSource,
  'first-of': object<PricesInOrder>({
    type: oneOf({ 'first-of': true }),
    sources: listOf(variants<OnePriceSource, 'type'>('type', priceSource)),
  }),
});

const loss: Shape<LossLimits> = object<LossLimits>({
  daily: nullable(ratio),
  weekly: nullable(ratio),
  drawdown: nullable(ratio),
});

const limits: Shape<AccountLimits> = object<AccountLimits>({
  maxOrderValue: nullable(money),
  maxOrdersPerDay: nullable(finite),
  maxOrdersPerSymbol: nullable(finite),
  maxFlipsPerSymbol: optional(finite),
  priceCollar: ratio,
  leveragedCollar: optional(ratio),
  leveraged: optional(listOf(text)),
  quoteAge: optional(finite),
  maxSpread: optional(ratio),
  maxGross: nullable(ratio),
  loss: optional(loss),
});

const execution: Shape<ExecutionSettings> = object<ExecutionSettings>({
  lockWait: finite,
  lockTimeout: finite,
  snapshotAge: finite,
  fillTimeout: finite,
  cancelAllowance: finite,
  requestTimeout: finite,
  clockSkew: finite,
  settleWindow: finite,
  secondProof: finite,
  maxInFlight: finite,
});

const health: Shape<HealthSettings> = object<HealthSettings>({
  controller: oneOf({ required: true, optional: true }),
  minBuyingPower: money,
  minEquity: money,
  maxPositions: nullable(finite),
  maxPositionHours: finite,
  maxOrderAge: finite,
  maxDailyLoss: ratio,
  maxDrawdown: ratio,
  maxQuoteAge: finite,
  maxTableAge: finite,
  maxErrors: finite,
  minFreeMegabytes: finite,
});

const address = object<{ readonly urlFrom: UrlSource }>({
  urlFrom: variants<UrlSource, 'kind'>('kind', {
    env: object({ kind: oneOf({ env: true }), name: text }),
    file: object({ kind: oneOf({ file: true }), path: text }),
  }),
});

const notifications: Shape<Notifications> = object<Notifications>({
  webhook: nullable(address),
  exec: nullable(object<NoticeProgram>({ argv: listOf(text), timeout: finite, folder: text })),
});

export const accountSettings: Shape<DesiredAccount> = object<DesiredAccount>({
  name: text,
  broker: variants<DesiredAccount['broker'], 'type'>('type', { simulated, alpaca }),
  prices,
  limits,
  execution,
  calendar: optional(calendar),
  data: nullable(text),
  logs: optional(object<LogSettings>({ maxMegabytes: finite, maxFiles: finite })),
  health: optional(health),
  toggleFile: text,
  notifications: optional(notifications),
  heartbeat: optional(address),
});
