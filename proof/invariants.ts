/**
 * What must hold whatever happens, in one place: each with its name, its sentence, its check, and the faults that attack it.
 * Checks see the journal on the disk and the account at the broker, never the program's own word, but where the word is
 * what is checked.
 */
import {
  remainingOf,
  type CorporateChange,
  type SimulatedOrder,
  type SimulatedState,
} from '../src/broker/simulated-state.ts';
import type { EventOf, JournalEvent } from '../src/observed/events.ts';
import { isTerminal } from '../src/observed/broker-view.ts';
import { advance, emptyLedger } from '../src/observed/ledger-fold.ts';
import { findOrder, type Ledger } from '../src/observed/ledger.ts';
import { ORDER_ID_PREFIX } from '../src/reconciler/rules/orders-in-flight.ts';
import { isEntry } from '../src/reconciler/plan-types.ts';
import type { SimProcess } from './machine/process.ts';
import type { Taken, Written } from './machine/watcher.ts';
import { REPORT_INVARIANTS, type Told } from './report-invariants.ts';
import { MONEY_INVARIANTS, type Limits } from './money-invariants.ts';
import { SLOT_INVARIANTS, type SlotWindow } from './slot-invariants.ts';

export type Attack =
  | 'crash'
  | 'power loss'
  | 'torn record'
  | 'full disk'
  | 'failed sync'
  | 'lost answer'
  | 'lost request'
  | 'refusal'
  | 'rate limit'
  | 'partial fill'
  | 'stale read'
  | 'empty list'
  | 'outside trade'
  | 'edit'
  | 'operator'
  | 'two processes'
  | 'pause past expiry'
  | 'clock jump';

/** What only who wrote the story knows. */
export interface Story {
  /** By symbol: how many shares the manifests have wanted so far, at most, in units of a billionth. */
  readonly mostWanted: ReadonlyMap<string, number>;
  /** Likewise, and at least: below zero where something was to be short. */
  readonly leastWanted: ReadonlyMap<string, number>;
  /** When a slot may run; null where the story says nothing of it. */
  readonly windowOf: (slot: string) => SlotWindow | null;
  /** What the manifests limit; left out: nothing. */
  readonly limits?: Limits;
  /** Whether a process is still there. */
  readonly isAlive: (identity: { readonly pid: number; readonly bootId: string }) => boolean;
}

/** What a process has answered, simulated or real. */
export type Answer = Pick<SimProcess, 'state' | 'code' | 'stdout' | 'stderr'>;

/** When nothing runs, no fault is left, and the account was followed until nothing was left to do. */
export interface Rest {
  readonly ledger: Ledger;
  readonly account: SimulatedState;
  readonly story: Story;
  /** What the state file says, as text; null where there is none. */
  readonly stateFile: string | null;
  /** The last pass, which was to find nothing to do. */
  readonly last: Answer;
}

/** Words of what is wrong; null where nothing is. */
type Verdict = string | null;

interface Named {
  readonly name: string;
  readonly sentence: string;
  readonly attackedBy: readonly Attack[];
}

export type Invariant = Named &
  (
    | { readonly at: 'record'; readonly check: (written: Written, story: Story) => Verdict }
    | { readonly at: 'order'; readonly check: (taken: Taken, story: Story) => Verdict }
    | { readonly at: 'rest'; readonly check: (rest: Rest) => Verdict }
    /** Of what the program says of itself at rest. */
    | { readonly at: 'report'; readonly check: (told: Told, rest: Rest) => Verdict }
    | { readonly at: 'exit'; readonly check: (answer: Answer) => Verdict }
    /** Checked by the watcher itself, which cannot go on where it does not hold. */
    | { readonly at: 'journal' }
    /** Checked by who compares two runs. */
    | { readonly at: 'comparison' }
  );

const PROCESS: readonly Attack[] = ['crash', 'power loss', 'pause past expiry', 'two processes'];
const ANSWERS: readonly Attack[] = ['lost answer', 'lost request', 'refusal', 'rate limit', 'partial fill'];

