/** Finds and reads the manifests that `-f` names, and everything that they name. */
import { existsSync, readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { assemble, type LoadResult } from '../desired/assemble.ts';
import { parseManifests, type FileContent, type SourceFile } from '../desired/parse-manifests.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { compareText } from '../domain/names.ts';
import type { NewFile } from './new-files.ts';
import { readText, type Fence } from './read-text.ts';
import { fileStamp } from './stamps.ts';
import { codeOf } from './system-error.ts';

export interface LoadOptions {
  /** Search all subfolders, not only `strategies` and `universes`. */
  readonly recursive: boolean;
  /** The text behind `-`. */
  readonly readStdin?: () => string;
}

interface FoundFile {
  readonly source: SourceFile;
  readonly fence: Fence;
}

/**
 * Loads files, folders and `-`. A path that does not exist, cannot be read or holds no manifest is an
 * {@link HgctlError}; what is wrong inside the files comes back as problems, all at once.
 */
export function loadManifests(paths: readonly string[], options: LoadOptions): LoadedFiles {
  const found = distinct(paths.flatMap((path) => findFiles(path, options)));
  const parsed = parseManifests(found.map(({ source }) => source));
  const fences = found.map(({ fence }) => fence);
  const files = new Map<string, FileContent>();
  for (const { kind, path } of parsed.needs) {
    // A manifest may point to no file outside the folders that the user named, but for an existing toggle file.
    files.set(path, readText(path, kind === 'toggle' ? undefined : fences));
  }
  const read = [...found.map(({ source }) => source.path), ...files.keys()];
  return { ...assemble(parsed, files), files: read };
}

/**
 * As {@link loadManifests} of a folder once these files are in it, too. What is there already counts as it is; the folder
 * itself need not be there.
 */
export function loadWith(folder: string, planned: readonly NewFile[]): LoadedFiles {
  const isThere = isFolder(folder);
  const there = isThere ? listYaml(folder, false).sort(compareText) : [];
  const fences = isThere ? [fenceOf(folder)] : [];
  const missing = planned.filter(({ path }) => !existsSync(path));
  const texts = new Map(missing.map(({ path, text }) => [resolve(path), text]));
  const parsed = parseManifests([
    ...there.map((name) => readSource(name, fences[0])),
    ...missing.filter(({ path }) => /\.ya?ml$/.test(path)).map(({ path, text }) => sourceOf(path, text)),
  ]);
  const files = new Map<string, FileContent>();
  for (const { kind, path } of parsed.needs) {
    const text = texts.get(path);
    const content = text === undefined ? readText(path, kind === 'toggle' ? undefined : fences) : undefined;
    files.set(path, content ?? { kind: 'text', text: text ?? '' });
  }
  const read = [...parsed.sources.map(({ path }) => path), ...files.keys()];
  return { ...assemble(parsed, files), files: read };
}

/** Whether a folder has an Account in it; not whether it is a good one. */
export function declaresAccount(folder: string): boolean {
  if (!isFolder(folder)) return false;
  return parseManifests(listYaml(folder, false).map((name) => readSource(name))).accounts.length > 0;
}

function sourceOf(name: string, text: string): SourceFile {
  return { name, path: resolve(name), content: { kind: 'text', text } };
}

export type LoadedFiles = LoadResult & {
  /** Every file that was read, or looked for. */
  readonly files: readonly string[];
};

/**
 * Something that is different after any of `files`, or the set of manifests under `paths`, has changed. Never throws:
 * what cannot be read is part of the answer.
 */
export function manifestStamp(
  paths: readonly string[],
  files: readonly string[],
  options: Pick<LoadOptions, 'recursive'>,
): string {
  const listed = paths.flatMap((path) => {
    try {
      return statSync(path).isDirectory() ? listYaml(path, options.recursive) : [path];
    } catch {
      return [path];
    }
  });
  return [...new Set([...listed, ...files])].sort(compareText).map(fileStamp).join('\n');
}

/** A file that was named twice counts once, under its first name. */
function distinct(found: readonly FoundFile[]): FoundFile[] {
  const byPath = new Map<string, FoundFile>();
  for (const file of found) {
    const key = realPathOf(file.source.path);
    if (!byPath.has(key)) byPath.set(key, file);
  }
  return [...byPath.values()];
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function findFiles(path: string, options: LoadOptions): FoundFile[] {
  if (path === '-') return [readInput(options)];
  const stats = statOf(path);
  if (stats.isDirectory()) return readFolder(path, options.recursive);
  const source = readSource(path);
  if (source.content.kind === 'unreadable') {
    throw new HgctlError(EXIT.invalid, `${path} ${source.content.reason}`, { hint: GIVE_PATH });
  }
  return [{ source, fence: fenceOf(dirname(path)) }];
}

const GIVE_PATH = 'Give -f a YAML file, a folder of YAML files, or - for standard input.';

function readInput({ readStdin }: LoadOptions): FoundFile {
  if (readStdin === undefined)
    throw new HgctlError(EXIT.usage, '-f - needs standard input', { hint: GIVE_PATH });
  const content: FileContent = { kind: 'text', text: readStdin() };
  return { source: { name: '<stdin>', path: resolve('<stdin>'), content }, fence: fenceOf('.') };
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new HgctlError(EXIT.notFound, `there is no file or folder ${path}`, { hint: GIVE_PATH, cause });
    }
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): HgctlError {
  return new HgctlError(EXIT.invalid, `${path} cannot be read`, { hint: 'Check its permissions.', cause });
}

function fenceOf(folder: string): Fence {
  return { name: folder, realPath: realpathSync(folder) };
}

function readSource(name: string, fence?: Fence): SourceFile {
  const path = resolve(name);
  return { name, path, content: readText(path, fence && [fence]) };
}

function readFolder(folder: string, recursive: boolean): FoundFile[] {
  const names = listYaml(folder, recursive);
  if (names.length === 0) {
    const hint = 'A manifest folder holds *.yaml or *.yml files; -R also looks into its subfolders.';
    throw new HgctlError(EXIT.invalid, `there is no manifest in ${folder}`, { hint });
  }
  const fence = fenceOf(folder);
  return names.sort(compareText).map((name) => ({ source: readSource(name, fence), fence }));
}

const SUBFOLDERS: ReadonlySet<string> = new Set(['strategies', 'universes']);

/** YAML files of a folder and of its subfolders. */
function listYaml(folder: string, recursive: boolean): string[] {
  const below = entriesOf(folder).flatMap(({ path, name, entry }) => {
    if (recursive && entry.isDirectory()) return listYaml(path, true);
    return SUBFOLDERS.has(name) && isFolder(path) ? yamlIn(path) : [];
  });
  return [...yamlIn(folder), ...below];
}

function yamlIn(folder: string): string[] {
  return entriesOf(folder).flatMap(({ path, entry }) =>
    /\.ya?ml$/.test(path) && !entry.isDirectory() ? [path] : [],
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

interface Entry {
  readonly path: string;
  readonly name: string;
  readonly entry: Dirent;
}

/** What is in a folder; hidden files are nobody's manifests. */
function entriesOf(folder: string): Entry[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => ({ path: join(folder, entry.name), name: entry.name, entry }));
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}
