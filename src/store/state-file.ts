/** Keeps the state file up to date with the journal: durably before an effect, coalesced while one runs. */
import { basename, dirname } from 'node:path';
import { formatChain } from '../domain/errors.ts';
import { formatStamp } from '../domain/instant.ts';
import type { Ledger } from '../observed/ledger.ts';
import { formatState, parseState, projectState, type ParsedState } from '../observed/state-document.ts';
import type { Clock, Journal, StateFile } from '../reconciler/ports.ts';
import { keepBackup } from './backups.ts';
import { keepCopy } from './keep-copy.ts';
import { removeAbandonedStages, replaceFile } from './replace-file.ts';
import { readState } from './state-inspection.ts';

export interface StateFileOptions {
  readonly path: string;
  readonly backups: string;
  readonly clock: Clock;
  /** Makes the journal durable first: a projection must never know more than the journal after a power loss. */
  readonly journal: { sync(): void } & Pick<Journal, 'hashAt'>;
  /** For people: a backup of what the journal says anyway could not be kept. */
  readonly troubled: (message: string) => void;
}

export interface FlushableStateFile extends StateFile {
  /** Writes what was scheduled and is not written yet. */
  flush(): void;
}

const COALESCED = 250;

/** Whose journal it is, and the books at its beginning. */
const OPENING_RECORDS = 2;

export function stateFile(options: StateFileOptions): FlushableStateFile {
  return new ProjectedFile(options);
}

class ProjectedFile implements FlushableStateFile {
  readonly #options: StateFileOptions;
  #scheduled: Ledger | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isFirstWrite = true;

  constructor(options: StateFileOptions) {
    this.#options = options;
  }

  write(ledger: Ledger): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#project(ledger);
    this.#scheduled = undefined;
  }

  schedule(ledger: Ledger): void {
    this.#scheduled = ledger;
    this.#timer ??= setTimeout(() => this.#writeInBackground(), COALESCED).unref();
  }

  flush(): void {
    if (this.#scheduled !== undefined) this.write(this.#scheduled);
  }

  /** Nobody waits for this one: what fails here stays scheduled, and fails in front of the next writer. */
  #writeInBackground(): void {
    this.#timer = undefined;
    try {
      this.flush();
    } catch {
      return;
    }
  }

  #project(ledger: Ledger): void {
    if (ledger.seq === 0) return;
    const { path, journal } = this.#options;
    const before = readState(path);
    const text = formatState(projectState(ledger));
    if (before === text) return;
    const state = before === undefined ? undefined : parseState(before);
    if (state?.kind === 'ours' && !isBehind(state, ledger, journal)) return;
    journal.sync();
    if (before !== undefined && state !== undefined) this.#keep(before, state, ledger);
    replaceFile(path, text);
    if (this.#isFirstWrite) removeAbandonedStages(path);
    this.#isFirstWrite = false;
  }

  /**
   * The first write of a process keeps a valid file as a backup; what was changed outside is never overwritten. A file
   * of the original is one when its books are taken over, and afterwards a change like any other.
   */
  #keep(text: string, { kind }: ParsedState, { seq }: Ledger): void {
    const { path, backups, clock } = this.#options;
    const isTakenOver = kind === 'foreign' && seq <= OPENING_RECORDS;
    if (this.#isFirstWrite && kind === 'ours') this.#keepOurs(text);
    else if (this.#isFirstWrite && isTakenOver) keepBackup(backups, text, clock.now());
    else if (kind !== 'ours') keepEdited(path, text, formatStamp(clock.now()));
  }

  /** A copy of a projection: no exit waits for want of it. */
  #keepOurs(text: string): void {
    const { backups, clock, troubled } = this.#options;
    try {
      keepBackup(backups, text, clock.now());
    } catch (error) {
      troubled(`No backup in ${backups}, and trading goes on: ${formatChain(error)}`);
    }
  }
}

/**
 * False when somebody has projected more than this process has read, or another journal: that file is the witness of
 * records that are lost, and stays.
 */
function isBehind(
  { seq, hash }: { readonly seq: number; readonly hash: string },
  ledger: Ledger,
  journal: Pick<Journal, 'hashAt'>,
): boolean {
  return seq <= ledger.seq && journal.hashAt(seq) === hash;
}

function keepEdited(path: string, text: string, stamp: string): void {
  const name = `${basename(path)}.edited-${stamp}`;
  keepCopy(dirname(path), (n) => (n === 0 ? name : `${name}.${n}`), text);
}