export const INVARIANTS: readonly Invariant[] = [
  {
    name: 'order-has-intent',
    sentence: 'Every order of ours at the broker is word for word one that the journal intended before.',
    attackedBy: [...PROCESS, 'torn record'],
    at: 'order',
    check: ({ order, ledger }) => {
      const intent = findOrder(ledger, order.clientOrderId)?.intent;
      if (intent === undefined) return `the journal has no intent of ${order.clientOrderId}`;
      const same =
        intent.symbol === order.symbol && intent.side === order.side && intent.quantity === order.quantity;
      return same ? null : `${order.clientOrderId} is not what was intended`;
    },
  },
  {
    name: 'intent-is-durable-first',
    sentence: 'No request leaves before no power loss can take its intent.',
    attackedBy: ['power loss', 'failed sync', 'crash'],
    at: 'order',
    check: ({ order, ledger, durable }) =>
      ledger.seq === durable
        ? null
        : `${order.clientOrderId} was sent when ${ledger.seq - durable} records were not durable`,
  },
  {
    name: 'never-twice',
    sentence:
      'What is held and what is on its way never adds up to more than was wanted, nor to less than nothing or what was wanted short.',
    attackedBy: [...PROCESS, ...ANSWERS, 'stale read', 'empty list', 'torn record', 'clock jump'],
    at: 'order',
    check: ({ order: { symbol }, account }, { mostWanted, leastWanted }) => {
      const held = account.positions.get(symbol)?.quantity ?? 0;
      const open = openOf(account).filter((order) => order.symbol === symbol);
      const most = held + sum(open.filter(({ side }) => side === 'buy').map(remainingOf));
      const least = held - sum(open.filter(({ side }) => side === 'sell').map(remainingOf));
      const bound = (mostWanted.get(symbol) ?? 0) + boughtOutside(account, symbol);
      if (most > bound) return `${shares(most)} ${symbol} where ${shares(bound)} were wanted at most`;
      const short = Math.min(0, leastWanted.get(symbol) ?? 0);
      return least < short ? `${shares(short - least)} ${symbol} more are being sold than are held` : null;
    },
  },
  {
    name: 'no-id-twice',
    sentence: 'No client order id is at the broker twice.',
    attackedBy: ['lost answer', 'lost request', 'crash', 'pause past expiry', 'two processes'],
    at: 'order',
    check: ({ order: { clientOrderId }, account }) =>
      account.orders.filter((order) => order.clientOrderId === clientOrderId).length === 1
        ? null
        : `${clientOrderId} is there twice`,
  },
  {
    name: 'one-order-a-symbol',
    sentence: 'No order is sent while another one of ours is open in its symbol.',
    attackedBy: [...PROCESS, 'lost answer', 'stale read', 'empty list'],
    at: 'order',
    check: ({ order, account }) => {
      const others = openOf(account).filter(
        ({ symbol, clientOrderId }) => symbol === order.symbol && clientOrderId !== order.clientOrderId,
      );
      const [other] = others.filter(isOurs);
      return other === undefined ? null : `${order.clientOrderId} beside ${other.clientOrderId}`;
    },
  },
  {
    name: 'sells-only-what-it-owns',
    sentence:
      'No order takes more of a symbol than its strategy owns, or is short of; none opens against what it has.',
    attackedBy: [...PROCESS, ...ANSWERS, 'outside trade', 'stale read'],
    at: 'order',
    check: ({ order: { clientOrderId, symbol, side, quantity }, ledger }, { leastWanted }) => {
      const intent = findOrder(ledger, clientOrderId)?.intent;
      if (intent === undefined) return null;
      const book = ledger.books.get(intent.strategy)?.get(symbol)?.quantity ?? 0;
      const owned = side === 'sell' ? book : 0 - book;
      const isShorts = (leastWanted.get(symbol) ?? 0) < 0;
      const opens = isEntry(intent.purpose) && (side === 'buy' || isShorts);
      if (opens ? owned <= 0 : quantity <= owned) return null;
      return `${intent.strategy} ${side}s ${shares(quantity)} ${symbol}, and has ${shares(book)}`;
    },
  },
  {
    name: 'sent-under-the-lock',
    sentence: 'An order is sent by who holds the execution lock, under its fence, before it expires.',
    attackedBy: ['two processes', 'pause past expiry', 'crash', 'clock jump'],
    at: 'order',
    check: ({ order, ledger, monotonic }) => {
      const { lock } = ledger;
      if (lock === null) return `${order.clientOrderId} was sent while nobody held the lock`;
      if (monotonic >= lock.expiresMonotonic)
        return `${order.clientOrderId} was sent behind the expiry of its lock`;
      const fence = findOrder(ledger, order.clientOrderId)?.intent.fence ?? lock.fence;
      return fence <= lock.fence ? null : `${order.clientOrderId} has fence ${fence}, the lock ${lock.fence}`;
    },
  },
  {
    name: 'given-back-by-its-holder',
    sentence: 'Nobody gives a lock back but who has taken it.',
    attackedBy: ['pause past expiry', 'two processes'],
    at: 'record',
    check: ({ record: { event, run }, before, after, lockedBy }) => {
      if (event.type !== 'lock-released' || before.lock === null || after.lock !== null) return null;
      return lockedBy === null || run === lockedBy
        ? null
        : `fence ${event.fence} of ${before.lock.holder}, by another run`;
    },
  },
  {
    name: 'one-holder',
    sentence: 'Nobody takes the lock from a holder that lives before it expires, unless an operator does.',
    attackedBy: ['two processes', 'pause past expiry', 'clock jump', 'crash'],
    at: 'record',
    check: ({ record, before }, { isAlive }) => {
      const { lock } = before;
      if (record.event.type !== 'lock-acquired' || lock === null) return null;
      const isExpired = record.boot !== lock.owner.bootId || record.mono >= lock.expiresMonotonic;
      return isExpired || !isAlive(lock.owner)
        ? null
        : `fence ${record.event.fence} from a holder that lives`;
    },
  },
  {
    name: 'fences-grow',
    sentence: 'Each lock has a fence of its own, higher than all before.',
    attackedBy: PROCESS,
    at: 'record',
    check: ({ record: { event }, before }) =>
      event.type === 'lock-acquired' && event.fence <= before.fence
        ? `fence ${event.fence} after ${before.fence}`
        : null,
  },
  {
    name: 'current-fence-writes',
    sentence: 'What counts in the journal of an execution was written under the newest fence.',
    attackedBy: ['pause past expiry', 'two processes'],
    at: 'record',
    check: ({ record: { event }, before, after }) => {
      if (!('fence' in event) || event.type === 'lock-acquired') return null;
      const counts = after.fencedOff === before.fencedOff;
      return counts && event.fence < before.fence ? `${event.type} of fence ${event.fence} counts` : null;
    },
  },
  {
    name: 'fills-are-true',
    sentence: 'No more of an order is booked than the broker has filled.',
    attackedBy: [...PROCESS, ...ANSWERS, 'stale read'],
    at: 'record',
    check: ({ record: { event }, after, account }) => {
      if (event.type !== 'fill') return null;
      const filled = orderAt(account, event.clientOrderId)?.filledQuantity ?? 0;
      const booked = findOrder(after, event.clientOrderId)?.filled ?? 0;
      return booked <= filled
        ? null
        : `${shares(booked)} of ${event.clientOrderId} are booked, ${shares(filled)} are filled`;
    },
  },
  {
    name: 'a-fill-counts-once',
    sentence: 'What is booked of an order, fill by fill, is what the newest fill says in all.',
    attackedBy: ['crash', 'lost answer', 'partial fill', 'two processes'],
    at: 'record',
    check: ({ record: { event }, after }) => {
      const order = event.type === 'fill' ? findOrder(after, event.clientOrderId) : undefined;
      if (order === undefined) return null;
      const booked = sum(order.fills.map(({ quantity }) => quantity));
      return booked === order.filled
        ? null
        : `${shares(booked)} of ${order.intent.clientOrderId} are booked, fill by fill, and ${shares(order.filled)} in all`;
    },
  },
  {
    name: 'books-change-with-cause',
    sentence:
      'A book changes by a fill of its own order, by an operator, or by a trade that somebody else really made.',
    attackedBy: ['stale read', 'empty list', 'crash', 'outside trade'],
    at: 'record',
    check: ({ record: { event }, before, after, account }) => {
      if (OPERATOR_CHANGES.has(event.type) || before.books === after.books) return null;
      for (const [strategy, symbol, from, to] of changesOf(before, after)) {
        const wrong = wrongCause(event, { strategy, symbol, change: to - from }, before, account);
        if (wrong !== null)
          return `${strategy}/${symbol} from ${shares(from)} to ${shares(to)} by ${event.type}: ${wrong}`;
      }
      return null;
    },
  },
  {
    name: 'ends-are-true',
    sentence: 'An order has ended in the journal only if it has at the broker, or never was there.',
    attackedBy: ['lost answer', 'lost request', 'stale read', 'empty list', 'clock jump', 'rate limit'],
    at: 'record',
    check: ({ record: { event }, account }) => {
      if (event.type !== 'order-ended') return null;
      const order = orderAt(account, event.clientOrderId);
      if (event.status === 'not-created' || event.status === 'refused')
        return order === undefined
          ? null
          : `${event.clientOrderId} is ${event.status}, and the broker has it`;
      if (event.status === 'resolved') return null;
      const ended = order !== undefined && isTerminal(order.status);
      return ended
        ? null
        : `${event.clientOrderId} is ${event.status}, and at the broker ${order?.status ?? 'unknown'}`;
    },
  },
  {
    name: 'ends-lose-no-fill',
    sentence: 'When an order ends in the journal, every fill of it is booked.',
    attackedBy: ['partial fill', 'lost answer', 'crash', 'stale read'],
    at: 'record',
    check: ({ record: { event }, after, account }) => {
      if (event.type !== 'order-ended' || event.status === 'resolved') return null;
      const filled = orderAt(account, event.clientOrderId)?.filledQuantity ?? 0;
      const booked = findOrder(after, event.clientOrderId)?.filled ?? 0;
      return booked === filled
        ? null
        : `${event.clientOrderId} ended with ${shares(booked)} of ${shares(filled)} booked`;
    },
  },
  {
    name: 'one-owner',
    sentence: 'A symbol is in one book at most.',
    attackedBy: ['edit', 'operator', 'crash'],
    at: 'record',
    check: ({ after }) => (after.shared.size === 0 ? null : `${[...after.shared].join(', ')} in two books`),
  },
  {
    name: 'off-is-off',
    sentence: 'A strategy that an operator has turned off or suspended, and a halted account, gets no entry.',
    attackedBy: ['operator', 'crash', 'two processes'],
    at: 'record',
    check: ({ record: { event, time }, before }) => {
      if (event.type !== 'intent' || !isEntry(event.purpose)) return null;
      if (before.halt !== null) return `an entry while the account is halted: ${event.clientOrderId}`;
      const suspension = before.suspensions.get(event.strategy);
      const isSuspended = suspension !== undefined && (suspension.until === null || time < suspension.until);
      const isOff = before.drains.has(event.strategy) || isSuspended;
      return isOff ? `an entry of ${event.strategy}, which is off: ${event.clientOrderId}` : null;
    },
  },
  {
    name: 'opposite-orders-of-one-moment',
    sentence: 'No strategy buys a symbol that it is about to sell, nor the other way round.',
    attackedBy: ['crash', 'two processes', 'edit'],
    at: 'record',
    check: ({ record: { event }, before }) => {
      if (event.type !== 'intent') return null;
      const open = [...before.openOrders.values()].filter(({ intent }) => intent.symbol === event.symbol);
      return open.length === 0
        ? null
        : `${event.clientOrderId} beside ${open[0]?.intent.clientOrderId ?? ''}`;
    },
  },
  {
    name: 'time-goes-on',
    sentence: 'No record is older than the one before, unless the clock of the machine has gone back.',
    attackedBy: ['clock jump', 'power loss'],
    at: 'record',
    check: ({ record, before, wall }) => {
      if (record.seq !== before.seq + 1) return `record ${record.seq} follows record ${before.seq}`;
      const back = Math.min(before.time, wall) - record.time;
      return back > 0 ? `record ${record.seq} is ${back} ms older than the one before` : null;
    },
  },
  {
    name: 'journal-is-whole',
    sentence: 'The journal can always be read, record by record, and what was durable stays.',
    attackedBy: ['power loss', 'torn record', 'full disk', 'failed sync', 'crash', 'two processes'],
    at: 'journal',
  },
  {
    name: 'books-are-the-brokers',
    sentence: 'At rest, books and what nobody owns are together what the broker holds, symbol by symbol.',
    attackedBy: [...PROCESS, ...ANSWERS, 'outside trade', 'stale read', 'empty list', 'torn record'],
    at: 'rest',
    check: ({ ledger, account }) => {
      const symbols = new Set([...account.positions.keys(), ...bookedSymbols(ledger)]);
      for (const symbol of symbols) {
        const held = account.positions.get(symbol)?.quantity ?? 0;
        const booked = sum([...ledger.books.values()].map((book) => book.get(symbol)?.quantity ?? 0));
        const others = outsideOf(account, symbol);
        if (booked !== held && others === 0)
          return `${shares(booked)} ${symbol} are booked, ${shares(held)} are held`;
        if (booked > held) return `${shares(booked)} ${symbol} are booked, and only ${shares(held)} are held`;
      }
      return null;
    },
  },
  {
    name: 'nothing-is-left-open',
    sentence: 'At rest, no lock is held, no order is without its end, no symbol is frozen.',
    attackedBy: [...PROCESS, ...ANSWERS, 'full disk', 'failed sync'],
    at: 'rest',
    check: ({ ledger, account }) => {
      if (ledger.lock !== null) return `the lock is held by ${ledger.lock.holder}`;
      const [order] = ledger.openOrders.values();
      if (order !== undefined) return `${order.intent.clientOrderId} is ${order.status}`;
      const open = openOf(account).find(isOurs);
      if (open !== undefined) return `${open.clientOrderId} is open at the broker`;
      const [broken] = ledger.breaks.values();
      return broken === undefined ? null : `${broken.symbol} is frozen: ${broken.kind}, ${broken.detail}`;
    },
  },
  {
    name: 'answer-is-true',
    sentence:
      'Who says that nothing is to be done is right, and exits with 0; who says anything else says what.',
    attackedBy: [...PROCESS, ...ANSWERS, 'stale read'],
    at: 'rest',
    check: ({ last }) => {
      const said = last.stdout.includes('Nothing to do.');
      if (last.code === 0 && said) return null;
      return `the last pass ended with ${String(last.code)}: ${(last.stderr + last.stdout).slice(-400)}`;
    },
  },
  {
    name: 'no-defect',
    sentence: 'No process ends by an error that is not its own word, whatever happens to it.',
    attackedBy: [...PROCESS, ...ANSWERS, 'full disk', 'failed sync', 'torn record', 'clock jump', 'edit'],
    at: 'exit',
    check: ({ code, stderr, state }) => {
      if (state === 'killed') return null;
      const isDefect = code === 70 || /^bug:|unhandled:|\n {4}at /m.test(stderr);
      return isDefect ? `exit ${String(code)}: ${stderr.slice(-600)}` : null;
    },
  },
  {
    name: 'same-end',
    sentence: 'A run with a fault ends where the run without it ended.',
    attackedBy: [...PROCESS, ...ANSWERS, 'torn record', 'stale read', 'full disk', 'failed sync'],
    at: 'comparison',
  },
  {
    name: 'same-work',
    sentence:
      'A run with a fault trades as much of each symbol as the run without it, on each side, and in as many orders, but for the rest of a partial fill.',
    attackedBy: [...PROCESS, ...ANSWERS, 'torn record', 'stale read'],
    at: 'comparison',
  },
  {
    name: 'zero-is-done',
    sentence:
      'A command that exits with 0 has done all of what it does where there is no fault, unless the broker told it wrong.',
    attackedBy: [...PROCESS, ...ANSWERS, 'torn record', 'full disk', 'failed sync'],
    at: 'comparison',
  },
  {
    name: 'comes-to-rest',
    sentence: 'Once faults are over, a few passes find nothing more to do.',
    attackedBy: [...PROCESS, ...ANSWERS, 'full disk', 'failed sync', 'stale read'],
    at: 'comparison',
  },
  {
    name: 'same-from-the-start',
    sentence: 'Who begins at a checkpoint knows what they know who have read every record before it.',
    attackedBy: ['crash', 'power loss', 'operator'],
    at: 'record',
    check: ({ record, before }) => {
      if (record.event.type !== 'checkpoint') return null;
      const [all, known] = [factsOf(before), factsOf(advance(emptyLedger(), record))];
      const other = Object.keys(all).find((name) => all[name] !== known[name]);
      return other === undefined
        ? null
        : `${other}: ${String(known[other])}, where the records say ${String(all[other])}`;
    },
  },
  {
    name: 'state-file-tells-the-books',
    sentence: 'At rest, the state file has the books: each strategy, symbol and share, and no lock.',
    attackedBy: ['crash', 'power loss', 'full disk', 'failed sync', 'two processes'],
    at: 'rest',
    check: ({ ledger, stateFile }) => {
      if (stateFile === null) return ledger.opened ? 'there is no state file' : null;
      const { strategies, execution_lock: lock } = JSON.parse(stateFile) as StateFile;
      if (lock !== null) return 'the state file shows a lock';
      const shown = Object.entries(strategies).flatMap(([name, { positions }]) =>
        Object.entries(positions).map(([symbol, { qty }]) => `${name} ${qty} ${symbol}`),
      );
      const owned = [...ledger.books].flatMap(([name, book]) =>
        [...book].map(([symbol, { quantity }]) => `${name} ${quantity / SHARE} ${symbol}`),
      );
      const [told, real] = [shown.sort().join(', '), owned.sort().join(', ')];
      return told === real ? null : `the state file shows ${told}, where the books have ${real}`;
    },
  },
  ...REPORT_INVARIANTS,
  ...SLOT_INVARIANTS,
  ...MONEY_INVARIANTS,
];

