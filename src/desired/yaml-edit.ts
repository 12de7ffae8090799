/** Edits of YAML text that keep every other byte. */
import type { MapNode, YamlNode } from './yaml-tree.ts';

/** Puts `text` in the place of the bytes from `start` to `end`. */
export interface Edited {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type NewValue =
  | { readonly kind: 'flag'; readonly value: boolean }
  /** Text without quotes, backslashes and control characters. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: string, value: boolean])[] };

/** Edits at one place are applied in the order given; edits never overlap. */
export function applyEdits(text: string, edits: readonly Edited[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** Keeps the quotes that are there; undefined for what is no scalar of one line. */
export function replaceScalar(node: YamlNode, value: NewValue): Edited | undefined {
  if (node.kind !== 'scalar' || node.style === 'block' || node.start === node.end || value.kind === 'map')
    return undefined;
  if (node.style === 'plain') return { start: node.start, end: node.end, text: inline(value, '') };
  const text = value.kind === 'text' ? value.text : String(value.value);
  return { start: node.start + 1, end: node.end - 1, text };
}

type NewEntries = readonly (readonly [key: string, value: NewValue])[];

/** Adds entries behind the last one, in the style of the mapping; undefined where that style is beyond us. */
export function insertEntries(text: string, map: MapNode, entries: NewEntries): Edited[] | undefined {
  return map.flow ? insertInFlow(text, map, entries) : insertInBlock(text, map, entries);
}

function insertInFlow(text: string, map: MapNode, entries: NewEntries): Edited[] {
  const quote = keyQuote(text, map);
  const written = entries.map(([key, value]) => `${keyText(key, quote)}: ${inline(value, quote)}`).join(', ');
  const last = map.entries.at(-1);
  if (last === undefined) return [{ start: map.start + 1, end: map.start + 1, text: written }];
  return [{ start: last.value.end, end: last.value.end, text: `, ${written}` }];
}

function insertInBlock(text: string, map: MapNode, entries: NewEntries): Edited[] | undefined {
  const indent = indentOf(text, map);
  if (indent === undefined) return undefined;
  const quote = keyQuote(text, map);
  const lines: string[] = [];
  for (const [key, value] of entries) {
    const sample = map.entries.at(-1)?.value;
    const nested = value.kind === 'map' && sample?.kind === 'map' && !sample.flow ? sample : undefined;
    if (nested === undefined || value.kind !== 'map') {
      lines.push(`${indent}${keyText(key, quote)}: ${inline(value, quote)}`);
      continue;
    }
    const inner = indentOf(text, nested);
    if (inner === undefined) return undefined;
    lines.push(`${indent}${keyText(key, quote)}:`);
    lines.push(
      ...value.entries.map(([name, flag]) => `${inner}${keyText(name, keyQuote(text, nested))}: ${flag}`),
    );
  }
  return [newLines(text, map.end, lines)];
}

/** Whole lines behind the one that holds the byte before `end`. */
function newLines(text: string, end: number, lines: readonly string[]): Edited {
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
  if (/[\r\n]/.test(text.charAt(end - 1))) return insertion(end, lines.map((line) => line + eol).join(''));
  const next = /\r\n|\n|\r/g;
  next.lastIndex = end;
  if (next.test(text)) return insertion(next.lastIndex, lines.map((line) => line + eol).join(''));
  return insertion(text.length, lines.map((line) => eol + line).join(''));
}

function insertion(at: number, text: string): Edited {
  return { start: at, end: at, text };
}

/** The white space before the keys of a block mapping; undefined when something else stands there. */
function indentOf(text: string, map: MapNode): string | undefined {
  const key = map.entries.at(-1)?.keySpan.start ?? map.start;
  const lineStart = Math.max(text.lastIndexOf('\n', key - 1), text.lastIndexOf('\r', key - 1)) + 1;
  const before = text.slice(lineStart, key).replace(/^\uFEFF/, '');
  return key === 0 ? '' : /^ *$/.test(before) ? before : undefined;
}

function keyQuote(text: string, map: MapNode): string {
  const first = map.entries[0];
  const mark = first === undefined ? '' : text.charAt(first.keySpan.start);
  return mark === '"' || mark === "'" ? mark : '';
}

/** Plain words that some reader of YAML takes for something else. */
const NOT_PLAIN = /^(?:null|true|false|yes|no|on|off|y|n)$/;

function keyText(key: string, quote: string): string {
  const mark = quote === '' && NOT_PLAIN.test(key) ? '"' : quote;
  return `${mark}${key}${mark}`;
}

function inline(value: NewValue, keyQuote: string): string {
  switch (value.kind) {
    case 'flag':
      return String(value.value);
    case 'text':
      return `"${value.text}"`;
    case 'map':
      return `{${value.entries.map(([key, flag]) => `${keyText(key, keyQuote)}: ${flag}`).join(', ')}}`;
  }
}
