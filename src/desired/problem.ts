/** What is wrong in a manifest, where, and what would be right. */
import { compareText } from '../domain/names.ts';
import { closest } from '../domain/suggest.ts';

export interface Problem {
  /** As the user named it. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;
  /** `spec.capital.positionSize`; empty when the whole document or file is meant. */
  readonly path: string;
  readonly message: string;
  readonly allowed?: string | undefined;
  readonly suggestion?: string | undefined;
}

/** `file:line:col path: message (allowed ...; did you mean ...?)`. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, path, message, allowed, suggestion } = problem;
  const hints: string[] = [];
  if (allowed !== undefined) hints.push(`allowed ${allowed}`);
  if (suggestion !== undefined) hints.push(`did you mean ${suggestion}?`);
  const tail = hints.length === 0 ? '' : ` (${hints.join('; ')})`;
  return `${file}:${line}:${column}${path === '' ? '' : ` ${path}`}: ${message}${tail}`;
}

/** By file, line and column, then by what they say: one order for one set of problems. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      compareText(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compareText(formatProblem(a), formatProblem(b)),
  );
}

export type FieldPath = readonly (string | number)[];

/** `spec.signal.params.targets[0].symbol`; keys that are no plain words are quoted. */
export function formatPath(path: FieldPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${quoted(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

const SHOWN_MAX = 60;

/** A text as it may be shown in one line: in quotes, escaped, cut when long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text);
}

const WORD_MAX = 64;

/** The candidate that a word was probably meant to be; undefined when there is none. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return word.length > WORD_MAX ? undefined : closest(word, candidates);
}
