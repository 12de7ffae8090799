/** The state file and the journal, mutated: read without a crash, never believed, each trouble with its place. */
import { canonicalJson, sha256, type Json } from '../../src/domain/digest.ts';
import { formatChain, HgctlError } from '../../src/domain/errors.ts';
import type { JournalRecord } from '../../src/observed/events.ts';
import { stateDifferences, type ParsedState } from '../../src/observed/state-document.ts';
import type { Chance } from './chance.ts';
import type { Readers } from './readers.ts';
import { mutatedTree, textOf, treeOf } from './tree.ts';

/** Null: as it must be. */
export type Refuted = { readonly invariant: string; readonly what: string } | null;

export function judgeState(before: string, text: string, readers: Readers): Refuted {
  try {
    const state = readers.state(text);
    if (state.kind === 'invalid') return isPlaced(state.message) ? null : unplaced(state.message);
    if (state.kind === 'ours')
      return sameJson(before, text)
        ? null
        : { invariant: 'never believed', what: 'an edit passes for our own' };
    differencesOf(before, state);
    return null;
  } catch (error) {
    return { invariant: 'never a crash', what: formatChain(error) };
  }
}

/** `12:7: unexpected "x"`, or `strategies.core: expected ...`; the document itself has no name. */
function isPlaced(message: string): boolean {
  return (
    /^\d+:\d+: ./.test(message) ||
    /^[\w".\\-]+.*: ./.test(message) ||
    /^(?:Invalid input|expected)/.test(message)
  );
}

function unplaced(message: string): Refuted {
  return { invariant: 'always a position', what: message };
}

function sameJson(one: string, other: string): boolean {
  return canonicalJson(JSON.parse(one) as Json) === canonicalJson(JSON.parse(other) as Json);
}

function differencesOf(before: string, state: Exclude<ParsedState, { kind: 'ours' | 'invalid' }>): void {
  stateDifferences(JSON.parse(before) as Parameters<typeof stateDifferences>[0], state.raw);
}

/** `before`: the records of the whole journal. */
export function judgeJournal(before: readonly JournalRecord[], bytes: Buffer, readers: Readers): Refuted {
  try {
    const read = readers.journal(bytes);
    if (read.kind === 'newer') return read.line >= 1 ? null : unplaced(`line ${String(read.line)}`);
    if (read.kind === 'damaged') {
      const count = bytes.toString('latin1').split('\n').length;
      const isTold = read.lines.length > 0 && read.lines.every(({ line }) => line >= 1 && line <= count);
      return isTold ? null : unplaced(`damaged at lines ${read.lines.map(({ line }) => line).join(', ')}`);
    }
    const stranger = read.records.find(({ sum }, index) => sum !== before[index]?.sum);
    if (stranger !== undefined)
      return { invariant: 'never believed', what: `record ${String(stranger.seq)} is not what was written` };
    readers.fold(read.records);
    return null;
  } catch (error) {
    return { invariant: 'never a crash', what: formatChain(error) };
  }
}

/**
 * A journal whose record has another content and a checksum that is right, and so has every record behind it: what a
 * program that writes nonsense leaves, or who forges it. It may be believed; it must not crash who reads it.
 */
export function forged(records: readonly JournalRecord[], luck: Chance): Buffer {
  const from = luck.below(records.length);
  const lines: Buffer[] = [];
  let prev = '';
  let at = 0;
  records.forEach(({ sum: _, time, event, ...frame }, index) => {
    const tree = treeOf(event as unknown as Json);
    const eventText = textOf(index === from ? mutatedTree(tree, luck) : tree).replaceAll('\n', '');
    const fields = JSON.stringify({ ...frame, at, prev, time: new Date(time).toISOString() });
    const body = asAscii(`${fields.slice(0, -1)},"event":${eventText}}`);
    lines.push(Buffer.from(`\n${body.slice(0, -1)},"sum":"${sha256(body)}"}\n`, 'latin1'));
    prev = sha256(body);
    at += lines.at(-1)?.length ?? 0;
  });
  return Buffer.concat(lines);
}

function asAscii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function judgeForged(bytes: Buffer, readers: Readers): Refuted {
  try {
    const read = readers.journal(bytes);
    if (read.kind === 'ok') readers.fold(read.records);
    return null;
  } catch (error) {
    if (error instanceof HgctlError) return null;
    return { invariant: 'never a crash', what: formatChain(error) };
  }
}
