/** Asks for the prices of a slot before it begins, so that what is missing is known while there is time. */
import { previousSessionBefore, type CalendarOverrides } from '../domain/calendar.ts';
import { HgctlError } from '../domain/errors.ts';
import { dateOf, formatLocalZone } from '../domain/instant.ts';
import type { Slot } from '../domain/schedule.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { Quote } from '../observed/broker-view.ts';
import { BrokerUnavailable, type Ports } from '../reconciler/ports.ts';
import { commitDecision } from './operator.ts';
import { mayWant } from './observe.ts';

/** Records and reports symbols without a price, and those whose price is older than the session before the slot's. */
export async function preload(
  ports: Ports,
  strategy: DesiredStrategy,
  slot: Slot,
  calendar: CalendarOverrides | undefined,
): Promise<void> {
  const symbols = [...mayWant(strategy)].sort();
  if (symbols.length === 0) return;
  const quotes = await quotesOf(ports, symbols);
  if (typeof quotes === 'string') {
    ports.report.warn(strategy.name, `Data for ${slot.action} at ${formatLocalZone(slot.at)}: ${quotes}`);
    return;
  }
  const oldest = previousSessionBefore(slot.date, calendar).date;
  const missing = symbols.filter((symbol) => !quotes.has(symbol));
  const stale = symbols.filter((symbol) => {
    const quote = quotes.get(symbol);
    return quote !== undefined && dateOf(quote.asOf) < oldest;
  });
  if (missing.length + stale.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`no price of ${missing.join(', ')}`] : []),
    ...(stale.length > 0 ? [`prices from before ${oldest} of ${stale.join(', ')}`] : []),
  ];
  const { id, at, strategy: name } = slot;
  ports.report.warn(name, `Data for ${slot.action} at ${formatLocalZone(at)}: ${parts.join('; ')}`);
  commitDecision(ports, () => ({ type: 'data-missing', slot: id, strategy: name, missing, stale }));
}

/** Or why there are none: the slot finds out itself, and everything else goes on. */
async function quotesOf(
  { market, clock }: Ports,
  symbols: readonly string[],
): Promise<ReadonlyMap<string, Quote> | string> {
  try {
    return await market.quotes(symbols, clock.now());
  } catch (error) {
    if (error instanceof BrokerUnavailable || error instanceof HgctlError) return error.message;
    throw error;
  }
}
