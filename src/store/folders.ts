/** Folders of files that must survive a power loss. */
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EXIT, HgctlError } from '../domain/errors.ts';

/** Creates a private folder, with its parents, durably. Does nothing when it is there. */
export function ensureFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = resolve(path); at !== dirname(resolve(first)); at = dirname(at)) syncFolder(dirname(at));
}

/** As {@link ensureFolder}, for a folder inside the data folder. Throws where it is a link: what is written would land elsewhere. */
export function ensureOwnFolder(path: string): void {
  ensureFolder(path);
  if (lstatSync(path).isSymbolicLink()) throw new Error(`${path} is a symbolic link`);
}

/** Makes the names in a folder durable: creations, renames, removals. */
export function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Linux: `statfs` types of file systems where appends, caches or locks of two machines can disagree. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
]);

/** Refuses (exit 5) a folder on a network file system: an append there is no atomic compare-and-swap. */
export function refuseNetworkFolder(path: string): void {
  const name = process.platform === 'linux' ? networkName(statfsSync(path).type) : undefined;
  if (name === undefined) return;
  throw new HgctlError(
    EXIT.refused,
    `${path} is on a network file system (${name}), where a journal is not safe`,
    {
      hint: 'point --data, or store.data of the Account, to a folder on a local disk',
    },
  );
}

/** The network file system that a `statfs` type names, if any. */
export function networkName(type: number): string | undefined {
  return NETWORK_TYPES.get(type >>> 0);
}
