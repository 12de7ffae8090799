/** What the account was worth: its shares at the prices of that moment. */
import { valueOf, type Money } from '../../domain/decimal.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Venue } from '../simulated-state.ts';
import type { Past } from './past.ts';

/** What has no price counts nothing. */
export function equityAt({ cash, quantities }: Past, venue: Venue, at: Instant): Money {
  let equity: number = cash;
  for (const [symbol, quantity] of quantities) {
    const price = venue.priceAt(symbol, at);
    if (price !== undefined) equity += valueOf(quantity, price);
  }
  return equity as Money;
}
