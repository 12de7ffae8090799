/**
 * Limits on entries, in order of priority: what does not fit is left out whole, and the next one is tried.
 * Reductions pass every limit, and what they free counts.
 */
import {
  formatDollars,
  formatPercent,
  shareOf,
  subtract,
  valueOf,
  type Money,
  type Price,
  type Quantity,
} from '../../domain/decimal.ts';
import { compareText } from '../../domain/names.ts';
import type { DesiredStrategy } from '../../desired/desired-state.ts';
import type { BrokerOrder } from '../../observed/broker-view.ts';
import { ordersOn, type LedgerOrder } from '../../observed/ledger.ts';
import { hold, priceOf, type Market, type PlanDraft, type PlanFacts } from '../draft.ts';
import { marginsOf, takenBy, whyMore, type Margins } from '../margin.ts';
import { isEntry, type HoldReason, type OrderAction } from '../plan-types.ts';

/** A loop that undoes what it has done, each time with success, would go on for ever. */
const FLIPS_DEFAULT = 10;

export function keepLimits(facts: PlanFacts, draft: PlanDraft): void {
  const { market } = facts;
  if (market === null) return;
  if (facts.input.reductionsOver) draft.reductions.length = 0;
  const waiting = draft.entries.filter((entry) => !facts.input.turnTaken.has(entry.strategy));
  sortEntries(facts, waiting);
  const room = measureRoom(facts, market, draft);
  const allowed = waiting.filter((entry) => {
    // One that goes out again counts already, as working, and does so where it does not go out, too.
    const isLost = entry.sendsAgain !== null;
    if (isLost) count(entry, room, -1);
    const refusal = refuse(entry, room, facts);
    if (isLost || refusal === null) count(entry, room, 1);
    if (refusal === null) return true;
    hold(draft, entry, refusal.reason, refusal.detail);
    return false;
  });
  draft.entries.splice(0, draft.entries.length, ...allowed);
}

/** Strategies by priority, then targets by signal strength, then symbols. */
function sortEntries({ strategies }: PlanFacts, entries: OrderAction[]): void {
  const priorityOf = (name: string): number => strategies.get(name)?.priority ?? Number.MAX_SAFE_INTEGER;
  entries.sort(
    (a, b) =>
      priorityOf(a.strategy) - priorityOf(b.strategy) ||
      compareText(a.strategy, b.strategy) ||
      b.priority - a.priority ||
      compareText(a.symbol, b.symbol),
  );
}

/** What is left of each limit; entries that are let through take from it. */
interface Room {
  buyingPower: number;
  gross: number;
  ordersToday: number;
  readonly ordersBySymbol: Map<string, number>;
  /** How often our orders on a symbol have changed direction in this session. */
  readonly flips: ReadonlyMap<string, number>;
  readonly strategies: Map<string, { exposure: number; positions: number }>;
  readonly equity: Money;
  readonly margins: Margins;
}

function measureRoom(facts: PlanFacts, market: Market, draft: PlanDraft): Room {
  const today = ordersOn(facts.ledger, market.clock.session.date);
  const ordersBySymbol = new Map<string, number>();
  for (const { intent } of today)
    ordersBySymbol.set(intent.symbol, (ordersBySymbol.get(intent.symbol) ?? 0) + 1);
  const room: Room = {
    buyingPower: market.account.buyingPower,
    gross: [...market.positions.values()].reduce(
      (sum, { quantity, marketPrice }) => sum + Math.abs(valueOf(quantity, marketPrice)),
      0,
    ),
    // What goes out again is of today already.
    ordersToday: today.length + draft.reductions.filter(({ sendsAgain }) => sendsAgain === null).length,
    ordersBySymbol,
    flips: flipsOf(today),
    strategies: new Map(
      [...facts.ledger.books].map(([name, book]) => [
        name,
        { exposure: facts.exposures.get(name) ?? 0, positions: book.size },
      ]),
    ),
    equity: market.account.equity,
    margins: marginsOf(facts.input.observed),
  };
  for (const { strategy, value, to } of draft.reductions) {
    room.buyingPower += value;
    room.gross -= value;
    const own = room.strategies.get(strategy);
    if (own === undefined) continue;
    own.exposure -= value;
    if (to === 0) own.positions -= 1;
  }
  for (const working of workingEntries(facts, market, room.margins)) reserve(room, working);
  room.gross += valueOfOthers(facts, market);
  return room;
}

