/** The second opinion on the quotes behind entries. Loops of its own, no rule of the planner. */
import { isOpen, previousSessionBefore } from '../domain/calendar.ts';
import { LEVERAGED_FUNDS } from '../domain/leveraged-funds.ts';
import { dateOf } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { PlanInput } from './draft.ts';
import { isReduction, type OrderAction } from './plan-types.ts';

/** Parts of a million. */
const WHOLE = 1_000_000;
const COLLAR_OF_FUNDS = 20_000;
/** What rounding a spread to parts of a million may hide. */
const ROUNDING = 1;

/** What is wrong, in words. */
export function checkQuotes(orders: readonly OrderAction[], input: PlanInput): string[] {
  return orders.flatMap((order) => {
    const quote = input.observed.quotes.get(order.symbol);
    if (quote === undefined || isReduction(order)) return [];
    const found = [wrongMarket(quote, input), wrongPrice(order, quote, input)];
    return found.flatMap((what) => (what === null ? [] : [`${order.id}: ${what}`]));
  });
}

function wrongMarket({ asOf, bid, ask, halted }: Quote, { desired, now }: PlanInput): string | null {
  const { limits, calendar } = desired.account;
  if (halted !== undefined) return 'the symbol is halted';
  // Younger than the last close is young enough while nothing trades.
  const since = isOpen(now, calendar) ? now : previousSessionBefore(dateOf(now), calendar).close;
  if (limits.quoteAge !== undefined && asOf < since - limits.quoteAge) return 'its price is too old';
  if (limits.maxSpread === undefined || bid === undefined || ask === undefined) return null;
  const parts = ((ask - bid) / ((ask + bid) / 2)) * WHOLE;
  return parts >= 0 && parts <= limits.maxSpread + ROUNDING ? null : 'its spread is too wide';
}

function wrongPrice(order: OrderAction, { price }: Quote, { desired }: PlanInput): string | null {
  const { priceCollar, leveraged, leveragedCollar } = desired.account.limits;
  const isFund = LEVERAGED_FUNDS.has(order.symbol) || leveraged?.includes(order.symbol) === true;
  const most = isFund ? Math.min(priceCollar, leveragedCollar ?? COLLAR_OF_FUNDS) : priceCollar;
  return Math.abs(price / order.price - 1) * WHOLE > most + ROUNDING ? 'its price has run away' : null;
}
