/**
 * The first record of a journal segment: everything that a later decision can ask of the segments before it.
 *
 * A checkpoint is a pure function of the fold, so that whoever makes it makes the same one. Its size does not depend on
 * the number of days: what grows by the day (ended orders, slots) is kept for the two newest dates. Whoever needs more,
 * such as the history of an account since its beginning, reads the older segments.
 */
import { dateOf, type CalendarDate, type Instant } from '../domain/instant.ts';
import { previousSessionBefore, sessionOn } from '../domain/calendar.ts';
import type { EventOf, JournalRecord } from './events.ts';
import type { RecordDraft } from './journal-format.ts';
import type { Ledger, LedgerOrder } from './ledger.ts';

/** A ledger as JSON: a map is `{$map: [[key, value], ...]}`, a set is `{$set: [...]}`. */
export type CheckpointState = EventOf<'checkpoint'>['state'];

/** A fill may cross midnight, an answer a close: what is asked of ended orders is asked of two sessions. */
const DATES_KEPT = 2;

/** Whether the first commit at `now` belongs to a later session than a journal whose newest record is of `newest`. */
export function isLaterSession(newest: Instant, now: Instant): boolean {
  const [before, today] = [dateOf(newest), dateOf(now)];
  return today > before && lastSession(today) > lastSession(before);
}

/** Weekends and holidays belong to the session before them. */
function lastSession(date: CalendarDate): CalendarDate {
  return sessionOn(date) === null ? previousSessionBefore(date).date : date;
}

/** The record that opens the segment behind `seal`; `ledger` is the fold up to and with it. */
export function checkpointBehind(seal: JournalRecord, ledger: Ledger): RecordDraft {
  const { run, time, mono, boot } = seal;
  const event = { type: 'checkpoint', state: stateOf(ledger) } as const;
  return { seq: seal.seq + 1, prev: seal.sum, at: 0, run, time, mono, boot, event };
}

/** What a checkpoint keeps of a ledger. */
export function stateOf(ledger: Ledger): CheckpointState {
  // Number and hash are those of the record itself.
  const { seq, hash, endedOrders, slots, triggers, ...whole } = ledger;
  const kept = {
    ...whole,
    endedOrders: newestOrders(endedOrders),
    slots: newestSlots(slots),
    triggers: newestSlots(triggers),
  };
  return toJson(kept) as CheckpointState;
}

/** The fields of a ledger, as a checkpoint has kept them; a field that its writer did not know is not there. */
export function ledgerFields(state: CheckpointState): Partial<Ledger> {
  return fromJson(state) as Partial<Ledger>;
}

function newestOrders(orders: Ledger['endedOrders']): Ledger['endedOrders'] {
  const dates = newestOf([...orders.keys()]);
  return new Map<CalendarDate, ReadonlyMap<string, LedgerOrder>>(
    [...orders].filter(([date]) => dates.has(date)),
  );
}

function newestSlots<Known>(slots: ReadonlyMap<string, Known>): ReadonlyMap<string, Known> {
  const dates = newestOf([...slots.keys()].map(dateOfSlot));
  return new Map<string, Known>([...slots].filter(([slot]) => dates.has(dateOfSlot(slot))));
}

/** The second part of `strategy/date/action/time`. */
function dateOfSlot(slot: string): CalendarDate {
  return slot.split('/')[1] ?? '';
}

function newestOf(dates: readonly CalendarDate[]): ReadonlySet<CalendarDate> {
  return new Set([...new Set(dates)].sort().slice(-DATES_KEPT));
}

function toJson(value: unknown): unknown {
  if (value instanceof Map)
    return { $map: [...(value as ReadonlyMap<string, unknown>)].map(([key, item]) => [key, toJson(item)]) };
  if (value instanceof Set) return { $set: [...value] };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}

function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && Array.isArray(first[1])) {
    if (first[0] === '$map')
      return new Map((first[1] as [string, unknown][]).map(([key, item]) => [key, fromJson(item)]));
    if (first[0] === '$set') return new Set(first[1]);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, fromJson(item)]));
}
