/**
 * The journal on disk: one record is `\n{json}\n`, in ASCII, so that a byte is a character.
 *
 * Quantities, money and prices inside an event are the scaled integers of domain/decimal.ts. The checksum comes
 * last and covers the text before it, closed by a brace: checking it needs no serialisation. Two things must stay
 * in every later schema version, so that older programs refuse it instead of skipping it: this frame, and the
 * fields `v`, `seq`, `prev` and `at`.
 */
import { sha256 } from '../domain/digest.ts';
import { isEventType, misshapeOf } from './event-shapes.ts';
import type { JournalRecord } from './events.ts';
import { formatUtc, parseUtc } from './utc-text.ts';

/** The newest schema version that this program writes and reads. */
export const SCHEMA_VERSION = 1;

/** A record before it has its version and checksum. */
export type RecordDraft = Omit<JournalRecord, 'v' | 'sum'>;

export interface EncodedRecord {
  /** The line with both its newlines: to be written by one call. */
  readonly bytes: Buffer;
  readonly sum: string;
}

export type DecodedLine =
  | { readonly kind: 'record'; readonly record: JournalRecord }
  /** Whole, but of a schema or with an event that this program does not know. */
  | { readonly kind: 'newer'; readonly version: number; readonly seq: number; readonly at: number }
  /** Whole, and no record that this program, or an earlier one, can have written. */
  | { readonly kind: 'unsound'; readonly seq: number; readonly at: number; readonly problem: string }
  | { readonly kind: 'torn' };

const SUM_AT_END = /^,"sum":"([0-9a-f]{64})"\}$/;
const SUM_LENGTH = ',"sum":""}'.length + 64;

/** Throws on what no reader would take, and on a number that JSON cannot carry: such an event is a bug of its maker. */
export function encodeRecord(draft: RecordDraft): EncodedRecord {
  const { seq, prev, at, run, time, mono, boot, event } = draft;
  const problem = problemOf(draft);
  if (problem !== null) throw new Error(`journal: ${problem}`);
  const fields = { v: SCHEMA_VERSION, seq, prev, at, run, time: formatUtc(time), mono, boot, event };
  const body = toAscii(JSON.stringify(fields, finiteOnly));
  const sum = sha256(body);
  return { bytes: Buffer.from(`\n${body.slice(0, -1)},"sum":"${sum}"}\n`, 'latin1'), sum };
}

/** Reads one line, without its newlines and with one character a byte. */
export function decodeLine(line: string): DecodedLine {
  const sum = SUM_AT_END.exec(line.slice(-SUM_LENGTH))?.[1];
  if (sum === undefined || sha256(`${line.slice(0, -SUM_LENGTH)}}`) !== sum) return { kind: 'torn' };
  const fields = parseFields(line);
  if (fields === undefined) return { kind: 'torn' };
  const { v, seq, at, event } = fields;
  if (v > SCHEMA_VERSION || !isEventType(event.type)) return { kind: 'newer', version: v, seq, at };
  const time = parseUtc(fields.time);
  if (time === undefined) return { kind: 'torn' };
  const problem = problemOf(fields);
  if (problem !== null) return { kind: 'unsound', seq, at, problem };
  return { kind: 'record', record: { ...fields, time } };
}

/** Older programs wrote no other frame, and their events are those of this one with fewer fields. */
function problemOf({
  run,
  mono,
  boot,
  event,
}: Pick<JournalRecord, 'run' | 'mono' | 'boot' | 'event'>): string | null {
  const isFramed = typeof run === 'string' && typeof boot === 'string' && Number.isFinite(mono);
  if (!isFramed) return 'run, mono or boot is not as hgctl writes it';
  const found = misshapeOf(event);
  return found && `${event.type}${found.place} has to be ${found.expected}`;
}

type Fields = Omit<JournalRecord, 'time'> & { readonly time: string };

/** The checksum proves that one of us wrote the line; this only keeps a stranger's valid sum from crashing us. */
function parseFields(line: string): Fields | undefined {
  let fields: Partial<Fields> | null;
  try {
    fields = JSON.parse(line) as Partial<Fields> | null;
  } catch {
    return undefined;
  }
  const { v, seq, at, prev, event } = fields ?? {};
  const isFramed = [v, seq, at].every(Number.isSafeInteger) && typeof prev === 'string';
  return isFramed && isEvent(event) ? (fields as Fields) : undefined;
}

function isEvent(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}

function toAscii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function finiteOnly(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`journal: ${key} is ${value}`);
  return value;
}
