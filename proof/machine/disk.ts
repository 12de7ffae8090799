/**
 * A file system in memory that forgets like a real one: what was written and not synced may be gone after a power loss, or
 * torn in its middle, and so may names that were given, taken or moved while their folder was not synced.
 */

export interface FileNode {
  readonly kind: 'file';
  readonly ino: number;
  mode: number;
  /** ms. */
  mtime: number;
  nlink: number;
  data: Buffer;
  /** What the disk holds for certain. */
  durable: Buffer;
  /** What was done to it since, the oldest first. */
  pending: Change[];
}

export interface FolderNode {
  readonly kind: 'folder';
  readonly ino: number;
  mode: number;
  mtime: number;
  nlink: number;
  readonly entries: Map<string, number>;
  readonly durable: Map<string, number>;
}

export type DiskNode = FileNode | FolderNode;

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly size: number };

interface NameChange {
  readonly folder: number;
  readonly name: string;
  /** Null: the name is taken away. */
  readonly ino: number | null;
}

export class DiskError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path: string;

  constructor(code: string, syscall: string, path: string) {
    // A machine asks for many files that are not there: nobody wants to know from where.
    const limit = Error.stackTraceLimit;
    if (code === 'ENOENT') Error.stackTraceLimit = 0;
    super(`${code}: ${WORDS[code] ?? 'trouble'}, ${syscall} '${path}'`);
    Error.stackTraceLimit = limit;
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EEXIST: 'file already exists',
  ENOTDIR: 'not a directory',
  EISDIR: 'illegal operation on a directory',
  ENOTEMPTY: 'directory not empty',
  ENOSPC: 'no space left on device',
  EIO: 'input/output error',
  EBADF: 'bad file descriptor',
};

/** How a power loss treats what was not synced. */
export interface Loss {
  /** Whether a name that was given, taken or moved is kept. */
  readonly keepsName: () => boolean;
  /** How many of so many changes of a file are kept: the first ones. */
  readonly keepsChanges: (count: number) => number;
  /** How many bytes of so many of the first lost write are on the disk all the same. */
  readonly tears: (bytes: number) => number;
}

const ROOT = 1;

export class Disk {
  #nodes = new Map<number, DiskNode>([[ROOT, newFolder(ROOT, 0o755, 0)]]);
  /** Atomic groups of names that no sync has made durable, the oldest first. */
  #names: (readonly NameChange[])[] = [];
  #last = ROOT;

  /** A copy of its own, with all that is not durable yet. */
  copy(): Disk {
    const disk = new Disk();
    disk.#nodes = new Map([...this.#nodes].map(([ino, node]) => [ino, copyOf(node)]));
    disk.#names = [...this.#names];
    disk.#last = this.#last;
    return disk;
  }

  find(path: string): DiskNode | undefined {
    let node: DiskNode | undefined = this.#nodes.get(ROOT);
    for (const name of namesIn(path)) {
      if (node?.kind !== 'folder') return undefined;
      const ino = node.entries.get(name);
      node = ino === undefined ? undefined : this.#nodes.get(ino);
    }
    return node;
  }

  node(ino: number): DiskNode {
    const node = this.#nodes.get(ino);
    if (node === undefined) throw new Error(`no node ${ino}`);
    return node;
  }

  folder(path: string, syscall: string): FolderNode {
    const node = this.find(path);
    if (node === undefined) throw new DiskError('ENOENT', syscall, path);
    if (node.kind !== 'folder') throw new DiskError('ENOTDIR', syscall, path);
    return node;
  }