interface StateFile {
  readonly execution_lock: object | null;
  readonly strategies: Readonly<
    Record<string, { readonly positions: Readonly<Record<string, { readonly qty: number }>> }>
  >;
}

/** A checkpoint keeps of these what is of the newest sessions; the first two are those of a record. */
const ITS_OWN: ReadonlySet<string> = new Set(['seq', 'hash', 'endedOrders', 'slots', 'triggers']);

/** What a ledger knows, a text for each field. */
function factsOf(ledger: Ledger): Readonly<Record<string, string>> {
  const fields = Object.entries(ledger).filter(([name]) => !ITS_OWN.has(name));
  return Object.fromEntries(fields.map(([name, value]) => [name, JSON.stringify(value, inOrder)]));
}

/** No order of keys counts. */
function inOrder(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...(value as ReadonlyMap<string, unknown>)].sort(byKey);
  if (value instanceof Set) return [...(value as ReadonlySet<string>)].sort();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(byKey));
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** Events by which an operator changes books, or by which they begin. */
const OPERATOR_CHANGES: ReadonlySet<JournalEvent['type']> = new Set<JournalEvent['type']>([
  'books-opened',
  'adopted',
  'released',
  'lots-set',
  'symbol-resolved',
  'strategy-renamed',
  'checkpoint',
]);

