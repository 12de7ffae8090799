/** Reads the log along while others write to it. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { CalendarDate } from '../domain/instant.ts';
import { logPaths } from './log-files.ts';
import { codeOf } from './system-error.ts';

export interface LogReader {
  /**
   * The whole lines that came since the last call, without their newlines, file by file, oldest first. A last line without
   * its newline is not among them: it is still being written, or for ever torn.
   */
  next(): Iterable<string>;
}

const CHUNK = 1 << 16;
const NEWLINE = 0x0a;

/**
 * Starts with the oldest line of a date, or that is there at all. Files that are removed meanwhile were read, or are gone.
 */
export function readLogs(folder: string, since: CalendarDate | null = null): LogReader {
  /** Bytes that were read of each file. */
  let offsets: ReadonlyMap<string, number> = new Map();
  return {
    *next() {
      const now = new Map<string, number>();
      for (const path of logPaths(folder, since)) {
        const from = offsets.get(path) ?? 0;
        now.set(path, yield* linesFrom(path, from));
      }
      offsets = now;
    },
  };
}

/** Returns the offset behind the last whole line. */
function* linesFrom(path: string, from: number): Generator<string, number> {
  const fd = openToRead(path);
  if (fd === null) return from;
  try {
    const { size } = fstatSync(fd);
    let done = from;
    // Joined at the end of the line only: a line that never ends would be copied for each chunk of it.
    let begun: Buffer[] = [];
    for (let at = from; at < size;) {
      const chunk = Buffer.alloc(Math.min(CHUNK, size - at));
      const count = readSync(fd, chunk, 0, chunk.length, at);
      if (count === 0) break;
      at += count;
      let rest = chunk.subarray(0, count);
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
        const line = Buffer.concat([...begun, rest.subarray(0, end)]);
        yield line.toString('utf8');
        done += line.length + 1;
        begun = [];
        rest = rest.subarray(end + 1);
      }
      begun.push(rest);
    }
    return done;
  } finally {
    closeSync(fd);
  }
}

function openToRead(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