  createFile(path: string, mode: number, now: number): FileNode {
    const ino = (this.#last += 1);
    const data = Buffer.alloc(0);
    const file: FileNode = {
      kind: 'file',
      ino,
      mode,
      mtime: now,
      nlink: 1,
      data,
      durable: data,
      pending: [],
    };
    this.#nodes.set(ino, file);
    this.#rename([this.#entry(path, ino, 'open')], now);
    return file;
  }

  createFolder(path: string, mode: number, now: number): void {
    const ino = (this.#last += 1);
    this.#nodes.set(ino, newFolder(ino, mode, now));
    this.#rename([this.#entry(path, ino, 'mkdir')], now);
  }

  write(file: FileNode, at: number, bytes: Buffer, now: number): void {
    this.#change(file, { kind: 'write', at, bytes: Buffer.from(bytes) }, now);
  }

  cut(file: FileNode, size: number, now: number): void {
    this.#change(file, { kind: 'cut', size }, now);
  }

  link(from: string, to: string, now: number): void {
    const node = this.find(from);
    if (node?.kind !== 'file') throw new DiskError('ENOENT', 'link', from);
    if (this.find(to) !== undefined) throw new DiskError('EEXIST', 'link', to);
    node.nlink += 1;
    this.#rename([this.#entry(to, node.ino, 'link')], now);
  }

  rename(from: string, to: string, now: number): void {
    const node = this.find(from);
    if (node === undefined) throw new DiskError('ENOENT', 'rename', from);
    const target = this.find(to);
    if (target === node) return;
    if (target !== undefined) target.nlink -= 1;
    this.#rename([this.#entry(from, null, 'rename'), this.#entry(to, node.ino, 'rename')], now);
  }

  /** Takes a name away. */
  remove(path: string, syscall: string, now: number): void {
    const node = this.find(path);
    if (node === undefined) throw new DiskError('ENOENT', syscall, path);
    if (node.kind === 'folder' && node.entries.size > 0) throw new DiskError('ENOTEMPTY', syscall, path);
    node.nlink -= 1;
    this.#rename([this.#entry(path, null, syscall)], now);
  }

  /** Makes the content of a file, or the names in a folder, durable. */
  sync(node: DiskNode): void {
    if (node.kind === 'file') {
      node.durable = node.data;
      node.pending = [];
      return;
    }
    const isOf = (group: readonly NameChange[]): boolean => group.some(({ folder }) => folder === node.ino);
    for (const change of this.#names.filter(isOf).flat()) this.#settle(change);
    this.#names = this.#names.filter((group) => !isOf(group));
  }

  /** Makes all of it durable. */
  syncAll(): void {
    for (const node of this.#nodes.values()) this.sync(node);
  }

  /** What is left after the power went. */
  losePower(loss: Loss): void {
    for (const group of this.#names) if (loss.keepsName()) for (const change of group) this.#settle(change);
    this.#names = [];
    for (const node of this.#nodes.values()) {
      if (node.kind === 'file') {
        node.data = node.durable = remains(node, loss);
        node.pending = [];
      } else {
        node.entries.clear();
        for (const [name, ino] of node.durable) node.entries.set(name, ino);
      }
    }
    this.#count();
  }

  /** Whether no power loss can take all names of a file. */
  isDurablyNamed({ ino }: DiskNode): boolean {
    const inFolder = (folder: FolderNode): boolean =>
      [...folder.durable.values()].some((found) => {
        if (found === ino) return true;
        const node = this.#nodes.get(found);
        return node?.kind === 'folder' && inFolder(node);
      });
    return inFolder(this.node(ROOT) as FolderNode);
  }

  /** Every file by its path, in order. */
  files(): ReadonlyMap<string, FileNode> {
    const found = new Map<string, FileNode>();
    const walk = (folder: FolderNode, path: string): void => {
      for (const [name, ino] of [...folder.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const node = this.node(ino);
        if (node.kind === 'file') found.set(`${path}/${name}`, node);
        else walk(node, `${path}/${name}`);
      }
    };
    walk(this.node(ROOT) as FolderNode, '');
    return found;
  }

  #change(file: FileNode, change: Change, now: number): void {
    file.data = applied(file.data, change);
    file.pending.push(change);
    file.mtime = now;
  }

  #entry(path: string, ino: number | null, syscall: string): NameChange {
    const names = namesIn(path);
    const name = names.at(-1);
    if (name === undefined) throw new DiskError('EISDIR', syscall, path);
    return { folder: this.folder(`/${names.slice(0, -1).join('/')}`, syscall).ino, name, ino };
  }

  #rename(group: readonly NameChange[], now: number): void {
    for (const { folder, name, ino } of group) {
      const node = this.node(folder) as FolderNode;
      node.mtime = now;
      set(node.entries, name, ino);
    }
    this.#names.push(group);
  }

  #settle({ folder, name, ino }: NameChange): void {
    set((this.node(folder) as FolderNode).durable, name, ino);
  }

  #count(): void {
    const names = new Map<number, number>([[ROOT, 1]]);
    const walk = (folder: FolderNode): void => {
      for (const ino of folder.entries.values()) {
        names.set(ino, (names.get(ino) ?? 0) + 1);
        const node = this.node(ino);
        if (node.kind === 'folder') walk(node);
      }
    };
    walk(this.node(ROOT) as FolderNode);
    for (const [ino, node] of this.#nodes) {
      node.nlink = names.get(ino) ?? 0;
      if (node.nlink === 0) this.#nodes.delete(ino);
    }
  }
}

function newFolder(ino: number, mode: number, now: number): FolderNode {
  return { kind: 'folder', ino, mode, mtime: now, nlink: 1, entries: new Map(), durable: new Map() };
}

/** Content is never changed in place: copies may share it. */
function copyOf(node: DiskNode): DiskNode {
  return node.kind === 'file'
    ? { ...node, pending: [...node.pending] }
    : { ...node, entries: new Map(node.entries), durable: new Map(node.durable) };
}

/** Always the same few paths. */
const SPLIT = new Map<string, readonly string[]>();

function namesIn(path: string): readonly string[] {
  const known = SPLIT.get(path);
  if (known !== undefined) return known;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  SPLIT.set(path, names);
  return names;
}

function set(entries: Map<string, number>, name: string, ino: number | null): void {
  if (ino === null) entries.delete(name);
  else entries.set(name, ino);
}

function applied(data: Buffer, change: Change): Buffer {
  if (change.kind === 'cut') return data.subarray(0, change.size);
  const { at, bytes } = change;
  if (at === data.length) return Buffer.concat([data, bytes]);
  const next = Buffer.alloc(Math.max(data.length, at + bytes.length));
  data.copy(next);
  bytes.copy(next, at);
  return next;
}

function remains({ durable, pending }: FileNode, loss: Loss): Buffer {
  const kept = loss.keepsChanges(pending.length);
  const whole = pending.slice(0, kept).reduce(applied, durable);
  const torn = pending[kept];
  if (torn?.kind !== 'write') return whole;
  const bytes = torn.bytes.subarray(0, loss.tears(torn.bytes.length));
  return bytes.length === 0 ? whole : applied(whole, { ...torn, bytes });
}
