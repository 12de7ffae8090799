/** Finds and reads the files of an installation of the original; never writes there. */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileContent } from '../desired/parse-manifests.ts';
import { sha256 } from '../domain/digest.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { compareText } from '../domain/names.ts';
import { readText } from './read-text.ts';

/** Where one file may be: the first folder that has it counts. */
export interface WantedFile {
  readonly name: string;
  readonly file: string;
  /** Below the root. */
  readonly folders: readonly string[];
}

export interface FoundFile {
  readonly name: string;
  /** Below the root; null where it is nowhere. */
  readonly file: string | null;
  readonly content: FileContent | null;
  /** Of the text. */
  readonly sha256: string | null;
  /** Further files of that name, which are not read. */
  readonly others: readonly string[];
}

/** Refuses (exit 6) a root that is no folder. */
export function findInstallation(root: string, wanted: readonly WantedFile[]): FoundFile[] {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new HgctlError(EXIT.notFound, `there is no folder ${root}`, {
      hint: 'give the root of an installation of Homeguard: the folder that has config/ and data/',
    });
  }
  return wanted.map((one) => findOne(root, one));
}

function findOne(root: string, { name, file, folders }: WantedFile): FoundFile {
  const places = folders.map((folder) => join(folder, file));
  // A link to nowhere is there, and cannot be read: it is not the same as none.
  const [first, ...others] = places.filter(
    (place) => lstatSync(join(root, place), { throwIfNoEntry: false }) !== undefined,
  );
  if (first === undefined) return { name, file: null, content: null, sha256: null, others: [] };
  const content = readText(join(root, first));
  const digest = content.kind === 'text' ? sha256(content.text) : null;
  return { name, file: first, content, sha256: digest, others };
}

/** Names of what is in a folder below the root; empty where there is none. */
export function namesIn(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder)).sort(compareText);
  } catch {
    return [];
  }
}
