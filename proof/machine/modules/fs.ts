/** In the place of `node:fs`: the disk of the simulated machine. Each operation that changes something is an effect. */
import { constants } from 'node:fs';
import { DiskError, type DiskNode, type FileNode } from '../disk.ts';
import type { Effect } from '../effects.ts';
import { currentProcess, refuseDead, type SimProcess } from '../process.ts';
import { setTimeout } from '../globals.ts';
import { real } from '../real.ts';

export { constants };

interface Open {
  readonly node: DiskNode;
  readonly path: string;
  readonly appends: boolean;
  position: number;
}

type Path = string | URL;
type Encoding = BufferEncoding | { readonly encoding?: BufferEncoding | null; readonly flag?: string } | null;

const open = new Map<number, Open>();
const FIRST_FD = 100;
let lastFd = FIRST_FD;

function process(): SimProcess {
  const current = currentProcess();
  refuseDead(current);
  return current;
}

const textOf = (path: Path): string => (typeof path === 'string' ? path : path.pathname);

/** What the venue keeps beside the account is as far away as the account. */
const isAtVenue = (path: string): boolean => path.includes('/broker');

/** Does it, unless a fault comes between: before it, after it, or in its place. */
function effect<Result>(kind: Effect['kind'], path: Path, act: () => Result, bytes?: BytesWritten): Result {
  const current = process();
  const { machine } = current;
  const of = textOf(path);
  if (isAtVenue(of)) return act();
  const base = { number: (machine.effects += 1), process: current, kind, of };
  machine.happens({ ...base, phase: 'before' });
  refuseDead(current);
  const failure = machine.hooks.failure?.({ ...base, phase: 'before' }, bytes?.count ?? 0) ?? null;
  if (failure?.kind === 'error') throw new DiskError(failure.code, kind, of);
  if (failure?.kind === 'short' && bytes !== undefined) {
    bytes.limit(failure.bytes);
    const result = act();
    if (failure.then === 'killed') machine.kill(current);
    refuseDead(current);
    return result;
  }
  const result = act();
  machine.happens({ ...base, phase: 'after' });
  refuseDead(current);
  return result;
}

interface BytesWritten {
  readonly count: number;
  readonly limit: (most: number) => void;
}

function disk(): SimProcess['machine']['disk'] {
  return process().machine.disk;
}

const now = (): number => process().machine.wallNow();

function entry(path: Path, syscall: string): DiskNode {
  const node = disk().find(textOf(path));
  if (node === undefined) throw new DiskError('ENOENT', syscall, textOf(path));
  return node;
}

function handle(fd: number): Open {
  const found = open.get(fd);
  if (found === undefined) throw new DiskError('EBADF', 'fd', String(fd));
  return found;
}

function fileOf(fd: number): FileNode {
  const { node, path } = handle(fd);
  if (node.kind !== 'file') throw new DiskError('EISDIR', 'read', path);
  return node;
}

const FLAGS: Readonly<Record<string, number>> = {
  r: constants.O_RDONLY,
  'r+': constants.O_RDWR,
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
};

export function openSync(path: Path, flags: string | number = 'r', mode = 0o666): number {
  const text = textOf(path);
  const bits = typeof flags === 'number' ? flags : (FLAGS[flags] ?? constants.O_RDONLY);
  const has = (bit: number): boolean => (bits & bit) !== 0;
  let node = disk().find(text);
  if (node !== undefined && has(constants.O_CREAT) && has(constants.O_EXCL))
    throw new DiskError('EEXIST', 'open', text);
  if (node === undefined && !has(constants.O_CREAT)) throw new DiskError('ENOENT', 'open', text);
  if (node?.kind === 'file' && has(constants.O_TRUNC) && node.data.length > 0) {
    const file = node;
    effect('cut', text, () => disk().cut(file, 0, now()));
  }
  node ??= effect('create', text, () => disk().createFile(text, mode, now()));
  const fd = (lastFd += 1);
  open.set(fd, { node, path: text, appends: has(constants.O_APPEND), position: 0 });
  return fd;
}

export function closeSync(fd: number): void {
  open.delete(fd);
}

export function readSync(
  fd: number,
  into: Buffer,
  offset = 0,
  length = into.length - offset,
  position: number | null = null,
): number {
  const { data } = fileOf(fd);
  process();
  const from = position ?? handle(fd).position;
  const count = Math.max(0, Math.min(length, data.length - from));
  data.copy(into, offset, from, from + count);
  if (position === null) handle(fd).position += count;
  return count;
}

