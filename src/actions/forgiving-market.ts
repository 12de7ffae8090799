/** A market for whoever must go on: a symbol whose price cannot be read has none, and that is told once. */
import { HgctlError } from '../domain/errors.ts';
import type { Market } from '../reconciler/ports.ts';

/** `said`: what was told already, kept by whoever makes many passes. Closes and bars fail as they do: signals say so. */
export function forgivingMarket(market: Market, tell: (message: string) => void, said: Set<string>): Market {
  const quotes: Market['quotes'] = async (symbols, now) => {
    try {
      return await market.quotes(symbols, now);
    } catch (error) {
      if (!(error instanceof HgctlError)) throw error;
      if (symbols.length > 1) {
        const each = await Promise.all(symbols.map((symbol) => quotes([symbol], now)));
        return new Map(each.flatMap((one) => [...one]));
      }
      if (!said.has(error.message)) tell(error.message);
      said.add(error.message);
      return new Map();
    }
  };
  return { ...market, quotes };
}
