/** No order while the market is closed, or after the session's last submit time. */
import { formatQuantity } from '../../domain/decimal.ts';
import { formatLocalZone } from '../../domain/instant.ts';
import type { MarketClock } from '../../observed/broker-view.ts';
import { orderHours, type OrderHours } from '../order-hours.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';

export function keepMarketHours({ market, input }: PlanFacts, draft: PlanDraft): void {
  if (market === null) return;
  const { clock } = market;
  const hours = orderHours(clock, input.desired.account.calendar);
  if (hours.isOpen && (hours.lastSubmit === null || input.now <= hours.lastSubmit)) return;
  for (const order of [...draft.reductions, ...draft.entries]) {
    const what = `${order.side} ${formatQuantity(order.quantity)} ${order.symbol}`;
    hold(draft, order, 'MarketClosed', `${what} waits; ${nextOpen(clock, hours)}`);
  }
  draft.reductions.length = 0;
  draft.entries.length = 0;
}

function nextOpen(clock: MarketClock, { disagreement }: OrderHours): string {
  if (!clock.isOpen) return `next open ${formatLocalZone(clock.session.open)}`;
  return disagreement === null
    ? 'too close to the end of this session'
    : 'our calendar says that the session is over, or has not begun';
}
