/** Events of our orders: from the intent to the end. */
import { add, NO_MONEY, subtract, type Money, type Quantity } from '../domain/decimal.ts';
import type { Instant } from '../domain/instant.ts';
import type { EventOf, IntentPayload } from './events.ts';
import { tradeInBook } from './fold-trade.ts';
import { plain } from './plain.ts';
import { valueBooked, type LedgerOrder, type WritableLedger } from './ledger.ts';

type OrderEvent = EventOf<
  | 'intent'
  | 'order-created'
  | 'order-unknown'
  | 'order-unseen'
  | 'order-sent-again'
  | 'order-declined'
  | 'order-deferred'
  | 'order-handed-over'
  | 'order-reopened'
  | 'order-ended'
  | 'fill'
>;

export function applyOrderEvent(ledger: WritableLedger, event: OrderEvent, at: Instant): void {
  if (event.type === 'intent') {
    const { type, ...intent } = event;
    ledger.openOrders.set(intent.clientOrderId, intended(intent, at));
    return;
  }
  if (event.type === 'order-reopened') return reopenOrder(ledger, event, at);
  const order = plain(ledger.openOrders.get(event.clientOrderId));
  if (order === undefined) return;
  switch (event.type) {
    case 'order-created':
      changeOrder(ledger, order, { status: 'created', brokerOrderId: event.brokerOrderId, updatedAt: at });
      return;
    case 'order-unknown':
      changeOrder(ledger, order, { status: 'unknown', detail: event.detail, updatedAt: at });
      return;
    case 'order-unseen':
      changeOrder(ledger, order, { status: 'unseen', updatedAt: at });
      return;
    case 'order-sent-again': {
      const intent = { ...order.intent, reason: event.reason };
      changeOrder(ledger, order, { intent, status: 'unknown', detail: 'sent again', updatedAt: at });
      return;
    }
    case 'order-declined':
      changeOrder(ledger, order, { status: 'declined', detail: event.detail, updatedAt: at });
      return;
    case 'order-deferred':
      changeOrder(ledger, order, { status: 'deferred', detail: event.detail, updatedAt: at });
      return;
    case 'order-handed-over':
      changeOrder(ledger, order, { status: 'handed-over', updatedAt: at });
      return;
    case 'order-ended':
      return endOrder(ledger, { ...order, status: event.status, detail: event.detail, updatedAt: at });
    case 'fill':
      return bookFill(ledger, order, event);
  }
}

function intended(intent: IntentPayload, at: Instant): LedgerOrder {
  return {
    intent,
    intendedAt: at,
    status: 'intended',
    brokerOrderId: null,
    filled: 0 as Quantity,
    averagePrice: null,
    fills: [],
    detail: '',
    updatedAt: at,
    reportedAt: null,
  };
}

function changeOrder(ledger: WritableLedger, order: LedgerOrder, change: Partial<LedgerOrder>): void {
  ledger.openOrders.set(order.intent.clientOrderId, { ...order, ...change });
}

function reopenOrder(ledger: WritableLedger, event: EventOf<'order-reopened'>, at: Instant): void {
  const { clientOrderId, brokerOrderId, contained, containedValue } = event;
  const order = takeEnded(ledger, clientOrderId) ?? event.order;
  if (order === undefined) return;
  const quantity = subtract(contained, order.filled);
  const known = { quantity, value: subtract(containedValue, valueBooked(order)), at };
  ledger.openOrders.set(clientOrderId, {
    ...order,
    brokerOrderId,
    status: 'created',
    filled: contained,
    fills: quantity === 0 ? order.fills : [...order.fills, known],
    updatedAt: at,
  });
}

function takeEnded(ledger: WritableLedger, clientOrderId: string): LedgerOrder | undefined {
  for (const ended of ledger.endedOrders.values()) {
    const order = ended.get(clientOrderId);
    if (order === undefined) continue;
    ended.delete(clientOrderId);
    return order;
  }
  return undefined;
}

export function endOrder(ledger: WritableLedger, order: LedgerOrder): void {
  const { clientOrderId, sessionDate } = order.intent;
  ledger.openOrders.delete(clientOrderId);
  const ended = ledger.endedOrders.get(sessionDate) ?? new Map<string, LedgerOrder>();
  ended.set(clientOrderId, order);
  ledger.endedOrders.set(sessionDate, ended);
}

function bookFill(ledger: WritableLedger, order: LedgerOrder, fill: EventOf<'fill'>): void {
  const { strategy, symbol, side, clientOrderId } = order.intent;
  const { quantity, value, fee } = fill;
  const sign = side === 'buy' ? 1 : -1;
  tradeInBook(ledger, strategy, symbol, {
    quantity: (sign * quantity) as Quantity,
    value: (sign * value) as Money,
    at: fill.at,
    orderId: clientOrderId,
  });
  if (fee !== undefined) ledger.fees.set(strategy, add(ledger.fees.get(strategy) ?? NO_MONEY, fee));
  changeOrder(ledger, order, {
    status: 'created',
    brokerOrderId: fill.brokerOrderId,
    filled: fill.cumulative,
    averagePrice: fill.averagePrice,
    fills: [...order.fills, { quantity, value, ...(fee !== undefined && { fee }), at: fill.at }],
    updatedAt: fill.at,
    reportedAt: fill.reportedAt,
  });
}
