/**
 * The files of the log: one a session date, and one more where a day outgrows it. Nobody renames or rewrites one: several
 * processes append to the newest, a line a write, and whoever reads along goes on to the next.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CalendarDate } from '../domain/instant.ts';
import { compareText } from '../domain/names.ts';
import { ensureOwnFolder } from './folders.ts';
import { codeOf } from './system-error.ts';

export interface LogLimits {
  /** Of one file, bytes; the line that passes it is the last of its file. */
  readonly maxBytes: number;
  /** How many files are kept; at least 1. */
  readonly maxFiles: number;
}

export interface LogFiles {
  /** Appends a line, with its newline. Throws what the system says. */
  append(date: CalendarDate, line: string): void;
  close(): void;
}

const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
const NEWLINE = 0x0a;

interface Open {
  readonly date: CalendarDate;
  readonly number: number;
  readonly fd: number;
  /** Somebody's line was cut: the next one begins on a line of its own. */
  isTorn: boolean;
}

/** Nothing is made before the first line. */
export function logFiles(folder: string, { maxBytes, maxFiles }: LogLimits): LogFiles {
  let open: Open | null = null;

  const close = (): void => {
    if (open !== null) closeSync(open.fd);
    open = null;
  };
  const fileFor = (date: CalendarDate): Open => {
    if (open?.date === date && fstatSync(open.fd).size < maxBytes) return open;
    close();
    ensureOwnFolder(folder);
    open = openNewest(folder, date, maxBytes);
    prune(folder, maxFiles, logName(open));
    return open;
  };

  return {
    append: (date, line) => {
      const file = fileFor(date);
      const bytes = Buffer.from(file.isTorn ? `\n${line}` : line);
      file.isTorn = true;
      if (writeSync(file.fd, bytes) < bytes.length) throw new Error('the disk is full: the line was cut');
      file.isTorn = false;
    },
    close,
  };
}

/** The newest file of a date, or the one after it where that is full. */
function openNewest(folder: string, date: CalendarDate, maxBytes: number): Open {
  const last = logsIn(folder).findLast((file) => file.date === date);
  for (let number = last?.number ?? 0; ; number += 1) {
    const fd = openSync(join(folder, logName({ date, number })), APPEND, 0o600);
    const { size } = fstatSync(fd);
    if (size < maxBytes) return { date, number, fd, isTorn: size > 0 && lastByte(fd, size) !== NEWLINE };
    closeSync(fd);
  }
}

function lastByte(fd: number, size: number): number | undefined {
  const byte = Buffer.alloc(1);
  return readSync(fd, byte, 0, 1, size - 1) === 1 ? byte[0] : undefined;
}

function prune(folder: string, maxFiles: number, own: string): void {
  const names = logsIn(folder).map(logName);
  for (const name of names.slice(0, -maxFiles)) if (name !== own) rmSync(join(folder, name), { force: true });
}

interface LogName {
  readonly date: CalendarDate;
  /** From 0, within its date. */
  readonly number: number;
}

/** `hgctl-2025-12-02.jsonl`, `hgctl-2025-12-02.1.jsonl`. */
function logName({ date, number }: LogName): string {
  return `hgctl-${date}${number === 0 ? '' : `.${number}`}.jsonl`;
}

/** The paths of the log files of a folder from a date on, oldest first; empty where there is no folder. */
export function logPaths(folder: string, since: CalendarDate | null): string[] {
  return logsIn(folder)
    .filter(({ date }) => since === null || date >= since)
    .map((file) => join(folder, logName(file)));
}

function logsIn(folder: string): LogName[] {
  return namesIn(folder)
    .flatMap((name): LogName[] => {
      const match = /^hgctl-(\d{4}-\d{2}-\d{2})(?:\.([1-9]\d*))?\.jsonl$/.exec(name);
      return match === null ? [] : [{ date: match[1] as CalendarDate, number: Number(match[2] ?? 0) }];
    })
    .sort((a, b) => compareText(a.date, b.date) || a.number - b.number);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
