/** An account at Alpaca, through its SDK. */
import type { FoundKeys } from '../../market/alpaca-keys.ts';
import type { Broker, Clock } from '../../reconciler/ports.ts';

/** What the manifest says about the account. */
export interface AlpacaSettings {
  readonly environment: 'paper' | 'live';
  /** Number of the account at the broker. Absent: whichever the keys are of. */
  readonly accountId?: string;
  /** Of the trading API, with a slash at its end. */
  readonly url: string;
  readonly requestsPerMinute: number;
  /** Whether the account is told to refuse short sales while no strategy makes any. */
  readonly noShorting: 'when-unused' | 'leave';
}

export interface AlpacaBrokerOptions {
  readonly settings: AlpacaSettings;
  /** Read when they are needed. */
  readonly keys: () => FoundKeys;
  /** The account that may be traded with real money, by the environment; undefined: none. */
  readonly allowedLive: string | undefined;
  readonly clock: Clock;
  /** ms. */
  readonly requestTimeout: number;
}

export function alpacaBroker(options: AlpacaBrokerOptions): Broker {
  throw new Error(`not there yet: ${options.settings.url}`);
}
