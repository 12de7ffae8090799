/** What trading costs at the simulated broker: a worse price, and fees. */
import { mulDiv, NO_MONEY, NO_QUANTITY, valueOf, WHOLE, type Money, type Price } from '../domain/decimal.ts';
import type { FeeSchedule } from '../domain/costs.ts';
import type { Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import type { OrderEvent, Venue } from './simulated-state.ts';

type FillEvent = Extract<OrderEvent, { kind: 'fill' }>;

const CENT = 10_000;
const DOLLAR = 1_000_000;
const MILLION_DOLLARS = 1_000_000 * DOLLAR;
/** From a dollar on, U.S. shares trade in cents; below, in hundredths of one (17 CFR 242.612). */
const PENNY_TICK = CENT;
const SUB_DOLLAR_TICK = 100;

interface Fill {
  readonly symbol: string;
  readonly side: Side;
  readonly at: Instant;
  /** Of the market at that moment. */
  readonly price: Price;
}

/** The price of a fill: that of the market, moved against the trader as the account's model says. */
export function fillPrice({ symbol, side, at, price }: Fill, venue: Venue): Price {
  const { slippage } = venue.settings;
  if (slippage === undefined) return price;
  if (slippage.type === 'fixed') return movedAgainst(side, price, mulDiv(price, slippage.rate, WHOLE));
  const spread = venue.spreadAt?.(symbol, at);
  // A crossed quote is no offer.
  const isKnown = spread !== undefined && spread >= 0;
  const distance = isKnown ? Math.ceil(spread / 2) : mulDiv(price, slippage.otherwise, WHOLE);
  return movedAgainst(side, price, distance);
}

/** To the next tick, away from the trader; a price that does not move stays as it is. */
function movedAgainst(side: Side, price: Price, distance: number): Price {
  if (distance === 0) return price;
  const moved = side === 'buy' ? price + distance : price - distance;
  const tick = moved >= DOLLAR ? PENNY_TICK : SUB_DOLLAR_TICK;
  if (side === 'buy') return (Math.ceil(moved / tick) * tick) as Price;
  // What is not worth a tick is still sold for something.
  return Math.max(1, Math.floor(moved / tick) * tick) as Price;
}

/**
 * The fills of an order, oldest first, with the fee of each: what the order has cost with it, less what it had cost before.
 * So an order in several parts costs what it costs in one, and one that is cancelled pays for what was filled.
 */
export function withFees(
  fills: readonly FillEvent[],
  side: Side,
  fees: FeeSchedule | undefined,
): readonly FillEvent[] {
  if (fees === undefined) return fills;
  let filled = NO_QUANTITY;
  let value = NO_MONEY;
  let charged = NO_MONEY;
  return fills.map((fill) => {
    filled = (filled + fill.quantity) as typeof filled;
    value = (value + valueOf(fill.quantity, fill.price)) as Money;
    const commission = Math.max(fees.minimum, fees.perOrder + valueOf(filled, fees.perShare));
    const due = side === 'buy' ? wholeCents(commission) : feeOfSale(commission, value, fees);
    const fee = (due - charged) as Money;
    charged = due;
    return fee === 0 ? fill : { ...fill, fee };
  });
}

/** Never more than the sale brings in, so that no exit costs money that is not there. */
function feeOfSale(commission: number, proceeds: Money, { soldPerMillion }: FeeSchedule): Money {
  const due = wholeCents(commission + mulDiv(proceeds, soldPerMillion, MILLION_DOLLARS));
  return Math.min(due, proceeds) as Money;
}

/** Rounded up, as brokers and the rates of the SEC do. */
function wholeCents(amount: number): Money {
  return (Math.ceil(amount / CENT) * CENT) as Money;
}
