/** The module that `hgctl init strategy` writes, and the types that an editor finds beside it. */

export function signalText(name: string): string {
  return `/**
 * ${name}: holds each symbol of its universe while its price is not below that of \`params.history\` sessions ago.
 * Replace it by your own. Same context, same answer: no clock, no chance, no network.
 */
import type { SignalContext, SignalTarget, SignalTargets, Weight } from './hgctl-signal.js';

/** What the manifest says in \`params.config\`. */
interface Config {
  /** Part of equity for each symbol that is held. */
  readonly weight: Weight;
}

export default function signal(context: SignalContext<Config>): SignalTargets {
  const { universe, prices, closes, config } = context;
  const targets = universe.flatMap((symbol): SignalTarget[] => {
    const now = prices[symbol]?.price;
    const before = closes[symbol]?.[0];
    // What is not known decides nothing: a symbol that is not named is held as it is.
    if (now === undefined || before === undefined || before === null) return [];
    return [{ symbol, weight: now >= before ? config.weight : '0%' }];
  });
  return { version: 1, targets };
}
`;
}

export const SIGNAL_TYPES = `/** Types of a signal module of hgctl. Types only: nothing in this file runs. */

/** As "6%" or "2.5%", zero or more, with at most four decimals. */
export type Weight = \`\${number}%\`;

/** A decimal number as text: money and shares are exact. */
export type Decimal = \`\${number}\`;

/** What the function is handed, frozen. */
export interface SignalContext<Config = Readonly<Record<string, unknown>>> {
  readonly version: 1;
  /** Name of the strategy. */
  readonly strategy: string;
  /** An instant with offset: "2025-12-02T15:55:00-05:00". */
  readonly now: string;
  /** Of the account, in dollars. */
  readonly equity: Decimal;
  /** What the strategy owns. */
  readonly positions: readonly SignalPosition[];
  /** What it may trade. */
  readonly universe: readonly string[];
  /** params.config of the manifest. */
  readonly config: Config;
  /** Dates of the last params.history sessions before today, oldest first. */
  readonly sessions: readonly string[];
  /** For each symbol of universe and params.reads one close, or null, for each of the sessions. */
  readonly closes: Readonly<Record<string, readonly (number | null)[] | undefined>>;
  /** The latest price of each of these symbols that has one. */
  readonly prices: Readonly<Record<string, SignalPrice | undefined>>;
  /** Bars of the last params.minutes minutes of today that have ended, oldest first; left out where it is not set. */
  readonly minutes?: Readonly<Record<string, readonly SignalMinute[] | undefined>>;
}

export interface SignalMinute {
  /** When it began: an instant with offset. */
  readonly at: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Shares; left out where it is not known. */
  readonly volume?: number;
}

export interface SignalPosition {
  readonly symbol: string;
  readonly quantity: Decimal;
  readonly averageCost: Decimal;
  /** Null when no price is known. */
  readonly marketValue: Decimal | null;
}

export interface SignalPrice {
  readonly price: number;
  /** When it was so: an instant with offset. */
  readonly asOf: string;
}

/** A symbol that is not named is held as it is; zero closes it. */
export interface SignalTargets {
  readonly version: 1;
  readonly targets: readonly SignalTarget[];
}

export type SignalTarget = SignalSize & {
  /** Of the universe. */
  readonly symbol: string;
  /** Larger is served first when money is short, 0 to 1000000. */
  readonly priority?: number;
};

export type SignalSize =
  | { readonly weight: Weight; readonly quantity?: never }
  | { readonly quantity: Decimal; readonly weight?: never };

/** The default export of a module. */
export type Signal<Config = Readonly<Record<string, unknown>>> = (
  context: SignalContext<Config>,
) => SignalTargets | Promise<SignalTargets>;
`;
