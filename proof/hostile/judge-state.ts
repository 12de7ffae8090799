/** The state file and the journal, mutated: read without a crash, never believed, each trouble with its place. */
import { canonicalJson, type Json } from '../../src/domain/digest.ts';
import { formatChain, HgctlError } from '../../src/domain/errors.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import { stateDifferences, type ParsedState } from '../../src/observed/state-document.ts';
import type { Readers } from './readers.ts';

/** Null: as it must be. */
export type Refuted = { readonly invariant: string; readonly what: string } | null;

export function judgeState(before: string, text: string, readers: Readers): Refuted {
  try {
    const state = readers.state(text);
    if (state.kind === 'invalid') return isPlaced(state.message) ? null : unplaced(state.message);
    if (state.kind === 'ours')
      return sameJson(before, text)
        ? null
        : { invariant: 'never-believed', what: 'an edit passes for our own' };
    differencesOf(before, state);
    return null;
  } catch (error) {
    return { invariant: 'never-a-crash', what: formatChain(error) };
  }
}

/** `12:7: unexpected "x"`, or `strategies.core: expected ...`, whatever characters a name has; the document itself has none. */
function isPlaced(message: string): boolean {
  return (
    /^\d+:\d+: ./.test(message) ||
    /^[\w".\\-]+.*: ./s.test(message) ||
    /^(?:Invalid input|expected)/.test(message)
  );
}

function unplaced(message: string): Refuted {
  return { invariant: 'always-a-place', what: message };
}

function sameJson(one: string, other: string): boolean {
  return canonicalJson(JSON.parse(one) as Json) === canonicalJson(JSON.parse(other) as Json);
}

function differencesOf(before: string, state: Exclude<ParsedState, { kind: 'ours' | 'invalid' }>): void {
  stateDifferences(JSON.parse(before) as Parameters<typeof stateDifferences>[0], state.raw);
}

/** `before`: the records of the whole journal. */
export function judgeJournal(before: readonly JournalRecord[], bytes: Buffer, readers: Readers): Refuted {
  return judged(bytes, readers, (records) => {
    const stranger = records.find(({ sum }, index) => sum !== before[index]?.sum);
    if (stranger !== undefined)
      return { invariant: 'never-believed', what: `record ${String(stranger.seq)} is not what was written` };
    readers.fold(records);
    return null;
  });
}

/** What has right checksums may be believed, or refused by its line or its record; it must not crash who reads it. */
export function judgeForged(bytes: Buffer, readers: Readers): Refuted {
  return judged(bytes, readers, (records) => {
    try {
      readers.fold(records);
      return null;
    } catch (error) {
      if (!(error instanceof HgctlError)) throw error;
      return /record \d+ of the journal/.test(error.message) ? null : unplaced(error.message);
    }
  });
}

function judged(
  bytes: Buffer,
  readers: Readers,
  believed: (records: readonly JournalRecord[]) => Refuted,
): Refuted {
  try {
    const read = readers.journal(bytes);
    if (read.kind === 'ok') return believed(read.records);
    const lines = read.kind === 'newer' ? [read.line] : read.lines.map(({ line }) => line);
    const count = bytes.toString('latin1').split('\n').length;
    const isTold = lines.length > 0 && lines.every((line) => line >= 1 && line <= count);
    return isTold ? null : unplaced(`${read.kind} at lines ${lines.join(', ')}`);
  } catch (error) {
    return { invariant: 'never-a-crash', what: formatChain(error) };
  }
}
