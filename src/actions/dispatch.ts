/** The checks just before an order, its intent, and the request. */
import { brakeOn, FLATTENING } from '../reconciler/brakes.ts';
import { decisionKey } from '../reconciler/decision-key.ts';
import { takenBy, whyMore, type Margins } from '../reconciler/margin.ts';
import { doubtOf } from '../reconciler/quote-guards.ts';
import { windowEnd } from '../reconciler/slots.ts';
import { isDraining } from '../reconciler/switched.ts';
import { formatDollars, formatQuantity, type Money, type Price, type Quantity } from '../domain/decimal.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { Instant } from '../domain/instant.ts';
import type { Quote } from '../observed/broker-view.ts';
import type { IntentPayload, JournalEvent } from '../observed/events.ts';
import { lotOf, stoppingBreak, type Ledger } from '../observed/ledger.ts';
import type { SubmitAnswer } from '../reconciler/ports.ts';
import { isEntry, isReduction, type OrderAction } from '../reconciler/plan-types.ts';
import { assertFence, whyTooLate, type Execution, type SessionBounds } from './execution.ts';
import { lookUp } from './look-up.ts';
import { clientOrderId } from './order-id.ts';
import type { Outcome, OutcomeCode } from './outcome.ts';

/**
 * Reads the account again: a fresh context, the orders that are still planned, by id, and why another one is not.
 * `except`: an order of which the broker took nothing, and which therefore stands in nobody's way.
 */
export type Renew = (except?: string) => Promise<Renewed>;

export interface Renewed {
  readonly context: OrderContext;
  readonly planned: ReadonlyMap<string, OrderAction>;
  readonly whyNot: (action: OrderAction) => Outcome;
}

/** What the orders of one execution share. */
export interface OrderContext {
  readonly execution: Execution;
  readonly desired: DesiredState;
  /** When the account was last read. */
  readonly readAt: Instant;
  readonly session: SessionBounds;
  readonly margins: Margins;
  /** Falls with each entry that is sent. */
  buyingPower: number;
}

export interface Skip {
  readonly code: OutcomeCode;
  readonly detail: string;
}

export type Dispatched =
  | { readonly kind: 'skipped'; readonly skip: Skip }
  | { readonly kind: 'sent'; readonly intent: IntentPayload; readonly answer: SendAnswer };

/** `too-late`: between the record and the request so much time has passed that nothing was sent. */
export type SendAnswer = SubmitAnswer | { readonly kind: 'too-late'; readonly reason: string };

const TRIES_MAX = 1_000;

/** Rule 3 of the seed: facts older than this back no order; the account is read again first. */
export function isStale({ execution, readAt }: OrderContext): boolean {
  return execution.ports.clock.now() - readAt > execution.settings.snapshotAge;
}

/**
 * Commits the intent, or that a lost order goes out again, and sends the order. Between the acknowledgement and the
 * request there is no `await`: whoever is stopped before the commit sends nothing, and whoever was overtaken never gets one.
 */
export async function dispatch(context: OrderContext, action: OrderAction): Promise<Dispatched> {
  const { ports } = context.execution;
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const shown = await shownMeanwhile(context.execution, action);
    if (shown !== null) return { kind: 'skipped', skip: shown };
    const quote = await quoteFor(context, action);
    // From here to the request nothing waits: no flag can change unseen.
    const ledger = ports.journal.refresh();
    assertFence(context.execution, ledger);
    const skip = whyNot(context, action, { ledger, quote });
    if (skip !== null) return { kind: 'skipped', skip };
    const { intent, event } = decisionOf(context, action, ledger);
    const commit = ports.journal.commit(event);
    // Somebody recorded something in between: it may be a reason not to send. Decide again.
    if (commit.kind === 'lost') continue;
    return { kind: 'sent', intent, answer: await send(context, intent) };
  }
  return {
    kind: 'skipped',
    skip: { code: 'JournalBusy', detail: 'other processes write to the journal all the time' },
  };
}

/** The last look for an order that is to go out again; null where the broker still does not know it. */
async function shownMeanwhile(execution: Execution, { sendsAgain }: OrderAction): Promise<Skip | null> {
  if (sendsAgain === null) return null;
  const found = await lookUp(execution.ports, sendsAgain, execution.releaseBy);
  if (found.kind === 'absent') return null;
  return found.kind === 'found'
    ? { code: 'PendingOrder', detail: `${sendsAgain} has shown up at the broker` }
    : { code: 'BrokerUnavailable', detail: found.reason };
}

interface Decision {
  readonly intent: IntentPayload;
  readonly event: JournalEvent;
}

