/** Which lines of a segment of the journal count: an incremental reader that touches nothing. */
import type { JournalRecord } from './events.ts';
import { decodeLine, type DecodedLine } from './journal-format.ts';

/** How far a segment was read. Lines are counted from 1, as an editor does; every record has an empty line before it. */
export interface JournalPosition {
  /** Bytes consumed; the last of them is a newline. What follows is undecided. */
  readonly offset: number;
  /** Complete lines consumed. */
  readonly line: number;
  /** Sequence number, hash and line of the last valid record; 0, empty and 0 before the first. */
  readonly seq: number;
  readonly hash: string;
  readonly validLine: number;
  /** Lines skipped because they are torn or came second. */
  readonly voidLines: number;
  /** Those of them that follow the last valid record; of very many the first ones and the newest. */
  readonly suspects: readonly SuspectLine[];
  /** True before the checkpoint that the segment has to start with. */
  readonly awaitsCheckpoint: boolean;
  /** The record that ends the segment; null while it may go on. */
  readonly seal: JournalRecord | null;
}

export interface SuspectLine {
  readonly line: number;
  readonly problem: string;
}

export interface JournalDamage {
  readonly kind: 'damaged';
  /** 0 when no line is valid. */
  readonly lastValidLine: number;
  /** The lines with content after it; of very many the first ones, the one that proves the damage, and the last. */
  readonly lines: readonly SuspectLine[];
}

export interface JournalTooNew {
  readonly kind: 'newer';
  readonly lastValidLine: number;
  readonly line: number;
  readonly version: number;
}

export type JournalRead =
  | { readonly kind: 'ok'; readonly position: JournalPosition; readonly records: readonly JournalRecord[] }
  | JournalDamage
  | JournalTooNew;

export const JOURNAL_START: JournalPosition = {
  offset: 0,
  line: 0,
  seq: 0,
  hash: '',
  validLine: 0,
  voidLines: 0,
  suspects: [],
  awaitsCheckpoint: false,
  seal: null,
};

/**
 * The start of a later segment. `last`: the record that the segment before it ends with, where that one was read; null
 * takes the checkpoint's word for it.
 */
export function segmentStart(last: Pick<JournalPosition, 'seq' | 'hash'> | null): JournalPosition {
  const { seq, hash } = last ?? JOURNAL_START;
  return { ...JOURNAL_START, seq, hash, awaitsCheckpoint: true };
}

const NEWLINE = 0x0a;

/**
 * Reads the bytes that follow `from`, up to the last newline among them.
 *
 * A line is void for ever, and nobody's ancestor, when it is torn or when its record does not start at its own
 * `at`: then somebody else's bytes came first. A whole record at its own `at` that does not continue the last
 * valid one proves damage before it. So does a void record that the append-only protocol cannot have left:
 * one that lies before its own `at`, or that counts on records which are not here.
 */
export function readJournal(from: JournalPosition, bytes: Buffer): JournalRead {
  const records: JournalRecord[] = [];
  const position: Progress = { ...from, suspects: [...from.suspects] };
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    if (end > start) {
      const decoded = decodeLine(bytes.toString('latin1', start, end));
      const verdict = judge(decoded, position.offset - 1, position);
      if (verdict.kind === 'newer') return tooNew(position, verdict.version);
      if (verdict.kind === 'damage') return damaged(position, verdict.problem, bytes.subarray(start));
      if (verdict.kind === 'valid') records.push(verdict.record);
      take(position, verdict);
    }
    start = end + 1;
    position.line += 1;
    position.offset = from.offset + start;
  }
  if (position.awaitsCheckpoint) return damaged(position, 'the checkpoint is missing', Buffer.alloc(0));
  return { kind: 'ok', position, records };
}

/** A position while its reader moves on: at the start of the line after `line`. */
type Progress = { -readonly [Field in keyof Omit<JournalPosition, 'suspects'>]: JournalPosition[Field] } & {
  suspects: SuspectLine[];
};

type Verdict =
  | { readonly kind: 'valid'; readonly record: JournalRecord }
  | { readonly kind: 'void'; readonly problem: string }
  | { readonly kind: 'damage'; readonly problem: string }
  | { readonly kind: 'newer'; readonly version: number };

