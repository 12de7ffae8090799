/** Changes switches in the text of a toggle file, and nothing else: comments, order and layout stay. */
import { canonicalJson, type Json } from '../domain/digest.ts';
import { checkSchema } from './schema-check.ts';
import type { Problem } from './problem.ts';
import { toggleSchema } from './toggle-schema.ts';
import { applyEdits, insertEntries, replaceScalar, type Edited, type NewValue } from './yaml-edit.ts';
import { fieldProblem, nodeAt, parseYaml, valueAt, type YamlDocument } from './yaml-document.ts';
import type { YamlNode } from './yaml-tree.ts';

export interface ToggleChange {
  /** Name of the file, for problems. */
  readonly file: string;
  readonly strategy: string;
  /** Undefined leaves it as it is; in a new entry, false. */
  readonly enabled?: boolean;
  readonly shutdownRequested?: boolean;
  /** ISO 8601 with offset. */
  readonly modifiedAt: string;
  readonly modifiedBy: 'hgctl';
}

type ToggleEdit =
  | { readonly kind: 'edited'; readonly text: string }
  /** The file says so already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Only the bytes of the values that change are replaced, `last_modified` and `modified_by` included. */
export function editToggle(text: string, change: ToggleChange): ToggleEdit {
  const read = readToggle(change.file, text);
  if (read.kind === 'problem') return read;
  const { document } = read;
  const before = valueAt(document.data, ['strategies', change.strategy]);
  if (before !== undefined && changedSwitches(before, change).length === 0) return { kind: 'unchanged' };
  const edits = planEdits(document, change);
  if (edits === undefined) return byHand(document);
  const edited = applyEdits(text, edits);
  const after = readToggle(change.file, edited);
  const right = after.kind === 'read' && sameData(after.document.data, wantedData(document.data, change));
  return right ? { kind: 'edited', text: edited } : byHand(document);
}

type ReadToggle =
  | { readonly kind: 'read'; readonly document: YamlDocument }
  | { readonly kind: 'problem'; readonly problem: Problem };

function readToggle(file: string, text: string): ReadToggle {
  const { documents, problems } = parseYaml(file, text);
  const [problem] = problems;
  if (problem !== undefined) return { kind: 'problem', problem };
  const [document, second] = documents;
  if (document === undefined) {
    const message = 'the toggle file is empty: it needs strategies:';
    return { kind: 'problem', problem: { file, line: 1, column: 1, path: '', message } };
  }
  if (second !== undefined) {
    return {
      kind: 'problem',
      problem: fieldProblem(second, [], { message: 'a toggle file holds one document' }),
    };
  }
  const checked = checkSchema(document, toggleSchema);
  const trouble = checked.kind === 'invalid' ? checked.problems[0] : undefined;
  return trouble === undefined ? { kind: 'read', document } : { kind: 'problem', problem: trouble };
}

/** For layouts that no edit in place can be sure of: aliases, block text, `? key`. */
function byHand(document: YamlDocument): ToggleEdit {
  const message = 'this file is written in a way that cannot be edited safely: change it by hand';
  return { kind: 'problem', problem: fieldProblem(document, [], { message }) };
}

type Switches = readonly (readonly [key: string, value: boolean])[];

/** The switches to write into an entry; one that is absent means false. */
function changedSwitches(entry: unknown, { enabled, shutdownRequested }: ToggleChange): Switches {
  const wanted = [
    ['enabled', enabled],
    ['shutdown_requested', shutdownRequested],
  ] as const;
  return wanted.flatMap(([key, value]) => {
    const same = value === undefined || (valueAt(entry, [key]) ?? false) === value;
    return same ? [] : [[key, value] as const];
  });
}

function newSwitches({ enabled = false, shutdownRequested = false }: ToggleChange): Switches {
  return [
    ['enabled', enabled],
    ['shutdown_requested', shutdownRequested],
  ];
}

/** Inner edits first; undefined when the layout is beyond us. */
function planEdits(document: YamlDocument, change: ToggleChange): Edited[] | undefined {
  const { root, aliases } = document.tree;
  const strategies = nodeAt(root, ['strategies']);
  if (aliases > 0 || root.kind !== 'map' || strategies?.kind !== 'map') return undefined;
  const entry = nodeAt(strategies, [change.strategy]);
  const switches =
    entry === undefined
      ? insertEntries(document.text, strategies, [
          [change.strategy, { kind: 'map', entries: newSwitches(change) }],
        ])
      : setValues(
          document.text,
          entry,
          scalars(changedSwitches(valueAt(document.data, ['strategies', change.strategy]), change)),
        );
  const stamps = setValues(document.text, root, [
    ['last_modified', { kind: 'text', text: change.modifiedAt }],
    ['modified_by', { kind: 'text', text: change.modifiedBy }],
  ]);
  return switches === undefined || stamps === undefined ? undefined : [...switches, ...stamps];
}

type Values = readonly (readonly [key: string, value: NewValue])[];

function scalars(switches: Switches): Values {
  return switches.map(([key, value]) => [key, { kind: 'flag', value }] as const);
}

/** Replaces the values that are there, and inserts the others. */
function setValues(text: string, map: YamlNode, values: Values): Edited[] | undefined {
  if (map.kind !== 'map') return undefined;
  const edits: Edited[] = [];
  for (const [key, value] of values) {
    const node = nodeAt(map, [key]);
    if (node === undefined) continue;
    const edit = replaceScalar(node, value);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  const missing = values.filter(([key]) => nodeAt(map, [key]) === undefined);
  const inserted = missing.length === 0 ? [] : insertEntries(text, map, missing);
  return inserted && [...edits, ...inserted];
}

function wantedData(data: unknown, change: ToggleChange): unknown {
  const root = data as Readonly<Record<string, unknown>>;
  const strategies = root['strategies'] as Readonly<Record<string, unknown>>;
  const entry = valueAt(strategies, [change.strategy]);
  const switches = entry === undefined ? newSwitches(change) : changedSwitches(entry, change);
  return {
    ...root,
    strategies: {
      ...strategies,
      [change.strategy]: { ...(entry as object | undefined), ...Object.fromEntries(switches) },
    },
    last_modified: change.modifiedAt,
    modified_by: change.modifiedBy,
  };
}

function sameData(a: unknown, b: unknown): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json);
}
