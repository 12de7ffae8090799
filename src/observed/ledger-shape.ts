/** What a checkpoint has to be: a ledger as checkpoint.ts writes it. A field that its writer did not know is not there. */
import type { KnownSplit } from './action-events.ts';
import type { CalendarDate } from '../domain/instant.ts';
import type { Lot } from './book.ts';
import type { EventOf, IntentPayload, InventoryEntry } from './events.ts';
import type { Break, ExecutionLock, KnownStrategy, Ledger, LedgerOrder, Revision } from './ledger.ts';
import type { Basis, LossCurve } from './loss-curve.ts';
import {
  acceptedAccount,
  anchor,
  bookedFill,
  breakKind,
  drain,
  ENDS,
  halt,
  intentFields,
  inventoryFields,
  latch,
  lockFields,
  markKind,
  memoryFields,
  ratioOfSplit,
  slotTarget,
  suspension,
} from './part-shapes.ts';
import {
  always,
  date,
  instant,
  listOf,
  money,
  name,
  nullable,
  object,
  oneOf,
  optional,
  price,
  quantity,
  text,
  truth,
  whole,
  type Shape,
} from './shape.ts';
import type { SignalMemory, SlotRun, Trigger } from './slot-events.ts';

// Stryker disable BooleanLiteral: of a word only the key is looked at.

/** `{$map: [[key, value], ...]}`. */
function mapOf<Key, Value>(key: Shape<Key>, value: Shape<Value>): Shape<ReadonlyMap<Key, Value>> {
  const pair = pairOf(key, value);
  return { check: object<{ readonly $map: readonly [Key, Value][] }>({ $map: listOf(pair) }).check };
}

function pairOf<Key, Value>(key: Shape<Key>, value: Shape<Value>): Shape<[Key, Value]> {
  return {
    check: (pair) => {
      if (!Array.isArray(pair) || pair.length !== 2) return { place: '', expected: 'a key and a value' };
      const [first, second] = pair as readonly unknown[];
      return key.check(first) ?? value.check(second);
    },
  };
}

/** `{$set: [...]}`. */
function setOf<Item>(item: Shape<Item>): Shape<ReadonlySet<Item>> {
  return { check: object<{ readonly $set: readonly Item[] }>({ $set: listOf(item) }).check };
}

function byName<Value>(value: Shape<Value>): Shape<ReadonlyMap<string, Value>> {
  return mapOf(name, value);
}

const lot: Shape<Lot> = object<Lot>({ quantity, cost: money, since: instant, orderId: nullable(text) });

const order: Shape<LedgerOrder> = object<LedgerOrder>({
  intent: object<IntentPayload>(intentFields),
  intendedAt: instant,
  status: oneOf({
    intended: true,
    created: true,
    unknown: true,
    unseen: true,
    declined: true,
    deferred: true,
    'handed-over': true,
    ...ENDS,
  }),
  brokerOrderId: nullable(text),
  filled: quantity,
  averagePrice: nullable(price),
  fills: listOf(bookedFill),
  detail: text,
  updatedAt: instant,
  reportedAt: nullable(instant),
});

const revision: Shape<Revision> = object<Revision>({
  number: whole,
  digest: text,
  strategies: listOf(object<InventoryEntry>(inventoryFields)),
  account: acceptedAccount,
  acceptedAt: instant,
});

/** Without a session where an operator has reset a limit before the first mark. */
const sessionOrNone: Shape<CalendarDate> = { check: (value) => (value === '' ? null : date.check(value)) };

const basis: Shape<Basis> = object<Basis>({ session: sessionOrNone, equity: money, profit: money });

const curve: Shape<LossCurve> = object<LossCurve>({
  day: basis,
  week: basis,
  peak: basis,
  close: nullable(basis),
});

const knownSplit: Shape<KnownSplit> = object<KnownSplit>({
  date,
  ratio: ratioOfSplit,
  appliedOn: date,
  revision: nullable(text),
});

const knownStrategy: Shape<KnownStrategy> = object<KnownStrategy>({
  ...inventoryFields,
  since: optional(instant),
  exitsSince: optional(instant),
  absent: optional(always),
});

const slotRun: Shape<SlotRun> = object<SlotRun>({
  slot: text,
  strategy: name,
  state: oneOf({ started: true, done: true, partial: true, missed: true }),
  targets: listOf(slotTarget),
});

const account = object<NonNullable<Ledger['account']>>({ id: text, environment: text, broker: text });
const lastMark = object<NonNullable<Ledger['lastMark']>>({ session: date, kind: markKind, equity: money });

const ledger: Shape<Partial<Omit<Ledger, 'seq' | 'hash'>>> = object<Partial<Omit<Ledger, 'seq' | 'hash'>>>({
  time: optional(instant),
  account: optional(nullable(account)),
  opened: optional(truth),
  rebuiltAt: optional(nullable(instant)),
  books: optional(byName(byName(lot))),
  shared: optional(setOf(name)),
  realised: optional(byName(byName(money))),
  fees: optional(byName(money)),
  lastExecution: optional(byName(instant)),
  importedExecution: optional(byName(instant)),
  fence: optional(whole),
  lock: optional(nullable(object<ExecutionLock>(lockFields))),
  revision: optional(nullable(revision)),
  inventory: optional(byName(knownStrategy)),
  drains: optional(byName(drain)),
  suspensions: optional(byName(suspension)),
  halt: optional(nullable(halt)),
  openOrders: optional(byName(order)),
  endedOrders: optional(mapOf(date, byName(order))),
  historySince: optional(instant),
  anchors: optional(byName(anchor)),
  shrunkOn: optional(byName(date)),
  breaks: optional(byName(object<Break>({ symbol: name, kind: breakKind, detail: text, since: instant }))),
  acceptedPrices: optional(byName(price)),
  splits: optional(byName(knownSplit)),
  formerNames: optional(byName(listOf(name))),
  slots: optional(mapOf(text, slotRun)),
  triggers: optional(mapOf(text, object<Trigger>({ slot: text, by: text, reason: text, at: instant }))),
  memories: optional(byName(object<SignalMemory>(memoryFields))),
  lastMark: optional(nullable(lastMark)),
  curves: optional(byName(nullable(curve))),
  latches: optional(byName(latch)),
  carried: optional(byName(money)),
  fencedOff: optional(whole),
});

export const checkpointState: Shape<EventOf<'checkpoint'>['state']> = { check: ledger.check };
