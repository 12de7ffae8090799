/**
 * The report of one session day, from the journal alone: the same records give the same report, whenever it is made.
 *
 * The profit of a strategy is what it realised, and by how much the worth of its book beyond its cost has changed, between
 * the two marks of the day, less the fees of its fills. The profits and a residual are exactly the change of the account's equity.
 */
import {
  add,
  NO_MONEY,
  subtract,
  valueOf,
  type Money,
  type Price,
  type Quantity,
} from '../domain/decimal.ts';
import { dateOf, type CalendarDate, type Instant } from '../domain/instant.ts';
import { compareText, type Side } from '../domain/names.ts';
import { profitOf, realisedOf } from './day-mark.ts';
import type { EodWindow } from './eod-window.ts';
import type { JournalRecord } from './events.ts';
import { allOrders, type Ledger, type LedgerOrder } from './ledger.ts';
import type { DayMark, Latch, MarkedStrategy, MarkKind } from './mark-events.ts';

export interface EodReport {
  readonly date: CalendarDate;
  readonly start: EodMoment | null;
  readonly end: EodMoment | null;
  /** By name. */
  readonly strategies: readonly EodStrategy[];
  /** Null where one of the two marks is missing. */
  readonly account: EodAccount | null;
  /** Fills of the day that came after its last mark: they are listed, and not in the profits. */
  readonly fillsAfterEnd: number;
  /** Loss limits in force at the end of the day. */
  readonly latches: readonly Latch[];
}

interface EodMoment {
  readonly kind: MarkKind;
  readonly at: Instant;
}

export interface EodStrategy {
  readonly strategy: string;
  /** By symbol, as at the end. */
  readonly positions: readonly EodPosition[];
  /** Oldest first. */
  readonly fills: readonly EodFill[];
  /** Orders of the day, by what had become of them when it ended. */
  readonly orders: readonly { readonly status: LedgerOrder['status']; readonly count: number }[];
  /** Before fees. */
  readonly realised: Money;
  /** Worth of the book beyond its cost at the end; null while unknown, as all that follows. */
  readonly unrealised: Money | null;
  /** By how much that has changed, less what came with shares by an operator's word. */
  readonly unrealisedChange: Money | null;
  readonly profit: Money | null;
  /** Charged for its fills. */
  readonly fees: Money;
}

export interface EodPosition {
  readonly symbol: string;
  readonly quantity: Quantity;
  readonly cost: Money;
  readonly price: Price | null;
  readonly value: Money | null;
  readonly unrealised: Money | null;
}

export interface EodFill {
  readonly time: Instant;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly value: Money;
  readonly clientOrderId: string;
}

export interface EodAccount {
  readonly equityStart: Money;
  readonly equityEnd: Money;
  readonly change: Money;
  /** Sum over the strategies; null while one of them is unknown, as all that follows. */
  readonly profit: Money | null;
  /** `change - profit`: what no strategy has made. */
  readonly residual: Money | null;
  readonly causes: EodCauses | null;
}

/** What the residual consists of: these add up to it. */
export interface EodCauses {
  /** Shares that no strategy owns: their change in value, and what was adopted or released. */
  readonly unmanaged: Money;
  /** Cash that no order of ours has moved: trades by hand, deposits, withdrawals, dividends, fees of such trades. */
  readonly cash: Money;
  /** Equity that is neither cash nor positions. */
  readonly other: Money;
}

export function eodReport(window: EodWindow): EodReport {
  const { date, start, end, afterDay } = window;
  const names = strategyNames(window);
  const strategies = names.map((name) => strategyReport(name, window));
  const listed = strategies.reduce((sum, { fills }) => sum + fills.length, 0);
  const marked = end === null ? listed : fillsOn(allOrders(window.atEnd), date).length;
  return {
    date,
    start: start === null ? null : { kind: start.kind, at: start.at },
    end: end === null ? null : { kind: end.kind, at: end.at },
    strategies,
    account: start === null || end === null ? null : accountReport(window, { start, end }, strategies),
    fillsAfterEnd: listed - marked,
    latches: [...afterDay.latches.values()].sort((a, b) => compareText(a.strategy ?? '', b.strategy ?? '')),
  };
}

/** Those with a book, an order, a fill or a profit in the day. */
function strategyNames({ date, atEnd, afterDay, before, start, between }: EodWindow): string[] {
  const names = new Set<string>();
  for (const [name, book] of atEnd.books) if (book.size > 0) names.add(name);
  for (const { strategy, cost, value } of renamed(start?.strategies ?? [], between))
    if (cost !== 0 || value !== 0) names.add(strategy);
  for (const name of atEnd.realised.keys())
    if (realisedOf(atEnd, name) !== realisedOf(before, name)) names.add(name);
  for (const order of allOrders(afterDay))
    if (order.intent.sessionDate === date || fillsOn([order], date).length > 0)
      names.add(order.intent.strategy);
  return [...names].sort(compareText);
}

function strategyReport(strategy: string, window: EodWindow): EodStrategy {
  const { date, start, end, atEnd, afterDay, between } = window;
  const orders = allOrders(afterDay).filter(({ intent }) => intent.strategy === strategy);
  const first = start === null ? null : markedOf(renamed(start.strategies, between), strategy);
  const last = end === null ? null : markedOf(end.strategies, strategy);
  const realised = realisedIn(strategy, window, { first, last });
  const fees = feesIn(strategy, window, { first, last });
  const profit = first === null || last === null ? null : change(profitOf(first), profitOf(last));
  return {
    strategy,
    positions: [...(atEnd.books.get(strategy) ?? [])]
      .sort(([a], [b]) => compareText(a, b))
      .map(([symbol, { quantity, cost }]) => position(symbol, { quantity, cost }, end)),
    fills: fillsOn(orders, date),
    orders: countsOf(orders.filter(({ intent }) => intent.sessionDate === date)),
    realised,
    unrealised: last === null || last.value === null ? null : subtract(last.value, last.cost),
    unrealisedChange: profit === null ? null : subtract(add(profit, fees), realised),
    profit,
    fees,
  };
}

