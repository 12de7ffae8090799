/** The file below the journal: reads and whole appends, and nothing that could take a byte back. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { ensureFolder, refuseNetworkFolder, syncFolder } from './folders.ts';
import { diskFull, notAppended, RESTORE } from './journal-trouble.ts';
import { writeNew } from './keep-copy.ts';
import { removeAbandonedStages } from './replace-file.ts';
import { codeOf } from './system-error.ts';

export interface JournalFile {
  /** Bytes in the file now. Refuses (exit 5) once the file has lost its name. */
  size(): number;
  read(from: number, to: number): Buffer;
  /** One write at the end of the file, whoever else writes; how many bytes it took. */
  append(bytes: Buffer): number;
  /** Makes the content durable. */
  sync(): void;
  close(): void;
}

const FILE_MODE = 0o600;
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW;
/** A pipe without a writer would be waited for without end. */
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** Where the records of a segment are; segments are counted from 1. */
export function segmentPath(folder: string, segment: number): string {
  return join(folder, segmentName(segment));
}

/**
 * The number of the newest segment of a journal folder; 0 when there is none. Refuses (exit 5) a folder that lacks a
 * segment before it.
 */
export function lastSegment(folder: string): number {
  refuseUnsafeFolder(folder);
  const numbers = segmentsIn(folder);
  const missing = missingSegment(numbers);
  if (missing === null) return numbers.length;
  throw new HgctlError(
    EXIT.refused,
    `${segmentPath(folder, missing)} is missing, and later segments are there`,
    {
      hint: RESTORE,
    },
  );
}

/** The first number that is left out; null where none is. */
export function missingSegment(numbers: readonly number[]): number | null {
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  return gap === -1 ? null : gap + 1;
}

/** The numbers of the segments that are there, ascending. */
export function segmentsIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .flatMap((name) => /^(\d{4,})\.jsonl$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw cannotOpen(folder, error);
  }
}

/** Opens the file of a segment; undefined when there is none. */
export function openSegment(folder: string, segment: number): JournalFile | undefined {
  const path = segmentPath(folder, segment);
  refuseUnsafeFolder(folder);
  refuseUnsafe(path);
  try {
    return fileOf(openSync(path, APPEND), path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error instanceof HgctlError ? error : cannotOpen(folder, error);
  }
}

/** Opens the file of a segment to read it only; null when there is none. Whoever opens it closes it. */
export function openToRead(path: string): number | null {
  try {
    return regular(openSync(path, READ), path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Opens the first segment for commits, making it and its folder if need be. */
export function createFirst(folder: string): JournalFile {
  const path = segmentPath(folder, 1);
  refuseUnsafeFolder(folder);
  refuseUnsafe(path);
  try {
    ensureFolder(folder);
    return fileOf(openSync(path, APPEND | constants.O_CREAT, FILE_MODE), path);
  } catch (error) {
    throw error instanceof HgctlError ? error : cannotOpen(folder, error);
  }
}

/**
 * Gives a later segment its name: with all of its first record, durably, or not at all. Where the name is taken,
 * somebody else has made the same.
 */
export function createSuccessor(folder: string, segment: number, checkpoint: Buffer): void {
  const path = segmentPath(folder, segment);
  const stage = `${path}.stage.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    writeNew(stage, checkpoint);
    if (!readFileSync(stage).equals(checkpoint)) throw diskFull();
    linkSync(stage, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error instanceof HgctlError ? error : notAppended(error);
  } finally {
    rmSync(stage, { force: true });
  }
  // Those who were killed over the segment before are a day gone.
  removeAbandonedStages(segmentPath(folder, segment - 1));
}

/**
 * Makes the names in a journal folder durable, and its own, and that of the data folder around it, whoever gave them: who made
 * a folder may have died before it was. Refuses (exit 5) a network file system.
 */
export function syncNames(folder: string): void {
  const data = dirname(resolve(folder));
  try {
    refuseNetworkFolder(folder);
    syncFolder(folder);
    syncFolder(data);
    syncWhereReadable(dirname(data));
  } catch (error) {
    throw error instanceof HgctlError ? error : cannotOpen(folder, error);
  }
}

/** Above the data folder is the user's own: where it cannot be opened, its names are not ours to keep. */
function syncWhereReadable(folder: string): void {
  try {
    syncFolder(folder);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
  }
}

function segmentName(segment: number): string {
  return `${String(segment).padStart(4, '0')}.jsonl`;
}

/** The same descriptor, of a file: a pipe and a device keep nothing. */
function regular(fd: number, path: string): number {
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new HgctlError(EXIT.refused, `${path} is not a regular file: it cannot be a journal`, {
    hint: RESTORE,
  });
}

function fileOf(opened: number, path: string): JournalFile {
  const fd = regular(opened, path);
  return {
    size: () => {
      const { size, nlink } = fstatSync(fd);
      if (nlink > 0) return size;
      throw new HgctlError(EXIT.refused, `${path} was removed or replaced while it was in use`, {
        hint: 'put the journal back, or run the command again on the one that is there now',
      });
    },
    read: (from, to) => readRange(fd, from, to),
    append: (bytes) => writeSync(fd, bytes),
    sync: () => fdatasyncSync(fd),
    close: () => closeSync(fd),
  };
}

function readRange(fd: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from);
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(fd, bytes, filled, bytes.length - filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/** Of a folder, or a file in it: hgctl makes both for their owner alone. */
function refuseUnsafe(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (stats.isSymbolicLink())
    throw new HgctlError(EXIT.refused, `${path} is a symbolic link: the journal must have one name only`, {
      hint: 'point --data, or store.data of the Account, to the real folder',
    });
  if ((stats.mode & WRITABLE_BY_ALL) !== 0) throw writableByAll(path);
}

/** Who may write in the folder around it can put another journal in its place; not where names are their owner's (sticky). */
function refuseUnsafeFolder(folder: string): void {
  refuseUnsafe(folder);
  const around = dirname(folder);
  const mode = statSync(around, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & WRITABLE_BY_ALL) !== 0 && (mode & STICKY) === 0) throw writableByAll(around);
}

function writableByAll(path: string): HgctlError {
  return new HgctlError(
    EXIT.refused,
    `${path} can be written by everybody: nobody knows whose records it has`,
    { hint: `find out who wrote in it, then: chmod o-w ${path}` },
  );
}

function cannotOpen(folder: string, cause: unknown): HgctlError {
  return new HgctlError(EXIT.refused, `the journal in ${folder} cannot be opened`, {
    cause,
    hint: 'the user that runs hgctl needs to read and write it',
  });
}
