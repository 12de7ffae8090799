/** What events of slots and session days have to be. */
import type { FixedTarget } from '../desired/desired-state.ts';
import type { BlockedTarget, SignalDecision } from './decision.ts';
import type { EventOf } from './events.ts';
import type { MarkedPosition, MarkedStrategy } from './mark-events.ts';
import type { SignalMemory } from './slot-events.ts';
import { latchFields, markKind, memoryFields, slotTarget, type EventShapes } from './part-shapes.ts';
import {
  always,
  date,
  finite,
  instant,
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
  recordOf,
  text,
  variants,
  whole,
  type Shape,
} from './shape.ts';

// Stryker disable BooleanLiteral: of a word only the key is looked at.

const words = listOf(text);

const ofSlot = { slot: text, strategy: name };

const target: Shape<FixedTarget> = object<FixedTarget>({
  symbol: name,
  size: variants<FixedTarget['size'], 'kind'>('kind', {
    weight: object({ kind: oneOf({ weight: true }), weight: ratio }),
    quantity: object({ kind: oneOf({ quantity: true }), quantity }),
  }),
  priority: finite,
  group: optional(text),
});

const textOrNumber: Shape<string | number> = {
  check: (value) => (typeof value === 'string' ? null : finite.check(value)),
};

const decision: Shape<SignalDecision> = object<SignalDecision>({
  signal: oneOf({
    'momentum-protection': true,
    'overnight-mean-reversion': true,
    'vol-term-structure': true,
    pairs: true,
  }),
  inputs: text,
  parameters: recordOf(textOrNumber),
  equity: money,
  market: words,
  count: whole,
  ranking: listOf(object({ symbol: text, score: finite })),
  unranked: listOf(object({ symbol: text, reason: text, why: text })),
});

export const SLOTS: EventShapes<
  | 'targets-decided'
  | 'slot-started'
  | 'slot-ended'
  | 'slot-missed'
  | 'slot-triggered'
  | 'data-missing'
  | 'signal-failed'
> = {
  'targets-decided': object<Omit<EventOf<'targets-decided'>, 'type'>>({
    fence: ordinal,
    strategy: name,
    targets: listOf(target),
    slot: optional(nullable(text)),
    blocked: optional(listOf(object<BlockedTarget>({ symbol: text, reason: text, detail: text }))),
    decision: optional(decision),
  }),
  'slot-started': object<Omit<EventOf<'slot-started'>, 'type'>>({
    ...ofSlot,
    fence: ordinal,
    targets: listOf(slotTarget),
    late: optional(always),
    memory: optional(object<SignalMemory>(memoryFields)),
  }),
  'slot-ended': object({ slot: text, fence: ordinal, outcome: oneOf({ done: true, partial: true }) }),
  'slot-missed': object({ ...ofSlot, fence: ordinal }),
  'slot-triggered': object({ ...ofSlot, by: text, reason: text }),
  'data-missing': object({ ...ofSlot, missing: words, stale: words }),
  'signal-failed': object({ ...ofSlot, detail: text }),
};

export const MARKS: EventShapes<'day-marked' | 'limit-latched' | 'limit-reset'> = {
  'day-marked': object({
    fence: ordinal,
    session: date,
    kind: markKind,
    at: instant,
    equity: money,
    cash: money,
    positions: listOf(object<MarkedPosition>({ symbol: name, quantity, price: nullable(price) })),
    strategies: listOf(
      object<MarkedStrategy>({
        strategy: name,
        value: nullable(money),
        cost: money,
        realised: money,
        fees: optional(money),
        carried: money,
      }),
    ),
  }),
  'limit-latched': object({ fence: ordinal, ...latchFields }),
  'limit-reset': object({ strategy: nullable(name), by: text, reason: text, equity: money, profit: money }),
};
