/**
 * A second opinion on a finished plan: the invariants, derived again from the facts with loops of its own.
 * It shares no rule with the planner. A plan with a violation is never carried out.
 */
import { formatQuantity, shareOf, valueOf, type Money, type Quantity } from '../domain/decimal.ts';
import { isOpen as isOpenByRule } from '../domain/calendar.ts';
import { attribute } from '../observed/attribution.ts';
import type { BrokerPosition } from '../observed/broker-view.ts';
import type { Ledger, LedgerOrder } from '../observed/ledger.ts';
import type { PlanInput } from './draft.ts';
import { afterActions, checkActions } from './check-actions.ts';
import { checkBlocked, checkHalt, checkSkew, checkSuspensions } from './check-brakes.ts';
import { checkGroups } from './check-groups.ts';
import { leastTaken } from './check-margin.ts';
import { checkLosses } from './check-losses.ts';
import { checkBeside, checkBesideSync } from './check-beside.ts';
import { checkShort, checkSides, checkSize } from './check-sides.ts';
import { checkQuotes } from './check-quotes.ts';
import { isOrder, isReduction, type OrderAction, type Plan, type SyncAction } from './plan-types.ts';
import type { Invariant, ReportViolation, Violation } from './violation.ts';

export function checkPlan(plan: Plan, given: PlanInput): readonly Violation[] {
  const found: Violation[] = [];
  const report = (invariant: Invariant, detail: string): void => {
    found.push({ invariant, detail });
  };
  const orders = plan.actions.filter(isOrder);
  checkBooks(plan, given, report);
  checkShape(plan, orders, report);
  if (orders.length === 0) return found;
  const input = afterActions(plan, given);
  const world = knownWorld(input);
  if (world === null) {
    report('known-world', `${orders.length} orders are planned while a part of the account is unknown`);
    return found;
  }
  checkHalt(orders, input, report);
  checkBlocked(orders, input, report);
  checkSuspensions(orders, input, report);
  checkClock(world, input, report);
  checkSkew(orders, input, report);
  for (const order of orders) {
    checkSymbol(order, input, report);
    const held = world.positions.get(order.symbol)?.quantity ?? (0 as Quantity);
    for (const wrong of checkSides({ order, isEntry: !isReduction(order), held }))
      report('never-across-zero', wrong);
  }
  for (const order of orders) (isReduction(order) ? checkReduction : checkEntry)(order, world, input, report);
  for (const wrong of checkBesideSync(plan, orders)) report('reduction-within-book', wrong);
  const entries = orders.filter((order) => !isReduction(order));
  const others: readonly (readonly [Invariant, readonly string[]])[] = [
    ['groups-whole', checkGroups(plan, orders, input)],
    ['quotes-hold', checkQuotes(orders, input)],
    ['loss-limits-hold', checkLosses(entries, input)],
  ];
  for (const [invariant, wrong] of others) for (const detail of wrong) report(invariant, detail);
  checkPrefixes(plan, world, input, report);
  return found;
}

function checkBooks(plan: Plan, input: PlanInput, report: ReportViolation): void {
  checkConservation(input, report);
  for (const wrong of checkActions(plan, input)) report('announced-exactly', wrong);
  for (const action of plan.actions) if (action.kind === 'sync-position') checkSync(action, input, report);
}

/** For every symbol: books, settling, unmanaged and missing shares are what the broker holds. */
function checkConservation({ desired, observed }: PlanInput, report: ReportViolation): void {
  const { ledger, snapshot } = observed;
  if (snapshot.positions.kind !== 'ok') return;
  const positions = snapshot.positions.data;
  const { settleWindow } = desired.account.execution;
  const { differences } = attribute(ledger, positions, snapshot.takenAt, settleWindow);
  const sums = new Map<string, number>();
  for (const book of ledger.books.values())
    for (const [symbol, { quantity }] of book) sums.set(symbol, (sums.get(symbol) ?? 0) + quantity);
  for (const { symbol, settling, unmanaged, missing } of differences.values())
    sums.set(symbol, (sums.get(symbol) ?? 0) + settling + unmanaged + missing);
  for (const [symbol, sum] of sums) {
    const held = positions.get(symbol)?.quantity ?? 0;
    if (sum !== held) report('conservation', `${symbol}: ${sum} accounted for, ${held} held`);
  }
  for (const { symbol, quantity } of positions.values())
    if (!sums.has(symbol) && quantity !== 0) report('conservation', `${symbol}: ${quantity} held by nobody`);
}

function checkShape(plan: Plan, orders: readonly OrderAction[], report: ReportViolation): void {
  const ids = plan.actions.map((action) => action.id);
  for (const id of ids.filter((candidate, index) => ids.indexOf(candidate) !== index))
    report('unique-ids', id);
  const symbols = orders.map((order) => order.symbol);
  for (const symbol of symbols.filter((candidate, index) => symbols.indexOf(candidate) !== index)) {
    report('one-order-a-symbol', symbol);
  }
  const firstEntry = orders.findIndex((order) => !isReduction(order));
  const lastReduction = orders.findLastIndex(isReduction);
  if (firstEntry !== -1 && firstEntry < lastReduction)
    report('reductions-first', orders[firstEntry]?.id ?? '');
}

