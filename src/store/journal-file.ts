/** The file below the journal: reads and whole appends, and nothing that could take a byte back. */
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { ensureFolder, refuseNetworkFolder, syncFolder } from './folders.ts';
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

/** Where the records of a journal folder are. */
export function journalPath(folder: string): string {
  return join(folder, '0001.jsonl');
}

/** Opens the file of a journal folder; undefined when there is none. */
export function openJournalFile(folder: string): JournalFile | undefined {
  refuseSymlinks(folder);
  try {
    return fileOf(openSync(journalPath(folder), APPEND), journalPath(folder));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw cannotOpen(folder, error);
  }
}

/** Opens the file for commits, making it and its folder if need be; its name is durable afterwards. */
export function createJournalFile(folder: string): JournalFile {
  refuseSymlinks(folder);
  try {
    ensureFolder(folder);
    refuseNetworkFolder(folder);
    const fd = openSync(journalPath(folder), APPEND | constants.O_CREAT, FILE_MODE);
    // Also when somebody else created it: they may have died before they got here.
    syncFolder(folder);
    return fileOf(fd, journalPath(folder));
  } catch (error) {
    throw error instanceof HgctlError ? error : cannotOpen(folder, error);
  }
}

function fileOf(fd: number, path: string): JournalFile {
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

function refuseSymlinks(folder: string): void {
  for (const path of [folder, journalPath(folder)]) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    throw new HgctlError(EXIT.refused, `${path} is a symbolic link: the journal must have one name only`, {
      hint: 'point --data, or store.data of the Account, to the real folder',
    });
  }
}

function cannotOpen(folder: string, cause: unknown): HgctlError {
  return new HgctlError(EXIT.refused, `the journal in ${folder} cannot be opened`, {
    cause,
    hint: 'the user that runs hgctl needs to read and write it',
  });
}
