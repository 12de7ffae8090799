/** Minute bars of prices that are a function of time: each begins and ends at the price of its moment. */
import { nextSessionAfter, sessionAtOrAfter } from '../domain/calendar.ts';
import { MINUTE, plus, SECOND, type Instant } from '../domain/instant.ts';
import type { MinuteBar } from '../observed/bars.ts';
import type { TimeSpan } from '../reconciler/ports.ts';
import type { PriceSource } from './price-source.ts';

const MICROS = 1_000_000;
/** High and low are those of a few moments of the minute. */
const MOMENTS = [0, 20 * SECOND, 40 * SECOND, MINUTE] as const;

/** `volume`: of a session, spread evenly over its minutes. */
export function syntheticMinutes(priceAt: PriceSource['priceAt'], volume: number): PriceSource['minutes'] {
  const barAt = (symbol: string, at: Instant, perMinute: number): MinuteBar | null => {
    const prices = MOMENTS.flatMap((after) => {
      const quote = priceAt(symbol, plus(at, after));
      return quote === undefined ? [] : [quote.price / MICROS];
    });
    const [open, close] = [prices[0], prices.at(-1)];
    if (open === undefined || close === undefined || prices.length < MOMENTS.length) return null;
    return { at, open, high: Math.max(...prices), low: Math.min(...prices), close, volume: perMinute };
  };
  return (symbol, span) =>
    minutesOf(span).flatMap(({ at, count }) => barAt(symbol, at, Math.round(volume / count)) ?? []);
}

/** The whole minutes of sessions in a span, and how many their session has. */
function minutesOf({ from, until }: TimeSpan): { readonly at: Instant; readonly count: number }[] {
  const minutes: { at: Instant; count: number }[] = [];
  for (let session = sessionAtOrAfter(from); session.open < until; session = nextSessionAfter(session.date)) {
    const { open, close } = session;
    const count = (close - open) / MINUTE;
    const first = plus(open, Math.max(0, Math.ceil((from - open) / MINUTE)) * MINUTE);
    for (let at = first; at + MINUTE <= Math.min(close, until); at = plus(at, MINUTE))
      minutes.push({ at, count });
  }
  return minutes;
}
