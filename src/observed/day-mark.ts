/** What account and books are worth at one moment: the mark of a session day, from one look at the world. */
import { sessionOn, type CalendarOverrides } from '../domain/calendar.ts';
import { add, NO_MONEY, subtract, valueOf, type Money, type Price } from '../domain/decimal.ts';
import { dateOf, MINUTE, plus } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import { attribute } from './attribution.ts';
import type { BrokerPosition, MarketClock } from './broker-view.ts';
import { splitSeen } from './evidence.ts';
import { stoppingBreak, type Ledger } from './ledger.ts';
import type { DayMark, MarkedPosition, MarkedStrategy, MarkKind } from './mark-events.ts';
import type { ObservedState } from './observed-state.ts';

/** A session without a cut-off is followed by the next one at once: its close is marked while it lasts. */
export const LAST_MINUTE = MINUTE;

/** Which mark the session still lacks; null when none is due. */
export function dueMark(
  { lastMark }: Pick<Ledger, 'lastMark'>,
  clock: MarketClock,
  calendar?: CalendarOverrides,
): Exclude<MarkKind, 'interim'> | null {
  const { session, isOpen, now } = clock;
  // A clock that went back marks no day twice.
  if (isOpen) {
    if (lastMark === null || lastMark.session < session.date) return 'start';
    const isEnding = clock.lastSubmit === null && now >= plus(session.close, -LAST_MINUTE);
    return isEnding && !isCloseOf(lastMark, session.date) && lastMark.session === session.date
      ? 'close'
      : null;
  }
  const today = dateOf(now);
  const ended = sessionOn(today, calendar);
  if (session.date <= today || ended === null || now < ended.close) return null;
  const isMarked = lastMark !== null && (lastMark.session > today || isCloseOf(lastMark, today));
  return isMarked ? null : 'close';
}

function isCloseOf({ session, kind }: Pick<DayMark, 'session' | 'kind'>, date: string): boolean {
  return session === date && kind === 'close';
}

/** Null while a part of the account is unknown. */
export function markOf(observed: ObservedState, kind: MarkKind, settleWindow: number): DayMark | null {
  const { ledger, snapshot } = observed;
  const { account, positions, clock, takenAt } = snapshot;
  if (account.kind !== 'ok' || positions.kind !== 'ok' || clock.kind !== 'ok') return null;
  const { equity, cash } = account.data;
  const held = positions.data;
  const priceAt = pricesOf(observed, held);
  const doubtful = doubtfulSymbols(observed, held, settleWindow);
  const known = (symbol: string): Price | undefined => (doubtful.has(symbol) ? undefined : priceAt(symbol));
  return {
    session: kind === 'close' ? dateOf(clock.data.now) : clock.data.session.date,
    kind,
    at: takenAt,
    equity,
    cash,
    positions: markedPositions(ledger, held, priceAt),
    strategies: namesOf(ledger).map((name) => markedStrategy(ledger, name, known)),
  };
}

type PriceAt = (symbol: string) => Price | undefined;

function pricesOf({ quotes }: ObservedState, held: ReadonlyMap<string, BrokerPosition>): PriceAt {
  return (symbol) => {
    const price = held.get(symbol)?.marketPrice ?? quotes.get(symbol)?.price;
    return price === undefined || price <= 0 ? undefined : price;
  };
}

/** Of these, neither quantity nor value is sure: shares may be missing, or have been split. */
function doubtfulSymbols(
  { ledger, snapshot, history }: ObservedState,
  held: ReadonlyMap<string, BrokerPosition>,
  settleWindow: number,
): ReadonlySet<string> {
  const isSplit = (symbol: string): boolean => {
    const position = held.get(symbol);
    return (
      history?.kind !== 'ok' || (position !== undefined && splitSeen(ledger, position, history.data) !== null)
    );
  };
  const { differences } = attribute(ledger, held, snapshot.takenAt, settleWindow);
  const doubtful = [...differences.values()].filter(
    ({ symbol, missing, sideFlip, repriced }) => missing !== 0 || sideFlip || (repriced && isSplit(symbol)),
  );
  const broken = [...ledger.breaks.keys()].filter((symbol) => stoppingBreak(ledger, symbol) !== undefined);
  return new Set([...doubtful.map(({ symbol }) => symbol), ...broken]);
}

function markedPositions(
  { books }: Ledger,
  held: ReadonlyMap<string, BrokerPosition>,
  priceAt: PriceAt,
): MarkedPosition[] {
  const symbols = new Set(held.keys());
  for (const book of books.values()) for (const symbol of book.keys()) symbols.add(symbol);
  return [...symbols].sort(compareText).map((symbol) => ({
    symbol,
    quantity: held.get(symbol)?.quantity ?? (0 as BrokerPosition['quantity']),
    price: priceAt(symbol) ?? null,
  }));
}

/** Every strategy that has, or ever had, something to be counted. */
function namesOf({ books, realised, fees, carried, curves, inventory }: Ledger): string[] {
  const names = new Set([
    ...books.keys(),
    ...realised.keys(),
    ...fees.keys(),
    ...carried.keys(),
    ...curves.keys(),
    ...inventory.keys(),
  ]);
  return [...names].filter((name) => name !== '*').sort(compareText);
}

function markedStrategy(ledger: Ledger, strategy: string, priceAt: PriceAt): MarkedStrategy {
  return {
    strategy,
    ...worthOf(ledger, strategy, priceAt),
    realised: realisedOf(ledger, strategy),
    ...feesOf(ledger, strategy),
    carried: ledger.carried.get(strategy) ?? NO_MONEY,
  };
}

/** What the book of a strategy is worth and what it cost; no value where a price is not known. */
export function worthOf(
  { books }: Pick<Ledger, 'books'>,
  strategy: string,
  priceAt: PriceAt,
): Pick<MarkedStrategy, 'value' | 'cost'> {
  let value: Money | null = NO_MONEY;
  let cost = NO_MONEY;
  for (const [symbol, lot] of books.get(strategy) ?? []) {
    const price = priceAt(symbol);
    cost = add(cost, lot.cost);
    value = value === null || price === undefined ? null : add(value, valueOf(lot.quantity, price));
  }
  return { value, cost };
}

export function realisedOf({ realised }: Pick<Ledger, 'realised'>, strategy: string): Money {
  let sum = 0;
  for (const profit of realised.get(strategy)?.values() ?? []) sum += profit;
  return sum as Money;
}

function feesOf({ fees }: Pick<Ledger, 'fees'>, strategy: string): Pick<MarkedStrategy, 'fees'> {
  const charged = fees.get(strategy);
  return charged === undefined ? {} : { fees: charged };
}

type Worth = Omit<MarkedStrategy, 'strategy'>;

/** The profit of a strategy since its books were opened, less fees; null while its book has no value. */
export function profitOf({ value, cost, realised, fees = NO_MONEY, carried }: Worth): Money | null {
  return value === null ? null : subtract(subtract(add(realised, subtract(value, cost)), fees), carried);
}
