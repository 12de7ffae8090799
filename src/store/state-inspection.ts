/** What the state file on disk is, compared with the journal. */
import { readFileSync, statSync } from 'node:fs';
import type { Json } from '../domain/digest.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { ForeignDocument } from '../observed/foreign-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import { parseState, projectState, stateDifferences, type ParsedState } from '../observed/state-document.ts';
import type { Journal } from '../reconciler/ports.ts';
import { codeOf } from './system-error.ts';

export type StateInspection =
  | { readonly kind: 'missing' }
  | { readonly kind: 'current' }
  /** Behind the journal: to be written anew. */
  | { readonly kind: 'older'; readonly seq: number }
  /** It has seen a record that this journal lacks: a journal was lost or swapped, however far this one goes. */
  | { readonly kind: 'ahead'; readonly seq: number }
  /** Ours once, changed outside; `detail` has one line a field that differs from the journal. */
  | { readonly kind: 'edited'; readonly document: ForeignDocument; readonly detail: readonly string[] }
  /** Of the original, or of a tool that dropped our key. */
  | {
      readonly kind: 'foreign';
      readonly document: ForeignDocument;
      readonly notes: readonly string[];
      readonly detail: readonly string[];
    }
  | { readonly kind: 'invalid'; readonly message: string };

/** What a journal has seen so far, and what became of each record. */
export type KnownRecords = Pick<Journal, 'ledger' | 'hashAt'>;

/** Changes nothing. `message` of an invalid file starts with its path. */
export function inspectStateFile(path: string, journal: KnownRecords): StateInspection {
  const ledger = journal.ledger();
  const text = readState(path);
  if (text === undefined) return { kind: 'missing' };
  const state = parsedOnce(journal, text);
  switch (state.kind) {
    case 'ours':
      if (journal.hashAt(state.seq) !== state.hash) return { kind: 'ahead', seq: state.seq };
      return state.seq === ledger.seq ? { kind: 'current' } : { kind: 'older', seq: state.seq };
    case 'edited':
      return { kind: 'edited', document: state.document, detail: detailOf(ledger, state.raw) };
    case 'foreign': {
      const { document, notes } = state;
      return { kind: 'foreign', document, notes, detail: detailOf(ledger, state.raw) };
    }
    case 'invalid':
      return { kind: 'invalid', message: `${path}:${isPlaced(state.message) ? '' : ' '}${state.message}` };
  }
}

/** Never empty: what looks unchanged could neither be accepted nor discarded. */
function detailOf(ledger: Ledger, found: Json): readonly string[] {
  const detail = stateDifferences(projectState(ledger), found);
  return detail.length > 0 ? detail : [OWN_PART];
}

const OWN_PART =
  'hgctl: this part, which is for hgctl alone, was changed or left out; it is written anew either way';

/** A loop looks at every pass, and the file is nearly always the same. */
const lastParsed = new WeakMap<KnownRecords, { readonly text: string; readonly state: ParsedState }>();

function parsedOnce(journal: KnownRecords, text: string): ParsedState {
  const last = lastParsed.get(journal);
  if (last?.text === text) return last.state;
  const state = parseState(text);
  lastParsed.set(journal, { text, state });
  return state;
}

/** The text of a state file; undefined when there is none. */
export function readState(path: string): string | undefined {
  try {
    // A device or a pipe may never end.
    if (!statSync(path).isFile()) throw new Error('it is no file');
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new HgctlError(EXIT.refused, `${path} cannot be read`, { cause: error, hint: 'it must be a file' });
  }
}

function isPlaced(message: string): boolean {
  return /^\d+:\d+: /.test(message);
}
