/** What has happened on the account, as Alpaca lists it: fills, and for a split or a new symbol two rows that belong together. */
import { formatQuantity, type Quantity } from '../../domain/decimal.ts';
import { dateOf, formatLocal, type CalendarDate } from '../../domain/instant.ts';
import { compareText } from '../../domain/names.ts';
import type { BrokerFill } from '../../observed/broker-view.ts';
import { drawUuid } from '../simulated-chance.ts';
import type { CorporateChange, SimulatedState } from '../simulated-state.ts';
import type { OwnType } from './activity-types.ts';
import { heldChangeOf } from './corporate-changes.ts';
import { executionId } from './ids.ts';
import { nanosOf, plain, stamp } from './text.ts';

export interface ActivityRow {
  /** Pages go on from it. */
  readonly id: string;
  readonly type: OwnType;
  /** With nanoseconds, in UTC. */
  readonly time: string;
  readonly date: CalendarDate;
  /** Null: of none. */
  readonly orderId: string | null;
  readonly json: () => Readonly<Record<string, unknown>>;
}

/** Oldest first. */
export function activityRows(state: SimulatedState): ActivityRow[] {
  const rows = [...fillRows(state), ...(state.changes ?? []).flatMap(changeRows)];
  return state.changes === undefined ? rows : rows.sort((a, b) => compareText(a.time, b.time));
}

function fillRows({ fills, orders }: SimulatedState): ActivityRow[] {
  const filled = new Map<string, number>();
  const byId = new Map(orders.map((order) => [order.brokerOrderId, order]));
  return fills.map((fill) => {
    const cumulative = ((filled.get(fill.brokerOrderId) ?? 0) + fill.quantity) as Quantity;
    filled.set(fill.brokerOrderId, cumulative);
    const row = {
      id: activityId(formatLocal(fill.time), fill.time % 1_000, executionId(fill)),
      time: stamp(fill.time, nanosOf(fill.brokerOrderId)),
    };
    const total = byId.get(fill.brokerOrderId)?.quantity ?? cumulative;
    return {
      ...row,
      type: 'FILL',
      date: dateOf(fill.time),
      orderId: fill.brokerOrderId,
      json: () => fillJson(fill, row, { cumulative, total }),
    };
  });
}

function fillJson(
  fill: BrokerFill,
  { id, time }: Pick<ActivityRow, 'id' | 'time'>,
  { cumulative, total }: { readonly cumulative: Quantity; readonly total: Quantity },
): Readonly<Record<string, unknown>> {
  const isWhole = cumulative === total;
  return {
    id,
    activity_type: 'FILL',
    transaction_time: time,
    type: isWhole ? 'fill' : 'partial_fill',
    price: plain(fill.price),
    qty: formatQuantity(fill.quantity),
    side: fill.side,
    symbol: fill.symbol,
    leaves_qty: formatQuantity((total - cumulative) as Quantity),
    order_id: fill.brokerOrderId,
    cum_qty: formatQuantity(cumulative),
    order_status: isWhole ? 'filled' : 'partially_filled',
  };
}

/** The old shares go, the new ones come; nothing where nothing was held. */
function changeRows(change: CorporateChange, index: number): ActivityRow[] {
  const held = heldChangeOf(change);
  if (held === null) return [];
  const name = `${index} ${change.kind} ${held.symbol} ${change.time}`;
  const time = stamp(change.time, nanosOf(name));
  const date = dateOf(change.time);
  const type = change.kind === 'split' ? 'SPLIT' : 'NC';
  const row = (leg: string, symbol: string, quantity: Quantity, amount: string): ActivityRow => {
    const id = activityId(date, 0, drawUuid(0, `${name} ${leg}`, 'activity'));
    const json = {
      id,
      activity_type: type,
      activity_sub_type: subTypeOf(change),
      date,
      created_at: time,
      net_amount: amount,
      currency: 'USD',
      symbol,
      qty: formatQuantity(quantity),
      group_id: drawUuid(0, name, 'group'),
      status: 'executed',
    };
    return { id, type, time, date, orderId: null, json: () => json };
  };
  const gone = row('old', held.symbol, (0 - held.quantity) as Quantity, plain(held.paidOut));
  if (held.newQuantity === 0) return [gone];
  return [gone, row('new', held.newSymbol, held.newQuantity, '0')];
}

function subTypeOf(change: CorporateChange): string {
  if (change.kind === 'rename') return 'SNC';
  return change.to >= change.from ? 'FSPLIT' : 'RSPLIT';
}

/** It begins with New York time, to the millisecond; of what has no time but a date, with its midnight. */
function activityId(local: string, milliseconds: number, uuid: string): string {
  const digits = local.replace(/\D/g, '').padEnd(14, '0').slice(0, 14);
  return `${digits}${String(milliseconds).padStart(3, '0')}::${uuid}`;
}
