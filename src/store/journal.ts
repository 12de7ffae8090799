/**
 * The journal as a compare-and-swap: commit, or learn that somebody was faster.
 *
 * Many processes may hold one journal open. A record counts only where its writer had read everything before it
 * (journal-reader.ts), so of all who build on the same record exactly one is told `committed`, however long any
 * of them was paused, and without a lock.
 */
import { EXIT, HgctlError } from '../domain/errors.ts';
import type { JournalEvent, JournalRecord, ProcessIdentity } from '../observed/events.ts';
import { encodeRecord } from '../observed/journal-format.ts';
import { JOURNAL_START, readJournal, type JournalPosition } from '../observed/journal-reader.ts';
import { advance, emptyLedger, foldRecords } from '../observed/ledger-fold.ts';
import type { Ledger } from '../observed/ledger.ts';
import type { Clock, Commit, Journal } from '../reconciler/ports.ts';
import { createJournalFile, openJournalFile, type JournalFile } from './journal-file.ts';
import { diskFull, notAppended, shrunk, unreadable } from './journal-trouble.ts';

export interface JournalOptions {
  readonly folder: string;
  /** Id of this run of the program. */
  readonly run: string;
  readonly clock: Clock;
  readonly self: ProcessIdentity;
}

export interface OpenJournal extends Journal {
  /** Makes everything read so far durable, whoever wrote it: before a projection of it is written. */
  sync(): void;
  close(): void;
}

/** How to get at the file: a seam for faults. */
export interface JournalFiles {
  open(folder: string): JournalFile | undefined;
  create(folder: string): JournalFile;
}

const REAL_FILES: JournalFiles = { open: openJournalFile, create: createJournalFile };

/**
 * Nothing is created before the first commit. Refuses (exit 5) damage, a newer schema, links and network file
 * systems; after a failed sync it refuses everything, because nobody can know what the disk holds.
 */
export function openJournal(options: JournalOptions, files: JournalFiles = REAL_FILES): OpenJournal {
  return new SharedJournal(options, files);
}

const CLOSING_NEWLINE = Buffer.from('\n');

class SharedJournal implements OpenJournal {
  readonly #options: JournalOptions;
  readonly #files: JournalFiles;
  #file: JournalFile | undefined;
  #isDurablyNamed = false;
  #position: JournalPosition = JOURNAL_START;
  #ledger: Ledger = emptyLedger();
  /** Of every valid record, the first one first. */
  readonly #hashes: string[] = [];
  #hasUnsynced = false;
  #failure: HgctlError | undefined;

  constructor(options: JournalOptions, files: JournalFiles) {
    this.#options = options;
    this.#files = files;
  }

  ledger(): Ledger {
    return this.#ledger;
  }

  refresh(): Ledger {
    this.#refuseAfterFailure();
    this.#file ??= this.#files.open(this.#options.folder);
    if (this.#file !== undefined) this.#read(this.#file, this.#file.size());
    return this.#ledger;
  }

  hashAt(seq: number): string | null {
    return this.#hashes[seq - 1] ?? null;
  }

  commit(event: JournalEvent): Commit {
    this.#refuseAfterFailure();
    const file = this.#fileForCommits();
    const { seq: decidedOn } = this.#position;
    const size = this.#readAll(file);
    if (this.#position.seq !== decidedOn) return { kind: 'lost', ledger: this.#ledger };
    this.#syncUnsynced(file);
    const { bytes, sum } = this.#encode(event, size);
    this.#append(file, bytes);
    this.#syncFile(file);
    const [first] = this.#read(file, size + bytes.length);
    if (first?.sum === sum) {
      this.#hasUnsynced = false;
      return { kind: 'committed', ledger: this.#ledger };
    }
    this.#read(file, file.size());
    return { kind: 'lost', ledger: this.#ledger };
  }

  sync(): void {
    this.#refuseAfterFailure();
    if (this.#file !== undefined) this.#syncUnsynced(this.#file);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#isDurablyNamed = false;
  }

  #fileForCommits(): JournalFile {
    if (this.#file !== undefined && this.#isDurablyNamed) return this.#file;
    const file = this.#files.create(this.#options.folder);
    this.#file?.close();
    this.#file = file;
    this.#isDurablyNamed = true;
    return file;
  }

  /**
   * Reads to the end of the file, and returns its size. What follows the last newline is decided first: a newline
   * ends it for every reader alike, whether it is a torn record or lacks nothing else. Appending right behind it
   * would make that newline a part of our own record.
   */
  #readAll(file: JournalFile): number {
    let size = file.size();
    this.#read(file, size);
    while (this.#position.offset < size) {
      this.#append(file, CLOSING_NEWLINE);
      size = file.size();
      this.#read(file, size);
    }
    return size;
  }

  /** Takes in the records up to `end`, and returns them. */
  #read(file: JournalFile, end: number): readonly JournalRecord[] {
    const { offset } = this.#position;
    if (end < offset) throw shrunk(this.#options.folder, offset, end);
    if (end === offset) return [];
    const read = readJournal(this.#position, file.read(offset, end));
    if (read.kind !== 'ok') throw unreadable(this.#options.folder, read);
    if (read.position.offset > offset) this.#hasUnsynced = true;
    this.#ledger =
      this.#position.seq === 0 ? foldRecords(read.records) : read.records.reduce(advance, this.#ledger);
    this.#position = read.position;
    for (const { sum } of read.records) this.#hashes.push(sum);
    if (this.#ledger.seq !== read.position.seq || this.#ledger.hash !== read.position.hash) {
      throw new Error(`the ledger is at record ${this.#ledger.seq}, the journal at ${read.position.seq}`);
    }
    return read.records;
  }

  #encode(event: JournalEvent, at: number): { readonly bytes: Buffer; readonly sum: string } {
    const { run, clock, self } = this.#options;
    const { seq, hash: prev } = this.#position;
    const mono = clock.monotonic();
    return encodeRecord({ seq: seq + 1, prev, at, run, time: clock.now(), mono, boot: self.bootId, event });
  }

  #append(file: JournalFile, bytes: Buffer): void {
    let count: number;
    try {
      count = file.append(bytes);
    } catch (cause) {
      throw notAppended(cause);
    }
    if (count < bytes.length) throw diskFull();
  }

  /** A record may count on bytes of others only once they are durable: else a power loss could take them alone. */
  #syncUnsynced(file: JournalFile): void {
    if (!this.#hasUnsynced) return;
    this.#syncFile(file);
    this.#hasUnsynced = false;
  }

  /** After a failed sync the kernel may call lost pages clean: trying again proves nothing. */
  #syncFile(file: JournalFile): void {
    try {
      file.sync();
    } catch (cause) {
      this.#failure = new HgctlError(EXIT.refused, 'the disk failed while the journal was being saved', {
        cause,
        hint: 'check the disk, then run: hgctl journal verify',
      });
      throw this.#failure;
    }
  }

  #refuseAfterFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
