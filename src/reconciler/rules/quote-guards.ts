/** No entry on a quote that says little: old, wide apart, far from the price of the plan, or of a halted symbol. */
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';
import { orderHours } from '../order-hours.ts';
import { doubtOf } from '../quote-guards.ts';

/** While the market is closed, that is the reason to wait. Without a quote, the price is the broker's own. */
export function keepQuoteGuards({ market, input }: PlanFacts, draft: PlanDraft): void {
  const { limits, calendar } = input.desired.account;
  if (market === null || !orderHours(market.clock, calendar).isOpen) return;
  const allowed = draft.entries.filter((entry) => {
    const quote = input.observed.quotes.get(entry.symbol);
    const doubt = quote === undefined ? null : doubtOf(entry, quote, { limits, calendar, now: input.now });
    if (doubt !== null) hold(draft, entry, doubt.reason, doubt.detail);
    return doubt === null;
  });
  draft.entries.splice(0, draft.entries.length, ...allowed);
}
