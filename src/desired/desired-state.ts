/** What all manifests together ask for: validated, exact, and independent of the order of files and documents. */
import type { Money, Quantity, Ratio } from '../domain/decimal.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import type { FeeSchedule, Slippage } from '../domain/costs.ts';
import type { Json } from '../domain/digest.ts';
import type { ScheduleEntry } from '../domain/schedule.ts';
import type { PairsParameters } from './pairs-parameters.ts';
import type { VolParameters } from './vol-parameters.ts';

export type { ScheduleEntry, ScheduleTime } from '../domain/schedule.ts';

export interface DesiredState {
  /** Digest of the canonical manifests, toggles and universes; comments, order and layout do not change it. */
  readonly digest: string;
  readonly account: DesiredAccount;
  /** By priority, then name. */
  readonly strategies: readonly DesiredStrategy[];
}

export interface DesiredStrategy {
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle: 'active' | 'planned';
  /** Smaller runs first. */
  readonly priority: number;
  readonly signal: DesiredSignal;
  readonly universe: ReadonlySet<string>;
  /** Symbols that it holds together, or not at all. Absent: each by itself. */
  readonly groups?: HedgeGroups;
  readonly capital: Capital;
  readonly schedule: readonly ScheduleEntry[];
  readonly orphans: 'hold' | 'close';
  /** Parts of the strategy's own capital: what `capital.maxExposure` gives it of equity. Absent: none. */
  readonly risk?: LossLimits;
  /** Null for a planned strategy without an entry in the toggle file. */
  readonly toggle: Toggle | null;
}

/** One leg short, one long; a leg whose partner is not there is closed. */
export interface HedgeGroups {
  /** Each of two symbols in alphabetical order. A symbol may be in several, and is held in one of them. */
  readonly pairs: readonly (readonly [string, string])[];
  /** Largest difference of the parts of the two legs that are there, inclusive, part of one. */
  readonly maxHedgeError: number;
}

export interface Toggle {
  readonly enabled: boolean;
  readonly shutdownRequested: boolean;
}

export interface Capital {
  /** Largest value of one position, as part of equity. */
  readonly positionSize: Ratio;
  readonly maxPositions: number;
  /** Largest sum of absolute position values, as part of equity. */
  readonly maxExposure: Ratio;
  /** Whether it may go short. Absent: never. */
  readonly shorts?: 'allowed';
}

/** Whether orders of the account trade real money. */
export function isLive({ broker }: Pick<DesiredAccount, 'broker'>): boolean {
  return broker.type === 'alpaca' && broker.environment === 'live';
}

/** Whether a strategy may open a short position: where its manifest says so, or where its signal is nothing without. */
export function mayGoShort({ capital, signal }: Pick<DesiredStrategy, 'capital' | 'signal'>): boolean {
  return capital.shorts === 'allowed' || signal.type === 'pairs';
}

export type DesiredSignal =
  FixedSignal | CommandSignal | MomentumSignal | OmrSignal | VolSignal | ModuleSignal | PairsSignal;

export interface FixedSignal {
  readonly type: 'fixed';
  /** By symbol. */
  readonly targets: readonly FixedTarget[];
  /** A difference below this part of the target is not acted on; null: the default of 1 %. */
  readonly band: Ratio | null;
  readonly wholeShares: boolean;
  /** What becomes of a held symbol that is not among the targets. */
  readonly unlisted: 'close' | 'hold';
}

/** Any program: context on its standard input, targets on its standard output. */
export interface CommandSignal {
  readonly type: 'command';
  readonly argv: readonly string[];
  /** Longest run, ms. */
  readonly timeout: number;
  /** Where it runs: the folder of its manifest; absolute. */
  readonly folder: string;
  readonly band: Ratio | null;
  readonly wholeShares: boolean;
}

/** The strongest names of the universe, `capital.maxPositions` of them at `capital.positionSize` each. */
export interface MomentumSignal {
  readonly type: 'momentum-protection';
  readonly formation: number;
  readonly skip: number;
  readonly vixAbove: number;
  readonly drawdown: Ratio;
  readonly peakWindow: number;
  /** Part of each weight that is left under protection. */
  readonly reducedExposure: Ratio;
  readonly benchmark: string;
  readonly band: Ratio | null;
  readonly wholeShares: boolean;
}

/** What has a record of rising over night, or of falling, at `capital.positionSize` each. */
export interface OmrSignal {
  readonly type: 'overnight-mean-reversion';
  /** File of the reversion table; absolute. */
  readonly table: string;
  /** Parts of one. */
  readonly minWinRate: Ratio;
  readonly minExpectedReturn: Ratio;
  /** Short as well. Absent: long only. */
  readonly sides?: 'both';
  readonly band: null;
  readonly wholeShares: boolean;
}

/** Long what gains while volatility falls, or nothing; what it remembers is journalled with its slots. */
export interface VolSignal {
  readonly type: 'vol-term-structure';
  readonly parameters: VolParameters;
  readonly band: null;
  readonly wholeShares: boolean;
}

