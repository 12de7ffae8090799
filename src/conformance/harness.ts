/** What a case of the conformance kit needs of the world around a broker, and who makes it. */
import type { Money, Quantity } from '../domain/decimal.ts';
import type { Side } from '../domain/names.ts';
import type { Broker } from '../reconciler/ports.ts';

/** What not every way to a broker can do; the text says it to people. */
export const NEEDS = {
  'empty-account': 'an account that holds its cash and nothing else',
  'virtual-time':
    'time that passes only when it is told to, so that an order stays open between two questions',
  'fills-in-steps': 'orders that fill in several steps when that is asked for',
  'outside-trades': 'trades past hgctl',
  'stored-text': 'a look at all that the broker keeps',
  'cash-account': 'an account that may not be short',
  'short-account': 'an account that may be short',
  'hard-to-borrow': 'a symbol that is known to be hard to borrow',
  'many-orders': 'more than a hundred orders at once',
  'beyond-means': 'an order for far more than the account can pay',
} as const;

export type Need = keyof typeof NEEDS;

export interface Harness {
  readonly broker: Broker;
  /** Lets so many ms of the broker's time pass. */
  readonly pass: (milliseconds: number) => Promise<void>;
  /** A client order id that was never used. */
  readonly newId: () => string;
  readonly symbols: {
    /** Bought and sold; the account holds none of it at the start, and has no order in it. */
    readonly traded: string;
    /** Only asked about. */
    readonly other: string;
    /** Nothing is listed under it. */
    readonly none: string;
    readonly hardToBorrow?: string;
  };
  readonly pace: Pace;
  /** By how much cash may differ from the value of fills: brokers round it. */
  readonly rounding: Money;
  /** What a new account has. Only for cases that need `empty-account`. */
  readonly cash?: Money;
  /** A trade by hand, filled at once. Only for cases that need `outside-trades`. */
  readonly tradeOutside?: (symbol: string, side: Side, quantity: Quantity) => Promise<void>;
  /** Everything that the broker keeps. Only for cases that need `stored-text`. */
  readonly stored?: () => string;
  /** Leaves the account as it was; rejects, with what is left, where it cannot. */
  readonly dispose: () => Promise<void>;
}

/** All in ms. */
export interface Pace {
  /** Between two looks at an order that is watched. */
  readonly watching: number;
  /** Between two looks at an order of which only the end matters. */
  readonly waiting: number;
  /** Longer than an order of the kit takes to become final. */
  readonly patience: number;
  /** So long positions, history and account may be behind an order that has filled. */
  readonly lag: number;
  /** So far the clocks of the broker's machines may differ. */
  readonly skew: number;
}

/** One way to reach a broker. */
export interface Form {
  /** For people. */
  readonly name: string;
  /** Why it cannot do what a case needs; what is not listed it can. */
  readonly lacks: ReadonlyMap<Need, string>;
  /** For one case: an account as it needs it. */
  readonly open: (needs: ReadonlySet<Need>) => Promise<Harness>;
}
