/** The checks just before an order, its intent, and the request. */
import { formatDollars, formatQuantity, type Money, type Price, type Quantity } from '../domain/decimal.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { Instant } from '../domain/instant.ts';
import type { IntentPayload } from '../observed/events.ts';
import { lotOf, type Ledger } from '../observed/ledger.ts';
import type { SubmitAnswer } from '../reconciler/ports.ts';
import { isReduction, type OrderAction } from '../reconciler/plan-types.ts';
import { assertFence, whyTooLate, type Execution, type SessionBounds } from './execution.ts';
import { clientOrderId, decisionKey } from './order-id.ts';

/** What the orders of one execution share. */
export interface OrderContext {
  readonly execution: Execution;
  readonly desired: DesiredState;
  /** When the account was last read. */
  readonly readAt: Instant;
  readonly session: SessionBounds;
  /** Falls with each entry that is sent. */
  buyingPower: number;
}

export interface Skip {
  readonly code: string;
  readonly detail: string;
}

export type Dispatched =
  | { readonly kind: 'skipped'; readonly skip: Skip }
  | { readonly kind: 'sent'; readonly intent: IntentPayload; readonly answer: SubmitAnswer };

const TRIES_MAX = 1_000;

/** Rule 3 of the seed: facts older than this back no order; the account is read again first. */
export function isStale({ execution, readAt }: OrderContext): boolean {
  return execution.ports.clock.now() - readAt > execution.settings.snapshotAge;
}

/**
 * Commits the intent and sends the order. Between the acknowledgement of the intent and the request there is no
 * `await`: whoever is stopped before the commit sends nothing, and whoever was overtaken never gets one.
 */
export async function dispatch(context: OrderContext, action: OrderAction): Promise<Dispatched> {
  const { ports } = context.execution;
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const ledger = ports.journal.refresh();
    assertFence(context.execution, ledger);
    const skip = await whyNot(context, action, ledger);
    if (skip !== null) return { kind: 'skipped', skip };
    const intent = intentOf(context, action, ledger);
    const commit = ports.journal.commit({ type: 'intent', ...intent });
    // Somebody recorded something in between: it may be a reason not to send. Decide again.
    if (commit.kind === 'lost') continue;
    return { kind: 'sent', intent, answer: await send(context, intent) };
  }
  return {
    kind: 'skipped',
    skip: { code: 'JournalBusy', detail: 'other processes write to the journal all the time' },
  };
}

/** One request, and no `await` before it. An order that is too late is not sent, and said to be refused. */
function send({ execution, session }: OrderContext, intent: IntentPayload): Promise<SubmitAnswer> {
  const late = whyTooLate(execution, session.lastSubmit);
  if (late !== null)
    return Promise.resolve({ kind: 'refused', code: 'Refused', message: `not sent: ${late}` });
  const { clientOrderId: id, symbol, side, quantity, purpose } = intent;
  const reduceOnly = purpose !== 'open' && purpose !== 'increase';
  return execution.ports.broker.submit({ clientOrderId: id, symbol, side, quantity, reduceOnly });
}

/**
 * Sends an order whose request may have been lost once more, under the same id: the broker takes an id only once. Only
 * within the acquisition that decided on it, and only while every check still passes; null when one does not.
 */
export async function sendAgain(context: OrderContext, intent: IntentPayload): Promise<SubmitAnswer | null> {
  const { execution, session } = context;
  assertFence(execution, execution.ports.journal.refresh());
  const { stop, shutdownRequested } = execution.ports;
  const isUnwanted = stop.requested() || shutdownRequested(intent.strategy);
  if (isUnwanted || whyTooLate(execution, session.lastSubmit) !== null) return null;
  return send(context, intent);
}

async function whyNot(context: OrderContext, action: OrderAction, ledger: Ledger): Promise<Skip | null> {
  const { execution, session } = context;
  const { report } = execution.ports;
  if (execution.ports.stop.requested())
    return { code: 'Interrupted', detail: 'the command was asked to stop' };
  const late = whyTooLate(execution, session.lastSubmit);
  if (late !== null) return { code: late, detail: lateDetail(execution, late) };
  if (execution.ports.shutdownRequested(action.strategy)) {
    return { code: 'ShutdownRequested', detail: 'its shutdown was requested in the toggle file' };
  }
  const pending = [...ledger.openOrders.values()].some(({ intent }) => intent.symbol === action.symbol);
  if (pending || ledger.breaks.has(action.symbol))
    return { code: 'PendingOrder', detail: `an order on ${action.symbol} has no end yet` };
  report.info(action.strategy, `Checking pending orders for ${action.symbol}: none`);
  const changed = bookChanged(action, ledger);
  if (changed !== null) return changed;
  if (isReduction(action)) return null;
  return (await outsideCollar(context, action)) ?? unaffordable(context, action);
}