function checkSync(action: SyncAction, { observed }: PlanInput, report: ReportViolation): void {
  const owned = quantityIn(observed.ledger.books, action.strategy, action.symbol);
  const isSmaller = Math.abs(action.to) < Math.abs(owned) && action.to * owned >= 0;
  if (action.from !== owned || !isSmaller)
    report('sync-only-shrinks', `${action.id}: ${owned} -> ${action.to}`);
}

interface World {
  readonly positions: ReadonlyMap<string, BrokerPosition>;
  readonly equity: Money;
  readonly buyingPower: number;
  readonly isOpen: boolean;
  readonly lastSubmit: number | null;
}

function knownWorld({ desired, observed: { snapshot } }: PlanInput): World | null {
  const { account, positions, openOrders, clock } = snapshot;
  if (account.kind !== 'ok' || positions.kind !== 'ok' || openOrders.kind !== 'ok' || clock.kind !== 'ok')
    return null;
  const { now, isOpen, lastSubmit } = clock.data;
  return {
    positions: positions.data,
    equity: account.data.equity,
    buyingPower: account.data.buyingPower,
    isOpen: isOpen && (lastSubmit === null || isOpenByRule(now, desired.account.calendar)),
    lastSubmit,
  };
}

function checkClock(world: World, { now }: PlanInput, report: ReportViolation): void {
  if (!world.isOpen) report('session-open', 'the market is closed, or our calendar says so');
  if (world.lastSubmit !== null && now > world.lastSubmit)
    report('session-open', 'after the last submit time');
}

function checkSymbol(order: OrderAction, { observed }: PlanInput, report: ReportViolation): void {
  for (const wrong of checkBeside(order, observed)) report('no-order-while-one-is-open', wrong);
  const found = observed.ledger.breaks.get(order.symbol);
  if (found !== undefined && !(found.kind === 'price-mismatch' && isReduction(order)))
    report('known-world', `${order.id}: an open break on the symbol`);
  if (order.quantity <= 0 || order.price <= 0)
    report('known-world', `${order.id}: quantity and price must be positive`);
}

function checkReduction(
  order: OrderAction,
  world: World,
  { observed }: PlanInput,
  report: ReportViolation,
): void {
  const owned = quantityIn(observed.ledger.books, order.strategy, order.symbol);
  const side = owned > 0 ? 'sell' : 'buy';
  if (owned === 0 || order.side !== side || order.quantity > Math.abs(owned)) {
    report(
      'reduction-within-book',
      `${order.id}: ${order.side} ${formatQuantity(order.quantity)} of ${formatQuantity(owned)}`,
    );
  }
  const held = world.positions.get(order.symbol);
  if (held === undefined || order.quantity > Math.abs(held.available) || held.quantity * owned < 0) {
    report('unmanaged-untouched', `${order.id}: the broker does not hold it for us`);
  }
}

function checkEntry(order: OrderAction, world: World, input: PlanInput, report: ReportViolation): void {
  const strategy = input.desired.strategies.find((candidate) => candidate.name === order.strategy);
  const toggle = strategy?.toggle;
  const isOn = strategy?.lifecycle === 'active' && toggle?.enabled === true && !toggle.shutdownRequested;
  if (input.observed.ledger.drains.has(order.strategy)) report('entry-allowed', `${order.id}: shut down`);
  if (!isOn || !strategy.universe.has(order.symbol)) {
    report('entry-allowed', `${order.id}: the strategy may not open ${order.symbol}`);
    return;
  }
  checkOwner(order, world, input, report);
  for (const wrong of checkShort(order, strategy, input.observed)) report('entry-allowed', wrong);
  const { snapshot, ledger } = input.observed;
  const date = snapshot.clock.kind === 'ok' ? snapshot.clock.data.session.date : null;
  if (ledger.shrunkOn.get(order.symbol) === date)
    report('entry-allowed', `${order.id}: reduced outside today`);
  const { limits } = input.desired.account;
  const bounds = { equity: world.equity, capital: strategy.capital, limits };
  for (const wrong of checkSize(order, bounds)) report('limits-hold', wrong);
}

function checkOwner(
  order: OrderAction,
  world: World,
  { observed }: PlanInput,
  report: ReportViolation,
): void {
  let booked = 0;
  for (const [name, book] of observed.ledger.books) {
    const quantity = book.get(order.symbol)?.quantity ?? 0;
    booked += quantity;
    if (name !== order.strategy && quantity !== 0) report('one-owner', `${order.id}: also owned by ${name}`);
  }
  const held = world.positions.get(order.symbol)?.quantity ?? 0;
  if (held !== booked) report('entry-allowed', `${order.id}: books ${booked} and broker ${held} differ`);
}

