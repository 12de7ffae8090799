/** One mutated manifest beside whole ones: read without a crash, each problem with a place that there is. */
import type { DesiredState } from '../../src/desired/desired-state.ts';
import type { FileContent, SourceFile } from '../../src/desired/parse-manifests.ts';
import { formatPath, formatProblem, type Problem } from '../../src/desired/problem.ts';
import { formatChain } from '../../src/domain/errors.ts';
import { BESIDE, companionsOf, type Base } from './manifests.ts';
import { contentOf, type Readers } from './readers.ts';
import { textOf, treeOf } from './tree.ts';

export type ManifestVerdict =
  | { readonly kind: 'valid'; readonly desired: DesiredState }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  /** What hgctl did wrong. */
  | { readonly kind: 'refuted'; readonly invariant: string; readonly what: string };

const FOLDER = '/desk/';

export function fileNameOf({ name }: Base): string {
  return `${name}.yaml`;
}

/** `bytes` in the place of the base. */
export function judgeManifest(base: Base, bytes: Buffer, readers: Readers): ManifestVerdict {
  const content = contentOf(bytes);
  const sources = [
    sourceOf(base, content),
    ...companionsOf(base).map((other) => sourceOf(other, wholeOf(other))),
  ];
  const files = new Map(
    Object.entries(BESIDE).map(([name, text]) => [`${FOLDER}${name}`, textContent(text)]),
  );
  for (const { path, content: found } of sources) files.set(path, found);
  try {
    // A toggle file and a calendar are among the manifests, and what names them finds them there.
    const result = readers.manifests(sources, files);
    if (result.kind === 'ok') return { kind: 'valid', desired: result.desired };
    const lost = result.problems
      .map((problem) => misplaced(problem, base, content))
      .find((what) => what !== null);
    if (lost !== undefined) return { kind: 'refuted', invariant: 'always-a-place', what: lost };
    if (result.problems.length === 0)
      return { kind: 'refuted', invariant: 'always-a-place', what: 'invalid, and no problem is told' };
    return { kind: 'invalid', problems: result.problems };
  } catch (error) {
    return { kind: 'refuted', invariant: 'never-a-crash', what: formatChain(error) };
  }
}

function sourceOf(base: Base, content: FileContent): SourceFile {
  const name = fileNameOf(base);
  return { name, path: `${FOLDER}${name}`, content };
}

const WHOLE = new WeakMap<Base, FileContent>();

function wholeOf(base: Base): FileContent {
  const known = WHOLE.get(base);
  if (known !== undefined) return known;
  const made = textContent(textOf(treeOf(base.document)));
  WHOLE.set(base, made);
  return made;
}

function textContent(text: string): FileContent {
  return { kind: 'text', text };
}

/** What is wrong with the place of a problem; null where nothing is. */
function misplaced(problem: Problem, base: Base, content: FileContent): string | null {
  const { file, line, column, message } = problem;
  const told = formatProblem(problem);
  if (message === '' || !told.startsWith(`${file}:${String(line)}:${String(column)}`))
    return `no message: ${told}`;
  if (![line, column].every((count) => Number.isSafeInteger(count) && count >= 1)) return `no place: ${told}`;
  if (file !== fileNameOf(base)) return null;
  const lines = content.kind === 'text' ? content.text.split(/\r\n|\n|\r/) : [''];
  const text = lines[line - 1];
  if (text === undefined) return `there are ${String(lines.length)} lines: ${told}`;
  // A byte order mark is no column.
  return column > text.length + 1 ? `the line has ${String(text.length)} columns: ${told}` : null;
}

/** Whether some problem is about a field, or about what is in it. */
export function isAbout(problem: Problem, at: readonly (string | number)[]): boolean {
  const path = formatPath(at);
  if (path === '') return true;
  return problem.path === path || problem.path.startsWith(`${path}.`) || problem.path.startsWith(`${path}[`);
}