interface BookChange {
  readonly strategy: string;
  readonly symbol: string;
  readonly change: number;
}

function wrongCause(
  event: JournalEvent,
  { strategy, symbol, change }: BookChange,
  before: Ledger,
  account: SimulatedState,
): Verdict {
  if (event.type === 'fill') return wrongFill(event, { strategy, symbol, change }, before);
  if (event.type === 'synced') return outsideOf(account, symbol) === 0 ? 'nobody else has traded it' : null;
  if (event.type === 'order-reopened') return null;
  if (event.type === 'split-applied' || event.type === 'symbol-changed')
    return account.changes?.some((one) => symbolsOf(one).includes(symbol)) === true
      ? null
      : 'its company has done nothing';
  return 'no cause';
}

function symbolsOf(change: CorporateChange): readonly string[] {
  return change.kind === 'split' ? [change.symbol] : [change.from, change.to];
}

function wrongFill(
  event: EventOf<'fill'>,
  { strategy, symbol, change }: BookChange,
  before: Ledger,
): Verdict {
  const intent = findOrder(before, event.clientOrderId)?.intent;
  if (intent?.strategy !== strategy || intent.symbol !== symbol) return 'the order is another one’s';
  const signed = intent.side === 'buy' ? event.quantity : 0 - event.quantity;
  return signed === change ? null : `${shares(event.quantity)} are filled`;
}

