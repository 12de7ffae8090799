/** The market of a simulated account, from a source of prices. */
import type { Money } from '../domain/decimal.ts';
import type { PriceSource } from '../market/price-source.ts';
import type { SimulatedSettings, Venue } from './simulated-state.ts';

export function venueOf(settings: SimulatedSettings, prices: Pick<PriceSource, 'priceAt'>): Venue {
  return {
    settings,
    priceAt: (symbol, at) => prices.priceAt(symbol, at)?.price,
    spreadAt: (symbol, at) => {
      const { bid, ask } = prices.priceAt(symbol, at) ?? {};
      return bid === undefined || ask === undefined ? undefined : ((ask - bid) as Money);
    },
  };
}
