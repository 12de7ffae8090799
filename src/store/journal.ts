/**
 * The journal as a compare-and-swap: commit, or learn that somebody was faster.
 *
 * Many processes may hold one journal open. A record counts only where its writer had read everything before it
 * (journal-reader.ts), so of all who build on the same record exactly one is told `committed`, however long any
 * of them was paused, and without a lock.
 *
 * The first commit of a later session seals the segment, and opens the next one with a checkpoint. The seal is a commit
 * like any other: who loses to it decides again. Only the newest segment is read, and what it takes to go on is in it.
 */
import type { HgctlError } from '../domain/errors.ts';
import { EXIT } from '../domain/errors.ts';
import type { JournalEvent, JournalRecord, ProcessIdentity } from '../observed/events.ts';
import { encodeRecord } from '../observed/journal-format.ts';
import { checkpointBehind, isLaterSession } from '../observed/checkpoint.ts';
import {
  JOURNAL_START,
  readJournal,
  segmentStart,
  type JournalPosition,
} from '../observed/journal-reader.ts';
import { advance, emptyLedger, foldRecords } from '../observed/ledger-fold.ts';
import type { Ledger } from '../observed/ledger.ts';
import { JournalFailed, type Clock, type Commit, type Journal } from '../reconciler/ports.ts';
import {
  createFirst,
  createSuccessor,
  lastSegment,
  openSegment,
  segmentPath,
  syncNames,
  type JournalFile,
} from './journal-file.ts';
import { hashInEarlier, readRecords } from './journal-check.ts';
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

/** How to get at the files: a seam for faults. */
export interface JournalFiles {
  /** Number of the newest segment; 0 when there is none. */
  last(folder: string): number;
  open(folder: string, segment: number): JournalFile | undefined;
  createFirst(folder: string): JournalFile;
  createSuccessor(folder: string, segment: number, checkpoint: Buffer): void;
  syncNames(folder: string): void;
}

export const REAL_FILES: JournalFiles = {
  last: lastSegment,
  open: openSegment,
  createFirst,
  createSuccessor,
  syncNames,
};

/**
 * Nothing is created before the first commit. Refuses (exit 5) damage, a missing segment, a newer schema, links and
 * network file systems; after a failed sync it refuses everything, because nobody can know what the disk holds.
 */
export function openJournal(options: JournalOptions, files: JournalFiles = REAL_FILES): OpenJournal {
  return new SharedJournal(options, files);
}

const CLOSING_NEWLINE = Buffer.from('\n');

