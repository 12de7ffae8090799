/** Sends the orders of one execution, a few at a time, and follows each to its end. */
import { isWorthWaiting, RATE_LIMIT_PAUSE } from './read.ts';
import { formatQuantity, type Quantity } from '../domain/decimal.ts';
import type { IntentPayload } from '../observed/events.ts';
import { allOrders } from '../observed/ledger.ts';
import { takenBy } from '../reconciler/margin.ts';
import { isReduction, type OrderAction } from '../reconciler/plan-types.ts';
import type { RefusalCode, SubmitAnswer } from '../reconciler/ports.ts';
import { bookOrder } from './book-order.ts';
import {
  describeOrder,
  dispatch,
  isStale,
  sendAgain,
  type OrderContext,
  type Renew,
  type SendAnswer,
} from './dispatch.ts';
import { LockLost, record } from './execution.ts';
import { followSome, followUntil, type Followed } from './follow.ts';
import { lookUpAfterDoubt } from './look-up.ts';
import { failedToClose, outcomeOf } from './order-outcome.ts';
import type { Outcome, OutcomeCode } from './outcome.ts';
import { waitUnlessStopped } from './wait.ts';

/** Reasons that hold for every order that is left, not for this one alone. */
type NotStarted = Extract<Outcome, { kind: 'not-started' }>;

const ENDS_THE_EXECUTION: ReadonlySet<OutcomeCode> = new Set([
  'Interrupted',
  'Halted',
  'Suspended',
  'ShutdownRequested',
  'ExecutionTimeout',
  'ClockJumped',
]);

/** What a person has stopped ends an execution without an error. */
const ASKED_TO_STOP: ReadonlyMap<string, { readonly flag: string; readonly what: string }> = new Map([
  ['Halted', { flag: 'halt', what: 'Halted' }],
  ['Suspended', { flag: 'suspension', what: 'Suspended' }],
  ['ShutdownRequested', { flag: 'shutdown flag', what: 'Shutdown requested' }],
]);

/** A broker that cannot even be asked gets no more orders to lose; an account that is refused fares no better with them. */
const ENDS_THE_REST: ReadonlySet<NotStarted['code']> = new Set<NotStarted['code']>([
  'BrokerUnavailable',
  'AccountRefused',
]);

/** Refusals of the account, not of the order: the next one would fare no better. */
const OF_THE_ACCOUNT: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['AccountBlocked', 'AccessDenied']);

interface InFlight extends Followed {
  readonly action: OrderAction;
  readonly intent: IntentPayload;
}

/** For more orders the broker has no room either: each that is left would wait as long, with the lock held. */
interface SentAway {
  readonly sentAway: Extract<Outcome, { kind: 'failed' }>;
}

type Started = Outcome | InFlight | SentAway;

/** Outcomes in the order in which they became known; every action gets one, also when the lock is lost on the way. */
export async function runOrders(
  context: OrderContext,
  actions: readonly OrderAction[],
  renew: Renew,
): Promise<Outcome[]> {
  const run = new OrderRun(context, actions, renew);
  try {
    await run.toTheEnd();
  } catch (error) {
    if (!(error instanceof LockLost)) throw error;
    run.giveUp(error.message);
  }
  return run.outcomes;
}

class OrderRun {
  readonly outcomes: Outcome[] = [];
  readonly #renew: Renew;
  #context: OrderContext;
  #waiting: OrderAction[];
  #inFlight: readonly InFlight[] = [];

  constructor(context: OrderContext, actions: readonly OrderAction[], renew: Renew) {
    this.#context = context;
    this.#waiting = [...actions];
    this.#renew = renew;
  }

