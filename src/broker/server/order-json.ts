/** An order as Alpaca shows it. */
import { sessionAtOrAfter } from '../../domain/calendar.ts';
import { averageOf, formatQuantity } from '../../domain/decimal.ts';
import type { Instant } from '../../domain/instant.ts';
import type { OrderStatus } from '../../observed/broker-view.ts';
import { marketClock } from '../simulated-clock.ts';
import type { SimulatedOrder, SimulatedState } from '../simulated-state.ts';
import type { Desk } from './desk.ts';
import { assetId } from './ids.ts';
import { nanosOf, plain, stamp } from './text.ts';

export type OrderJson = Readonly<Record<string, unknown>>;

/** `state`: of which the order is one. */
export function orderJson(desk: Desk, state: SimulatedState, order: SimulatedOrder): OrderJson {
  const nanos = nanosOf(order.brokerOrderId);
  const ended = (status: OrderStatus): string | null =>
    order.status === status ? stamp(order.updatedAt, nanos) : null;
  const submitted = stamp(order.submittedAt, nanos);
  return {
    id: order.brokerOrderId,
    client_order_id: order.clientOrderId,
    created_at: submitted,
    updated_at: stamp(order.updatedAt, nanos),
    submitted_at: submitted,
    filled_at: ended('filled'),
    expired_at: ended('expired'),
    canceled_at: ended('canceled'),
    failed_at: ended('rejected'),
    replaced_at: null,
    replaced_by: null,
    replaces: null,
    asset_id: assetId(order.symbol),
    symbol: order.symbol,
    asset_class: 'us_equity',
    notional: null,
    qty: formatQuantity(order.quantity),
    filled_qty: formatQuantity(order.filledQuantity),
    filled_avg_price:
      order.filledQuantity === 0 ? null : plain(averageOf(order.filledValue, order.filledQuantity)),
    order_class: '',
    order_type: 'market',
    type: 'market',
    side: order.side,
    position_intent: desk.intentOf(state, order),
    time_in_force: order.timeInForce ?? 'day',
    limit_price: null,
    stop_price: null,
    status: order.status,
    extended_hours: false,
    legs: null,
    trail_percent: null,
    trail_price: null,
    hwm: null,
    subtag: null,
    source: null,
    expires_at: stamp(expiryOf(desk, order), '000000'),
  };
}

/** The close of the session that a day order is for. */
function expiryOf({ settings, calendar }: Desk, { submittedAt }: SimulatedOrder): Instant {
  if (settings.clock === 'always-open') return marketClock(settings, submittedAt).session.close;
  return sessionAtOrAfter(submittedAt, calendar).close;
}
