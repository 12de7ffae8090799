/** The simulated account that `sim serve` serves: one of the manifests, or a stand-in for those who have none. */
import { simulatedFile } from '../broker/simulated-file.ts';
import { freshState, type SimulatedSettings } from '../broker/simulated-state.ts';
import { memoryStore, type SimulatedStore } from '../broker/simulated-store.ts';
import { standInAccount } from '../desired/broker-schema.ts';
import type { DesiredAccount } from '../desired/desired-state.ts';
import type { CalendarOverrides } from '../domain/calendar.ts';
import type { Money } from '../domain/decimal.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import { marketData, type MarketData } from '../market/market.ts';
import type { PriceSettings } from '../market/price-source.ts';
import type { Clock } from '../reconciler/ports.ts';
import { cacheFolder } from '../store/cache-folder.ts';
import { clockFrom, offsetClock, systemClock } from '../store/clocks.ts';
import { findAlpacaKeys } from './alpaca-keys.ts';
import type { GlobalOptions, Io } from './io.ts';
import { readManifests } from './manifests.ts';
import { dataPaths, variable, type DataPaths } from './places.ts';
import { startClock } from './start-clock.ts';

export interface StandIn {
  readonly clock: SimulatedSettings['clock'] | null;
  readonly cash: Money | null;
}

export interface ServedAccount {
  readonly settings: SimulatedSettings;
  readonly store: SimulatedStore;
  readonly clock: Clock;
  readonly data: MarketData;
  /** Listed as assets. */
  readonly symbols: readonly string[];
  /** Where the account is kept; null: in memory, and gone with the server. */
  readonly file: string | null;
}

/** `standIn`: what the command line says of an account that no manifest declares. */
export function servedAccount(io: Io, options: GlobalOptions, standIn: StandIn): ServedAccount {
  const isDeclared = options.filename !== undefined || variable(io, 'HGCTL_MANIFESTS') !== undefined;
  return isDeclared ? declaredAccount(io, options, standIn) : standInServed(io, options, standIn);
}

function declaredAccount(io: Io, options: GlobalOptions, { clock, cash }: StandIn): ServedAccount {
  const { desired, accountFile } = readManifests(io, options);
  const { account, strategies } = desired;
  if (account.broker.type !== 'simulated') {
    throw new HgctlError(
      EXIT.refused,
      `the Account in ${accountFile} is at Alpaca: there is nothing to simulate`,
      {
        hint: 'name an Account with broker: {type: simulated}, or leave -f out for a stand-in account',
      },
    );
  }
  if (clock !== null || cash !== null) {
    throw new HgctlError(
      EXIT.usage,
      '--clock and --cash are for the stand-in account: here the Account says them',
      {
        hint: `set broker.clock and broker.cash in ${accountFile}, or leave -f out`,
      },
    );
  }
  if (account.broker.faults !== null)
    io.stderr(
      'note: broker.faults of the Account is not for clients of this server: --faults names a script for them\n',
    );
  const symbols = new Set(strategies.flatMap(({ universe }) => [...universe]));
  const paths = dataPaths(io, options, account.data);
  return opened(io, { settings: account.broker, account, paths, symbols: [...symbols].sort(compareText) });
}

/** Their prices move, and they have something of everything. */
const STAND_IN_SYMBOLS = [
  'AAPL',
  'AMZN',
  'BND',
  'GLD',
  'GOOGL',
  'IWM',
  'META',
  'MSFT',
  'NVDA',
  'QQQ',
  'SPY',
  'TLT',
  'TSLA',
  'VTI',
];

function standInServed(io: Io, options: GlobalOptions, { clock, cash }: StandIn): ServedAccount {
  const usual = standInAccount();
  const settings = { ...usual, clock: clock ?? usual.clock, cash: cash ?? usual.cash };
  const prices: PriceSettings = { type: 'synthetic', seed: settings.seed, movement: 'market' };
  const isKept = options.data !== undefined || variable(io, 'HGCTL_DATA') !== undefined;
  const paths = isKept ? dataPaths(io, options, null) : null;
  return opened(io, { settings, account: { prices }, paths, symbols: STAND_IN_SYMBOLS });
}

/** Synthetic prices keep nothing. */
const NO_CACHE = { read: () => null, write: () => undefined };

interface Opening {
  readonly settings: SimulatedSettings;
  readonly account: Pick<DesiredAccount, 'prices'> & { readonly calendar?: CalendarOverrides };
  readonly paths: DataPaths | null;
  readonly symbols: readonly string[];
}

function opened(io: Io, { settings, account, paths, symbols }: Opening): ServedAccount {
  const started = startOf(io);
  const fresh = (): ReturnType<typeof freshState> => freshState(settings, started.now());
  const store = paths === null ? memoryStore(fresh()) : simulatedFile(paths.broker, fresh);
  const clock = notBefore(started, store.load().time);
  const data = marketData(account.prices, {
    cache: paths === null ? NO_CACHE : cacheFolder(paths.market),
    clock,
    calendar: account.calendar,
    tell: (message) => io.stderr(`warning: ${message}\n`),
    alpacaKeys: (file) => findAlpacaKeys(file, io.environment),
  });
  return { settings, store, clock, data, symbols, file: paths?.broker ?? null };
}

/** A server is worth nothing on a clock that stands: from `HGCTL_NOW` on, its time goes as the real one does. */
function startOf(io: Io): Clock {
  if (io.clock !== undefined) return io.clock;
  const real = systemClock();
  const isAhead = variable(io, 'HGCTL_NOW') !== undefined;
  return isAhead ? offsetClock(real, startClock(io).now() - real.now()) : real;
}

/** Simulated time may have been ahead of the real one: going back would undo fills that clients have seen. */
function notBefore(clock: Clock, newest: Instant): Clock {
  const behind = newest - clock.now();
  return behind <= 0 ? clock : clockFrom(clock, newest);
}
