/** Decides at submission what will become of an order, and when. */
import type { OrderChange } from './fault-script.ts';
import { SHARE, WHOLE, type Price, type Quantity } from '../domain/decimal.ts';
import { later, plus, type Instant } from '../domain/instant.ts';
import type { Side } from '../domain/names.ts';
import type { OrderStatus } from '../observed/broker-view.ts';
import { auctionOf } from './simulated-auctions.ts';
import { draw } from './simulated-chance.ts';
import { fillPrice, withFees } from './simulated-costs.ts';
import { marketClock } from './simulated-clock.ts';
import type { OrderEnding, OrderEvent, SimulatedSettings, TimeInForce, Venue } from './simulated-state.ts';

const ACKNOWLEDGED_AFTER_MAX = 20;
const FILLED_AFTER_MIN = 50;

interface OrderOutline {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly timeInForce: TimeInForce;
  readonly submittedAt: Instant;
  /** The symbol's price at submission. */
  readonly price: Price;
  /** How it fills, where a fault script says so. */
  readonly change?: OrderChange | undefined;
}

type FillEvent = Extract<OrderEvent, { kind: 'fill' }>;

export interface Schedule {
  readonly status: OrderStatus;
  readonly pending: readonly OrderEvent[];
}

/** A market order. While the market is closed it is accepted, and waits for the next open, or for its auction. */
export function scheduleOrder(order: OrderOutline, seed: number, venue: Venue): Schedule {
  const { timeInForce, submittedAt } = order;
  if (timeInForce === 'day') return scheduleForDay(order, seed, venue);
  const auction = auctionOf(timeInForce, venue.settings, submittedAt);
  // Refused before it comes here.
  if (auction.kind !== 'at') throw new Error(`there is no auction for ${order.clientOrderId}`);
  return scheduleForAuction(order, auction.at, venue);
}

/** Everybody who takes part in an auction has its price, all at once. What it does not fill is cancelled. */
function scheduleForAuction(order: OrderOutline, at: Instant, venue: Venue): Schedule {
  const market = marketClock(venue.settings, order.submittedAt);
  const price = venue.priceAt(order.symbol, at) ?? order.price;
  const usual: FillEvent[] = [{ kind: 'fill', at, quantity: order.quantity, price }];
  const planned = order.change === undefined ? usual : changedFills(usual, order.change);
  const fills = withFees(planned, order.side, venue.settings.fees);
  const acknowledged = market.isOpen ? plus(order.submittedAt, ACKNOWLEDGED_AFTER_MAX) : market.session.open;
  const events: OrderEvent[] = [{ kind: 'new', at: acknowledged }, ...fills];
  const isMissed = fills.some((fill) => fill.at > at);
  const pending = isMissed ? withEnding(events, { kind: 'canceled', at: plus(at, 1) }) : events;
  return { status: market.isOpen ? 'pending_new' : 'accepted', pending: withRejection(pending, order) };
}

function scheduleForDay(order: OrderOutline, seed: number, venue: Venue): Schedule {
  const market = marketClock(venue.settings, order.submittedAt);
  const start = market.isOpen ? order.submittedAt : market.session.open;
  const delays = fillDelays(order, seed, venue.settings);
  const trades = later(start, order.change?.haltedUntil ?? start);
  const usual = fillSizes(order, delays.length, seed).map((quantity, step): FillEvent => {
    const at = plus(trades, delays[step] ?? 0);
    const price = venue.priceAt(order.symbol, at) ?? order.price;
    return { kind: 'fill', at, quantity, price: fillPrice({ ...order, at, price }, venue) };
  });
  const planned = order.change === undefined ? usual : changedFills(usual, order.change);
  const fills = withFees(planned, order.side, venue.settings.fees);
  const acknowledgedAfter = market.isOpen ? Math.min(ACKNOWLEDGED_AFTER_MAX, delays[0] ?? 0) : 0;
  const events: OrderEvent[] = [{ kind: 'new', at: plus(start, acknowledgedAfter) }, ...fills];
  const expires = market.lastSubmit !== null && fills.some((fill) => fill.at >= market.session.close);
  const pending = expires ? withEnding(events, { kind: 'expired', at: market.session.close }) : events;
  return { status: market.isOpen ? 'pending_new' : 'accepted', pending: withRejection(pending, order) };
}

/** What was taken may still be rejected, some time after it was. */
function withRejection(events: readonly OrderEvent[], order: OrderOutline): readonly OrderEvent[] {
  const { rejectAfter } = order.change ?? {};
  if (rejectAfter === undefined) return events;
  return withEnding(events, { kind: 'rejected', at: plus(order.submittedAt, rejectAfter) });
}

/** Far behind every session: what is scheduled for it never happens. */
const NEVER = 7_258_118_400_000 as Instant;

/** Later, or only in part: what never fills stays open until the order is cancelled or expires. */
function changedFills(fills: readonly FillEvent[], change: OrderChange): FillEvent[] {
  let left: number = change.fills ?? Number.MAX_SAFE_INTEGER;
  const parts = fills.flatMap((fill) => {
    const quantity = Math.min(left, fill.quantity) as Quantity;
    left -= quantity;
    const rest = (fill.quantity - quantity) as Quantity;
    return [
      { ...fill, quantity, at: afterHalt(plus(fill.at, change.fillAfter), change) },
      { ...fill, quantity: rest, at: NEVER },
    ];
  });
  return parts.filter(({ quantity }) => quantity > 0).sort((a, b) => a.at - b.at);
}

function afterHalt(at: Instant, { haltedUntil }: OrderChange): Instant {
  if (haltedUntil === undefined) return at;
  return haltedUntil === null ? NEVER : later(at, haltedUntil);
}

/** Puts an ending before whatever would happen at its time or later. */
export function withEnding(events: readonly OrderEvent[], ending: OrderEnding): OrderEvent[] {
  const before = events.filter((event) => event.at < ending.at);
  return [...before, ending, ...events.slice(before.length)];
}

/** Milliseconds from the start to each fill, above zero, ascending: one for each step that the order takes. */
function fillDelays(order: OrderOutline, seed: number, settings: SimulatedSettings): number[] {
  const last = Math.max(1, settings.fillDelay);
  const first = Math.min(FILLED_AFTER_MIN, last);
  const spread = Math.floor(draw(seed, order.clientOrderId, 'delay') * (last - first + 1));
  const steps = fillSteps(order, seed, settings);
  return Array.from({ length: steps }, (_, step) => first + Math.round((spread * (step + 1)) / steps));
}

function fillSteps(order: OrderOutline, seed: number, settings: SimulatedSettings): number {
  const isPartial = draw(seed, order.clientOrderId, 'partial') * WHOLE < settings.partialFills;
  const steps = draw(seed, order.clientOrderId, 'steps') < 0.5 ? 2 : 3;
  return isPartial ? Math.min(steps, order.quantity / stepUnit(order.quantity)) : 1;
}

/** Cuts the quantity into so many parts, none of them empty; whole shares stay whole. */
function fillSizes(order: OrderOutline, steps: number, seed: number): Quantity[] {
  const unit = stepUnit(order.quantity);
  let rest = order.quantity / unit;
  return Array.from({ length: steps }, (_, step) => {
    const largest = rest - (steps - step - 1);
    const isLast = step === steps - 1;
    const size = isLast ? rest : 1 + Math.floor(draw(seed, order.clientOrderId, `size ${step}`) * largest);
    rest -= size;
    return (size * unit) as Quantity;
  });
}

function stepUnit(quantity: Quantity): number {
  return quantity % SHARE === 0 ? SHARE : 1;
}
