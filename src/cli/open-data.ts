/** The prices of an account, and who hears what people should know of them. */
import type { DesiredState } from '../desired/desired-state.ts';
import { CONTROLLER } from '../domain/names.ts';
import { marketData, type MarketData } from '../market/market.ts';
import type { Report } from '../reconciler/ports.ts';
import { cacheFolder } from '../store/cache-folder.ts';
import { findAlpacaKeys } from './alpaca-keys.ts';
import type { Io } from './io.ts';
import type { DataPaths } from './places.ts';
import type { CommandClock } from './start-clock.ts';

export interface DataPlace {
  readonly account: DesiredState['account'];
  readonly paths: DataPaths;
  readonly clock: CommandClock;
}

export interface AccountData extends MarketData {
  /** Who hears what people should know of market data. */
  readonly onData: Set<(message: string) => void>;
}

export function openData(io: Io, { account, paths, clock }: DataPlace, report: Report): AccountData {
  const onData = new Set([(message: string) => report.warn(CONTROLLER, message)]);
  const data = marketData(account.prices, {
    cache: cacheFolder(paths.market),
    clock,
    calendar: account.calendar,
    tell: (message) => onData.forEach((hear) => hear(message)),
    alpacaKeys: (file) => findAlpacaKeys(file, io.environment),
  });
  return { ...data, onData };
}