/** Orders in the order in which they were decided; those that never came about count, too. */
function flipsOf(orders: readonly LedgerOrder[]): ReadonlyMap<string, number> {
  const last = new Map<string, string>();
  const flips = new Map<string, number>();
  for (const { intent } of [...orders].sort((a, b) => a.intendedAt - b.intendedAt)) {
    const { symbol, side } = intent;
    const before = last.get(symbol) ?? side;
    if (before !== side) flips.set(symbol, (flips.get(symbol) ?? 0) + 1);
    last.set(symbol, side);
  }
  return flips;
}

/** What an open order of ours may still add to the account. */
interface WorkingEntry {
  readonly strategy: string;
  readonly value: Money;
  /** Of buying power, unless that has been set aside. */
  readonly taken: Money;
  readonly opens: boolean;
  /** The broker has set its money aside already. */
  readonly isPaidFor: boolean;
}

/** An order without an end may fill at any moment: until its end it counts as if it had. */
function workingEntries(facts: PlanFacts, market: Market, margins: Margins): WorkingEntry[] {
  const { ledger } = facts;
  const atBroker = new Set(market.openOrders.map(({ clientOrderId }) => clientOrderId));
  const entries = [...ledger.openOrders.values()].filter(({ intent }) => isEntry(intent.purpose));
  return entries.map(({ intent, filled }) => {
    const { strategy, symbol, quantity, estimate, clientOrderId } = intent;
    const value = valueOf(subtract(quantity, filled), priceOf(facts, symbol) ?? estimate);
    const opens = ledger.books.get(strategy)?.has(symbol) !== true;
    const to = intent.side === 'buy' ? 1 : -1;
    const taken = takenBy(margins, { symbol, value, to });
    return { strategy, value, taken, opens, isPaidFor: atBroker.has(clientOrderId) };
  });
}

/** What nobody of ours has ordered counts likewise; the broker has set its money aside. */
function valueOfOthers(facts: PlanFacts, market: Market): number {
  const others = market.openOrders.filter(
    (order) => !facts.ledger.openOrders.has(order.clientOrderId) && mayGrow(market, order),
  );
  return others.reduce((sum, { symbol, quantity, filledQuantity }) => {
    const price = priceOf(facts, symbol) ?? (0 as Price);
    return sum + valueOf(subtract(quantity, filledQuantity), price);
  }, 0);
}

/** A purchase may; a sale only where it is of more than there is. */
function mayGrow({ positions }: Market, { symbol, side, quantity, filledQuantity }: BrokerOrder): boolean {
  const held = positions.get(symbol)?.quantity ?? (0 as Quantity);
  return side === 'buy' || subtract(quantity, filledQuantity) > held;
}

function reserve(room: Room, { strategy, value, taken, opens, isPaidFor }: WorkingEntry): void {
  room.gross += value;
  if (!isPaidFor) room.buyingPower -= taken;
  const own = room.strategies.get(strategy) ?? { exposure: 0, positions: 0 };
  room.strategies.set(strategy, {
    exposure: own.exposure + value,
    positions: own.positions + (opens ? 1 : 0),
  });
}

type Refusal = { readonly reason: HoldReason; readonly detail: string };

function refuse(entry: OrderAction, room: Room, facts: PlanFacts): Refusal | null {
  const strategy = facts.strategies.get(entry.strategy);
  if (strategy === undefined) return { reason: 'Undeclared', detail: `${entry.strategy} has no manifest` };
  return (
    refuseOrder(entry, room, facts) ??
    refuseMoney(entry, room) ??
    refuseExposure(entry, room, facts, strategy)
  );
}

