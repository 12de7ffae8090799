/** The manifests that a command works on, or all that is wrong with them. */
import type { DesiredState } from '../desired/desired-state.ts';
import { formatProblem } from '../desired/problem.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { loadManifests, loadWith, type LoadedFiles } from '../store/manifest-files.ts';
import type { NewFile } from '../store/new-files.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GlobalOptions, Io } from './io.ts';
import { printable, printableLines } from './output/printable.ts';
import { variable } from './places.ts';

export interface Manifests {
  readonly desired: DesiredState;
  /** `file:line` of a subject such as `strategy/core:spec.capital`. */
  readonly locate: (subject: string) => string | undefined;
  readonly accountFile: string;
  /** Every file that they were read from. */
  readonly files: readonly string[];
}

const STDIN = 0;

/** The manifests have problems; `data` is the data folder that they declare all the same, if they do. */
export class ManifestsInvalid extends HgctlError {
  readonly data: string | null;
  readonly problems: readonly string[];
  /** Every file that was read. */
  readonly files: readonly string[];
  /** For a command that goes on without them. */
  readonly found: string;

  constructor(
    problems: readonly string[],
    { data, files }: { readonly data: string | null; readonly files: readonly string[] },
  ) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    // Some messages show lines to add.
    const list = problems.map((problem) => `  ${problem.split('\n').map(printable).join('\n  ')}`).join('\n');
    super(EXIT.invalid, `the manifests have ${count}; nothing was executed:\n${list}`);
    this.data = data;
    this.files = files;
    this.problems = problems;
    this.found = `the manifests have ${count}:\n${list}`;
  }
}

/** Throws exit 4 with every problem of every file, one a line. Warnings go to stderr. */
export function readManifests(io: Io, options: GlobalOptions): Manifests {
  const paths = manifestPaths(io, options);
  const loaded = loadManifests(paths, {
    recursive: options.recursive ?? false,
    readStdin: () => readFileSync(STDIN, 'utf8'),
  });
  return accepted(io, loaded);
}

/** As {@link readManifests} of a folder once these files are in it. */
export function readPlanned(io: Io, folder: string, planned: readonly NewFile[]): Manifests {
  return accepted(io, loadWith(folder, planned));
}

function accepted(io: Io, loaded: LoadedFiles): Manifests {
  if (loaded.kind === 'invalid') {
    // What is no YAML is found twice in a toggle file: among the manifests, and as the file that the account names.
    const problems = new Set(loaded.problems.map(formatProblem));
    throw new ManifestsInvalid([...problems], loaded);
  }
  for (const warning of loaded.warnings) io.stderr(`warning: ${printableLines(formatProblem(warning))}\n`);
  const { desired, locate, files } = loaded;
  return { desired, locate, accountFile: resolve(loaded.accountFile), files };
}

/** `-f`, else `HGCTL_MANIFESTS`, else `./manifests`. */
export function manifestPaths(io: Io, options: GlobalOptions): readonly string[] {
  return options.filename ?? [variable(io, 'HGCTL_MANIFESTS') ?? 'manifests'];
}