interface Running {
  gross: number;
  buyingPower: number;
  readonly exposure: Map<string, number>;
  readonly count: Map<string, number>;
}

/** Every prefix of the execution keeps the limits, or comes closer to them. */
function checkPrefixes(plan: Plan, world: World, input: PlanInput, report: ReportViolation): void {
  const running = measure(plan, world, input);
  for (const order of plan.actions.filter(isOrder)) {
    const sign = isReduction(order) ? -1 : 1;
    running.gross += sign * order.value;
    running.buyingPower -= isReduction(order)
      ? 0 - order.value
      : leastTaken(input.observed, { ...order, after: order.to });
    running.exposure.set(order.strategy, (running.exposure.get(order.strategy) ?? 0) + sign * order.value);
    const counted = order.kind === 'open' ? 1 : order.to === 0 ? -1 : 0;
    running.count.set(order.strategy, (running.count.get(order.strategy) ?? 0) + counted);
    if (!isReduction(order)) checkRoom(order, running, { world, input }, report);
  }
}

function checkRoom(
  order: OrderAction,
  running: Running,
  { world, input }: { world: World; input: PlanInput },
  report: ReportViolation,
): void {
  if (running.buyingPower < 0) report('buying-power-holds', `${order.id}: ${running.buyingPower} left`);
  const { maxGross } = input.desired.account.limits;
  if (maxGross !== null && running.gross > shareOf(world.equity, maxGross))
    report('limits-hold', `${order.id}: above maxGross`);
  const capital = input.desired.strategies.find((candidate) => candidate.name === order.strategy)?.capital;
  if (capital === undefined) return;
  if ((running.exposure.get(order.strategy) ?? 0) > shareOf(world.equity, capital.maxExposure)) {
    report('limits-hold', `${order.id}: above maxExposure`);
  }
  if (order.kind === 'open' && (running.count.get(order.strategy) ?? 0) > capital.maxPositions) {
    report('limits-hold', `${order.id}: above maxPositions`);
  }
}

function measure(plan: Plan, { positions, buyingPower }: World, { observed }: PlanInput): Running {
  const synced = new Map(
    plan.actions.flatMap((action) =>
      action.kind === 'sync-position' ? [[`${action.strategy}/${action.symbol}`, action.to] as const] : [],
    ),
  );
  const running: Running = { gross: 0, buyingPower, exposure: new Map(), count: new Map() };
  for (const { quantity, marketPrice } of positions.values())
    running.gross += Math.abs(valueOf(quantity, marketPrice));
  for (const [strategy, book] of observed.ledger.books) {
    let exposure = 0;
    let count = 0;
    for (const [symbol, lot] of book) {
      const price = positions.get(symbol)?.marketPrice ?? observed.quotes.get(symbol)?.price;
      const quantity = synced.get(`${strategy}/${symbol}`) ?? lot.quantity;
      if (quantity !== 0) count += 1;
      if (price !== undefined) exposure += Math.abs(valueOf(quantity, price));
    }
    running.exposure.set(strategy, exposure);
    running.count.set(strategy, count);
  }
  const again = new Set(plan.actions.filter(isOrder).map(({ sendsAgain }) => sendsAgain));
  for (const order of observed.ledger.openOrders.values())
    if (!again.has(order.intent.clientOrderId)) addWorking(order, running, { positions, observed });
  return running;
}

/** An entry of ours that is still working may fill beside those of the plan. */
function addWorking(
  { intent, filled }: LedgerOrder,
  running: Running,
  { positions, observed }: Pick<World, 'positions'> & Pick<PlanInput, 'observed'>,
): void {
  const { ledger, quotes } = observed;
  const { openOrders } = observed.snapshot;
  const { strategy, symbol, quantity, purpose, estimate, clientOrderId } = intent;
  if (purpose !== 'open' && purpose !== 'increase') return;
  const seen = positions.get(symbol)?.marketPrice ?? quotes.get(symbol)?.price ?? estimate;
  const value = valueOf((quantity - filled) as Quantity, seen > 0 ? seen : estimate);
  running.gross += value;
  running.exposure.set(strategy, (running.exposure.get(strategy) ?? 0) + value);
  if (quantityIn(ledger.books, strategy, symbol) === 0)
    running.count.set(strategy, (running.count.get(strategy) ?? 0) + 1);
  const isAtBroker =
    openOrders.kind === 'ok' && openOrders.data.some((working) => working.clientOrderId === clientOrderId);
  if (isAtBroker) return;
  const after = intent.side === 'buy' ? 1 : -1;
  running.buyingPower -= leastTaken(observed, { symbol, value, after });
}

function quantityIn(books: Ledger['books'], strategy: string, symbol: string): Quantity {
  return books.get(strategy)?.get(symbol)?.quantity ?? (0 as Quantity);
}
