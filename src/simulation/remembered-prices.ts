/** Prices of one moment, each looked up once: a look at the world asks for the same price several times. */
import type { Instant } from '../domain/instant.ts';
import type { PriceSource } from '../market/price-source.ts';
import type { Quote } from '../observed/broker-view.ts';

/** For prices that do not change while they are looked at. */
export function rememberedPrices(source: PriceSource): PriceSource {
  const known = new Map<string, Quote>();
  let moment = Number.NaN as Instant;
  return {
    ...source,
    priceAt: (symbol, at) => {
      if (at !== moment) known.clear();
      moment = at;
      const remembered = known.get(symbol);
      if (remembered !== undefined) return remembered;
      const quote = source.priceAt(symbol, at);
      if (quote !== undefined) known.set(symbol, quote);
      return quote;
    },
  };
}
