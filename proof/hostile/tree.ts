/** Structural mutations: one node of a document is deleted, doubled, replaced, retyped, moved, or gets a strange sibling. */
import type { Json } from '../../src/domain/digest.ts';
import type { Chance } from '../machine/chance.ts';

export type Path = readonly (string | number)[];

/** A mapping is a list of pairs here, so that a key may be there twice and may be `__proto__`. */
export type Tree =
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [key: string, value: Tree])[] }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null };

export function treeOf(value: Json): Tree {
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', value };
  if (Array.isArray(value)) return { kind: 'list', items: (value as readonly Json[]).map(treeOf) };
  return { kind: 'map', pairs: Object.entries(value).map(([key, inner]) => [key, treeOf(inner)]) };
}

/** JSON, which is YAML; written by hand, because JSON of JavaScript can say no key twice. */
export function textOf(tree: Tree): string {
  if (tree.kind === 'scalar') return JSON.stringify(tree.value);
  if (tree.kind === 'list') return `[${tree.items.map(textOf).join(',\n')}]`;
  return `{${tree.pairs.map(([key, value]) => `${JSON.stringify(key)}: ${textOf(value)}`).join(',\n')}}`;
}

/** Of every node but the root. */
function pathsOf(tree: Tree): Path[] {
  return childrenOf(tree).flatMap(([step, child]) => [
    [step],
    ...pathsOf(child).map((path) => [step, ...path]),
  ]);
}

function childrenOf(tree: Tree): [number, Tree][] {
  if (tree.kind === 'scalar') return [];
  const children = tree.kind === 'list' ? tree.items : tree.pairs.map(([, value]) => value);
  return children.map((child, index) => [index, child]);
}

function nodeAt(tree: Tree, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>(
    (node, step) => node && childrenOf(node).find(([index]) => index === step)?.[1],
    tree,
  );
}

type Child = readonly [key: string, value: Tree];

/** `change` makes any number of children of the one at the path; a list forgets their keys. */
function changed(tree: Tree, path: Path, change: (child: Child) => readonly Child[]): Tree {
  const [step, ...rest] = path;
  if (tree.kind === 'scalar' || step === undefined) return tree;
  const inner = (child: Child): readonly Child[] =>
    rest.length === 0 ? change(child) : [[child[0], changed(child[1], rest, change)]];
  if (tree.kind === 'map')
    return {
      kind: 'map',
      pairs: tree.pairs.flatMap((pair, index) => (index === step ? inner(pair) : [pair])),
    };
  const items = tree.items.flatMap((item, index) =>
    index === step ? inner(['', item]).map(([, value]) => value) : [item],
  );
  return { kind: 'list', items };
}

/** Values that have surprised programs before. */
const STRANGE: readonly Json[] = [
  ...[null, true, false, 0, -0, 1, -1, 0.1, 1e-9, 1e21, 1e308, 2 ** 53, -(2 ** 31), 4_294_967_296],
  ...[
    '',
    ' ',
    '0',
    '-1',
    'null',
    'true',
    'NaN',
    '1e999',
    '0x10',
    '100%',
    '-100%',
    '1e3%',
    '0.00001%',
    '9999999999%',
  ],
  ...[
    '0s',
    '1h',
    '61m',
    '999999999h',
    '-1s',
    '24:00',
    '15:55',
    'open+0m',
    'close-999h',
    'closed',
    '13:00-09:30',
  ],
  ...[
    'VTI',
    'vti',
    'A'.repeat(64),
    'x'.repeat(5_000),
    '../../etc/passwd',
    '/dev/zero',
    '~',
    '\u0000',
    '\u001b[2J',
  ],
  ...[
    '\u202eX',
    '\ud800',
    'line\nline',
    '__proto__',
    'constructor',
    'toString',
    'hgctl',
    '*',
    '2025-02-30',
    '-0',
  ],
  ...[
    'http://127.0.0.1:1/',
    'https://user:pass@example.com/',
    'file:///etc/passwd',
    '${HOME}',
    '%s%n',
    '\'"`',
  ],
  ...[
    [],
    {},
    [[]],
    [null],
    { '': '' },
    ['VTI', 'VTI'],
    { type: 'fixed' },
    { constructor: { prototype: {} } },
  ],
];

const STRANGE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '<<',
  'a.b',
  'x',
];

