/**
 * Prices of shares that a fault script has split or renamed: the source knows nothing of it, and goes on with those of
 * before.
 */
import { mulDiv, type Price } from '../../domain/decimal.ts';
import type { Instant } from '../../domain/instant.ts';
import type { SpotPrices } from '../../market/spot-prices.ts';
import type { Quote } from '../../observed/broker-view.ts';
import type { CorporateChange } from '../simulated-state.ts';

/** What has happened so far, oldest first. */
export type Happened = () => readonly CorporateChange[];

export interface Step {
  readonly time: Instant;
  /** So many shares of before are so many of after. */
  readonly from: number;
  readonly to: number;
}

export interface Terms {
  /** As the source calls it. */
  readonly source: string;
  readonly steps: readonly Step[];
  /** Since when nobody calls it so any more; null: they do. */
  readonly endedAt: Instant | null;
}

/** Of a symbol as it is called after all of the changes. */
export function termsOf(symbol: string, changes: readonly CorporateChange[]): Terms {
  let source = symbol;
  let endedAt: Instant | null = null;
  const steps: Step[] = [];
  for (const change of changes.toReversed()) {
    if (change.kind === 'split') {
      if (change.symbol === source) steps.push(change);
    } else if (change.to === source) source = change.from;
    else if (change.from === source) endedAt ??= change.time;
  }
  return { source, steps, endedAt };
}

/** Whether a split is behind what is priced. */
type IsDone = (step: Step) => boolean;

function priced(price: Price, steps: readonly Step[], isDone: IsDone): Price {
  const after = steps.filter(isDone).reduce<number>((sum, { from, to }) => mulDiv(sum, from, to), price);
  return Math.max(1, after) as Price;
}

export function quoted({ price, bid, ask, ...quote }: Quote, steps: readonly Step[], isDone: IsDone): Quote {
  return {
    ...quote,
    price: priced(price, steps, isDone),
    ...(bid !== undefined && { bid: priced(bid, steps, isDone) }),
    ...(ask !== undefined && { ask: priced(ask, steps, isDone) }),
  };
}

/** What is before a split is told at the terms of then, or of now. */
export type TermsOf = 'then' | 'now';

export function changedSpot(inner: SpotPrices, happened: Happened, terms: TermsOf): SpotPrices {
  const { prepare } = inner;
  return {
    priceAt: (symbol, at) => {
      const { source, steps, endedAt } = termsOf(symbol, happened());
      if (endedAt !== null && at >= endedAt) return undefined;
      const quote = inner.priceAt(source, at);
      return quote && quoted(quote, steps, ({ time }) => terms === 'now' || time <= at);
    },
    prepare:
      prepare &&
      ((symbols, now) =>
        prepare(
          symbols.map((symbol) => termsOf(symbol, happened()).source),
          now,
        )),
  };
}