/** `at` is where the newline before the line is. */
function judge(decoded: DecodedLine, at: number, position: JournalPosition): Verdict {
  const { seq, hash, seal } = position;
  if (position.awaitsCheckpoint) return judgeFirst(decoded, at, position);
  if (decoded.kind === 'torn') return { kind: 'void', problem: 'torn or changed: the checksum is wrong' };
  const found = decoded.kind === 'record' ? decoded.record : decoded;
  if (found.at > at)
    return { kind: 'damage', problem: `record ${found.seq} lies ${found.at - at} bytes too early` };
  if (found.seq > seq + 1) return { kind: 'damage', problem: `record ${found.seq} where ${seq + 1} is next` };
  if (found.at < at) return { kind: 'void', problem: `record ${found.seq} came second` };
  if (decoded.kind === 'newer') return { kind: 'newer', version: decoded.version };
  if (found.seq <= seq) return { kind: 'damage', problem: `record ${found.seq} where ${seq + 1} is next` };
  if (decoded.kind === 'unsound') return unsound(decoded);
  if (decoded.record.prev !== hash)
    return { kind: 'damage', problem: `record ${found.seq} continues another journal` };
  if (seal !== null) return { kind: 'damage', problem: `record ${found.seq} follows the end of the segment` };
  return { kind: 'valid', record: decoded.record };
}

/** A later segment gets its name only once its checkpoint is whole and durable: without one it is damaged. */
function judgeFirst(decoded: DecodedLine, at: number, { seq, hash }: JournalPosition): Verdict {
  if (decoded.kind === 'torn')
    return { kind: 'damage', problem: 'torn or changed: the checksum of the checkpoint is wrong' };
  if (decoded.kind === 'newer') return { kind: 'newer', version: decoded.version };
  if (decoded.kind === 'unsound') return unsound(decoded);
  const { record } = decoded;
  if (at !== 0 || record.at !== 0 || record.event.type !== 'checkpoint')
    return { kind: 'damage', problem: `record ${record.seq} where the checkpoint has to be` };
  if (seq > 0 && record.seq !== seq + 1)
    return { kind: 'damage', problem: `record ${record.seq} where ${seq + 1} is next` };
  if (seq > 0 && record.prev !== hash)
    return { kind: 'damage', problem: `record ${record.seq} continues another journal` };
  return { kind: 'valid', record };
}

/** A checksum proves that a line is whole, not that its writer was sound. */
function unsound({ seq, problem }: Extract<DecodedLine, { kind: 'unsound' }>): Verdict {
  return { kind: 'damage', problem: `record ${seq} is whole, and not as hgctl writes it: ${problem}` };
}

function take(position: Progress, verdict: Extract<Verdict, { kind: 'valid' | 'void' }>): void {
  const line = position.line + 1;
  if (verdict.kind === 'void') {
    position.voidLines += 1;
    remember(position.suspects, { line, problem: verdict.problem });
    return;
  }
  position.seq = verdict.record.seq;
  position.hash = verdict.record.sum;
  position.validLine = line;
  position.suspects = [];
  position.awaitsCheckpoint = false;
  if (verdict.record.event.type === 'sealed') position.seal = verdict.record;
}

function tooNew({ validLine: lastValidLine, line }: JournalPosition, version: number): JournalTooNew {
  return { kind: 'newer', lastValidLine, line: line + 1, version };
}

/** `rest` starts with the line that proves the damage. */
function damaged(position: JournalPosition, problem: string, rest: Buffer): JournalDamage {
  // With room for the proof, and for the last line.
  const lines = [...position.suspects.slice(0, REMEMBERED_MAX - 2), { line: position.line + 1, problem }];
  let line = position.line + 1;
  for (let end = rest.indexOf(NEWLINE); end !== -1;) {
    const start = end + 1;
    end = rest.indexOf(NEWLINE, start);
    line += 1;
    const isEmpty = start === (end === -1 ? rest.length : end);
    if (!isEmpty) remember(lines, { line, problem: 'follows the damage' });
  }
  return { kind: 'damaged', lastValidLine: position.validLine, lines };
}

/** So many lines of trouble are worth telling: a file that is no journal may have millions. */
const REMEMBERED_MAX = 1_000;

/** The newest line takes the place of the last one where there is no more room. */
function remember(lines: SuspectLine[], line: SuspectLine): void {
  if (lines.length === REMEMBERED_MAX) lines.pop();
  lines.push(line);
}

/** For people. */
export function describeDamage({ lastValidLine, lines }: JournalDamage): string {
  const anchor = lastValidLine === 0 ? 'no line is valid' : `line ${lastValidLine} is the last valid one`;
  const { line, problem } = lines[0] ?? { line: lastValidLine + 1, problem: 'missing' };
  const last = lines.at(-1)?.line ?? line;
  const range = last === line ? `line ${line} cannot` : `lines ${line} to ${last} cannot`;
  return `the journal is damaged: ${anchor}, ${range} be trusted (line ${line}: ${problem})`;
}