interface Bounds {
  readonly first: MarkedStrategy | null;
  readonly last: MarkedStrategy | null;
}

function realisedIn(strategy: string, { before, atEnd }: EodWindow, { first, last }: Bounds): Money {
  return subtract(
    last?.realised ?? realisedOf(atEnd, strategy),
    first?.realised ?? realisedOf(before, strategy),
  );
}

function feesIn(strategy: string, { before, atEnd }: EodWindow, { first, last }: Bounds): Money {
  const charged = (marked: MarkedStrategy | null, { fees }: Ledger): Money =>
    (marked === null ? fees.get(strategy) : marked.fees) ?? NO_MONEY;
  return subtract(charged(last, atEnd), charged(first, before));
}

/** One that a mark does not name had nothing then. */
function markedOf(marked: readonly MarkedStrategy[], strategy: string): MarkedStrategy {
  const nothing = { value: NO_MONEY, cost: NO_MONEY, realised: NO_MONEY, carried: NO_MONEY };
  return marked.find((candidate) => candidate.strategy === strategy) ?? { strategy, ...nothing };
}

/** What was called otherwise at the start of the day. */
function renamed(
  marked: readonly MarkedStrategy[],
  between: readonly JournalRecord[],
): readonly MarkedStrategy[] {
  return between.reduce((list, { event }) => {
    if (event.type !== 'strategy-renamed') return list;
    const { from, to } = event;
    return list.map((entry) => (entry.strategy === from ? { ...entry, strategy: to } : entry));
  }, marked);
}

function change(from: Money | null, to: Money | null): Money | null {
  return from === null || to === null ? null : subtract(to, from);
}

function position(
  symbol: string,
  { quantity, cost }: { readonly quantity: Quantity; readonly cost: Money },
  end: DayMark | null,
): EodPosition {
  const price = end?.positions.find((candidate) => candidate.symbol === symbol)?.price ?? null;
  const value = price === null ? null : valueOf(quantity, price);
  return { symbol, quantity, cost, price, value, unrealised: value === null ? null : subtract(value, cost) };
}

function fillsOn(orders: readonly LedgerOrder[], date: CalendarDate): EodFill[] {
  const fills = orders.flatMap(({ intent, fills: booked }) =>
    booked
      .filter(({ at }) => dateOf(at) === date)
      .map(({ at, quantity, value }): EodFill => {
        const { symbol, side, clientOrderId } = intent;
        return { time: at, symbol, side, quantity, value, clientOrderId };
      }),
  );
  return fills.sort((a, b) => a.time - b.time || compareText(a.clientOrderId, b.clientOrderId));
}

function countsOf(orders: readonly LedgerOrder[]): EodStrategy['orders'] {
  const counts = new Map<LedgerOrder['status'], number>();
  for (const { status } of orders) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => compareText(a, b)).map(([status, count]) => ({ status, count }));
}

interface Marks {
  readonly start: DayMark;
  readonly end: DayMark;
}

function accountReport(
  window: EodWindow,
  { start, end }: Marks,
  strategies: readonly EodStrategy[],
): EodAccount {
  const total = subtract(end.equity, start.equity);
  const profit = strategies.reduce<Money | null>(
    (sum, own) => (sum === null || own.profit === null ? null : add(sum, own.profit)),
    NO_MONEY,
  );
  return {
    equityStart: start.equity,
    equityEnd: end.equity,
    change: total,
    profit,
    residual: profit === null ? null : subtract(total, profit),
    causes: profit === null ? null : causesOf(window, { start, end }),
  };
}

function causesOf({ between }: EodWindow, { start, end }: Marks): EodCauses | null {
  const from = splitEquity(start);
  const to = splitEquity(end);
  if (from === null || to === null) return null;
  // Buying moves cash into cost, selling moves cost and profit into cash, and fees are gone; shares that change hands move no cash.
  const transferred = transferredValue(between);
  const moved = subtract(invested(end), invested(start));
  return {
    unmanaged: add(subtract(to.unmanaged, from.unmanaged), transferred),
    cash: add(subtract(end.cash, start.cash), subtract(moved, transferred)),
    other: subtract(to.other, from.other),
  };
}

/** What of equity is neither cash nor in a book; null where a price was not known. */
function splitEquity({ equity, cash, positions, strategies }: DayMark): Omit<EodCauses, 'cash'> | null {
  let held = NO_MONEY;
  for (const { quantity, price } of positions) {
    if (quantity === 0) continue;
    if (price === null) return null;
    held = add(held, valueOf(quantity, price));
  }
  const booked = strategies.reduce((sum, { value }) => add(sum, value ?? NO_MONEY), NO_MONEY);
  return { unmanaged: subtract(held, booked), other: subtract(subtract(equity, cash), held) };
}

function invested({ strategies }: DayMark): Money {
  return strategies.reduce(
    (sum, { cost, realised, fees = NO_MONEY, carried }) => sum + cost - realised + fees + carried,
    0,
  ) as Money;
}

/** Value of what operators gave to strategies, less what they took from them. */
function transferredValue(between: readonly JournalRecord[]): Money {
  return between.reduce((sum, { event }) => {
    if (event.type === 'adopted') return add(sum, event.value ?? event.cost);
    return event.type === 'released' ? subtract(sum, event.value ?? NO_MONEY) : sum;
  }, NO_MONEY);
}
