/** The account as it was: what has happened since, fills and splits, is undone. Pure. */
import { add, subtract, valueOf, type Money, type Price, type Quantity } from '../../domain/decimal.ts';
import type { Instant } from '../../domain/instant.ts';
import type { BrokerFill } from '../../observed/broker-view.ts';
import type { CorporateChange, Holding, SimulatedState } from '../simulated-state.ts';
import { heldChangeOf, undoChange } from './corporate-changes.ts';

export interface Past {
  readonly cash: Money;
  readonly quantities: ReadonlyMap<string, Quantity>;
}

/** At the moments of a list, which falls: `pastOf(state, [later, earlier])`. */
export function* pastOf(state: SimulatedState, moments: Iterable<Instant>): Generator<Past> {
  let cash = state.cash;
  const quantities = new Map([...state.positions].map(([symbol, { quantity }]) => [symbol, quantity]));
  const happened = backwards(state);
  let next = happened.next();
  for (const moment of moments) {
    for (; next.done !== true && next.value.time > moment; next = happened.next())
      cash = undone(next.value, cash, quantities);
    yield { cash, quantities: new Map(quantities) };
  }
}

/** Gives the cash before it. */
function undone(
  happened: BrokerFill | CorporateChange,
  cash: Money,
  quantities: Map<string, Quantity>,
): Money {
  if ('kind' in happened) {
    const change = heldChangeOf(happened);
    if (change === null) return cash;
    undoChange(quantities, change);
    return subtract(cash, change.paidOut);
  }
  const signed = signedOf(happened);
  const before = subtract(quantities.get(happened.symbol) ?? (0 as Quantity), signed);
  if (before === 0) quantities.delete(happened.symbol);
  else quantities.set(happened.symbol, before);
  return add(add(cash, valueOf(signed, happened.price)), happened.fee ?? (0 as Money));
}

/** Newest first. A split of the moment of a fill came after it: what was due had happened. */
export function* backwards({
  fills,
  changes = [],
}: Pick<SimulatedState, 'fills' | 'changes'>): Generator<BrokerFill | CorporateChange, void> {
  let [fill, change] = [fills.length - 1, changes.length - 1];
  for (;;) {
    const [a, b] = [fills[fill], changes[change]];
    if (b !== undefined && (a === undefined || b.time >= a.time)) {
      change -= 1;
      yield b;
    } else if (a !== undefined) {
      fill -= 1;
      yield a;
    } else return;
  }
}

/** Positions as they were; one that has been closed since comes back at the price of its last fill. */
export function positionsAt(state: SimulatedState, moment: Instant): ReadonlyMap<string, Holding> {
  const [past] = pastOf(state, [moment]);
  const rows = [...(past?.quantities ?? [])].map(([symbol, quantity]): [string, Holding] => {
    const averagePrice = averageBefore(state, symbol, moment) ?? lastPriceOf(state, symbol);
    return [symbol, { quantity, averagePrice }];
  });
  return new Map(rows);
}

/** Undefined where it is not held any more. */
function averageBefore(
  { changes, positions }: SimulatedState,
  symbol: string,
  moment: Instant,
): Price | undefined {
  const change = changes?.find((one) => one.time > moment && heldChangeOf(one)?.symbol === symbol);
  return (change?.held ?? positions.get(symbol))?.averagePrice;
}

function lastPriceOf({ fills }: SimulatedState, symbol: string): Price {
  return fills.findLast((fill) => fill.symbol === symbol)?.price ?? (0 as Price);
}

export function signedOf({ side, quantity }: BrokerFill): Quantity {
  return (side === 'buy' ? quantity : 0 - quantity) as Quantity;
}
