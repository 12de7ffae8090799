/** Who owned what, where the journal that said so is lost. */
import { NO_QUANTITY, valueOf, type Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { DesiredStrategy } from '../desired/desired-state.ts';
import type { BrokerPosition } from '../observed/broker-view.ts';
import type { OpeningLot } from '../observed/events.ts';
import { isOff } from '../reconciler/rules/orphans.ts';

/**
 * A symbol of exactly one universe goes to that strategy, at the broker's average price; all else to nobody. Nor does a
 * strategy that is off or planned get any: what it is said to own may be sold.
 */
export function lotsByUniverse(
  positions: readonly BrokerPosition[],
  strategies: readonly DesiredStrategy[],
  since: Instant,
): OpeningLot[] {
  return positions.flatMap(({ symbol, quantity, averagePrice }): OpeningLot[] => {
    const [owner, second] = strategies.filter(({ universe }) => universe.has(symbol));
    if (owner === undefined || second !== undefined) return [];
    if (isOff(owner) || owner.lifecycle === 'planned') return [];
    const cost = valueOf(quantity, averagePrice);
    return [{ strategy: owner.name, symbol, quantity, cost, since, orderId: null }];
  });
}

export interface Comparison {
  readonly symbol: string;
  readonly owner: string | null;
  readonly booked: Quantity;
  readonly broker: Quantity;
}

/** What the rebuilt books say beside what the broker holds, by symbol. */
export function compareWithBroker(
  lots: readonly OpeningLot[],
  positions: readonly BrokerPosition[],
): Comparison[] {
  const held = new Map(positions.map(({ symbol, quantity }) => [symbol, quantity]));
  const owned = lots.map(({ symbol, strategy, quantity }) => ({
    symbol,
    owner: strategy,
    booked: quantity,
    broker: held.get(symbol) ?? NO_QUANTITY,
  }));
  const ofNobody = positions
    .filter(({ symbol }) => !lots.some((lot) => lot.symbol === symbol))
    .map(({ symbol, quantity }) => ({ symbol, owner: null, booked: NO_QUANTITY, broker: quantity }));
  return [...owned, ...ofNobody].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
}
