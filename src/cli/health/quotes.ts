/** How old a price may be: it cannot be newer than the market's last moment. */
import { isOpen, previousSessionBefore, sessionOn } from '../../domain/calendar.ts';
import { dateOf, type Instant } from '../../domain/instant.ts';
import type { Prices } from '../../desired/desired-state.ts';
import type { Quote } from '../../observed/broker-view.ts';
import type { HealthFacts } from './facts.ts';

type Facts = Pick<HealthFacts, 'now' | 'settings' | 'desired'>;

export function isStale(facts: Facts, { asOf }: Quote): boolean {
  return newestPossible(facts) - asOf > facts.settings.maxQuoteAge;
}

/** Daily closes are those of the last session that has ended. */
function newestPossible({ now, desired }: Facts): Instant {
  if (!isDaily(desired.account.prices) && isOpen(now)) return now;
  const today = sessionOn(dateOf(now));
  return today !== null && today.close <= now ? today.close : previousSessionBefore(dateOf(now)).close;
}

/** Whether nothing of it has a price of now. */
function isDaily(prices: Prices): boolean {
  if (prices.type === 'first-of') return prices.sources.every(isDaily);
  return prices.type === 'csv' || prices.type === 'cboe';
}
