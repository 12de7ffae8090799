/** What fills cost beyond the price of their moment. */
import { mulDiv, SHARE, type Money, type Price } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { BrokerFill } from '../observed/broker-view.ts';

/** The executions of one order between two of its cumulative quantities; unsigned, not negative. */
export type SlippageOf = (brokerOrderId: string, from: number, to: number) => Money;

/** `executions`: oldest first. `priceAt`: of the market, as the broker has asked it. */
export function slippageOf(
  executions: readonly BrokerFill[],
  priceAt: (symbol: string, at: Instant) => Price | undefined,
): SlippageOf {
  const byOrder = new Map<string, BrokerFill[]>();
  for (const execution of executions) {
    const own = byOrder.get(execution.brokerOrderId);
    if (own === undefined) byOrder.set(execution.brokerOrderId, [execution]);
    else own.push(execution);
  }
  return (brokerOrderId, from, to) => {
    let cumulative = 0;
    let cost = 0;
    for (const { symbol, quantity, price, time } of byOrder.get(brokerOrderId) ?? []) {
      cumulative += quantity;
      if (cumulative <= from || cumulative > to) continue;
      const market = priceAt(symbol, time) ?? price;
      cost += mulDiv(quantity, Math.abs(price - market), SHARE);
    }
    return cost as Money;
  };
}
