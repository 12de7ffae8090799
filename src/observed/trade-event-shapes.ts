/** What events of orders and books have to be. */
import type { AnnouncedSplit, MovedLot, SplitLot } from './action-events.ts';
import type { Anchor } from './anchor.ts';
import type { ResolvedLot } from './book.ts';
import type { EventOf, ForgottenOrder, IntentPayload } from './events.ts';
import {
  anchor,
  bookedFill,
  breakKind,
  ENDS,
  intentFields,
  openingLot,
  ratioOfSplit,
  type EventShapes,
} from './part-shapes.ts';
import {
  date,
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
  text,
  type Shape,
} from './shape.ts';

/** Which order, and under which lock. */
const ofOrder = { fence: ordinal, clientOrderId: name };

const forgottenOrder: Shape<ForgottenOrder> = object<ForgottenOrder>({
  intent: object<IntentPayload>(intentFields),
  intendedAt: instant,
  filled: quantity,
  averagePrice: nullable(price),
  fills: listOf(bookedFill),
  detail: text,
  reportedAt: nullable(instant),
});

export const ORDERS: EventShapes<
  | 'intent'
  | 'order-created'
  | 'order-unknown'
  | 'order-unseen'
  | 'order-sent-again'
  | 'order-declined'
  | 'order-deferred'
  | 'order-handed-over'
  | 'order-reopened'
  | 'order-ended'
  | 'fill'
> = {
  intent: object(intentFields),
  'order-created': object({ ...ofOrder, brokerOrderId: text }),
  'order-unknown': object({ ...ofOrder, detail: text }),
  'order-unseen': object(ofOrder),
  'order-sent-again': object({ ...ofOrder, reason: text }),
  'order-declined': object({ ...ofOrder, detail: text }),
  'order-deferred': object({ ...ofOrder, detail: text }),
  'order-handed-over': object(ofOrder),
  'order-reopened': object<Omit<EventOf<'order-reopened'>, 'type'>>({
    ...ofOrder,
    brokerOrderId: text,
    contained: quantity,
    containedValue: money,
    order: optional(forgottenOrder),
  }),
  'order-ended': object({ ...ofOrder, status: oneOf(ENDS), detail: text }),
  fill: object<Omit<EventOf<'fill'>, 'type'>>({
    ...ofOrder,
    brokerOrderId: text,
    quantity,
    value: money,
    cumulative: quantity,
    averagePrice: price,
    fee: optional(money),
    at: instant,
    reportedAt: instant,
  }),
};

/** A change of a symbol that was seen at the broker, and from where on its history is counted. */
const ofEvidence = { fence: ordinal, symbol: name, evidence: listOf(text), anchor, sessionDate: date };

export const BOOKS: EventShapes<
  | 'synced'
  | 'adopted'
  | 'released'
  | 'lots-set'
  | 'break-opened'
  | 'symbol-resolved'
  | 'split-applied'
  | 'symbol-changed'
> = {
  synced: object({ ...ofEvidence, strategy: name, from: quantity, to: quantity, price }),
  adopted: object<Omit<EventOf<'adopted'>, 'type'>>({
    strategy: name,
    symbol: name,
    quantity,
    cost: money,
    value: optional(money),
    seenPrice: optional(price),
    reason: text,
    anchor,
  }),
  released: object<Omit<EventOf<'released'>, 'type'>>({
    strategy: name,
    symbol: name,
    quantity,
    value: optional(money),
    reason: text,
    anchor,
  }),
  'lots-set': object({
    reason: text,
    lots: listOf(openingLot),
    anchors: listOf(object<{ readonly symbol: string; readonly anchor: Anchor }>({ symbol: name, anchor })),
  }),
  'break-opened': object({ fence: ordinal, symbol: name, kind: breakKind, detail: text }),
  'symbol-resolved': object<Omit<EventOf<'symbol-resolved'>, 'type'>>({
    symbol: name,
    reason: text,
    lots: listOf(object<ResolvedLot>({ strategy: name, quantity, cost: nullable(money) })),
    price,
    seenPrice: price,
    split: optional(ratioOfSplit),
    anchor,
    sessionDate: date,
  }),
  'split-applied': object({
    ...ofEvidence,
    splits: listOf(object<AnnouncedSplit>({ date, ratio: ratioOfSplit })),
    lots: listOf(object<SplitLot>({ strategy: name, from: quantity, to: quantity, cost: money })),
    unmanaged: object({ from: quantity, to: quantity }),
    seenPrice: price,
  }),
  'symbol-changed': object({
    ...ofEvidence,
    to: name,
    date,
    lots: listOf(object<MovedLot>({ strategy: name, quantity, cost: money })),
    unmanaged: quantity,
    seenPrice: price,
  }),
};
