/** Prices of this moment for the simulated broker, which decides at once: what must be waited for is fetched before. */
import { SECOND, type Instant } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import { BrokerUnavailable } from '../reconciler/ports.ts';
import type { DataSource } from './data-source.ts';

export interface SpotPrices {
  priceAt(symbol: string, at: Instant): Quote | undefined;
  /**
   * Makes `priceAt` answer for these symbols; rejects with {@link BrokerUnavailable} where their price cannot be had.
   * Null where nothing must be waited for.
   */
  readonly prepare: ((symbols: readonly string[], now: Instant) => Promise<void>) | null;
}

/** A look at the account is four questions: all of them see one price, and the source is asked once. */
const FRESH = 5 * SECOND;

export function quotedPrices(source: DataSource): SpotPrices {
  const known = new Map<string, { readonly quote: Quote | undefined; readonly fetchedAt: Instant }>();
  return {
    priceAt: (symbol) => known.get(symbol)?.quote,
    prepare: async (symbols, now) => {
      const isFresh = (symbol: string): boolean => {
        const fetchedAt = known.get(symbol)?.fetchedAt;
        return fetchedAt !== undefined && Math.abs(now - fetchedAt) < FRESH;
      };
      const due = [...new Set(symbols)].filter((symbol) => !isFresh(symbol));
      if (due.length === 0) return;
      const { rows, failed } = await source.quotes(due, now);
      const [first] = failed;
      if (first !== undefined) throw new BrokerUnavailable(`no price of ${first[0]}: ${first[1]}`);
      for (const symbol of due) known.set(symbol, { quote: rows.get(symbol), fetchedAt: now });
    },
  };
}
