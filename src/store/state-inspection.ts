/** What the state file on disk is, compared with the journal. */
import { readFileSync, statSync } from 'node:fs';
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { ForeignDocument } from '../observed/foreign-state.ts';
import type { Ledger } from '../observed/ledger.ts';
import { parseState, projectState, stateDifferences } from '../observed/state-document.ts';
import { codeOf } from './system-error.ts';

export type StateInspection =
  | { readonly kind: 'missing' }
  | { readonly kind: 'current' }
  /** Behind the journal: to be written anew. */
  | { readonly kind: 'older'; readonly seq: number }
  /** It has seen records that this journal lacks: a journal was lost or swapped. */
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

/** Changes nothing. `message` of an invalid file starts with its path. */
export function inspectStateFile(path: string, ledger: Ledger): StateInspection {
  const text = readState(path);
  if (text === undefined) return { kind: 'missing' };
  const state = parseState(text);
  switch (state.kind) {
    case 'ours':
      if (state.seq === ledger.seq && state.hash === ledger.hash) return { kind: 'current' };
      return { kind: state.seq < ledger.seq ? 'older' : 'ahead', seq: state.seq };
    case 'edited': {
      const detail = stateDifferences(projectState(ledger), state.raw);
      return { kind: 'edited', document: state.document, detail };
    }
    case 'foreign': {
      const { document, notes } = state;
      return { kind: 'foreign', document, notes, detail: stateDifferences(projectState(ledger), state.raw) };
    }
    case 'invalid':
      return { kind: 'invalid', message: `${path}:${isPlaced(state.message) ? '' : ' '}${state.message}` };
  }
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