function refuseOrder(entry: OrderAction, room: Room, { input }: PlanFacts): Refusal | null {
  const { maxOrderValue, maxOrdersPerDay, maxOrdersPerSymbol, maxFlipsPerSymbol } =
    input.desired.account.limits;
  if (maxOrderValue !== null && entry.value > maxOrderValue) {
    return {
      reason: 'MaxOrderValue',
      detail: `order ${dollars(entry.value)}, limit ${dollars(maxOrderValue)}`,
    };
  }
  if (maxOrdersPerDay !== null && room.ordersToday >= maxOrdersPerDay) {
    return {
      reason: 'MaxOrdersPerDay',
      detail: `${room.ordersToday} orders today, limit ${maxOrdersPerDay}`,
    };
  }
  const onSymbol = room.ordersBySymbol.get(entry.symbol) ?? 0;
  if (maxOrdersPerSymbol !== null && onSymbol >= maxOrdersPerSymbol) {
    return {
      reason: 'MaxOrdersPerSymbol',
      detail: `${onSymbol} orders on ${entry.symbol} in this session, limit ${maxOrdersPerSymbol}`,
    };
  }
  const flips = room.flips.get(entry.symbol) ?? 0;
  if (flips >= (maxFlipsPerSymbol ?? FLIPS_DEFAULT)) {
    return {
      reason: 'MaxFlipsPerSymbol',
      detail: `orders on ${entry.symbol} have changed direction ${flips} times in this session: something undoes what it does`,
    };
  }
  return null;
}

/** Rule 9 of the seed: skip what cannot be paid and try the next. */
function refuseMoney(entry: OrderAction, room: Room): Refusal | null {
  const { margins, buyingPower } = room;
  const needed = takenBy(margins, entry);
  if (needed <= buyingPower) return null;
  const detail = `Needed: ${dollars(needed)}${whyMore(margins, entry)}, Available: ${dollars(Math.max(0, buyingPower))}`;
  return { reason: 'InsufficientBuyingPower', detail };
}

function refuseExposure(
  entry: OrderAction,
  room: Room,
  { input }: PlanFacts,
  { capital, name }: DesiredStrategy,
): Refusal | null {
  const { exposure, positions } = room.strategies.get(name) ?? { exposure: 0, positions: 0 };
  if (entry.kind === 'open' && positions >= capital.maxPositions) {
    return { reason: 'MaxPositions', detail: `${positions} positions, limit ${capital.maxPositions}` };
  }
  const limit = shareOf(room.equity, capital.maxExposure);
  if (exposure + entry.value > limit) {
    const detail = `exposure ${dollars(exposure + entry.value)} would pass ${formatPercent(capital.maxExposure)} of equity (${dollars(limit)})`;
    return { reason: 'MaxExposure', detail };
  }
  const { maxGross } = input.desired.account.limits;
  if (maxGross !== null && room.gross + entry.value > shareOf(room.equity, maxGross)) {
    const detail = `gross exposure ${dollars(room.gross + entry.value)} would pass ${formatPercent(maxGross)} of equity`;
    return { reason: 'MaxGross', detail };
  }
  return null;
}

function count(entry: OrderAction, room: Room, times: 1 | -1): void {
  room.buyingPower -= times * takenBy(room.margins, entry);
  room.gross += times * entry.value;
  room.ordersToday += times;
  room.ordersBySymbol.set(entry.symbol, (room.ordersBySymbol.get(entry.symbol) ?? 0) + times);
  const own = room.strategies.get(entry.strategy) ?? { exposure: 0, positions: 0 };
  const opened = entry.kind === 'open' ? 1 : 0;
  room.strategies.set(entry.strategy, {
    exposure: own.exposure + times * entry.value,
    positions: own.positions + times * opened,
  });
}

function dollars(money: number): string {
  return `$${formatDollars(money as Money)}`;
}
