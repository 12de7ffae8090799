/** Shapes of what is both in events and in the ledger that they make. */
import { accountSettings, scheduleEntry } from './account-shape.ts';
import type { Anchor } from './anchor.ts';
import type { BookedFill } from './book.ts';
import type { Halt, Suspension } from './brakes.ts';
import type { Drain } from './drain-events.ts';
import type {
  AcceptedAccount,
  BreakKind,
  EventOf,
  IntentPayload,
  InventoryEntry,
  JournalEvent,
  OpeningLot,
  ProcessIdentity,
  TerminalStatus,
} from './events.ts';
import type { ExecutionLock } from './ledger.ts';
import type { Latch, LatchPayload, MarkKind } from './mark-events.ts';
import {
  date,
  finite,
  instant,
  json,
  listOf,
  money,
  name,
  nullable,
  object,
  oneOf,
  optional,
  ordinal,
  price,
  quantity,
  ratio,
  text,
  truth,
  whole,
  type FieldShapes,
  type Shape,
} from './shape.ts';
import type { SignalMemory, SlotTarget } from './slot-events.ts';
import type { SplitRatio } from './split.ts';

// Stryker disable BooleanLiteral: of a word only the key is looked at.

/** The fields of these events but for `type`. */
export type EventShapes<Types extends JournalEvent['type']> = {
  readonly [Type in Types]: Shape<Omit<EventOf<Type>, 'type'>>;
};

export const anchor: Shape<Anchor> = object<Anchor>({ at: instant, unmanaged: quantity });

export const ratioOfSplit: Shape<SplitRatio> = object<SplitRatio>({ from: ordinal, to: ordinal });

export const acceptedAccount: Shape<AcceptedAccount> = object<AcceptedAccount>({
  file: text,
  name: text,
  settings: accountSettings,
});

export const inventoryFields: FieldShapes<InventoryEntry> = {
  name,
  lifecycle: oneOf({ active: true, planned: true }),
  schedule: listOf(scheduleEntry),
  follows: optional(truth),
};

export const lockFields: FieldShapes<ExecutionLock> = {
  fence: ordinal,
  lockId: text,
  holder: text,
  owner: object<ProcessIdentity>({ pid: whole, started: text, bootId: text, host: text }),
  acquired: instant,
  expires: instant,
  expiresMonotonic: finite,
};

export const intentFields: FieldShapes<IntentPayload> = {
  clientOrderId: name,
  fence: ordinal,
  strategy: name,
  symbol: name,
  side: oneOf({ buy: true, sell: true }),
  quantity,
  purpose: oneOf({ open: true, increase: true, reduce: true, close: true, 'close-orphaned': true }),
  reason: text,
  estimate: price,
  sessionDate: date,
  key: text,
};

/** How an order can end. */
export const ENDS: Readonly<Record<TerminalStatus, true>> = {
  filled: true,
  canceled: true,
  expired: true,
  rejected: true,
  replaced: true,
  refused: true,
  'not-created': true,
  resolved: true,
};

export const bookedFill: Shape<BookedFill> = object<BookedFill>({
  quantity,
  value: money,
  fee: optional(money),
  at: instant,
});

export const breakKind: Shape<BreakKind> = oneOf({
  'missing-shares': true,
  'side-flip': true,
  split: true,
  'price-mismatch': true,
  'fill-reversed': true,
  'id-collision': true,
  overfill: true,
});

export const drain: Shape<Drain> = object<Drain>({
  strategy: name,
  close: truth,
  by: text,
  since: instant,
  state: oneOf({ pending: true, completed: true }),
  leftovers: listOf(name),
  ends: optional(oneOf({ 'when-done': true })),
});

export const suspension: Shape<Suspension> = object<Suspension>({
  strategy: name,
  reason: text,
  by: text,
  since: instant,
  until: nullable(instant),
});

export const haltMode = oneOf({ hold: true, cancel: true, flatten: true });

export const halt: Shape<Halt> = object<Halt>({ mode: haltMode, reason: text, by: text, since: instant });

export const latchFields: FieldShapes<LatchPayload> = {
  strategy: nullable(name),
  limit: oneOf({ daily: true, weekly: true, drawdown: true }),
  session: date,
  loss: money,
  base: money,
  allowed: ratio,
};

export const latch: Shape<Latch> = object<Latch>({ ...latchFields, since: instant });

export const markKind: Shape<MarkKind> = oneOf({ start: true, interim: true, close: true });

export const memoryFields: FieldShapes<SignalMemory> = { signal: text, state: json };

export const slotTarget: Shape<SlotTarget> = object<SlotTarget>({
  symbol: name,
  quantity,
  priority: finite,
  group: optional(text),
});

export const openingLot: Shape<OpeningLot> = object<OpeningLot>({
  strategy: name,
  symbol: name,
  quantity,
  cost: money,
  since: instant,
  orderId: nullable(text),
});
