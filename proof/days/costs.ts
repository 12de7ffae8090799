/** What trading costs on a day, from its seed: nothing, or, on every third, fees, and another price at each moment. */
import { chance } from '../machine/chance.ts';
import type { AccountFacts } from '../machine/trader.ts';

/** Parts of the account. */
export type Costs = Required<Pick<AccountFacts, 'broker'>> & Pick<AccountFacts, 'prices'>;

export const FEES = {
  perOrder: '0.35',
  perShare: '0.0049',
  minimum: '0.40',
  soldPerMillion: '27.80',
} as const;

const FREE: Costs = { broker: {} };

const CHARGED: Costs = {
  broker: { fees: FEES, slippage: { type: 'fixed', rate: '0.05%' } },
  prices: { type: 'synthetic', seed: 7, movement: 'market' },
};

export function costsOf(seed: number): Costs {
  return isCharged(seed) ? CHARGED : FREE;
}

export function isCharged(seed: number): boolean {
  return chance(seed).stream('costs').once(3);
}
