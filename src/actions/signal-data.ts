/** What the askers of signals share: what is asked, and values as signals read them. */
import type { DesiredStrategy } from '../desired/desired-state.ts';
import { lastOpen, type CalendarOverrides } from '../domain/calendar.ts';
import { NO_MONEY, type Money } from '../domain/decimal.ts';
import { dateOf, type Instant } from '../domain/instant.ts';
import type { DailyBar, DailyClose, LatestReading } from '../observed/bars.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { ObservedState, SignalAnswer } from '../observed/observed-state.ts';
import type { Market } from '../reconciler/ports.ts';
import type { SignalReads } from './signal-reads.ts';

/** A strategy whose turn it is. */
export interface SignalTurn<Signal> {
  readonly strategy: DesiredStrategy;
  readonly signal: Signal;
  readonly calendar: CalendarOverrides | undefined;
}

/** Targets, or why there are none, in words. */
export type Asked = Extract<SignalAnswer, { readonly kind: 'targets' }> | string;

/** Units of money and price in a dollar. */
export const MICROS = 1_000_000;

export function equityOf({ snapshot }: ObservedState): Money {
  return snapshot.account.kind === 'ok' ? snapshot.account.data.equity : NO_MONEY;
}

/** Null where there is none. */
export function latestReading(
  quote: Quote | undefined,
  { now, calendar }: { readonly now: Instant; readonly calendar: CalendarOverrides | undefined },
): LatestReading | null {
  if (quote === undefined) return null;
  const { price, asOf } = quote;
  return { date: dateOf(asOf), value: price / MICROS, age: lastOpen(now, calendar) - asOf };
}

export interface ReadSeries {
  readonly quotes: ReadonlyMap<string, Quote>;
  readonly closes: ReadonlyMap<string, readonly DailyClose[]>;
  readonly bars: ReadonlyMap<string, readonly DailyBar[]>;
}

/** All at once. Of two series of a symbol the later question counts. */
export async function readAll(market: Market, reads: SignalReads, now: Instant): Promise<ReadSeries> {
  const [quotes, closes, bars] = await Promise.all([
    market.quotes(reads.quotes, now),
    Promise.all(reads.closes.map(({ symbols, span }) => market.closes(symbols, span))),
    Promise.all(reads.bars.map(({ symbols, span }) => market.bars(symbols, span))),
  ]);
  return {
    quotes,
    closes: new Map(closes.flatMap((found) => [...found])),
    bars: new Map(bars.flatMap((found) => [...found])),
  };
}
