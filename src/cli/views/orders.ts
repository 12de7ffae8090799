/** Orders and fills: ours from the journal, open ones of others from the broker. */
import { averageOf, formatMoney, formatQuantity } from '../../domain/decimal.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { BrokerOrder } from '../../observed/broker-view.ts';
import { allOrders, findOrder, type Ledger, type LedgerOrder } from '../../observed/ledger.ts';
import type { ObservedState } from '../../observed/observed-state.ts';
import { grouped } from '../output/figures.ts';
import type { Column } from '../output/formats.ts';

export interface OrderItem {
  readonly clientOrderId: string;
  readonly brokerOrderId: string | null;
  readonly strategy: string | null;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly filledQuantity: string;
  readonly averagePrice: string | null;
  readonly status: string;
  readonly reason: string;
  readonly detail: string;
  readonly time: string;
}

export function orderItems({ ledger, snapshot }: ObservedState): OrderItem[] {
  const open = snapshot.openOrders.kind === 'ok' ? snapshot.openOrders.data : [];
  const foreign = open.filter((order) => findOrder(ledger, order.clientOrderId) === undefined);
  return [...allOrders(ledger).map(ownItem), ...foreign.map(foreignItem)];
}

function ownItem({
  intent,
  brokerOrderId,
  filled,
  averagePrice,
  status,
  detail,
  intendedAt,
}: LedgerOrder): OrderItem {
  return {
    clientOrderId: intent.clientOrderId,
    brokerOrderId,
    strategy: intent.strategy,
    symbol: intent.symbol,
    side: intent.side,
    quantity: formatQuantity(intent.quantity),
    filledQuantity: formatQuantity(filled),
    averagePrice: averagePrice === null ? null : formatMoney(averagePrice),
    status,
    reason: intent.reason,
    detail,
    time: formatInstant(intendedAt),
  };
}

function foreignItem(order: BrokerOrder): OrderItem {
  const {
    clientOrderId,
    brokerOrderId,
    symbol,
    side,
    quantity,
    filledQuantity,
    averagePrice,
    status,
    submittedAt,
  } = order;
  return {
    clientOrderId,
    brokerOrderId,
    strategy: null,
    symbol,
    side,
    quantity: formatQuantity(quantity),
    filledQuantity: formatQuantity(filledQuantity),
    averagePrice: averagePrice === null ? null : formatMoney(averagePrice),
    status,
    reason: 'PlacedOutside',
    detail: '',
    time: formatInstant(submittedAt),
  };
}

export const ORDER_COLUMNS: readonly Column<OrderItem>[] = [
  { header: 'ORDER', value: ({ clientOrderId }) => clientOrderId },
  { header: 'STRATEGY', value: ({ strategy }) => strategy ?? '<outside>' },
  { header: 'SYMBOL', value: ({ symbol }) => symbol },
  { header: 'SIDE', value: ({ side }) => side },
  { header: 'QUANTITY', align: 'right', figure: grouped, value: ({ quantity }) => quantity },
  { header: 'FILLED', align: 'right', figure: grouped, value: ({ filledQuantity }) => filledQuantity },
  { header: 'PRICE', align: 'right', figure: grouped, value: ({ averagePrice }) => averagePrice ?? '<none>' },
  { header: 'STATUS', value: ({ status }) => status },
];

export const ORDER_WIDE: readonly Column<OrderItem>[] = [
  { header: 'REASON', value: ({ reason }) => reason },
  { header: 'BROKER-ORDER', value: ({ brokerOrderId }) => brokerOrderId ?? '<none>' },
  { header: 'TIME', value: ({ time }) => time },
  { header: 'DETAIL', value: ({ detail }) => detail || '<none>' },
];

export interface FillItem {
  readonly clientOrderId: string;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly price: string;
  readonly time: string;
}

/** Oldest first. */
export function fillItems(ledger: Ledger): FillItem[] {
  return allOrders(ledger)
    .flatMap(({ intent, fills }) => fills.map((fill) => ({ intent, fill })))
    .sort((a, b) => a.fill.at - b.fill.at)
    .map(({ intent, fill }) => ({
      clientOrderId: intent.clientOrderId,
      strategy: intent.strategy,
      symbol: intent.symbol,
      side: intent.side,
      quantity: formatQuantity(fill.quantity),
      price: formatMoney(averageOf(fill.value, fill.quantity)),
      time: formatInstant(fill.at),
    }));
}

export const FILL_COLUMNS: readonly Column<FillItem>[] = [
  { header: 'TIME', value: ({ time }) => time },
  { header: 'STRATEGY', value: ({ strategy }) => strategy },
  { header: 'SYMBOL', value: ({ symbol }) => symbol },
  { header: 'SIDE', value: ({ side }) => side },
  { header: 'QUANTITY', align: 'right', figure: grouped, value: ({ quantity }) => quantity },
  { header: 'PRICE', align: 'right', figure: grouped, value: ({ price }) => price },
];

export const FILL_WIDE: readonly Column<FillItem>[] = [
  { header: 'ORDER', value: ({ clientOrderId }) => clientOrderId },
];
