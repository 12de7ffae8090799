/** Brings the ledger up to what the broker says of one of our orders. */
import {
  formatDollars,
  formatQuantity,
  negate,
  NO_MONEY,
  NO_QUANTITY,
  subtract,
  valueOf,
  type Quantity,
} from '../domain/decimal.ts';
import { isTerminal, type BrokerOrder } from '../observed/broker-view.ts';
import type { BreakKind, TerminalStatus } from '../observed/events.ts';
import {
  feesBooked,
  lotOf,
  stoppingBreak,
  valueBooked,
  type Ledger,
  type LedgerOrder,
} from '../observed/ledger.ts';
import { isEntry } from '../reconciler/plan-types.ts';
import { wayOut } from '../reconciler/way-out.ts';
import { record, type Execution } from './execution.ts';

/** `contradicted`: the broker says what cannot be; a break is open, and nothing more can be learnt by asking. */
export type BookingState = 'open' | 'ended' | 'contradicted';

/**
 * Books the increase of the order's cumulative filled quantity over what is booked already, whatever the order in which
 * answers arrive, and its end when it has one.
 */
export function bookOrder(execution: Execution, clientOrderId: string, seen: BrokerOrder): BookingState {
  const { fence, ports } = execution;
  const known = record(execution, (ledger) => {
    const order = ledger.openOrders.get(clientOrderId);
    if (order === undefined || order.brokerOrderId !== null) return null;
    return { type: 'order-created', fence, clientOrderId, brokerOrderId: seen.brokerOrderId };
  }).openOrders.get(clientOrderId);
  if (known === undefined) return 'ended';
  if (isOldReport(known, seen)) return 'open';
  const contradiction = contradictionOf(known, seen);
  if (contradiction !== null) {
    openBreak(execution, known, contradiction);
    return 'contradicted';
  }
  bookIncrease(execution, known, seen);
  if (seen.filledQuantity > known.intent.quantity) {
    // It is real, so it is booked; but nothing more happens on the symbol until somebody has looked.
    openBreak(execution, known, {
      kind: 'overfill',
      detail: `${clientOrderId} filled more than was ordered`,
    });
  }
  // An end that does not say what was paid is asked for again: it may not take the fill with it.
  if (!isTerminal(seen.status) || isUnpriced(known, seen)) return 'open';
  const ended = record(execution, () => ({
    type: 'order-ended',
    fence,
    clientOrderId,
    status: seen.status as TerminalStatus,
    detail: '',
  }));
  ports.stateFile.schedule(ended);
  return 'ended';
}

function isUnpriced({ filled }: LedgerOrder, seen: BrokerOrder): boolean {
  return seen.filledQuantity > filled && seen.averagePrice === null;
}

function bookIncrease(execution: Execution, order: LedgerOrder, seen: BrokerOrder): void {
  const { fence, ports } = execution;
  const { clientOrderId, strategy } = order.intent;
  if (seen.filledQuantity <= order.filled || seen.averagePrice === null) return;
  const averagePrice = seen.averagePrice;
  const after = record(execution, (ledger) => {
    const booked = ledger.openOrders.get(clientOrderId) ?? order;
    const quantity = subtract(seen.filledQuantity, booked.filled);
    if (quantity <= 0) return null;
    const value = subtract(valueOf(seen.filledQuantity, averagePrice), valueBooked(booked));
    const fee = subtract(seen.fees ?? NO_MONEY, feesBooked(booked));
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
      ...(fee > 0 && { fee }),
      at,
      reportedAt: seen.updatedAt,
    };
  });
  ports.stateFile.schedule(after);
  const increase = subtract(seen.filledQuantity, order.filled);
  ports.report.info(
    strategy,
    `Order filled: ${formatQuantity(increase)} shares @ $${formatDollars(averagePrice)}${completeness(order, seen)}`,
  );
  reportBook(execution, after, order.intent, increase);
}

/** The seed says nothing where an entry is complete. */
function completeness({ intent }: LedgerOrder, { status }: BrokerOrder): string {
  if (status !== 'filled') return ' (partial fill)';
  return isEntry(intent.purpose) ? '' : ' (complete fill)';
}

/** In the words of the seed. `increase`: what this fill has added, unsigned. */
function reportBook(
  { ports }: Execution,
  ledger: Ledger,
  { strategy, symbol, side }: LedgerOrder['intent'],
  increase: Quantity,
): void {
  const after = lotOf(ledger, strategy, symbol)?.quantity ?? NO_QUANTITY;
  const before = subtract(after, side === 'buy' ? increase : negate(increase));
  const name = strategy.toUpperCase();
  const change = `from ${formatQuantity(before)} to ${formatQuantity(after)}`;
  const verb = Math.abs(after) < Math.abs(before) ? 'reduced' : 'raised';
  const words =
    after === 0
      ? `${symbol} removed from ${name} positions`
      : before === 0
        ? `${symbol} added to ${name} positions`
        : `${symbol} qty ${verb} ${change}`;
  ports.report.info(strategy, `State updated: ${words}`);
}

/** Lists of a broker may lag: what it said before does not take back what it said later. */
function isOldReport({ filled, reportedAt }: LedgerOrder, seen: BrokerOrder): boolean {
  return seen.filledQuantity < filled && reportedAt !== null && seen.updatedAt <= reportedAt;
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
  if (stoppingBreak(ports.journal.refresh(), symbol) !== undefined) return;
  record(execution, () => ({ type: 'break-opened', fence, symbol, kind, detail }));
  ports.report.error(strategy, `${kind}: ${detail}; ${symbol} takes no order; ${wayOut(symbol, kind)}`);
}
