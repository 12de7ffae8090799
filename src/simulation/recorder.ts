/** Reads a simulation out of its journal: what `run` would have written is all that there is to know. */
import { add, averageOf, NO_MONEY, subtract, valueOf, type Money, type Quantity } from '../domain/decimal.ts';
import { dateOf, type CalendarDate } from '../domain/instant.ts';
import { profitOf } from '../observed/day-mark.ts';
import type { EventOf, JournalRecord } from '../observed/events.ts';
import { findOrder, lotOf, type Ledger } from '../observed/ledger.ts';
import type { DayMark } from '../observed/mark-events.ts';
import type {
  OrderCounts,
  SessionRecord,
  SimulationRecord,
  StrategyDay,
  Trade,
} from '../performance/record.ts';
import type { SlippageOf } from './slippage.ts';

type Recorded = Pick<SimulationRecord, 'sessions' | 'trades' | 'orders' | 'breaks'>;

type Counts = { -readonly [Key in keyof OrderCounts]: OrderCounts[Key] };

export interface Recorder {
  /** Takes one record in. */
  note(record: JournalRecord, before: Ledger, after: Ledger): void;
  /** `dates`: those of the sessions. One without a close that was marked is as the session before it, and named. */
  recorded(
    dates: readonly CalendarDate[],
    start: Money,
    slippageOf: SlippageOf,
  ): Recorded & { readonly unmarked: readonly CalendarDate[] };
}

/** `strategies`: their names, in the order of the record. */
export function recorder(strategies: readonly string[]): Recorder {
  const closes = new Map<CalendarDate, SessionRecord>();
  const trades: RecordedTrade[] = [];
  const breaks: SimulationRecord['breaks'][number][] = [];
  const counts = new Map<string, Counts>(strategies.map((strategy) => [strategy, noOrders(strategy)]));
  return {
    note: ({ event, time }, before, after) => {
      // Of a fence that was not current any more: void.
      if (after.fencedOff > before.fencedOff) return;
      if (event.type === 'fill') trades.push(...tradeOf(event, before, after));
      else if (event.type === 'day-marked' && event.kind === 'close')
        closes.set(event.session, sessionOf(event, after, strategies));
      else if (event.type === 'intent') count(counts, event.strategy, 'sent');
      else if (event.type === 'order-ended') countEnd(counts, event, after);
      else if (event.type === 'break-opened') {
        const { symbol, kind, detail } = event;
        breaks.push({ date: dateOf(time), strategy: ownerOf(before, symbol), symbol, kind, detail });
      }
    },
    recorded: (dates, start, slippageOf) => {
      const sessions: SessionRecord[] = [];
      for (const date of dates) {
        const last = sessions.at(-1) ?? beforeFirst(strategies, start);
        sessions.push(closes.get(date) ?? { ...last, date });
      }
      const unmarked = dates.filter((date) => !closes.has(date));
      return {
        sessions,
        trades: trades.map(({ order, from, to, ...trade }) => ({
          ...trade,
          slippage: slippageOf(order, from, to),
        })),
        orders: [...counts.values()],
        breaks,
        unmarked,
      };
    },
  };
}

function noOrders(strategy: string): Counts {
  return { strategy, sent: 0, filled: 0, partlyFilled: 0, refused: 0 };
}

function count(
  counts: ReadonlyMap<string, Counts>,
  strategy: string,
  what: Exclude<keyof Counts, 'strategy'>,
): void {
  const own = counts.get(strategy);
  if (own !== undefined) own[what] += 1;
}

function countEnd(
  counts: ReadonlyMap<string, Counts>,
  { clientOrderId, status }: EventOf<'order-ended'>,
  after: Ledger,
): void {
  const order = findOrder(after, clientOrderId);
  if (order === undefined) return;
  const { strategy } = order.intent;
  if (status === 'filled') count(counts, strategy, 'filled');
  else if (order.filled > 0) count(counts, strategy, 'partlyFilled');
  if (status === 'refused' || status === 'rejected') count(counts, strategy, 'refused');
}

/** `order`: the broker's id; the trade took it from one cumulative quantity to another. */
interface RecordedTrade extends Omit<Trade, 'slippage'> {
  readonly order: string;
  readonly from: Quantity;
  readonly to: Quantity;
}

function tradeOf(event: EventOf<'fill'>, before: Ledger, after: Ledger): RecordedTrade[] {
  const intent = findOrder(before, event.clientOrderId)?.intent;
  if (intent === undefined) return [];
  const { strategy, symbol, side } = intent;
  const lot = lotOf(before, strategy, symbol);
  const isClosing = lot !== undefined && lot.quantity > 0 === (side === 'sell');
  const profit = (ledger: Ledger): Money => ledger.realised.get(strategy)?.get(symbol) ?? NO_MONEY;
  const { at: time, quantity, value, fee = NO_MONEY, brokerOrderId: order, cumulative: to } = event;
  const from = subtract(to, quantity);
  const price = averageOf(value, quantity);
  const realised = isClosing ? subtract(profit(after), profit(before)) : null;
  return [{ time, strategy, symbol, side, quantity, price, fee, realised, order, from, to }];
}

function sessionOf(mark: DayMark, ledger: Ledger, strategies: readonly string[]): SessionRecord {
  const { session: date, equity, cash } = mark;
  return { date, equity, cash, strategies: strategies.map((name) => strategyDay(name, mark, ledger)) };
}

/** What has no price at the close counts as what it cost. */
function strategyDay(strategy: string, mark: DayMark, { books }: Ledger): StrategyDay {
  const prices = new Map(mark.positions.map(({ symbol, price }) => [symbol, price]));
  let long = NO_MONEY;
  let short = NO_MONEY;
  for (const [symbol, { quantity, cost }] of books.get(strategy) ?? []) {
    const price = prices.get(symbol) ?? null;
    const value = price === null ? cost : valueOf(quantity, price);
    if (value > 0) long = add(long, value);
    else short = subtract(short, value);
  }
  const marked = mark.strategies.find((candidate) => candidate.strategy === strategy);
  const value = marked?.value ?? subtract(long, short);
  const profit = marked === undefined ? null : profitOf({ ...marked, value });
  return { strategy, profit: profit ?? NO_MONEY, long, short };
}

function beforeFirst(strategies: readonly string[], equity: Money): SessionRecord {
  const nothing = { profit: NO_MONEY, long: NO_MONEY, short: NO_MONEY };
  return {
    date: '',
    equity,
    cash: equity,
    strategies: strategies.map((strategy) => ({ strategy, ...nothing })),
  };
}

function ownerOf({ books }: Ledger, symbol: string): string | null {
  for (const [strategy, book] of books) if (book.has(symbol)) return strategy;
  return null;
}