class SharedJournal implements OpenJournal {
  readonly #options: JournalOptions;
  readonly #files: JournalFiles;
  /** The segment that is read, from its checkpoint on. */
  #segment = 1;
  #file: JournalFile | undefined;
  #isDurablyNamed = false;
  #position: JournalPosition = JOURNAL_START;
  #ledger: Ledger = emptyLedger();
  /** Of every valid record of the segment, the first one first. */
  #hashes: string[] = [];
  /** The ledger of all segments, once somebody has asked for it. */
  #whole: Ledger | undefined;
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
    const file = this.#file ?? this.#openLast();
    if (file !== undefined) this.#catchUp(file);
    return this.#ledger;
  }

  whole(): Ledger {
    if (this.#segment === 1) return this.#ledger;
    this.#whole ??= foldRecords(
      readRecords(this.#options.folder).filter(({ seq }) => seq <= this.#ledger.seq),
    );
    const { endedOrders, slots } = this.#whole;
    // All else is the very same, by identity too: whoever decides on it compares with what the journal says later.
    return { ...this.#ledger, endedOrders, slots };
  }

  hashAt(seq: number): string | null {
    const index = seq - 1 - (this.#position.seq - this.#hashes.length);
    if (index >= 0 || this.#segment === 1) return this.#hashes[index] ?? null;
    return hashInEarlier(this.#options.folder, this.#segment, seq);
  }

  commit(event: JournalEvent): Commit {
    this.#refuseAfterFailure();
    const { seq: decidedOn } = this.#position;
    this.#readAll(this.#file ?? this.#openLast() ?? this.#openFirst());
    if (this.#position.seq !== decidedOn || !this.#turnOver()) return this.#lost();
    return this.#write(event) ? { kind: 'committed', ledger: this.#ledger } : this.#lost();
  }

  sync(): void {
    this.#refuseAfterFailure();
    if (this.#file !== undefined) this.#makeDurable(this.#file);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#isDurablyNamed = false;
  }

  #openLast(): JournalFile | undefined {
    const { folder } = this.#options;
    // After a close it goes on where it was.
    const isFresh = this.#hashes.length === 0;
    const segment = isFresh ? this.#files.last(folder) : this.#segment;
    if (segment === 0) return undefined;
    const file = this.#files.open(folder, segment);
    if (file !== undefined && isFresh) this.#enter(file, segment, null);
    else this.#file = file;
    return file;
  }

  #openFirst(): JournalFile {
    this.#file = this.#files.createFirst(this.#options.folder);
    return this.#file;
  }

  /** Goes on at the start of a segment. `last`: where the one before it was read to its end. */
  #enter(file: JournalFile, segment: number, last: JournalPosition | null): void {
    this.#file?.close();
    this.#file = file;
    this.#segment = segment;
    this.#isDurablyNamed = false;
    // Its checkpoint was durable before it had a name, and so was the segment before it.
    this.#hasUnsynced = false;
    this.#position = segment === 1 ? JOURNAL_START : segmentStart(last);
    this.#hashes = [];
    this.#whole = undefined;
  }

  /** Reads to the end of the newest segment, and returns its file. */
  #catchUp(from: JournalFile): JournalFile {
    let file = from;
    for (;;) {
      this.#read(file, file.size());
      if (this.#position.seal === null) return file;
      const next = this.#files.open(this.#options.folder, this.#segment + 1);
      if (next === undefined) return file;
      this.#enter(next, this.#segment + 1, this.#position);
      file = next;
    }
  }

  /**
   * Reads to the end of the newest segment. What follows the last newline is decided first: a newline ends it for every
   * reader alike, whether it is a torn record or lacks nothing else. Appending right behind it would make that newline a
   * part of our own record.
   */
  #readAll(from: JournalFile): void {
    let file = this.#catchUp(from);
    while (this.#position.seal === null && this.#position.offset < file.size()) {
      this.#append(file, CLOSING_NEWLINE);
      file = this.#catchUp(file);
    }
  }

  /**
   * Ends the segment where a later session begins, and makes the next one where it is missing: whoever was to do that
   * may have died. False where somebody else came between. What was decided before it holds after it.
   */
  #turnOver(): boolean {
    const { folder, clock } = this.#options;
    const isDue = this.#position.seq > 0 && isLaterSession(this.#ledger.time, clock.now());
    if (this.#position.seal === null && !isDue) return true;
    const next = this.#segment + 1;
    if (this.#position.seal === null && !this.#write({ type: 'sealed', next })) return false;
    const { seal, seq } = this.#position;
    if (seal === null || this.#file === undefined) throw new Error('a segment without its seal goes on');
    this.#makeDurable(this.#file);
    const { bytes } = encodeRecord(checkpointBehind(seal, this.#ledger));
    this.#files.createSuccessor(folder, next, bytes);
    this.#readAll(this.#file);
    return this.#segment === next && this.#position.seq === seq + 1;
  }

  /** Appends behind all that was read; false where somebody was faster. */
  #write(event: JournalEvent): boolean {
    const file = this.#file;
    if (file === undefined) throw new Error('the journal is not open');
    this.#makeDurable(file);
    const { offset } = this.#position;
    const { bytes, sum } = this.#encode(event, offset);
    this.#append(file, bytes);
    this.#syncFile(file);
    const [first] = this.#read(file, offset + bytes.length);
    if (first?.sum !== sum) return false;
    this.#hasUnsynced = false;
    return true;
  }

  #lost(): Commit {
    if (this.#file !== undefined) this.#catchUp(this.#file);
    return { kind: 'lost', ledger: this.#ledger };
  }

  /** Takes in the records up to `end`, and returns them. */
  #read(file: JournalFile, end: number): readonly JournalRecord[] {
    const { offset } = this.#position;
    const path = segmentPath(this.#options.folder, this.#segment);
    if (end < offset) throw shrunk(path, offset, end);
    if (end === offset && !this.#position.awaitsCheckpoint) return [];
    const read = readJournal(this.#position, file.read(offset, end));
    if (read.kind !== 'ok') throw unreadable(path, read);
    if (read.position.offset > offset) this.#hasUnsynced = true;
    const { records, position } = read;
    this.#ledger = this.#hashes.length === 0 ? foldRecords(records) : records.reduce(advance, this.#ledger);
    if (this.#whole !== undefined) this.#whole = records.reduce(advance, this.#whole);
    this.#position = position;
    for (const { sum } of records) this.#hashes.push(sum);
    if (this.#ledger.seq !== position.seq || this.#ledger.hash !== position.hash) {
      throw new Error(`the ledger is at record ${this.#ledger.seq}, the journal at ${position.seq}`);
    }
    return records;
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

  /**
   * A record may count on bytes of others only once they are durable: else a power loss could take them alone. So it is
   * with the name of the file: whoever gave it may have died before it was.
   */
  #makeDurable(file: JournalFile): void {
    if (!this.#isDurablyNamed) this.#files.syncNames(this.#options.folder);
    this.#isDurablyNamed = true;
    if (!this.#hasUnsynced) return;
    this.#syncFile(file);
    this.#hasUnsynced = false;
  }

  /** After a failed sync the kernel may call lost pages clean: trying again proves nothing. */
  #syncFile(file: JournalFile): void {
    try {
      file.sync();
    } catch (cause) {
      this.#failure = new JournalFailed(EXIT.refused, 'the disk failed while the journal was being saved', {
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