function decisionOf(context: OrderContext, action: OrderAction, ledger: Ledger): Decision {
  const { sendsAgain } = action;
  const lost = sendsAgain === null ? undefined : ledger.openOrders.get(sendsAgain);
  if (lost !== undefined)
    return { intent: lost.intent, event: sentAgain(context.execution, action, lost.intent) };
  const intent = intentOf(context, action, ledger);
  return { intent, event: { type: 'intent', ...intent } };
}

function sentAgain(
  { fence }: Execution,
  { reason }: OrderAction,
  { clientOrderId }: IntentPayload,
): JournalEvent {
  return { type: 'order-sent-again', fence, clientOrderId, reason };
}

/** One request, and no `await` before it. An order that is too late is not sent. */
function send({ execution, session }: OrderContext, intent: IntentPayload): Promise<SendAnswer> {
  const late = whyTooLate(execution, session.lastSubmit);
  if (late !== null) return Promise.resolve({ kind: 'too-late', reason: `not sent: ${late}` });
  const { clientOrderId: id, symbol, side, quantity, purpose } = intent;
  return execution.ports.broker.submit({
    clientOrderId: id,
    symbol,
    side,
    quantity,
    reduceOnly: !isEntry(purpose),
  });
}

/**
 * Sends an order whose request may have been lost once more, under the same id: the broker takes an id only once. Only
 * within the acquisition that decided on it, and only while every check still passes; null when one does not.
 */
export async function sendAgain(
  given: OrderContext,
  { action, intent }: { readonly action: OrderAction; readonly intent: IntentPayload },
  renew: () => Promise<Renewed>,
): Promise<SendAnswer | null> {
  const context = isStale(given) ? await stillPlanned(action, renew) : given;
  if (context === null) return null;
  const { execution, session } = context;
  const quote = await quoteFor(context, action);
  const ledger = execution.ports.journal.refresh();
  assertFence(execution, ledger);
  if (execution.ports.stop.requested() || whyStopped(context, ledger, action) !== null) return null;
  if (stoppingBreak(ledger, intent.symbol) !== undefined || bookChanged(action, ledger) !== null) return null;
  const isEntry = !isReduction(action);
  if (isEntry && (windowClosed(context, action, ledger) ?? badQuote(context, action, quote)) !== null)
    return null;
  // Too late is no answer of the broker: the first request may still have reached it.
  if (whyTooLate(execution, session.lastSubmit) !== null) return null;
  const commit = execution.ports.journal.commit(sentAgain(execution, action, intent));
  // Somebody recorded something in between: it may be a reason not to send. Decide again.
  return commit.kind === 'lost' ? sendAgain(context, { action, intent }, renew) : send(context, intent);
}

/** The fresh facts, if they still want the whole of the order. */
async function stillPlanned(
  action: OrderAction,
  renew: () => Promise<Renewed>,
): Promise<OrderContext | null> {
  const { context, planned } = await renew();
  const now = planned.get(action.id);
  return now?.side === action.side && now.quantity >= action.quantity ? context : null;
}

interface Facts {
  readonly ledger: Ledger;
  readonly quote: Quote | undefined;
}

function whyNot(context: OrderContext, action: OrderAction, { ledger, quote }: Facts): Skip | null {
  const { execution, session } = context;
  const { report } = execution.ports;
  if (execution.ports.stop.requested())
    return { code: 'Interrupted', detail: 'the command was asked to stop' };
  const late = whyTooLate(execution, session.lastSubmit);
  if (late !== null) return { code: late, detail: lateDetail(execution, late) };
  const stopped = whyStopped(context, ledger, action);
  if (stopped !== null) return stopped;
  if (isPending(ledger, action) || stoppingBreak(ledger, action.symbol) !== undefined)
    return { code: 'PendingOrder', detail: `an order on ${action.symbol} has no end yet` };
  report.info(action.strategy, `Checking pending orders for ${action.symbol}: none`);
  const changed = bookChanged(action, ledger);
  if (changed !== null) return changed;
  if (isReduction(action)) return null;
  const closed = windowClosed(context, action, ledger);
  if (closed !== null) return closed;
  return badQuote(context, action, quote) ?? unaffordable(context, action);
}

/** An order that goes out again is in its own way no longer, while it counts as not seen. */
function isPending({ openOrders }: Ledger, { symbol, sendsAgain }: OrderAction): boolean {
  if (sendsAgain !== null && openOrders.get(sendsAgain)?.status !== 'unseen') return true;
  return [...openOrders.values()].some(
    ({ intent }) => intent.symbol === symbol && intent.clientOrderId !== sendsAgain,
  );
}

