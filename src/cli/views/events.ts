/** What the journal has recorded, in words. */
import type { HaltMode } from '../../observed/brakes.ts';
import { formatDollars, formatQuantity } from '../../domain/decimal.ts';
import type { ActionEvent } from '../../observed/action-events.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { JournalEvent, JournalRecord } from '../../observed/events.ts';
import type { SlotEvent } from '../../observed/slot-events.ts';
import { formatSplit } from '../../observed/split.ts';
import { latchDetail } from '../../reconciler/rules/loss-limits.ts';
import type { Column } from '../output/formats.ts';

export interface EventItem {
  readonly seq: number;
  readonly time: string;
  readonly type: JournalEvent['type'];
  /** What kind of that type it is, in one word; empty where there is one kind only. */
  readonly reason: string;
  readonly strategy: string | null;
  readonly symbol: string | null;
  /** The one order (by client order id), slot or session date that it is about; null where it is about none. */
  readonly object: string | null;
  readonly message: string;
}

/** Oldest first. Whoever reads in parts hands the same `named` on. */
export function eventItems(
  records: readonly JournalRecord[],
  named = new Map<string, EventSubject>(),
): EventItem[] {
  return records.map(({ seq, time, event }) => {
    const { strategy, symbol } = subjectOf(event, named);
    remember(event, named);
    const { type } = event;
    const facts = { reason: reasonOf(event), strategy, symbol, object: objectOf(event) };
    return { seq, time: formatInstant(time), type, ...facts, message: messageOf(event) };
  });
}

/** What later events name by an id only. */
function remember(event: JournalEvent, named: Map<string, EventSubject>): void {
  if (event.type === 'intent') named.set(event.clientOrderId, event);
  if (event.type !== 'lock-acquired') return;
  for (const id of [fenceKey(event), event.lockId]) named.set(id, { strategy: event.holder, symbol: null });
}

function fenceKey({ fence }: { readonly fence: number }): string {
  return `fence ${fence}`;
}

/** Events of two orders, slots or sessions are two, however alike they are. */
function objectOf(event: JournalEvent): string | null {
  if ('clientOrderId' in event) return event.clientOrderId;
  if ('slot' in event) return event.slot;
  if ('session' in event) return event.session;
  return 'sessionDate' in event ? event.sessionDate : null;
}

function reasonOf(event: JournalEvent): string {
  switch (event.type) {
    case 'intent':
      return event.reason;
    case 'order-ended':
      return event.status;
    case 'break-opened':
    case 'day-marked':
      return event.kind;
    case 'books-opened':
      return event.source;
    case 'halted':
      return event.mode;
    case 'slot-ended':
      return event.outcome;
    case 'limit-latched':
      return event.limit;
    default:
      return '';
  }
}

export interface EventSubject {
  readonly strategy: string | null;
  readonly symbol: string | null;
}

/** Later events of an order or a lock name its id only; a slot has its strategy in front. */
export function subjectOf(event: JournalEvent, named: ReadonlyMap<string, EventSubject>): EventSubject {
  const known = named.get(idOf(event) ?? '');
  return {
    strategy: 'strategy' in event ? event.strategy : (known?.strategy ?? ownerOf(event)),
    symbol: 'symbol' in event ? event.symbol : (known?.symbol ?? null),
  };
}

function idOf(event: JournalEvent): string | null {
  if ('clientOrderId' in event) return event.clientOrderId;
  if (event.type === 'lock-released') return fenceKey(event);
  return event.type === 'lock-unlocked' ? event.lockId : null;
}

function ownerOf(event: JournalEvent): string | null {
  if (event.type === 'lock-acquired') return event.holder;
  return event.type === 'slot-ended' ? (event.slot.split('/')[0] ?? null) : null;
}

/** One function, one line an event: the shortest words that say what was decided or seen. */
export function messageOf(event: JournalEvent): string {
  switch (event.type) {
    case 'intent':
      return `${event.side} ${formatQuantity(event.quantity)} decided (${event.purpose}, ${event.reason}): ${event.clientOrderId}`;
    case 'fill':
      return `${formatQuantity(event.quantity)} filled at $${formatDollars(event.averagePrice)} on average: ${event.clientOrderId}`;
    case 'order-ended':
      return `${event.status}${event.detail === '' ? '' : ` (${event.detail})`}: ${event.clientOrderId}`;
    case 'synced':
      return `${formatQuantity(event.from)} -> ${formatQuantity(event.to)} at $${formatDollars(event.price)}: ${event.evidence.join('; ')}`;
    case 'adopted':
    case 'released':
      return `${formatQuantity(event.quantity)} shares: ${event.reason}`;
    case 'break-opened':
      return `${event.kind}: ${event.detail}`;
    case 'symbol-resolved':
    case 'lots-set':
      return event.reason;
    case 'day-marked':
      return `${event.kind} of ${event.session}: equity $${formatDollars(event.equity)}`;
    case 'split-applied':
    case 'symbol-changed':
      return actionMessage(event);
    case 'limit-latched':
      return `${latchDetail(event)}: no entry until it is reset`;
    case 'limit-reset':
      return `reset by ${event.by}: ${event.reason}`;
    default:
      return plainMessage(event);
  }
}