export function writeSync(
  fd: number,
  bytes: Buffer | string,
  offset: number | null = 0,
  length?: number | string | null,
  position?: number | null,
): number {
  const { path, appends } = handle(fd);
  const file = fileOf(fd);
  const start = typeof bytes === 'string' ? 0 : (offset ?? 0);
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  let part = all.subarray(start, typeof length === 'number' ? start + length : undefined);
  return effect(
    'write',
    path,
    () => {
      const at = appends ? file.data.length : (position ?? handle(fd).position);
      if (part.length > 0) disk().write(file, at, part, now());
      if (!appends && typeof position !== 'number') handle(fd).position += part.length;
      return part.length;
    },
    { count: part.length, limit: (most) => void (part = part.subarray(0, most)) },
  );
}

export function fsyncSync(fd: number): void {
  const { node, path } = handle(fd);
  effect('sync', path, () => disk().sync(node));
}

export { fsyncSync as fdatasyncSync };

export function ftruncateSync(fd: number, size = 0): void {
  const { path } = handle(fd);
  const file = fileOf(fd);
  effect('cut', path, () => disk().cut(file, size, now()));
}

export function readFileSync(path: Path | number, options?: Encoding): string | Buffer {
  const data = typeof path === 'number' ? fileOf(path).data : contentOf(path);
  const encoding = typeof options === 'string' ? options : options?.encoding;
  return encoding ? data.toString(encoding) : Buffer.from(data);
}

function contentOf(path: Path): Buffer {
  const text = textOf(path);
  const special = ofTheSystem(text);
  if (special !== undefined) return Buffer.from(special);
  const node = entry(text, 'open');
  if (node.kind !== 'file') throw new DiskError('EISDIR', 'read', text);
  return node.data;
}

function ofTheSystem(path: string): string | undefined {
  if (path === '/proc/sys/kernel/random/boot_id') return `${process().machine.bootId()}\n`;
  const pid = /^\/proc\/(\d+)\/stat$/.exec(path)?.[1];
  return pid === undefined ? undefined : process().machine.statOf(Number(pid));
}

interface WriteOptions {
  readonly flag?: string;
  readonly mode?: number;
}

export function writeFileSync(
  path: Path | number,
  data: string | Buffer,
  options: WriteOptions | BufferEncoding = {},
): void {
  const { flag, mode } = typeof options === 'string' ? {} : options;
  const fd = typeof path === 'number' ? path : openSync(path, flag ?? 'w', mode);
  try {
    const bytes = Buffer.from(data);
    for (let done = 0; done < bytes.length; done += writeSync(fd, bytes, done));
  } finally {
    if (typeof path !== 'number') closeSync(fd);
  }
}

export function existsSync(path: Path): boolean {
  return disk().find(textOf(path)) !== undefined;
}

export function accessSync(path: Path): void {
  entry(path, 'access');
}

interface StatOptions {
  readonly bigint?: boolean;
  readonly throwIfNoEntry?: boolean;
}

export function statSync(path: Path, options: StatOptions = {}): object | undefined {
  const node = disk().find(textOf(path));
  if (node !== undefined) return options.bigint === true ? bigStatsOf(node) : new Stats(node);
  if (options.throwIfNoEntry === false) return undefined;
  throw new DiskError('ENOENT', 'stat', textOf(path));
}

export { statSync as lstatSync };

export function fstatSync(fd: number): object {
  process();
  return new Stats(handle(fd).node);
}

/** What is asked most of all: nothing is made that nobody asks for. */
class Stats {
  readonly #node: DiskNode;
  readonly size: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly mtimeMs: number;
  readonly dev = 1;
  readonly uid = 1000;
  readonly gid = 1000;

  constructor(node: DiskNode) {
    this.#node = node;
    this.size = node.kind === 'file' ? node.data.length : 0;
    this.ino = node.ino;
    this.mode = node.mode;
    this.nlink = node.nlink;
    this.mtimeMs = node.mtime;
  }

  get ctimeMs(): number {
    return this.mtimeMs;
  }

  get mtime(): Date {
    return new real.Date(this.mtimeMs);
  }

  isFile(): boolean {
    return this.#node.kind === 'file';
  }

  isDirectory(): boolean {
    return this.#node.kind === 'folder';
  }

