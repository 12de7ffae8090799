/** Where prices come from when no broker quotes them. */
import type { Instant } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { DateSpan, TimeSpan } from '../reconciler/ports.ts';
import type { DailyBar, DailyClose, MinuteBar } from '../observed/bars.ts';
import type { CorporateAction } from '../observed/corporate-action.ts';

export interface PriceSource {
  /** The latest price at a moment, above zero; undefined when the symbol has none. */
  priceAt(symbol: string, at: Instant): Quote | undefined;
  /** The closes of sessions from `from` to `to`, both inclusive, by date. */
  closes(symbol: string, span: DateSpan): readonly DailyClose[];
  /** Likewise, those of which the open is known. */
  bars(symbol: string, span: DateSpan): readonly DailyBar[];
  /** Minutes that begin in the span and have ended by its end, oldest first. */
  minutes(symbol: string, span: TimeSpan): readonly MinuteBar[];
  /** Those that take effect in the span; undefined where nobody keeps a list of them. */
  actions(symbol: string, span: DateSpan): readonly CorporateAction[] | undefined;
}

/** What the manifest says about prices. */
export type PriceSettings = OneSource | { readonly type: 'first-of'; readonly sources: readonly OneSource[] };

export type OneSource = SyntheticSettings | CsvSettings | CboeSettings | AlpacaSettings;

export interface CboeSettings {
  readonly type: 'cboe';
  /** Folder of its files, with a slash at its end. */
  readonly url: string;
  /** Folder of its delayed quotes; undefined: no level of now. */
  readonly levels?: string | undefined;
}

export interface AlpacaSettings {
  readonly type: 'alpaca';
  /** iex: one exchange. sip: all of them. delayed_sip: all of them, a quarter of an hour ago. */
  readonly feed: 'iex' | 'sip' | 'delayed_sip';
  /** What closes and opens of the past are adjusted for. */
  readonly adjustment: 'all' | 'split' | 'dividend' | 'raw';
  /** Of the API, with a slash at its end. */
  readonly url: string;
  /** Absolute path; undefined: the keys stand in the environment. */
  readonly keysFile?: string | undefined;
}

export interface SyntheticSettings {
  readonly type: 'synthetic';
  readonly seed: number;
  readonly movement: 'constant' | 'daily' | 'market';
}

export interface CsvSettings {
  readonly type: 'csv';
  /** Absolute path. */
  readonly folder: string;
}
