/** What must hold of every record of the journal. A part of the table in all.ts. */
import type { CorporateChange, SimulatedState } from '../../src/broker/simulated-state.ts';
import { isTerminal } from '../../src/observed/broker-view.ts';
import type { EventOf, JournalEvent } from '../../src/observed/events.ts';
import { advance, emptyLedger } from '../../src/observed/ledger-fold.ts';
import { findOrder, type Ledger } from '../../src/observed/ledger.ts';
import { isEntry } from '../../src/reconciler/plan-types.ts';
import { orderAt, outsideOf, shares, sum } from './account.ts';
import { ANSWERS, PROCESS, type Invariant, type Verdict } from './invariant.ts';

export const RECORD_INVARIANTS: readonly Invariant[] = [
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
    name: 'books-follow-records',
    sentence:
      'After each record every strategy owns what the records so far add up to, where other code than that of the program adds them.',
    attackedBy: [...PROCESS, 'partial fill', 'outside trade', 'operator', 'torn record'],
    at: 'record',
    check: ({ record: { event }, after, owned }) => {
      if (owned === null) return null;
      const text = (key: string, booked: number): string =>
        `${event.type}: ${shares(booked)} of ${key} are booked, ${shares(owned.get(key) ?? 0)} add up`;
      const known = new Set<string>();
      for (const [name, book] of after.books)
        for (const [symbol, { quantity }] of book) {
          const key = `${name}/${symbol}`;
          known.add(key);
          if (owned.get(key) !== quantity) return text(key, quantity);
        }
      const lost = owned.size === known.size ? undefined : [...owned.keys()].find((key) => !known.has(key));
      return lost === undefined ? null : text(lost, 0);
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
    name: 'own-fills-may-settle',
    sentence:
      'What fills of ours of the last ten seconds explain is no break, and leaves no book: the broker may not show it yet.',
    attackedBy: ['stale read', 'lost answer', 'partial fill'],
    at: 'record',
    check: ({ record: { event, time }, before, account }) => {
      if (event.type !== 'break-opened' && event.type !== 'synced') return null;
      const { symbol } = event;
      const { bought, sold } = filledSince(before, symbol, time - SETTLE_WINDOW);
      if (bought + sold === 0 || outsideOf(account, symbol) > 0) return null;
      return `${event.type} of ${symbol}, of which ${shares(bought)} were bought and ${shares(sold)} sold just now`;
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
];

const SETTLE_WINDOW = 10_000;

/** By orders of ours. */
function filledSince(
  { openOrders, endedOrders }: Ledger,
  symbol: string,
  since: number,
): { readonly bought: number; readonly sold: number } {
  const orders = [openOrders, ...endedOrders.values()].flatMap((some) => [...some.values()]);
  const of = (side: 'buy' | 'sell'): number =>
    sum(
      orders
        .filter(({ intent }) => intent.symbol === symbol && intent.side === side)
        .flatMap(({ fills }) => fills.filter(({ at }) => at > since).map(({ quantity }) => quantity)),
    );
  return { bought: of('buy'), sold: of('sell') };
}

/** Those of a record. */
const ITS_OWN: ReadonlySet<string> = new Set(['seq', 'hash']);

/** Maps that grow by the day, and where the date is in their keys: a checkpoint keeps of them what is of the newest dates. */
const BY_DATE: Readonly<Record<string, (key: string) => string>> = {
  endedOrders: (date) => date,
  slots: (slot) => slot.split('/')[1] ?? '',
  triggers: (slot) => slot.split('/')[1] ?? '',
};
const DATES_KEPT = 2;

/** What a ledger knows, a text for each field. */
function factsOf(ledger: Ledger): Readonly<Record<string, string>> {
  const fields = Object.entries(ledger).filter(([name]) => !ITS_OWN.has(name));
  return Object.fromEntries(
    fields.map(([name, value]) => {
      const dateOf = BY_DATE[name];
      const kept: unknown = dateOf === undefined ? value : newestOf(value as Dated, dateOf);
      return [name, JSON.stringify(kept, inOrder)];
    }),
  );
}

type Dated = ReadonlyMap<string, unknown>;

function newestOf(all: Dated, dateOf: (key: string) => string): Dated {
  const dates = [...new Set([...all.keys()].map(dateOf))].sort().slice(-DATES_KEPT);
  return new Map([...all].filter(([key]) => dates.includes(dateOf(key))));
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
