/** No order while the market is closed, or after the session's last submit time. */
import { formatQuantity } from '../../domain/decimal.ts';
import { formatLocalZone } from '../../domain/instant.ts';
import type { MarketClock } from '../../observed/broker-view.ts';
import { hold, type PlanDraft, type PlanFacts } from '../draft.ts';

export function keepMarketHours({ market, input }: PlanFacts, draft: PlanDraft): void {
  if (market === null || isOrderTime(market.clock, input.now)) return;
  for (const order of [...draft.reductions, ...draft.entries]) {
    const what = `${order.side} ${formatQuantity(order.quantity)} ${order.symbol}`;
    hold(draft, order, 'MarketClosed', `${what} waits; ${nextOpen(market.clock)}`);
  }
  draft.reductions.length = 0;
  draft.entries.length = 0;
}

function isOrderTime(clock: MarketClock, now: number): boolean {
  return clock.isOpen && (clock.lastSubmit === null || now <= clock.lastSubmit);
}

function nextOpen(clock: MarketClock): string {
  return clock.isOpen
    ? 'too close to the end of this session'
    : `next open ${formatLocalZone(clock.session.open)}`;
}