  isSymbolicLink(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isSocket(): boolean {
    return false;
  }
}

interface BigStats {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

function bigStatsOf(node: DiskNode): BigStats {
  const nanoseconds = BigInt(Math.floor(node.mtime)) * 1_000_000n;
  const size = BigInt(node.kind === 'file' ? node.data.length : 0);
  return { ino: BigInt(node.ino), size, mtimeNs: nanoseconds, ctimeNs: nanoseconds };
}

export function statfsSync(): {
  readonly type: number;
  readonly bavail: number;
  readonly bsize: number;
  readonly blocks: number;
} {
  return { type: 0xef53, bavail: 1e9, bsize: 4096, blocks: 2e9 };
}

interface ListOptions {
  readonly withFileTypes?: boolean;
  readonly recursive?: boolean;
}

export function readdirSync(path: Path, options: ListOptions = {}): (string | object)[] {
  const folder = disk().folder(textOf(path), 'scandir');
  const names = [...folder.entries].sort(([a], [b]) => (a < b ? -1 : 1));
  if (options.recursive === true) throw new Error('no recursive listing here');
  if (options.withFileTypes !== true) return names.map(([name]) => name);
  return names.map(([name, ino]) =>
    Object.assign(new Stats(disk().node(ino)), { name, parentPath: textOf(path) }),
  );
}

export function mkdirSync(
  path: Path,
  options: { recursive?: boolean; mode?: number } | number = {},
): string | undefined {
  const { recursive = false, mode = 0o777 } = typeof options === 'number' ? { mode: options } : options;
  const text = textOf(path);
  if (!recursive) {
    if (existsSync(text)) throw new DiskError('EEXIST', 'mkdir', text);
    effect('create', text, () => disk().createFolder(text, mode, now()));
    return undefined;
  }
  const names = text.split('/').filter((name) => name !== '');
  const missing = names
    .map((_, index) => `/${names.slice(0, index + 1).join('/')}`)
    .filter((folder) => !existsSync(folder));
  for (const folder of missing) effect('create', folder, () => disk().createFolder(folder, mode, now()));
  return missing[0];
}

export function renameSync(from: Path, to: Path): void {
  effect('rename', to, () => disk().rename(textOf(from), textOf(to), now()));
}

export function linkSync(from: Path, to: Path): void {
  effect('link', to, () => disk().link(textOf(from), textOf(to), now()));
}

export function unlinkSync(path: Path): void {
  if (entry(path, 'unlink').kind === 'folder') throw new DiskError('EISDIR', 'unlink', textOf(path));
  effect('remove', path, () => disk().remove(textOf(path), 'unlink', now()));
}

export function rmdirSync(path: Path): void {
  entry(path, 'rmdir');
  effect('remove', path, () => disk().remove(textOf(path), 'rmdir', now()));
}

export function rmSync(path: Path, options: { force?: boolean; recursive?: boolean } = {}): void {
  const node = disk().find(textOf(path));
  if (node === undefined) {
    if (options.force === true) return;
    throw new DiskError('ENOENT', 'rm', textOf(path));
  }
  if (node.kind === 'folder') {
    if (options.recursive !== true) throw new DiskError('EISDIR', 'rm', textOf(path));
    for (const name of [...node.entries.keys()]) rmSync(`${textOf(path)}/${name}`, options);
  }
  effect('remove', path, () => disk().remove(textOf(path), 'rm', now()));
}

export function utimesSync(path: Path, _: unknown, time: number | Date): void {
  entry(path, 'utimes').mtime = typeof time === 'number' ? time * 1_000 : time.getTime();
}

export function realpathSync(path: Path): string {
  entry(path, 'realpath');
  return textOf(path);
}

/** Owner and mode are nobody's concern here. */
export function chmodSync(): void {
  process();
}
export { chmodSync as chownSync, chmodSync as fchmodSync, chmodSync as fchownSync };

export function watch(): { readonly on: () => unknown; readonly close: () => void } {
  const watcher = { on: (): unknown => watcher, close: () => undefined, unref: () => undefined };
  return watcher;
}

type Callback = (error: unknown, answer?: unknown) => void;

/** The answer comes a moment later, as from the system. */
function eventually(work: () => unknown, callback: Callback): void {
  setTimeout(() => {
    let answer: unknown;
    try {
      answer = work();
    } catch (error) {
      callback(error);
      return;
    }
    callback(null, answer);
  });
}

export const mkdir = (path: string, callback: Callback): void => eventually(() => mkdirSync(path), callback);
export const rmdir = (path: string, callback: Callback): void => eventually(() => rmdirSync(path), callback);
export const stat = (path: string, callback: Callback): void => eventually(() => statSync(path), callback);
export const realpath = (path: string, callback: Callback): void =>
  eventually(() => realpathSync(path), callback);
export const utimes = (path: string, atime: Date, mtime: Date, callback: Callback): void =>
  eventually(() => utimesSync(path, atime, mtime), callback);

export const promises = { readFile };

export async function readFile(path: Path, options?: Encoding): Promise<string | Buffer> {
  await new Promise<void>((resolve) => void setTimeout(() => resolve()));
  return readFileSync(path, options);
}

export default {
  constants,
  openSync,
  closeSync,
  readSync,
  writeSync,
  fsyncSync,
  ftruncateSync,
  readFileSync,
  writeFileSync,
  existsSync,
  accessSync,
  statSync,
  lstatSync: statSync,
  fstatSync,
  readdirSync,
  mkdirSync,
  renameSync,
  linkSync,
  unlinkSync,
  rmdirSync,
  rmSync,
  utimesSync,
  realpathSync,
  chmodSync,
  chownSync: chmodSync,
  mkdir,
  rmdir,
  stat,
  realpath,
  utimes,
  promises,
};