type Plain = Exclude<
  JournalEvent,
  {
    type:
      | 'intent'
      | 'fill'
      | 'order-ended'
      | 'synced'
      | 'adopted'
      | 'released'
      | 'break-opened'
      | 'symbol-resolved'
      | 'lots-set'
      | 'day-marked'
      | 'limit-latched'
      | 'limit-reset'
      | ActionEvent['type'];
  }
>;

function actionMessage(event: ActionEvent): string {
  const what =
    event.type === 'split-applied'
      ? event.splits.map(({ date, ratio }) => `${formatSplit(ratio)} split of ${date}`)
      : [`${event.symbol} is ${event.to} since ${event.date}`];
  const lots =
    event.type === 'split-applied'
      ? event.lots.map(
          ({ strategy, from, to }) => `${strategy} ${formatQuantity(from)} -> ${formatQuantity(to)}`,
        )
      : event.lots.map(({ strategy, quantity }) => `${strategy} ${formatQuantity(quantity)}`);
  return `${what.join(', ')}: ${lots.join(', ')}`;
}

function plainMessage(event: Plain): string {
  switch (event.type) {
    case 'sealed':
      return `goes on in segment ${event.next}`;
    case 'checkpoint':
      return 'what the segments before say';
    case 'genesis':
      return `account ${event.accountId} (${event.broker}, ${event.environment})`;
    case 'books-opened':
      return `${event.lots.length} positions, from ${event.source}`;
    case 'revision-accepted':
      return `manifests ${event.digest.slice(0, 12)} with ${event.strategies.length} strategies`;
    case 'lock-acquired':
      return `lock ${event.lockId}, fence ${event.fence}, pid ${event.owner.pid}`;
    case 'lock-unlocked':
      return `lock ${event.lockId} taken away by ${event.by}`;
    case 'drain-requested':
      return `shut down by ${event.by}${event.close ? ', positions to be closed' : ''}`;
    case 'drain-completed':
      return event.leftovers.length === 0 ? 'shutdown completed' : `left over: ${event.leftovers.join(', ')}`;
    case 'drain-lifted':
      return `enabled again by ${event.by}`;
    case 'strategy-suspended':
      return `suspended by ${event.by}${event.until === null ? '' : ` until ${formatInstant(event.until)}`}: ${event.reason}`;
    case 'strategy-resumed':
      return `resumed by ${event.by}`;
    case 'halted':
      return `${HALT_WORDS[event.mode]}, by ${event.by}: ${event.reason}`;
    case 'unhalted':
      return `the halt was lifted by ${event.by}: ${event.reason}`;
    case 'strategy-renamed':
      return `${event.from} -> ${event.to}`;
    case 'order-unknown':
    case 'order-declined':
    case 'order-deferred':
    case 'order-sent-again':
    case 'order-unseen':
      return `${doubtOf(event)}: ${event.clientOrderId}`;
    case 'order-created':
    case 'order-handed-over':
    case 'order-reopened':
      return event.clientOrderId;
    case 'slot-started':
    case 'slot-ended':
    case 'slot-missed':
    case 'data-missing':
    case 'signal-failed':
    case 'slot-triggered':
      return slotMessage(event);
    case 'targets-decided':
      return `${event.targets.length} targets`;
    case 'lock-released':
      return `fence ${event.fence}`;
    case 'execution-ended':
    case 'strategy-pruned':
      return '';
  }
}

function slotMessage(event: SlotEvent): string {
  switch (event.type) {
    case 'slot-started':
    case 'slot-ended':
      return event.slot;
    case 'slot-missed':
      return `${event.slot}: its time has passed, nothing more is traded for it`;
    case 'data-missing':
      return `${event.slot}: no data of [${event.missing.join(', ')}], too old of [${event.stale.join(', ')}]`;
    case 'signal-failed':
      return `${event.slot}: ${event.detail}`;
    case 'slot-triggered':
      return `${event.slot}: to run now, by ${event.by}: ${event.reason}`;
  }
}

type Doubt = Extract<
  Plain,
  { type: 'order-unknown' | 'order-declined' | 'order-deferred' | 'order-sent-again' | 'order-unseen' }
>;

function doubtOf(event: Doubt): string {
  switch (event.type) {
    case 'order-unknown':
      return `no clear answer (${event.detail})`;
    case 'order-declined':
      return `sent again, and refused (${event.detail})`;
    case 'order-deferred':
      return `not taken yet (${event.detail})`;
    case 'order-sent-again':
      return `sent again (${event.reason})`;
    case 'order-unseen':
      return 'the broker does not know it (yet)';
  }
}

const HALT_WORDS: Readonly<Record<HaltMode, string>> = {
  hold: 'halted',
  cancel: 'halted, open orders to be cancelled',
  flatten: 'halted, everything to be sold',
};

export const EVENT_COLUMNS: readonly Column<EventItem>[] = [
  { header: 'TIME', value: ({ time }) => time },
  { header: 'TYPE', value: ({ type }) => type },
  { header: 'STRATEGY', value: ({ strategy }) => strategy ?? '<none>' },
  { header: 'SYMBOL', value: ({ symbol }) => symbol ?? '<none>' },
  { header: 'MESSAGE', value: ({ message }) => message },
];

export const EVENT_WIDE: readonly Column<EventItem>[] = [
  { header: 'SEQ', align: 'right', value: ({ seq }) => String(seq) },
];
