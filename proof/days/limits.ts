/** What the account limits on a day while things go wrong, from its seed: nothing, or, on every fourth, few orders, and small ones. */
import { chance } from '../machine/chance.ts';
import type { AccountFacts } from '../machine/trader.ts';
import type { Limits } from '../invariants/money.ts';
import { isCharged } from './costs.ts';

const MICROS = 1_000_000;

export const NO_LIMITS: Limits = { ordersADay: Infinity, orderValue: Infinity, exposures: new Map() };

/** As the invariants know them, and as the manifest of the account says them. */
export interface SmallLimits {
  readonly limits: Limits;
  readonly declared: Required<Pick<AccountFacts, 'limits'>>;
}

/** Where prices move, an order may come to more than its plan said, so that only their number is limited there. */
export function limitsOf(seed: number): SmallLimits | null {
  const luck = chance(seed).stream('limits');
  if (!luck.once(4)) return null;
  const ordersADay = 1 + luck.below(6);
  const dollars = 1_000 * (1 + luck.below(4));
  const isValued = !isCharged(seed);
  return {
    limits: { ...NO_LIMITS, ordersADay, ...(isValued && { orderValue: dollars * MICROS }) },
    declared: {
      limits: { maxOrdersPerDay: ordersADay, ...(isValued && { maxOrderValue: `${dollars}.00` }) },
    },
  };
}
