/** What each event has to be, field by field. The types make the tables complete: every field of an event is in its shape. */
import type { ShrunkSymbol } from './book.ts';
import type { Brakes } from './brakes.ts';
import type { EventOf, InventoryEntry, JournalEvent } from './events.ts';
import type { StrategyMemory } from './slot-events.ts';
import { MARKS, SLOTS } from './day-event-shapes.ts';
import { checkpointState } from './ledger-shape.ts';
import { BOOKS, ORDERS } from './trade-event-shapes.ts';
import {
  acceptedAccount,
  drain,
  halt,
  haltMode,
  inventoryFields,
  latch,
  lockFields,
  memoryFields,
  openingLot,
  suspension,
  type EventShapes,
} from './part-shapes.ts';
import {
  date,
  instant,
  listOf,
  name,
  nullable,
  object,
  oneOf,
  optional,
  ordinal,
  quantity,
  text,
  truth,
  type Misshape,
} from './shape.ts';

// Stryker disable BooleanLiteral: of a word only the key is looked at.

type EventType = JournalEvent['type'];

/** Whether this version knows the event. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_SHAPES, type);
}

/** What of an event's fields is not as it has to be; null where all are. */
export function misshapeOf(event: { readonly type: EventType }): Misshape | null {
  return EVENT_SHAPES[event.type].check(event);
}

const CONTROL: EventShapes<
  | 'sealed'
  | 'checkpoint'
  | 'genesis'
  | 'books-opened'
  | 'revision-accepted'
  | 'lock-acquired'
  | 'lock-released'
  | 'lock-unlocked'
  | 'execution-ended'
> = {
  sealed: object({ next: ordinal }),
  checkpoint: object<Omit<EventOf<'checkpoint'>, 'type'>>({ state: checkpointState }),
  genesis: object({
    accountId: text,
    environment: oneOf({ simulated: true, paper: true, live: true }),
    broker: oneOf({ simulated: true, alpaca: true }),
  }),
  'books-opened': object<Omit<EventOf<'books-opened'>, 'type'>>({
    source: oneOf({
      empty: true,
      'state-file': true,
      unmanaged: true,
      backup: true,
      broker: true,
      shadow: true,
    }),
    lots: listOf(openingLot),
    lastExecution: listOf(object({ strategy: name, at: instant })),
    historySince: instant,
    unmanaged: listOf(object({ symbol: name, quantity })),
    drains: optional(listOf(drain)),
    latches: optional(listOf(latch)),
    brakes: optional(object<Brakes>({ halt: nullable(halt), suspensions: listOf(suspension) })),
    memories: optional(listOf(object<StrategyMemory>({ strategy: name, ...memoryFields }))),
    shrunk: optional(listOf(object<ShrunkSymbol>({ symbol: name, sessionDate: date }))),
  }),
  'revision-accepted': object({
    digest: text,
    strategies: listOf(object<InventoryEntry>(inventoryFields)),
    account: acceptedAccount,
  }),
  'lock-acquired': object(lockFields),
  'lock-released': object({ fence: ordinal }),
  'lock-unlocked': object({ lockId: text, by: text }),
  'execution-ended': object({ fence: ordinal, strategy: name, at: instant }),
};

const OPERATORS: EventShapes<
  | 'strategy-pruned'
  | 'strategy-renamed'
  | 'drain-requested'
  | 'drain-completed'
  | 'drain-lifted'
  | 'strategy-suspended'
  | 'strategy-resumed'
  | 'halted'
  | 'unhalted'
> = {
  'strategy-pruned': object({ strategy: name }),
  'strategy-renamed': object({ from: name, to: name }),
  'drain-requested': object<Omit<EventOf<'drain-requested'>, 'type'>>({
    strategy: name,
    close: truth,
    by: text,
    ends: optional(oneOf({ 'when-done': true })),
  }),
  'drain-completed': object({ strategy: name, leftovers: listOf(name) }),
  'drain-lifted': object({ strategy: name, by: text }),
  'strategy-suspended': object({ strategy: name, reason: text, by: text, until: nullable(instant) }),
  'strategy-resumed': object({ strategy: name, by: text }),
  halted: object({ mode: haltMode, reason: text, by: text }),
  unhalted: object({ reason: text, by: text }),
};

/** Every event of this schema version. */
const EVENT_SHAPES: EventShapes<EventType> = {
  ...CONTROL,
  ...OPERATORS,
  ...ORDERS,
  ...BOOKS,
  ...SLOTS,
  ...MARKS,
};
