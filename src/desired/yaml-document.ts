/** YAML text as plain data, with the line and column of every field. */
import {
  CORE_SCHEMA,
  YAMLException,
  constructFromEvents,
  defineMappingTag,
  mapTag,
  parseEvents,
} from 'js-yaml';
import { formatPath, type FieldPath, type Problem } from './problem.ts';
import { buildTrees, isRefusedKey, type YamlNode, type YamlTree } from './yaml-tree.ts';

export interface YamlDocument {
  readonly file: string;
  /** The text of the whole file. */
  readonly text: string;
  readonly lines: LineIndex;
  readonly tree: YamlTree;
  /** Plain objects, lists, text, numbers, booleans and null; acyclic, and free of refused and repeated keys. */
  readonly data: unknown;
}

interface YamlFile {
  /** Documents without content are left out. */
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
  /** False when the text was no YAML: what it would have declared is not known. */
  readonly readable: boolean;
}

export const TEXT_MAX = 1_048_576;
/** A manifest is eight deep; the parser's time doubles with each level of nested `? ` keys. */
const DEPTH_MAX = 16;

/** Reads all documents of a file. Never throws: what is wrong comes back as problems. */
export function parseYaml(file: string, text: string): YamlFile {
  if (text.length > TEXT_MAX) {
    return {
      documents: [],
      problems: [problemAt(file, [0], 0, 'the file is larger than 1 MiB')],
      readable: false,
    };
  }
  const lines = lineIndexOf(text);
  try {
    const events = parseEvents(text, { maxDepth: DEPTH_MAX });
    const { trees, problems } = buildTrees(text, events);
    const found = problems.map(({ offset, message }) => problemAt(file, lines, offset, message));
    if (problems.some(({ fatal }) => fatal)) return { documents: [], problems: found, readable: false };
    const values = constructFromEvents(events, { source: text, schema: SAFE_SCHEMA });
    const documents = trees.map((tree, index) => ({ file, text, lines, tree, data: values[index] }));
    return { documents: documents.filter(hasContent), problems: found, readable: true };
  } catch (error) {
    return { documents: [], problems: [syntaxProblem(file, lines, error)], readable: false };
  }
}

/**
 * Mappings as plain objects. Keys that could reach a prototype never get in, and a repeated key overwrites: the tree
 * has reported both with their places.
 */
const SAFE_SCHEMA = CORE_SCHEMA.withTags(
  defineMappingTag<Record<string, unknown>>(mapTag.tagName, {
    create: () => ({}),
    addPair: (carrier, key, value) => {
      const name = keyName(key);
      if (!isRefusedKey(name)) carrier[name] = value;
      return '';
    },
    has: () => false,
    keys: (result) => Object.keys(result),
    get: (result, key) => result[keyName(key)],
    identify: () => false,
  }),
);

/** As YAML's core schema prints a scalar; mappings and lists as keys have been reported. */
function keyName(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

function hasContent({ data }: YamlDocument): boolean {
  return data !== null && data !== undefined;
}

function syntaxProblem(file: string, lines: LineIndex, error: unknown): Problem {
  if (!(error instanceof YAMLException)) return problemAt(file, lines, 0, `no YAML: ${String(error)}`);
  const reason = error.reason.replace(
    /nesting exceeded maxDepth \(\d+\)/,
    `the nesting is deeper than ${DEPTH_MAX} levels`,
  );
  return problemAt(file, lines, error.mark?.position ?? 0, reason);
}

function problemAt(file: string, lines: LineIndex, offset: number, message: string): Problem {
  return { file, ...positionOf(lines, offset), path: '', message };
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** Offsets at which the lines of a text start; a byte order mark is no part of the first. */
type LineIndex = readonly number[];

function lineIndexOf(text: string): LineIndex {
  const breaks = [...text.matchAll(/\r\n|\n|\r/g)].map(({ index, 0: { length } }) => index + length);
  return [text.startsWith('\uFEFF') ? 1 : 0, ...breaks];
}

function positionOf(lines: LineIndex, offset: number): Position {
  let line = 0;
  for (let end = lines.length; end - line > 1;) {
    const middle = (line + end) >> 1;
    if ((lines[middle] ?? 0) <= offset) line = middle;
    else end = middle;
  }
  return { line: line + 1, column: Math.max(0, offset - (lines[line] ?? 0)) + 1 };
}

/** A problem at a field: at its value or its key, or where its nearest parent is when it is absent. */
export function fieldProblem(
  document: YamlDocument,
  path: FieldPath,
  what: {
    readonly message: string;
    readonly allowed?: string | undefined;
    readonly suggestion?: string | undefined;
  },
  part: 'value' | 'key' = 'value',
): Problem {
  return { file: document.file, ...locate(document, path, part), path: formatPath(path), ...what };
}

/** Where a field stands. Of an absent or empty field, the key of the nearest parent. */
export function locate(document: YamlDocument, path: FieldPath, part: 'value' | 'key' = 'value'): Position {
  let node = document.tree.root;
  let keyStart = node.start;
  for (const step of path) {
    const child = childOf(node, step);
    if (child === undefined) return positionOf(document.lines, keyStart);
    keyStart = child.keyStart;
    node = child.node;
  }
  const atKey = part === 'key' || node.end === node.start;
  return positionOf(document.lines, atKey ? keyStart : node.start);
}

/** The text of a field as it is written; empty when it is absent. */
export function sourceOf(document: YamlDocument, path: FieldPath): string {
  const node = nodeAt(document.tree.root, path);
  return node === undefined ? '' : document.text.slice(node.start, node.end);
}

export function nodeAt(root: YamlNode, path: FieldPath): YamlNode | undefined {
  return path.reduce<YamlNode | undefined>((node, step) => node && childOf(node, step)?.node, root);
}

function childOf(
  node: YamlNode,
  step: string | number,
): { readonly node: YamlNode; readonly keyStart: number } | undefined {
  if (node.kind === 'list') {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    return item && { node: item, keyStart: item.start };
  }
  if (node.kind !== 'map') return undefined;
  const entry = node.byKey.get(String(step));
  return entry && { node: entry.value, keyStart: entry.keySpan.start };
}

/** The value at a path of plain data; undefined when it is absent. Looks at own fields only. */
export function valueAt(data: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    return (value as Readonly<Record<string | number, unknown>>)[step];
  }, data);
}
