/** Brings the ledger up to what the broker says of one of our orders. */
import {
  formatDollars,
  formatQuantity,
  subtract,
  valueOf,
  type Money,
  type Quantity,
} from '../domain/decimal.ts';
import { isTerminal, type BrokerOrder } from '../observed/broker-view.ts';
import type { BreakKind, TerminalStatus } from '../observed/events.ts';
import { lotOf, type Ledger, type LedgerOrder } from '../observed/ledger.ts';
import { wayOut } from '../reconciler/way-out.ts';
import { record, type Execution } from './execution.ts';

/**
 * Books the increase of the order's cumulative filled quantity over what is booked already, whatever the order in which
 * answers arrive, and its end when it has one. Returns true when the order has ended.
 */
export function bookOrder(execution: Execution, clientOrderId: string, seen: BrokerOrder): boolean {
  const { fence, ports } = execution;
  const known = record(execution, (ledger) => {
    const order = ledger.openOrders.get(clientOrderId);
    if (order === undefined || order.brokerOrderId !== null) return null;
    return { type: 'order-created', fence, clientOrderId, brokerOrderId: seen.brokerOrderId };
  }).openOrders.get(clientOrderId);
  if (known === undefined) return true;
  const contradiction = contradictionOf(known, seen);
  if (contradiction !== null) {
    openBreak(execution, known, contradiction);
    return false;
  }
  bookIncrease(execution, known, seen);
  if (seen.filledQuantity > known.intent.quantity) {
    // It is real, so it is booked; but nothing more happens on the symbol until somebody has looked.
    openBreak(execution, known, {
      kind: 'overfill',
      detail: `${clientOrderId} filled more than was ordered`,
    });
  }
  if (!isTerminal(seen.status)) return false;
  const ended = record(execution, () => ({
    type: 'order-ended',
    fence,
    clientOrderId,
    status: seen.status as TerminalStatus,
    detail: '',
  }));
  ports.stateFile.schedule(ended);
  return true;
}

function bookIncrease(execution: Execution, order: LedgerOrder, seen: BrokerOrder): void {
  const { fence, ports } = execution;
  const { clientOrderId, strategy, symbol, side } = order.intent;
  if (seen.filledQuantity <= order.filled || seen.averagePrice === null) return;
  const averagePrice = seen.averagePrice;
  const after = record(execution, (ledger) => {
    const booked = ledger.openOrders.get(clientOrderId) ?? order;
    const quantity = subtract(seen.filledQuantity, booked.filled);
    if (quantity <= 0) return null;
    const value = subtract(valueOf(seen.filledQuantity, averagePrice), valueBooked(booked));
    const at = ports.clock.now();
    const { brokerOrderId, filledQuantity: cumulative } = seen;
    return {
      type: 'fill',
      fence,
      clientOrderId,
      brokerOrderId,
      quantity,
      value,
      cumulative,
      averagePrice,
      at,
    };
  });
  ports.stateFile.schedule(after);
  const share = formatQuantity(subtract(seen.filledQuantity, order.filled));
  const completeness = seen.status === 'filled' ? 'complete fill' : 'partial fill';
  ports.report.info(
    strategy,
    `Order filled: ${share} shares @ $${formatDollars(averagePrice)} (${completeness})`,
  );
  reportBook(execution, after, { strategy, symbol, side });
}

function valueBooked(order: LedgerOrder): Money {
  return order.fills.reduce((sum, fill) => sum + fill.value, 0) as Money;
}

function reportBook(
  { ports }: Execution,
  ledger: Ledger,
  { strategy, symbol, side }: LedgerOrder['intent'] | { strategy: string; symbol: string; side: string },
): void {
  const quantity = lotOf(ledger, strategy, symbol)?.quantity ?? (0 as Quantity);
  const name = strategy.toUpperCase();
  if (quantity === 0) ports.report.info(strategy, `State updated: ${symbol} removed from ${name} positions`);
  else if (side === 'buy')
    ports.report.info(strategy, `State updated: ${symbol} in ${name} positions: ${formatQuantity(quantity)}`);
  else ports.report.info(strategy, `State updated: ${symbol} qty reduced to ${formatQuantity(quantity)}`);
}

interface Contradiction {
  readonly kind: BreakKind;
  readonly detail: string;
}

/** The broker's order must be the one we decided on, and what it filled can only grow. */
function contradictionOf(order: LedgerOrder, seen: BrokerOrder): Contradiction | null {
  const { intent } = order;
  if (seen.symbol !== intent.symbol || seen.side !== intent.side || seen.quantity !== intent.quantity) {
    const theirs = `${seen.side} ${formatQuantity(seen.quantity)} ${seen.symbol}`;
    return { kind: 'id-collision', detail: `${intent.clientOrderId} is ${theirs} at the broker` };
  }
  if (seen.filledQuantity < order.filled) {
    const fell = `${formatQuantity(order.filled)} to ${formatQuantity(seen.filledQuantity)}`;
    return {
      kind: 'fill-reversed',
      detail: `the filled quantity of ${intent.clientOrderId} fell from ${fell}`,
    };
  }
  return null;
}

function openBreak(execution: Execution, { intent }: LedgerOrder, { kind, detail }: Contradiction): void {
  const { fence, ports } = execution;
  const { symbol, strategy } = intent;
  record(execution, (ledger) =>
    ledger.breaks.has(symbol) ? null : { type: 'break-opened', fence, symbol, kind, detail },
  );
  ports.report.error(strategy, `${kind}: ${detail}; ${symbol} takes no order; ${wayOut(symbol)}`);
}
