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