function* changesOf(before: Ledger, after: Ledger): Generator<[string, string, number, number]> {
  for (const strategy of new Set([...before.books.keys(), ...after.books.keys()])) {
    const old = before.books.get(strategy);
    const young = after.books.get(strategy);
    if (old === young) continue;
    for (const symbol of new Set([...(old?.keys() ?? []), ...(young?.keys() ?? [])])) {
      const from = old?.get(symbol)?.quantity ?? 0;
      const to = young?.get(symbol)?.quantity ?? 0;
      if (from !== to) yield [strategy, symbol, from, to];
    }
  }
}

function isOurs({ clientOrderId }: SimulatedOrder): boolean {
  return clientOrderId.startsWith(ORDER_ID_PREFIX);
}

function openOf(account: SimulatedState): SimulatedOrder[] {
  return account.orders.filter(({ status }) => !isTerminal(status));
}

function orderAt(account: SimulatedState, clientOrderId: string): SimulatedOrder | undefined {
  return account.orders.find((order) => order.clientOrderId === clientOrderId);
}

function bookedSymbols({ books }: Ledger): string[] {
  return [...books.values()].flatMap((book) => [...book.keys()]);
}

/** How often somebody else has traded a symbol. */
function outsideOf(account: SimulatedState, symbol: string): number {
  return account.orders.filter((order) => order.symbol === symbol && !isOurs(order)).length;
}

function boughtOutside(account: SimulatedState, symbol: string): number {
  const bought = account.orders.filter(
    (order) => order.symbol === symbol && order.side === 'buy' && !isOurs(order),
  );
  return sum(bought.map(({ quantity }) => quantity));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const SHARE = 1_000_000_000;

function shares(quantity: number): string {
  return String(quantity / SHARE);
}
