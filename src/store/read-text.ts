/** Reads text files that people name: bounded, regular, UTF-8, and inside their folder. */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { FileContent } from '../desired/parse-manifests.ts';
import { TEXT_MAX } from '../desired/yaml-document.ts';
import { codeOf } from './system-error.ts';

/** A folder that a file may not leave, links resolved. */
export interface Fence {
  /** As it is shown to the user. */
  readonly name: string;
  readonly realPath: string;
}

/**
 * Never throws: what stands in the way comes back as the reason. At most 1 MiB is ever read. With `fences`, the file
 * must be inside one of them.
 */
export function readText(path: string, fences?: readonly Fence[]): FileContent {
  try {
    const realPath = realpathSync(path);
    if (fences !== undefined && !fences.some((fence) => isInside(realPath, fence.realPath))) {
      const names = new Set(fences.map(({ name }) => name));
      return { kind: 'unreadable', reason: `is outside the manifest folder ${[...names].join(' and ')}` };
    }
    return readRegular(realPath);
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOf(error) };
  }
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function readRegular(path: string): FileContent {
  // A named pipe without a writer would hold a blocking open for ever.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { kind: 'unreadable', reason: 'is not a regular file' };
    if (stats.size > TEXT_MAX) return { kind: 'unreadable', reason: 'is larger than 1 MiB' };
    return decode(readAtMost(descriptor, TEXT_MAX + 1));
  } finally {
    closeSync(descriptor);
  }
}

function readAtMost(descriptor: number, most: number): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.alloc(Math.min(65_536, most - size));
    const count = readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    size += count;
  }
}

function decode(bytes: Buffer): FileContent {
  if (bytes.length > TEXT_MAX) return { kind: 'unreadable', reason: 'is larger than 1 MiB' };
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { kind: 'unreadable', reason: 'is not UTF-8 text' };
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error) ?? String(error);
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
}