/** What people have stopped: halt before suspension before shutdown. What sells everything is stopped by the halt alone. */
function whyStopped(context: OrderContext, ledger: Ledger, action: OrderAction): Skip | null {
  const { strategy, reason, kind } = action;
  const now = context.execution.ports.clock.now();
  const brake = brakeOn(ledger, { strategy, reason, isReduction: isReduction(action) }, now);
  if (brake !== null || reason === FLATTENING) return brake;
  return isShutDown(context, ledger, { strategy, purpose: kind })
    ? { code: 'ShutdownRequested', detail: 'its shutdown was requested' }
    : null;
}

/** Rule 5 of the seed, asked before each order. Orders that close a strategy which is shut down are what was asked for. */
function isShutDown(
  { execution: { ports }, desired }: OrderContext,
  ledger: Ledger,
  { strategy, purpose }: Pick<IntentPayload, 'strategy' | 'purpose'>,
): boolean {
  if (purpose !== 'close-orphaned') return ledger.drains.has(strategy) || ports.shutdownRequested(strategy);
  // Planned for a drain that somebody has lifted since, unless its manifest asks for it too.
  const isDeclared = desired.strategies.find(({ name }) => name === strategy)?.orphans === 'close';
  return !isDeclared && !isDraining(ledger, strategy);
}

/** An entry belongs to its slot's window; an exit goes on until the session ends. */
function windowClosed(
  { execution, desired }: OrderContext,
  { strategy, slot }: OrderAction,
  ledger: Ledger,
): Skip | null {
  if (slot === null) return null;
  const now = execution.ports.clock.now();
  const declared = desired.strategies.find(({ name }) => name === strategy);
  const { calendar } = desired.account;
  const end = declared === undefined ? null : windowEnd(ledger, declared, { slot, now, calendar });
  if (end !== null && now <= end) return null;
  return { code: 'SlotClosed', detail: `the window of ${slot} has closed` };
}

/** What was planned on another book than today's is not sent: whoever changed it had a reason. */
function bookChanged({ strategy, symbol, from }: OrderAction, ledger: Ledger): Skip | null {
  const owned = lotOf(ledger, strategy, symbol)?.quantity ?? (0 as Quantity);
  if (owned !== from) {
    const detail = `planned on a book of ${formatQuantity(from)} ${symbol}, it is ${formatQuantity(owned)}`;
    return { code: 'BookChanged', detail };
  }
  const owner = from === 0 ? [...ledger.books].find(([, book]) => book.has(symbol)) : undefined;
  return owner === undefined ? null : { code: 'SymbolConflict', detail: `${symbol} is owned by ${owner[0]}` };
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

/** Reductions go out at any price. */
async function quoteFor({ execution }: OrderContext, action: OrderAction): Promise<Quote | undefined> {
  if (isReduction(action)) return undefined;
  const { market, clock } = execution.ports;
  return (await market.quotes([action.symbol], clock.now())).get(action.symbol);
}

/** The guards of the plan again, on a quote of now. */
function badQuote(
  { desired, execution }: OrderContext,
  action: OrderAction,
  quote: Quote | undefined,
): Skip | null {
  if (quote === undefined) return { code: 'NoPrice', detail: `no price of ${action.symbol} is known` };
  const { limits, calendar } = desired.account;
  const doubt = doubtOf(action, quote, { limits, calendar, now: execution.ports.clock.now() });
  return doubt === null ? null : { code: doubt.reason, detail: doubt.detail };
}

/** Whole dollars without their cents, as in rule 1 of the seed. */
function short(text: string): string {
  return text.replace(/\.00$/, '');
}

/** Rule 9 of the seed, in its words. */
function unaffordable(context: OrderContext, action: OrderAction): Skip | null {
  const { report } = context.execution.ports;
  const available = dollars(Math.max(0, context.buyingPower) as Money);
  const taken = takenBy(context.margins, action);
  const needed = dollars(taken);
  if (taken > context.buyingPower) {
    const detail = `Needed: ${needed}${whyMore(context.margins, action)}, Available: ${available}`;
    report.warn(action.strategy, `Insufficient buying power for ${action.symbol}`, 'InsufficientBuyingPower');
    report.warn(action.strategy, `  ${detail}`);
    return { code: 'InsufficientBuyingPower', detail };
  }
  report.info(
    action.strategy,
    `Buying power check: ${short(available)} available, ${short(needed)} needed ✓`,
  );
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
    strategy,
    occasion: slot ?? `revision ${desired.digest}`,
    symbol,
    side,
    sessionDate: session.date,
  };
  return {
    clientOrderId: clientOrderId(ledger, decision, slot === null ? 'plan' : slotLabel(slot)),
    fence: execution.fence,
    strategy,
    symbol,
    side,
    quantity,
    purpose: kind,
    reason,
    estimate: price,
    sessionDate: session.date,
    key: decisionKey(ledger, decision),
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
