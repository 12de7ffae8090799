/** What the simulated account looks like from outside. */
import {
  absolute,
  add,
  averageOf,
  mulDiv,
  NO_MONEY,
  valueOf,
  WHOLE,
  type Money,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import { marginFactor } from '../domain/margin.ts';
import { compareText } from '../domain/names.ts';
import type { Asset, BrokerAccount, BrokerOrder, BrokerPosition } from '../observed/broker-view.ts';
import { allowedBy } from './simulated-configuration.ts';
import {
  heldOf,
  openOrdersOf,
  remainingOf,
  type Holding,
  type SimulatedOrder,
  type SimulatedSettings,
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
    terms: {
      multiplier: venue.settings.multiplier,
      mayShort: allowedBy(state, venue.settings).shorting !== undefined,
    },
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
  const { pending: _, timeInForce: __, filledValue, ...seen } = order;
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

export function assetsView(
  settings: SimulatedSettings,
  symbols: readonly string[],
): ReadonlyMap<string, Asset> {
  return new Map(symbols.map((symbol) => [symbol, assetView(settings, symbol)]));
}

/** In Alpaca's words, as far as it has any. */
export function assetView({ shorting, marginRequirements }: SimulatedSettings, symbol: string): Asset {
  const requirement = marginRequirements?.[symbol];
  return {
    notShortable: whyNotShortable(shorting, symbol),
    ...(requirement !== undefined && { marginRequirement: { long: requirement, short: requirement } }),
  };
}

function whyNotShortable(shorting: SimulatedSettings['shorting'], symbol: string): string | null {
  if (shorting === undefined) return 'account is not allowed to short';
  return shorting.hardToBorrow.includes(symbol) ? `asset "${symbol}" cannot be sold short` : null;
}

/**
 * Equity times the multiplier, less what is invested, long or short, and what open orders will add to that, each as much as
 * it takes; never negative. Without margin and without shorts this is exactly cash less reservations.
 */
export function buyingPowerOf(state: SimulatedState, venue: Venue): Money {
  const { equity, taken } = valuation(state, venue);
  const limit = mulDiv(equity, venue.settings.multiplier, WHOLE);
  return Math.max(0, limit - taken - reservedOf(state, venue)) as Money;
}

/**
 * What all open orders will add to what is invested, and their fees. Every fill is scheduled with its price and its fee, so
 * that this is exactly what will be paid, or taken in. Orders of one symbol close what is there in their order.
 */
function reservedOf(state: SimulatedState, venue: Venue): number {
  const closed = new Map<string, number>();
  let reserved = 0;
  for (const order of openOrdersOf(state)) {
    const key = `${order.symbol} ${order.side}`;
    const before = closed.get(key) ?? 0;
    const opened = mulDiv(pendingValueOf(order), openingOf(state, order, before), remainingOf(order));
    reserved += takenByValue(opened, order.symbol, venue);
    reserved += takenByFees(pendingFeesOf(order), venue);
    closed.set(key, before + remainingOf(order));
  }
  return reserved;
}

/** How much of the rest of an order closes nothing. `before`: what earlier orders of its side may have closed. */
export function openingOf(state: SimulatedState, order: SimulatedOrder, before: number): number {
  const held = heldOf(state, order.symbol);
  const against = order.side === 'buy' ? 0 - held : held;
  const closes = Math.max(0, against - before);
  return Math.max(0, remainingOf(order) - closes);
}

export function pendingValueOf(order: SimulatedOrder): number {
  return order.pending.reduce(
    (sum, event) => (event.kind === 'fill' ? sum + valueOf(event.quantity, event.price) : sum),
    0,
  );
}

export function pendingFeesOf(order: SimulatedOrder): Money {
  return order.pending.reduce(
    (sum, event) => (event.kind === 'fill' ? add(sum, event.fee ?? NO_MONEY) : sum),
    NO_MONEY,
  );
}

/** Of buying power: fees leave equity, of which that is a multiple. */
export function takenByFees(fees: Money, { settings }: Venue): number {
  return mulDiv(fees, settings.multiplier, WHOLE);
}

/** Of buying power: more than the value, where more than the multiplier leaves must be covered by equity. */
export function takenByValue(value: number, symbol: string, { settings }: Venue): number {
  const requirement = settings.marginRequirements?.[symbol];
  return requirement === undefined
    ? value
    : mulDiv(value, marginFactor(requirement, settings.multiplier), WHOLE);
}

/** `taken`: of buying power, by all positions. */
function valuation(state: SimulatedState, venue: Venue): { readonly equity: Money; readonly taken: Money } {
  let equity: number = state.cash;
  let taken = 0;
  for (const [symbol, holding] of state.positions) {
    const value = valueOf(holding.quantity, marketPriceOf(state, venue, symbol, holding));
    equity += value;
    taken += takenByValue(Math.abs(value), symbol, venue);
  }
  return { equity: equity as Money, taken: taken as Money };
}

/** What was paid, for a symbol that has no price any more: a position never vanishes from the list. */
function marketPriceOf(state: SimulatedState, venue: Venue, symbol: string, holding: Holding): Price {
  return venue.priceAt(symbol, state.time) ?? holding.averagePrice;
}
