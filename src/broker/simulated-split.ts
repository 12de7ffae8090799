/** A stock split on the simulated account. */
import { EXIT, HgctlError } from '../domain/errors.ts';
import { mulDiv, valueOf, type Money, type Price, type Quantity } from '../domain/decimal.ts';
import type { SimulatedState } from './simulated-state.ts';

export interface Split {
  readonly symbol: string;
  /** Each `from` shares become `to`: 1 and 10 for ten new ones, 10 and 1 for a reverse split. */
  readonly from: number;
  readonly to: number;
}

/** No execution tells of it, and orders that are open stay as they are; what is less than the smallest fraction is paid out at the new price. */
export function splitHolding(state: SimulatedState, { symbol, from, to }: Split): SimulatedState {
  const holding = state.positions.get(symbol);
  if (holding === undefined) return state;
  const quantity = mulDiv(holding.quantity, to, from) as Quantity;
  const averagePrice = mulDiv(holding.averagePrice, from, to) as Price;
  if (!Number.isSafeInteger(quantity) || averagePrice === 0) {
    throw new HgctlError(
      EXIT.invalid,
      `a split of ${symbol} ${from} for ${to} is beyond what can be counted`,
      {
        hint: 'mend the script: the account stays as it was, and this split counts as done',
      },
    );
  }
  const positions = new Map(state.positions);
  if (quantity === 0) positions.delete(symbol);
  else positions.set(symbol, { quantity, averagePrice });
  const rest = quantity === 0 ? valueOf(holding.quantity, holding.averagePrice) : (0 as Money);
  return { ...state, positions, cash: (state.cash + rest) as Money };
}
