/** When a simulated controller has to look again although nothing has happened. */
import type { DesiredState } from '../desired/desired-state.ts';
import { isOpen, nextSessionAfter, sessionAtOrAfter } from '../domain/calendar.ts';
import { plus, type Instant } from '../domain/instant.ts';
import type { Ledger } from '../observed/ledger.ts';
import { RESYNC } from '../reconciler/controller.ts';
import { dueSlot } from '../reconciler/slots.ts';

/**
 * Nobody else changes a simulated account: what can change between two edges is prices. So the next look is as usual, five
 * minutes later, where something follows them: a strategy without a schedule, a loss limit, a slot that is due, an order
 * or a break without an end. Otherwise, and behind a closed market, it is at the next open; slots have edges of their own.
 */
export function nextLook({ account, strategies }: DesiredState, ledger: Ledger, now: Instant): Instant {
  const { calendar } = account;
  const followsPrices =
    strategies.some((strategy) => strategy.schedule.length === 0 || strategy.risk !== undefined) ||
    account.limits.loss !== undefined ||
    ledger.openOrders.size + ledger.breaks.size > 0 ||
    strategies.some((strategy) => dueSlot(ledger, strategy, now, calendar) !== null);
  if (followsPrices && isOpen(now, calendar)) return plus(now, RESYNC);
  const { date, open } = sessionAtOrAfter(now, calendar);
  return open > now ? open : nextSessionAfter(date, calendar).open;
}
