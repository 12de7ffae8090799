/** Validates a document against a schema, and says in plain words what is wrong where. */
import type * as z from 'zod';
import { nearest, quoted, type FieldPath, type Problem } from './problem.ts';
import { fieldProblem, sourceOf, valueAt, type YamlDocument } from './yaml-document.ts';

type Checked<Value> =
  | { readonly kind: 'valid'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

export function checkSchema<Value>(document: YamlDocument, schema: z.ZodType<Value>): Checked<Value> {
  const result = schema.safeParse(document.data, { error: (issue) => messageOf(document, issue) });
  if (result.success) return { kind: 'valid', value: result.data };
  return { kind: 'invalid', problems: result.error.issues.flatMap((issue) => problemsOf(document, issue)) };
}

function messageOf(document: YamlDocument, issue: z.core.$ZodRawIssue): string {
  const input = valueAt(document.data, fieldPath(issue.path ?? []));
  if (input === undefined) return 'is missing';
  if (input === null || issue.code === 'invalid_type') {
    return typeMessage(
      input,
      issue.code === 'invalid_type' ? issue.expected : '',
      written(document, issue.path),
    );
  }
  switch (issue.code) {
    case 'invalid_value':
    case 'invalid_union':
      return `${show(input)} is not known`;
    case 'too_small':
      return Array.isArray(input) ? 'must not be empty' : `must be at least ${String(issue.minimum)}`;
    case 'too_big':
      return `must be at most ${String(issue.maximum)}`;
    default:
      return 'is not valid';
  }
}

function written(document: YamlDocument, path: readonly PropertyKey[] | undefined): string {
  return sourceOf(document, fieldPath(path ?? []));
}

const EXPECTED: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  string: 'text',
};

function typeMessage(input: unknown, expected: string, source: string): string {
  if (input === null && source === '') return 'has no value';
  const wanted = EXPECTED[expected] ?? 'something else';
  if (expected === 'string' && (input === null || typeof input !== 'object')) {
    return `${source} is read as ${readAs(input)}, not as text: quote it ("${source}")`;
  }
  if (typeof input === 'string' && wanted === EXPECTED['int'] && /^-?\d+$/.test(input)) {
    return `must be ${wanted}: remove the quotes around ${show(input)}`;
  }
  return `must be ${wanted}, not ${show(input)}`;
}

function readAs(input: unknown): string {
  if (input === null) return 'no value';
  return typeof input === 'number' ? 'a number' : 'true or false';
}

function show(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'a mapping';
  return typeof input === 'string' ? quoted(input) : String(input);
}

function problemsOf(document: YamlDocument, issue: z.core.$ZodIssue): Problem[] {
  const path = fieldPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = issue.message.split(', ');
      const what = { message: 'unknown key', allowed: issue.message, suggestion: nearest(key, known) };
      return fieldProblem(document, [...path, key], what, 'key');
    });
  }
  const choices = choicesOf(issue);
  const source = sourceOf(document, path).replace(/^["']|["']$/g, '');
  const what = {
    message: issue.message,
    allowed: choices?.join(', ') ?? paramOf(issue, 'allowed'),
    suggestion: choices === undefined ? paramOf(issue, 'suggestion') : suggestion(source, choices),
  };
  const isForbidden = issue.code === 'invalid_type' && issue.expected === 'never';
  return [fieldProblem(document, path, what, isForbidden ? 'key' : 'value')];
}

/** Of a single choice, what is allowed says it all. */
function suggestion(input: string, choices: readonly string[]): string | undefined {
  return choices.length > 1 ? nearest(input, choices) : undefined;
}

function choicesOf(issue: z.core.$ZodIssue): string[] | undefined {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union' || !('options' in issue)) return undefined;
  return Array.isArray(issue.options) ? issue.options.map(String) : undefined;
}

/** What a check of our own has to say besides its message. */
function paramOf(issue: z.core.$ZodIssue, name: 'allowed' | 'suggestion'): string | undefined {
  const said: unknown = issue.code === 'custom' ? issue.params?.[name] : undefined;
  return typeof said === 'string' ? said : undefined;
}

function fieldPath(path: readonly PropertyKey[]): FieldPath {
  return path.map((part) => (typeof part === 'number' ? part : String(part)));
}
