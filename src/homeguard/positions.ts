/** The original's state file: opening lots, last executions, and whether its program may still be running. */
import type { Json } from '../domain/digest.ts';
import { dateOf, formatInstant, MINUTE, parseInstant, plus, type Instant } from '../domain/instant.ts';
import { sessionOn, type CalendarOverrides } from '../domain/calendar.ts';
import { slotsOn, type ScheduleEntry, type Slot } from '../domain/schedule.ts';
import type { OpeningLot } from '../observed/events.ts';
import { lastExecutionsFromForeign, lotsFromForeign, parseForeign } from '../observed/foreign-state.ts';
import { parseJson } from '../observed/json-text.ts';
import { ownName, type SourceText } from './installation.ts';

export interface Execution {
  readonly strategy: string;
  readonly at: Instant;
}

export interface Positions {
  readonly lots: readonly OpeningLot[];
  readonly lastExecution: readonly Execution[];
  /** Null where the file does not say when it was written. */
  readonly writtenAt: Instant | null;
  /** The execution lock in the file, in words; null where none is held any more. */
  readonly heldLock: string | null;
  readonly notes: readonly string[];
}

export type ReadPositions =
  | { readonly kind: 'ok'; readonly positions: Positions }
  /** `message` starts with the file. */
  | { readonly kind: 'invalid'; readonly message: string };

type JsonObject = { readonly [key: string]: Json };

export function readPositions({ file, text }: SourceText, now: Instant): ReadPositions {
  const json = parseJson(text.replace(/^\uFEFF/, ''));
  if (json.kind === 'invalid') return { kind: 'invalid', message: `${file}:${json.message}` };
  const raw = json.value;
  if (!isObject(raw)) return { kind: 'invalid', message: `${file}:1:1: must be an object` };
  if (Object.hasOwn(raw, 'hgctl'))
    return { kind: 'invalid', message: `${file}: is a state file of hgctl, not of the original` };
  const renamed = withOwnNames(raw);
  if (renamed === null) return { kind: 'invalid', message: `${file}: two strategies have one name here` };
  const parsed = parseForeign({ ...renamed, execution_lock: null });
  if (parsed.kind === 'invalid') return { kind: 'invalid', message: `${file}: ${parsed.message}` };
  const lock = lockIn(raw['execution_lock'] ?? null, now);
  const { document } = parsed;
  return {
    kind: 'ok',
    positions: {
      lots: lotsFromForeign(document),
      lastExecution: lastExecutionsFromForeign(document),
      writtenAt: document.last_updated ?? null,
      heldLock: lock.held,
      notes: [...parsed.notes, ...lock.notes],
    },
  };
}

/** Null where two ids of the original become one name. */
function withOwnNames(raw: JsonObject): JsonObject | null {
  const { strategies } = raw;
  if (!isObject(strategies)) return raw;
  const entries = Object.entries(strategies).map(([id, value]) => [ownName(id), value] as const);
  const isSame = new Set(entries.map(([name]) => name)).size < entries.length;
  return isSame ? null : { ...raw, strategies: Object.fromEntries(entries) };
}

/** A lock whose end cannot be read never ends in the original, so it counts as held. */
function lockIn(
  lock: Json,
  now: Instant,
): { readonly held: string | null; readonly notes: readonly string[] } {
  if (lock === null) return { held: null, notes: [] };
  const { holder = null, expires = null } = isObject(lock) ? lock : {};
  const who = typeof holder === 'string' ? holder : 'somebody';
  const end = typeof expires === 'string' ? parseInstant(expires) : undefined;
  if (end === undefined) return { held: `${who}, for a time that cannot be read`, notes: [] };
  if (end > now) return { held: `${who} until ${formatInstant(end)}`, notes: [] };
  return { held: null, notes: [`the execution lock of ${who} has ended; it is not taken over`] };
}

/** An execution of the original, and the slot that it was. */
export interface Stamp extends Execution {
  /** Null where it was in no slot of its day. */
  readonly slot: string | null;
}

/** The original starts a run up to a minute before its time. */
const EARLY = MINUTE;

/**
 * With the times by which the slots of that day count as run. A run that ended before the nominal time of its slot is
 * stamped with that time.
 */
export function stampsOf(
  executions: readonly Execution[],
  strategies: readonly { readonly name: string; readonly schedule: readonly ScheduleEntry[] }[],
  calendar?: CalendarOverrides,
): Stamp[] {
  return executions.map(({ strategy, at }) => {
    const schedule = strategies.find(({ name }) => name === strategy)?.schedule ?? [];
    const session = sessionOn(dateOf(at), calendar);
    const slots: readonly Slot[] = session === null ? [] : slotsOn(strategy, schedule, session);
    const slot = slots.find((candidate) => at >= plus(candidate.at, -EARLY) && at <= candidate.closesAt);
    if (slot === undefined) return { strategy, at, slot: null };
    return { strategy, at: at < slot.at ? slot.at : at, slot: slot.id };
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
