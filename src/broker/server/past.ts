/** The account as it was: what has been filled since is undone. Pure. */
import { add, subtract, valueOf, type Money, type Price, type Quantity } from '../../domain/decimal.ts';
import type { Instant } from '../../domain/instant.ts';
import type { BrokerFill } from '../../observed/broker-view.ts';
import type { Holding, SimulatedState } from '../simulated-state.ts';

export interface Past {
  readonly cash: Money;
  readonly quantities: ReadonlyMap<string, Quantity>;
}

/** At the moments of a list, which falls: `pastOf(state, [later, earlier])`. */
export function* pastOf(state: SimulatedState, moments: Iterable<Instant>): Generator<Past> {
  let cash = state.cash;
  const quantities = new Map([...state.positions].map(([symbol, { quantity }]) => [symbol, quantity]));
  let next = state.fills.length - 1;
  for (const moment of moments) {
    for (let fill = state.fills[next]; fill !== undefined && fill.time > moment; fill = state.fills[next]) {
      const signed = signedOf(fill);
      cash = add(add(cash, valueOf(signed, fill.price)), fill.fee ?? (0 as Money));
      const before = subtract(quantities.get(fill.symbol) ?? (0 as Quantity), signed);
      if (before === 0) quantities.delete(fill.symbol);
      else quantities.set(fill.symbol, before);
      next -= 1;
    }
    yield { cash, quantities: new Map(quantities) };
  }
}

/** Positions as they were; one that has been closed since comes back at the price of its last fill. */
export function positionsAt(state: SimulatedState, moment: Instant): ReadonlyMap<string, Holding> {
  const [past] = pastOf(state, [moment]);
  const rows = [...(past?.quantities ?? [])].map(([symbol, quantity]): [string, Holding] => {
    const averagePrice = state.positions.get(symbol)?.averagePrice ?? lastPriceOf(state, symbol);
    return [symbol, { quantity, averagePrice }];
  });
  return new Map(rows);
}

function lastPriceOf({ fills }: SimulatedState, symbol: string): Price {
  return fills.findLast((fill) => fill.symbol === symbol)?.price ?? (0 as Price);
}

export function signedOf({ side, quantity }: BrokerFill): Quantity {
  return (side === 'buy' ? quantity : 0 - quantity) as Quantity;
}