/** One share short and one long, while their spread is far from its mean; what it remembers is journalled with its slots. */
export interface PairsSignal {
  readonly type: 'pairs';
  readonly parameters: PairsParameters;
  readonly band: null;
  readonly wholeShares: true;
}

/** A function of the user's own: context in, targets out, in a process of its own. */
export interface ModuleSignal {
  readonly type: 'module';
  /** As the manifest writes it. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  /** As people are told of it. */
  readonly name: string;
  /** Longest run, ms. */
  readonly timeout: number;
  /** Sessions before today whose closes it is told. */
  readonly history: number;
  /** Minutes before now, of today, whose bars it is told; left out: none. */
  readonly minutes?: number | undefined;
  /** Symbols that it may read besides its universe. */
  readonly reads: readonly string[];
  readonly config: Readonly<Record<string, Json>>;
  readonly band: Ratio | null;
  readonly wholeShares: boolean;
}

/** Signals that are asked what they want, where the others have it in the manifest. */
export type AskedSignal = CommandSignal | MomentumSignal | OmrSignal | VolSignal | PairsSignal | ModuleSignal;

const ASKED: ReadonlySet<DesiredSignal['type']> = new Set<AskedSignal['type']>([
  'command',
  'module',
  'momentum-protection',
  'overnight-mean-reversion',
  'pairs',
  'vol-term-structure',
]);

export function isAsked(signal: DesiredSignal): signal is AskedSignal {
  return ASKED.has(signal.type);
}

export interface FixedTarget {
  readonly symbol: string;
  readonly size:
    | { readonly kind: 'weight'; readonly weight: Ratio }
    | { readonly kind: 'quantity'; readonly quantity: Quantity };
  /** Larger is served first when money is short. */
  readonly priority: number;
  /** Targets of one name are reached together, or left together. Absent: it stands by itself. */
  readonly group?: string;
}

export interface DesiredAccount {
  readonly name: string;
  readonly broker: SimulatedBroker | AlpacaBroker;
  readonly prices: Prices;
  readonly limits: AccountLimits;
  readonly execution: ExecutionSettings;
  /** Days of the exchange that are not as its rules say. Absent: none. */
  readonly calendar?: CalendarOverrides;
  /** Data folder, as written; null: the default. */
  readonly data: string | null;
  /** What is kept of the log. Absent: {@link DEFAULT_LOGS}. */
  readonly logs?: LogSettings;
  /** Thresholds of `hgctl health`. Absent: {@link DEFAULT_HEALTH}. */
  readonly health?: HealthSettings;
  /** Settings of the file: absolute path of the toggle file. */
  readonly toggleFile: string;
  /** Who is told of trouble. Absent: nobody. */
  readonly notifications?: Notifications;
  /** An address that is asked for while all is well. Absent: none. */
  readonly heartbeat?: { readonly urlFrom: UrlSource };
}

export interface Notifications {
  readonly webhook: { readonly urlFrom: UrlSource } | null;
  readonly exec: NoticeProgram | null;
}

/** Where an address stands that is a secret: a manifest is no place for it. */
export type UrlSource =
  | { readonly kind: 'env'; readonly name: string }
  /** Absolute path. */
  | { readonly kind: 'file'; readonly path: string };

export interface NoticeProgram {
  readonly argv: readonly string[];
  /** Longest run, ms. */
  readonly timeout: number;
  /** Where it runs: the folder of its manifest; absolute. */
  readonly folder: string;
}

export interface SimulatedBroker {
  readonly type: 'simulated';
  readonly cash: Money;
  readonly clock: 'always-open' | 'exchange';
  readonly seed: number;
  /** Buying power as a multiple of equity. */
  readonly multiplier: Ratio;
  /** Longest time from submission to the last fill, ms. */
  readonly fillDelay: number;
  /** Part of the orders that fill in more than one step. */
  readonly partialFills: Ratio;
  /** Days of the simulated exchange that are not as usual. Absent: none. */
  readonly calendar?: CalendarOverrides;
  /** What can be sold short: everything but these. Absent: nothing can. */
  readonly shorting?: { readonly hardToBorrow: readonly string[] };
  /** What trades by whole shares only. Absent: nothing does. */
  readonly notFractionable?: readonly string[];
  /** By symbol: part of a position, long or short, that must be covered by equity. Absent: nothing beyond the multiplier. */
  readonly marginRequirements?: Readonly<Record<string, Ratio>>;
  /** By how much a fill is worse than the price of its moment. Absent: by nothing. */
  readonly slippage?: Slippage;
  /** Absent: none. */
  readonly fees?: FeeSchedule;
  /** Absolute path of a fault script; null: nothing goes wrong. */
  readonly faults: string | null;
}

export interface AlpacaBroker {
  readonly type: 'alpaca';
  readonly environment: 'paper' | 'live';
  /** Number of the account at the broker. Absent: whichever the keys are of. */
  readonly accountId?: string;
  /** Of the trading API, with a slash at its end. */
  readonly url: string;
  /** Absolute path. Absent: the keys stand in the environment. */
  readonly keysFile?: string;
  /** `always-open`: a simulator that takes orders at any time. */
  readonly clock: 'always-open' | 'exchange';
  readonly requestsPerMinute: number;
  /** Whether the account is told to refuse short sales while no strategy makes any. */
  readonly noShorting: 'when-unused' | 'leave';
}

