/** What the simulated account looks like from outside. */
import {
  absolute,
  averageOf,
  mulDiv,
  valueOf,
  WHOLE,
  type Money,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import { compareText } from '../domain/names.ts';
import type { BrokerAccount, BrokerOrder, BrokerPosition } from '../observed/broker-view.ts';
import {
  openOrdersOf,
  remainingOf,
  type Holding,
  type SimulatedOrder,
  type SimulatedState,
  type Venue,
} from './simulated-state.ts';

export function accountView(state: SimulatedState, venue: Venue): BrokerAccount {
  return {
    id: state.accountId,
    environment: 'simulated',
    equity: valuation(state, venue).equity,
    cash: state.cash,
    buyingPower: buyingPowerOf(state, venue),
  };
}

/** By symbol. */
export function positionsView(state: SimulatedState, venue: Venue): BrokerPosition[] {
  const rows = [...state.positions].sort(([a], [b]) => compareText(a, b));
  return rows.map(([symbol, holding]) => ({
    symbol,
    ...holding,
    available: availableOf(state, symbol, holding.quantity),
    marketPrice: marketPriceOf(state, venue, symbol, holding),
  }));
}

export function orderView(order: SimulatedOrder): BrokerOrder {
  const { pending: _, filledValue, ...seen } = order;
  return {
    ...seen,
    averagePrice: order.filledQuantity === 0 ? null : averageOf(filledValue, order.filledQuantity),
  };
}

/** The part of a position that no open order holds; shares stay held until a cancel is confirmed. */
export function availableOf(state: SimulatedState, symbol: string, quantity: Quantity): Quantity {
  const reducing = quantity > 0 ? 'sell' : 'buy';
  const held = openOrdersOf(state)
    .filter((order) => order.symbol === symbol && order.side === reducing)
    .reduce((sum, order) => sum + remainingOf(order), 0);
  const free = Math.max(0, absolute(quantity) - held);
  return (quantity > 0 ? free : 0 - free) as Quantity;
}

/**
 * Equity times the multiplier, less what is invested and what open buys will cost; never negative. Without margin and
 * without shorts this is exactly cash less reservations.
 */
export function buyingPowerOf(state: SimulatedState, venue: Venue): Money {
  const { equity, gross } = valuation(state, venue);
  const limit = mulDiv(equity, venue.settings.multiplier, WHOLE);
  return Math.max(0, limit - gross - reservedOf(state)) as Money;
}

/** Every fill is scheduled with its price, so that a reservation is exactly what will be paid. */
function reservedOf(state: SimulatedState): number {
  return openOrdersOf(state)
    .filter((order) => order.side === 'buy')
    .reduce((sum, order) => sum + pendingValueOf(order), 0);
}

export function pendingValueOf(order: SimulatedOrder): number {
  return order.pending.reduce(
    (sum, event) => (event.kind === 'fill' ? sum + valueOf(event.quantity, event.price) : sum),
    0,
  );
}

function valuation(state: SimulatedState, venue: Venue): { readonly equity: Money; readonly gross: Money } {
  let equity: number = state.cash;
  let gross = 0;
  for (const [symbol, holding] of state.positions) {
    const value = valueOf(holding.quantity, marketPriceOf(state, venue, symbol, holding));
    equity += value;
    gross += Math.abs(value);
  }
  return { equity: equity as Money, gross: gross as Money };
}

/** What was paid, for a symbol that has no price any more: a position never vanishes from the list. */
function marketPriceOf(state: SimulatedState, venue: Venue, symbol: string, holding: Holding): Price {
  return venue.priceAt(symbol, state.time) ?? holding.averagePrice;
}
