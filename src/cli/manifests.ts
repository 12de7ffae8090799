/** The manifests that a command works on, or all that is wrong with them. */
import type { DesiredState } from '../desired/desired-state.ts';
import { formatProblem } from '../desired/problem.ts';
import { EXIT, HgctlError } from '../domain/errors.ts';
import { loadManifests } from '../store/manifest-files.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GlobalOptions, Io } from './io.ts';
import { printable } from './output/printable.ts';
import { variable } from './places.ts';

export interface Manifests {
  readonly desired: DesiredState;
  /** `file:line` of a subject such as `strategy/core:spec.capital`. */
  readonly locate: (subject: string) => string | undefined;
  readonly accountFile: string;
}

const STDIN = 0;

/** Throws exit 4 with every problem of every file, one a line. Warnings go to stderr. */
export function readManifests(io: Io, options: GlobalOptions): Manifests {
  const paths = manifestPaths(io, options);
  const loaded = loadManifests(paths, {
    recursive: options.recursive ?? false,
    readStdin: () => readFileSync(STDIN, 'utf8'),
  });
  if (loaded.kind === 'invalid') throw invalid(loaded.problems.map(formatProblem));
  for (const warning of loaded.warnings) io.stderr(`warning: ${printableLines(formatProblem(warning))}\n`);
  return { desired: loaded.desired, locate: loaded.locate, accountFile: resolve(loaded.accountFile) };
}

/** `-f`, else `HGCTL_MANIFESTS`, else `./manifests`. */
function manifestPaths(io: Io, options: GlobalOptions): readonly string[] {
  return options.filename ?? [variable(io, 'HGCTL_MANIFESTS') ?? 'manifests'];
}

function invalid(problems: readonly string[]): HgctlError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const list = problems.map((problem) => `  ${printableLines(problem)}`).join('\n');
  return new HgctlError(EXIT.invalid, `the manifests have ${count}; nothing was executed:\n${list}`);
}

/** Some messages show lines to add. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n  ');
}
