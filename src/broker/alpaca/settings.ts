/** What the manifest says about the account. */
export interface AlpacaSettings {
  readonly environment: 'paper' | 'live';
  /** Number of the account at the broker. Absent: whichever the keys are of. */
  readonly accountId?: string;
  /** Where the keys stand; absent: in the environment. */
  readonly keysFile?: string;
  /** Of the trading API, with a slash at its end. */
  readonly url: string;
  /** `always-open`: a simulator that takes orders at any time, so that a session is a New York date, without a cut-off. */
  readonly clock: 'always-open' | 'exchange';
  readonly requestsPerMinute: number;
  /** Whether the account is told to refuse short sales while no strategy makes any. */
  readonly noShorting: 'when-unused' | 'leave';
}
