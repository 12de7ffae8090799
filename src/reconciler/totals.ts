/** What the account looks like now, and what it would look like after the plan. */
import { negate, shareOf, subtract, valueOf, type Money } from '../domain/decimal.ts';
import type { Market, PlanDraft, PlanFacts } from './draft.ts';
import { marginsOf, takenBy } from './margin.ts';
import type { OrderAction, Total, Totals } from './plan-types.ts';

/** `settled`: the facts after the plan's own syncs. */
export function totalsOf(facts: PlanFacts, settled: PlanFacts, draft: PlanDraft): Totals | null {
  const { market } = facts;
  if (market === null) return null;
  const orders = [...draft.reductions, ...draft.entries];
  const { maxGross } = facts.input.desired.account.limits;
  const { equity, buyingPower } = market.account;
  const { gross, net } = exposureOf(market);
  const margins = marginsOf(facts.input.observed);
  const grossLimit = maxGross === null ? null : shareOf(equity, maxGross);
  return {
    equity,
    gross: total(gross, sum(orders, exposureChange), grossLimit),
    net: total(net, sum(orders, netChange), null),
    buyingPower: total(
      buyingPower,
      sum(orders, (order) => {
        const change = exposureChange(order);
        return change > 0 ? 0 - takenBy(margins, order) : 0 - change;
      }),
      null,
    ),
    strategies: strategyTotals(facts, settled, market, orders),
  };
}

function exposureOf({ positions }: Market): { gross: number; net: number } {
  let gross = 0;
  let net = 0;
  for (const { quantity, marketPrice } of positions.values()) {
    const value = valueOf(quantity, marketPrice);
    net += value;
    gross += Math.abs(value);
  }
  return { gross, net };
}

function strategyTotals(
  facts: PlanFacts,
  settled: PlanFacts,
  { account }: Market,
  orders: readonly OrderAction[],
): Totals['strategies'] {
  const names = new Set([...facts.strategies.keys(), ...facts.ledger.books.keys()]);
  return [...names].sort().map((strategy) => {
    const own = orders.filter((order) => order.strategy === strategy);
    const limitRatio = facts.strategies.get(strategy)?.capital.maxExposure ?? null;
    const limit = limitRatio === null ? null : shareOf(account.equity, limitRatio);
    const now = facts.exposures.get(strategy) ?? 0;
    const synced = (settled.exposures.get(strategy) ?? 0) - now;
    return { strategy, limitRatio, exposure: total(now, synced + sum(own, exposureChange), limit) };
  });
}

function exposureChange({ value, from, to }: OrderAction): number {
  return Math.abs(to) > Math.abs(from) ? value : negate(value);
}

function netChange({ value, side }: OrderAction): number {
  return side === 'buy' ? value : negate(value);
}

function sum(orders: readonly OrderAction[], of: (order: OrderAction) => number): number {
  return orders.reduce((total, order) => total + of(order), 0);
}

function total(now: number, change: number, limit: Money | null): Total {
  return { now: now as Money, after: subtract(now as Money, (0 - change) as Money), limit };
}