/** What was planned on another book than today's is not sent: whoever changed it had a reason. */
function bookChanged({ strategy, symbol, from }: OrderAction, ledger: Ledger): Skip | null {
  const owned = lotOf(ledger, strategy, symbol)?.quantity ?? (0 as Quantity);
  if (owned !== from) {
    const detail = `planned on a book of ${formatQuantity(from)} ${symbol}, it is ${formatQuantity(owned)}`;
    return { code: 'BookChanged', detail };
  }
  const other = [...ledger.books].find(([name, book]) => name !== strategy && book.has(symbol));
  const isEntry = other !== undefined && from === 0;
  return isEntry ? { code: 'SymbolConflict', detail: `${symbol} is owned by ${other[0]}` } : null;
}

function lateDetail(
  { ports, acquiredMonotonic }: Execution,
  why: 'ExecutionTimeout' | 'ClockJumped' | 'MarketClosed',
): string {
  const elapsed = Math.round((ports.clock.monotonic() - acquiredMonotonic) / 1_000);
  if (why === 'ExecutionTimeout') return `Execution timeout after ${elapsed}s`;
  if (why === 'ClockJumped') return 'the clock jumped, or the machine slept';
  return 'the session is over';
}

async function outsideCollar(
  { execution, desired }: OrderContext,
  action: OrderAction,
): Promise<Skip | null> {
  const { market, clock } = execution.ports;
  const { priceCollar } = desired.account.limits;
  const quote = (await market.quotes([action.symbol], clock.now())).get(action.symbol);
  if (quote === undefined) return { code: 'NoPrice', detail: `no price of ${action.symbol} is known` };
  const distance = Math.abs(quote.price - action.price) / action.price;
  if (distance * 1_000_000 <= priceCollar) return null;
  return { code: 'PriceCollar', detail: `planned at ${dollars(action.price)}, now ${dollars(quote.price)}` };
}

/** Rule 9 of the seed, in its words. */
function unaffordable(context: OrderContext, action: OrderAction): Skip | null {
  const { report } = context.execution.ports;
  const available = dollars(Math.max(0, context.buyingPower) as Money);
  const needed = dollars(action.value);
  if (action.value > context.buyingPower) {
    report.warn(action.strategy, `Insufficient buying power for ${action.symbol}`);
    return { code: 'InsufficientBuyingPower', detail: `Needed: ${needed}, Available: ${available}` };
  }
  report.info(action.strategy, `Buying power check: ${available} available, ${needed} needed ✓`);
  report.info(action.strategy, `Symbol conflict check: ${action.symbol} not owned by other strategies ✓`);
  return null;
}

function intentOf(
  { execution, desired, session }: OrderContext,
  action: OrderAction,
  ledger: Ledger,
): IntentPayload {
  const { strategy, symbol, side, quantity, kind, reason, price, slot } = action;
  const decision = {
    accountId: ledger.account?.id ?? '',
    strategy,
    occasion: slot ?? `revision ${desired.digest}`,
    symbol,
    side,
    sessionDate: session.date,
    label: slot === null ? 'plan' : slotLabel(slot),
  };
  return {
    clientOrderId: clientOrderId(ledger, decision),
    fence: execution.fence,
    strategy,
    symbol,
    side,
    quantity,
    purpose: kind,
    reason,
    estimate: price,
    sessionDate: session.date,
    key: decisionKey(decision),
  };
}

/** `core/2026-01-05/rebalance/1555` -> `rebal1555`. */
function slotLabel(slot: string): string {
  const [, , action = '', time = ''] = slot.split('/');
  return `${action.slice(0, 5)}${time}`;
}

export function describeOrder({
  side,
  quantity,
  symbol,
}: {
  side: string;
  quantity: Quantity;
  symbol: string;
}): string {
  return `${side.toUpperCase()} ${formatQuantity(quantity)} ${symbol} @ MARKET`;
}

function dollars(money: Money | Price): string {
  return `$${formatDollars(money)}`;
}