export type Prices = OnePriceSource | PricesInOrder;

/** The first that has a symbol answers; those of certain symbols are asked for them before all others. */
export interface PricesInOrder {
  readonly type: 'first-of';
  readonly sources: readonly OnePriceSource[];
}

export type OnePriceSource =
  | { readonly type: 'synthetic'; readonly seed: number; readonly movement: 'constant' | 'daily' | 'market' }
  /** Absolute path. */
  | { readonly type: 'csv'; readonly folder: string }
  | {
      /** VIX and VIX3M. */
      readonly type: 'cboe';
      /** Folder of its files, with a slash at its end. */
      readonly url: string;
      /** Folder of its delayed quotes; undefined: no level of now. */
      readonly levels?: string | undefined;
    }
  | {
      readonly type: 'alpaca';
      readonly feed: 'iex' | 'sip' | 'delayed_sip';
      readonly adjustment: 'all' | 'split' | 'dividend' | 'raw';
      /** Of the API, with a slash at its end. */
      readonly url: string;
      /** Absolute path; undefined: the keys stand in the environment. */
      readonly keysFile?: string | undefined;
    };

export interface LogSettings {
  /** Size of one file. */
  readonly maxMegabytes: number;
  readonly maxFiles: number;
}

export const DEFAULT_LOGS: LogSettings = { maxMegabytes: 10, maxFiles: 30 };

/** What is beyond one of these is worth a person's look; no order depends on it. */
export interface HealthSettings {
  /** `optional`: somebody applies by hand, and no controller is missed. */
  readonly controller: 'required' | 'optional';
  readonly minBuyingPower: Money;
  readonly minEquity: Money;
  /** Of one strategy; null: what its `capital.maxPositions` says. */
  readonly maxPositions: number | null;
  /** Of positions that have a scheduled exit; hours without a session do not count. */
  readonly maxPositionHours: number;
  /** ms. */
  readonly maxOrderAge: number;
  /** Parts of equity. */
  readonly maxDailyLoss: Ratio;
  readonly maxDrawdown: Ratio;
  /** Beyond the newest price that there can be, ms. */
  readonly maxQuoteAge: number;
  /** Sessions that a trained table may lack up to today. */
  readonly maxTableAge: number;
  /** Lines of the log in one hour: so many are a warning, more a failure. */
  readonly maxErrors: number;
  /** Below it is a warning, below a tenth of it a failure. */
  readonly minFreeMegabytes: number;
}

/** The amounts, counts and hours of positions, the age of orders and the losses are those of the original. */
export const DEFAULT_HEALTH: HealthSettings = {
  controller: 'required',
  minBuyingPower: 1_000_000_000 as Money,
  minEquity: 5_000_000_000 as Money,
  maxPositions: null,
  maxPositionHours: 48,
  maxOrderAge: 3_600_000,
  maxDailyLoss: 50_000 as Ratio,
  maxDrawdown: 200_000 as Ratio,
  maxQuoteAge: 900_000,
  maxTableAge: 63,
  maxErrors: 5,
  minFreeMegabytes: 500,
};

/** Entries that would pass a limit are not sent; reductions always pass. */
export interface AccountLimits {
  readonly maxOrderValue: Money | null;
  readonly maxOrdersPerDay: number | null;
  readonly maxOrdersPerSymbol: number | null;
  /** Changes of direction in a session. Absent: 10. */
  readonly maxFlipsPerSymbol?: number;
  /** Largest distance of the latest price from the planned one. */
  readonly priceCollar: Ratio;
  /** The same for leveraged funds, where it is smaller. Absent: 2 %. */
  readonly leveragedCollar?: Ratio;
  /** Symbols that count as leveraged besides those that are known. By name; absent: none. */
  readonly leveraged?: readonly string[];
  /** Largest age of a price, ms, beyond the newest that there can be. Absent: any. */
  readonly quoteAge?: number;
  /** Largest distance of bid and ask, as part of their middle. Absent: any. */
  readonly maxSpread?: Ratio;
  /** Largest sum of absolute position values of the account, as part of equity. */
  readonly maxGross: Ratio | null;
  /** Parts of equity. Absent: none. */
  readonly loss?: LossLimits;
}

/** Entries stop when so much is lost, until an operator resets the limit; null: no such limit. */
export interface LossLimits {
  /** Since the start of the session day. */
  readonly daily: Ratio | null;
  /** Since the start of the week. */
  readonly weekly: Ratio | null;
  /** From the peak. */
  readonly drawdown: Ratio | null;
}

/** All in ms, but for `maxInFlight`. */
export interface ExecutionSettings {
  readonly lockWait: number;
  readonly lockTimeout: number;
  readonly snapshotAge: number;
  readonly fillTimeout: number;
  readonly cancelAllowance: number;
  readonly requestTimeout: number;
  /** Between this clock and the broker's, ms; beyond it nothing is opened. */
  readonly clockSkew: number;
  readonly settleWindow: number;
  readonly secondProof: number;
  readonly maxInFlight: number;
}