const KINDS = ['delete', 'double', 'replace', 'retype', 'move', 'rename', 'add', 'nest', 'shuffle'] as const;

/** From one to three mutations. */
export function mutatedTree(tree: Tree, luck: Chance): Tree {
  let result = tree;
  for (let left = 1 + luck.below(3); left > 0; left -= 1) result = mutateOnce(result, luck);
  return result;
}

function mutateOnce(tree: Tree, luck: Chance): Tree {
  const paths = pathsOf(tree);
  if (paths.length === 0) return treeOf(luck.pick(STRANGE));
  const path = luck.pick(paths);
  const strange = (): Tree => treeOf(luck.pick(STRANGE));
  switch (luck.pick(KINDS)) {
    case 'delete':
      return changed(tree, path, () => []);
    case 'double':
      return changed(tree, path, (child) => [child, child]);
    case 'replace':
      return changed(tree, path, ([key]) => [[key, strange()]]);
    case 'retype':
      return changed(tree, path, ([key, value]) => [[key, retyped(value, luck)]]);
    case 'move': {
      const moved = nodeAt(tree, path);
      const onto = luck.pick(paths);
      return moved === undefined
        ? tree
        : changed(
            changed(tree, path, () => []),
            onto,
            ([key]) => [[key, moved]],
          );
    }
    case 'rename':
      return changed(tree, path, ([key, value]) => [
        [luck.pick([...STRANGE_KEYS, `${key}x`, key.slice(1)]), value],
      ]);
    case 'add':
      return changed(tree, path, (child) => [child, [luck.pick(STRANGE_KEYS), strange()]]);
    case 'nest':
      return changed(tree, path, ([key, value]) => [[key, nested(value, 1 + luck.below(30), luck)]]);
    case 'shuffle':
      return changed(tree, path, ([key, value]) => [[key, reversed(value)]]);
  }
}

/** From one to three values are others of their type: what every check of types lets pass. */
export function plausibleTree(tree: Tree, luck: Chance): Tree {
  let result = tree;
  for (let left = 1 + luck.below(3); left > 0; left -= 1) {
    const paths = pathsOf(result).filter((path) => nodeAt(result, path)?.kind === 'scalar');
    if (paths.length === 0) return result;
    result = changed(result, luck.pick(paths), ([key, value]) => [[key, absurd(value, luck)]]);
  }
  return result;
}

const ABSURD_NUMBERS = [0, 1, -1, 2 ** 53 - 1, 1 - 2 ** 53, 1e12, -1e12, 253_402_300_799_999];
const ABSURD_TEXTS = [
  '',
  '__proto__',
  'constructor',
  '0000-01-01',
  '9999-12-31',
  'x'.repeat(5_000),
  '\u001b[2J',
  '*',
];

function absurd(tree: Tree, luck: Chance): Tree {
  if (tree.kind !== 'scalar' || tree.value === null) return tree;
  if (typeof tree.value === 'boolean') return treeOf(!tree.value);
  if (typeof tree.value === 'string') return treeOf(luck.pick(ABSURD_TEXTS));
  return treeOf(luck.pick([...ABSURD_NUMBERS, -tree.value]));
}

/** The same content as another type: what people and programs get wrong. */
function retyped(tree: Tree, luck: Chance): Tree {
  if (tree.kind === 'map') return { kind: 'list', items: tree.pairs.map(([, value]) => value) };
  if (tree.kind === 'list')
    return { kind: 'map', pairs: tree.items.map((item, index) => [String(index), item]) };
  const { value } = tree;
  if (luck.below(3) === 0) return { kind: 'list', items: [tree] };
  if (typeof value === 'string') return treeOf(Number.isNaN(Number(value)) ? value.length : Number(value));
  return treeOf(String(value));
}

function nested(tree: Tree, depth: number, luck: Chance): Tree {
  let result = tree;
  for (let left = depth; left > 0; left -= 1)
    result =
      luck.below(2) === 0 ? { kind: 'list', items: [result] } : { kind: 'map', pairs: [['x', result]] };
  return result;
}

function reversed(tree: Tree): Tree {
  if (tree.kind === 'map') return { kind: 'map', pairs: [...tree.pairs].reverse() };
  return tree.kind === 'list' ? { kind: 'list', items: [...tree.items].reverse() } : tree;
}
