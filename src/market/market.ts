/** Prices as the loop asks for them. */
import type { Market } from '../reconciler/ports.ts';
import { csvPrices } from './csv-prices.ts';
import type { PriceSettings, PriceSource } from './price-source.ts';
import { syntheticMarket } from './synthetic-market.ts';
import { syntheticPrices } from './synthetic.ts';

export function priceSource(settings: PriceSettings): PriceSource {
  if (settings.type === 'csv') return csvPrices(settings.folder);
  const { seed, movement } = settings;
  return movement === 'market' ? syntheticMarket(seed) : syntheticPrices({ seed, movement });
}

/** Symbols without a price are not in the answer. */
export function market(source: PriceSource): Market {
  return {
    quotes: (symbols, now) =>
      // Inside a promise, so that a malformed file is a rejection.
      Promise.resolve().then(() => {
        const rows = symbols.flatMap((symbol) => {
          const quote = source.priceAt(symbol, now);
          return quote === undefined ? [] : [[symbol, quote] as const];
        });
        return new Map(rows);
      }),
    closes: (symbols, span) => rowsOf(symbols, (symbol) => source.closes(symbol, span)),
    bars: (symbols, span) => rowsOf(symbols, (symbol) => source.bars(symbol, span)),
  };
}

/** Symbols without a row are not in the answer. Inside a promise, so that a malformed file is a rejection. */
function rowsOf<Row>(
  symbols: readonly string[],
  of: (symbol: string) => readonly Row[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  return Promise.resolve().then(() => {
    const rows = symbols.map((symbol) => [symbol, of(symbol)] as const);
    return new Map(rows.filter(([, found]) => found.length > 0));
  });
}