  async toTheEnd(): Promise<void> {
    const { execution } = this.#context;
    while (this.#waiting.length > 0 || this.#inFlight.length > 0) {
      while (this.#waiting.length > 0 && this.#inFlight.length < execution.settings.maxInFlight)
        await this.#next();
      if (this.#inFlight.length === 0) continue;
      const finished = await followSome(execution, this.#inFlight);
      for (const order of this.#inFlight)
        if (finished.has(order)) this.outcomes.push(outcomeOf(this.#context, order));
      this.#inFlight = this.#inFlight.filter((order) => !finished.has(order));
    }
  }

  /** Whoever has the lock now finds out about the orders that were sent. */
  giveUp(detail: string): void {
    const { fence, ports } = this.#context.execution;
    const own = allOrders(ports.journal.ledger()).filter(({ intent }) => intent.fence === fence);
    // Also where the next holder has ended it already.
    const sent = new Set(own.map(({ intent }) => intent.symbol));
    for (const action of [...this.#inFlight.map((order) => order.action), ...this.#waiting]) {
      const isInDoubt = sent.has(action.symbol) || action.sendsAgain !== null;
      const kind = isInDoubt ? 'in-doubt' : 'not-started';
      this.outcomes.push({ kind, action, code: 'LockLost', detail });
    }
  }

  async #next(): Promise<void> {
    if (isStale(this.#context)) await this.#readAgain();
    const action = this.#waiting[0];
    if (action === undefined) return;
    const started = await start(this.#context, action, this.#renew);
    this.#waiting.shift();
    if ('sentAway' in started) {
      this.outcomes.push(started.sentAway);
      this.#abort(started.sentAway, this.#waiting.length);
    } else if (!('kind' in started)) this.#inFlight = [...this.#inFlight, started];
    else {
      this.outcomes.push(started);
      if (started.kind === 'not-started') this.#abort(started, this.#waiting.length + 1);
      else if (started.kind !== 'done' && ENDS_THE_REST.has(started.code))
        this.#abort(started, this.#waiting.length);
    }
  }

  async #readAgain(): Promise<void> {
    const { context, planned, whyNot } = await this.#renew();
    this.#context = context;
    const still: OrderAction[] = [];
    const dropped: Outcome[] = [];
    for (const action of this.#waiting) {
      const now = planned.get(action.id);
      if (now?.side === action.side) still.push(now.quantity < action.quantity ? now : action);
      else dropped.push(whyNot(action));
    }
    const stopped = dropped.find(
      (outcome) => outcome.kind === 'not-started' && ASKED_TO_STOP.has(outcome.code),
    );
    if (stopped?.kind === 'not-started') {
      this.#abort(stopped, this.#waiting.length);
      return;
    }
    this.outcomes.push(...dropped);
    this.#waiting = still;
  }

  /** Rules 5 and 10 of the seed, in its words. */
  #abort({ code, detail }: Pick<NotStarted, 'code' | 'detail'>, left: number): void {
    const { report } = this.#context.execution.ports;
    const { holder } = this.#context.execution;
    if (left === 0) return;
    const asked = ASKED_TO_STOP.get(code);
    const event = code === 'ShutdownRequested' || code === 'ExecutionTimeout' ? code : undefined;
    if (asked !== undefined) {
      report.info(holder, `Checking ${asked.flag}...`);
      report.warn(holder, `${asked.what} - aborting remaining ${left} orders`, event);
      report.info(holder, 'Execution aborted gracefully');
    } else {
      report.error(holder, detail, event);
      report.error(holder, `Aborted ${left} remaining orders`);
    }
    for (const action of this.#waiting) this.outcomes.push({ kind: 'not-started', action, code, detail });
    this.#waiting = [];
  }
}

async function start(context: OrderContext, action: OrderAction, renew: Renew): Promise<Started> {
  const { execution } = context;
  const { report } = execution.ports;
  const { strategy, symbol } = action;
  if (isReduction(action))
    report.info(strategy, `Closing position: ${symbol} (${formatQuantity(action.quantity)} shares)`);
  const dispatched = await dispatch(context, action);
  if (dispatched.kind === 'skipped') {
    const { code, detail } = dispatched.skip;
    if (ENDS_THE_EXECUTION.has(code)) return { kind: 'not-started', action, code, detail };
    report.warn(strategy, `${symbol} not sent: ${detail}`);
    // Of a lost order that could not be looked for: what became of it is still not known.
    const kind = code === 'BrokerUnavailable' ? 'in-doubt' : 'skipped';
    return { kind, action, code, detail };
  }
  const { intent, answer } = dispatched;
  report.info(strategy, `Submitting order: ${describeOrder(intent)}`);
  if (!isReduction(action)) context.buyingPower -= takenBy(context.margins, action);
  return take(context, { action, intent, renew }, answer);
}

async function take(context: OrderContext, sent: Sent, answer: SendAnswer): Promise<Started> {
  const { execution } = context;
  const { action, intent } = sent;
  const { clientOrderId } = intent;
  const isRepeat = action.sendsAgain !== null;
  switch (answer.kind) {
    case 'created':
      bookOrder(execution, clientOrderId, answer.order);
      return { ...followUntil(execution, clientOrderId), action, intent };
    case 'unknown':
      return afterDoubt(context, sent, answer.reason);
    case 'too-late':
      if (!isRepeat) return refused(context, sent, 'OrderRefused', `Refused: ${answer.reason}`);
      return inDoubt(context, sent, { cause: answer.reason, why: answer.reason });
    case 'rate-limited':
      if (!isRepeat) return afterPause(context, sent, answer);
      return inDoubt(context, sent, { cause: answer.reason, why: 'the broker is asked too often' });
    case 'refused': {
      if (answer.code === 'DuplicateClientOrderId') return afterDoubt(context, sent, answer.message);
      const detail = `${answer.code}: ${answer.message}`;
      if (isRepeat) return declined(context, sent, detail);
      const code = OF_THE_ACCOUNT.has(answer.code) ? 'AccountRefused' : 'OrderRefused';
      return refused(context, sent, code, detail);
    }
  }
}

/** A refused repeat is not repeated, and says nothing of the first request, which may show up late. */
function declined(context: OrderContext, sent: Sent, detail: string): Outcome {
  const { execution } = context;
  const { clientOrderId } = sent.intent;
  record(execution, () => ({ type: 'order-declined', fence: execution.fence, clientOrderId, detail }));
  return inDoubt(context, sent, { cause: detail, why: `sent again, and refused: ${detail}` });
}

interface Sent {
  readonly action: OrderAction;
  readonly intent: IntentPayload;
  readonly renew: Renew;
}

type RefusedAs = 'OrderRefused' | 'AccountRefused' | 'RateLimited';

function refused(
  { execution }: OrderContext,
  { action, intent }: Pick<Sent, 'action' | 'intent'>,
  code: RefusedAs,
  detail: string,
): SentAway['sentAway'] {
  const { fence, ports } = execution;
  const { clientOrderId } = intent;
  const ledger = record(execution, () => ({
    type: 'order-ended',
    fence,
    clientOrderId,
    status: 'refused',
    detail,
  }));
  ports.stateFile.schedule(ledger);
  ports.report.error(action.strategy, `Order refused: ${describeOrder(intent)}: ${detail}`);
  if (isReduction(action)) failedToClose(ports, action, detail);
  return { kind: 'failed', action, code, detail, filled: 0 as Quantity };
}

type RateLimited = Extract<SubmitAnswer, { kind: 'rate-limited' }>;

/** The broker took nothing: the same order once more after the pause that it asks for, if every check still passes. */
async function afterPause(
  context: OrderContext,
  sent: Sent,
  { retryAfter, reason }: RateLimited,
): Promise<Started> {
  const { execution } = context;
  const { clock, stop } = execution.ports;
  const pause = retryAfter ?? RATE_LIMIT_PAUSE;
  const asksFor = `${reason}; it asks for a pause of ${Math.ceil(pause / 1_000)} s`;
  if (!isWorthWaiting(clock, pause, execution.submitUntil))
    return { sentAway: refused(context, sent, 'RateLimited', asksFor) };
  const { fence } = execution;
  const { clientOrderId } = sent.intent;
  // Whoever dies in the pause leaves no doubt behind.
  record(execution, () => ({ type: 'order-deferred', fence, clientOrderId, detail: reason }));
  execution.ports.report.warn(
    sent.action.strategy,
    `The broker is asked too often; waiting ${Math.ceil(pause / 1_000)} s`,
  );
  await waitUnlessStopped({ clock, stop }, pause);
  const again = await sendAgain(context, sent, () => sent.renew(clientOrderId));
  // Whatever has kept it from going out, the next order meets its own checks.
  if (again === null) return refused(context, sent, 'RateLimited', reason);
  if (again.kind === 'rate-limited') return { sentAway: refused(context, sent, 'RateLimited', reason) };
  return take(context, sent, again);
}

/**
 * The answer is lost, or says that the id is known: ask by client order id. Only an id that the broker twice knew
 * nothing of is sent again, as the same id, once.
 */
async function afterDoubt(context: OrderContext, sent: Sent, cause: string): Promise<Started> {
  const { execution } = context;
  const { fence, ports } = execution;
  const { clientOrderId, strategy } = sent.intent;
  record(execution, () => ({ type: 'order-unknown', fence, clientOrderId, detail: cause }));
  ports.report.warn(strategy, `No clear answer for ${clientOrderId} (${cause}); looking it up`);
  const found = await lookUpAfterDoubt(execution, clientOrderId);
  if (found.kind === 'found') return take(context, sent, { kind: 'created', order: found.order });
  const again = found.kind === 'absent' ? await sendAgain(context, sent, () => sent.renew()) : null;
  if (again?.kind === 'created') return take(context, sent, again);
  if (again?.kind === 'refused' && again.code !== 'DuplicateClientOrderId')
    return declined(context, sent, `${again.code}: ${again.message}`);
  if (found.kind === 'unreachable')
    return inDoubt(context, sent, { cause, why: found.reason, code: 'BrokerUnavailable' });
  return inDoubt(context, sent, { cause, why: 'the broker does not know it (yet)' });
}

interface Doubt {
  /** What the broker said, or did not. */
  readonly cause: string;
  readonly why: string;
  readonly code?: 'BrokerUnavailable';
}

function inDoubt(
  { execution: { ports } }: OrderContext,
  { action, intent: { clientOrderId } }: Sent,
  { cause, why, code }: Doubt,
): Outcome {
  ports.report.error(action.strategy, `${clientOrderId} is in doubt: ${why}`);
  if (isReduction(action)) failedToClose(ports, action, cause);
  return { kind: 'in-doubt', action, code: code ?? 'OrderInDoubt', detail: `${clientOrderId}: ${why}` };
}
