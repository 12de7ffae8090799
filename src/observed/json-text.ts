/** JSON from people and their programs: where it is wrong, as line and column. */
import type { Json } from '../domain/digest.ts';

export type ParsedJson =
  { readonly kind: 'ok'; readonly value: Json } | { readonly kind: 'invalid'; readonly message: string };

/** A key twice in one object is refused: no reader can tell which of the two was meant. */
export function parseJson(text: string): ParsedJson {
  const { offset, repeated, isTooDeep } = walk(text);
  if (isTooDeep) return invalid(text, offset, `the nesting is deeper than ${DEPTH_MAX} levels`);
  if (repeated !== null) return invalid(text, offset, `the key ${JSON.stringify(repeated)} is there twice`);
  try {
    return { kind: 'ok', value: JSON.parse(text) as Json };
  } catch {
    const found = offset >= text.length ? 'the text ends too early' : `unexpected ${quoted(text, offset)}`;
    return invalid(text, offset, `not JSON: ${found}`);
  }
}

/** The message starts with `LINE:COLUMN`, both from 1. */
function invalid(text: string, offset: number, trouble: string): ParsedJson {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  return { kind: 'invalid', message: `${line}:${column}: ${trouble}` };
}

function quoted(text: string, offset: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0));
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const COLON = /[ \t\n\r]*:/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPED = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** What may come next: a value (or the end of an empty container), a key, a separator, or nothing more. */
type Expected = 'value' | 'first-item' | 'first-key' | 'key' | 'separator';

/** What is open around a place: a list, or an object with the keys that it has had. */
type Container = 'list' | Set<string>;

interface Walked {
  /** Of the repeated key, or of the first character that cannot continue the text as JSON. */
  readonly offset: number;
  readonly repeated: string | null;
  /** `offset` is then where it gets too deep. */
  readonly isTooDeep: boolean;
}

/** None of our files is a tenth as deep, and who walks through one calls itself at each level. */
const DEPTH_MAX = 100;

/** Whether JSON that nobody has looked at yet nests too deep: parsing it would take a hundred times as long as this. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInside = false;
  // Stryker disable next-line EqualityOperator: behind the end there is no sign that counts.
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\\') at += 1;
    else if (sign === '"') isInside = !isInside;
    else if (!isInside && (sign === '[' || sign === '{')) depth += 1;
    else if (!isInside && (sign === ']' || sign === '}')) depth -= 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

function walk(text: string): Walked {
  const open: Container[] = [];
  let expected: Expected = 'value';
  let at = skip(SPACE, text, 0) ?? 0;
  // Stryker disable next-line EqualityOperator: nothing can be taken behind the end.
  while (at < text.length) {
    const step = take(text, at, expected, open);
    if (step === undefined) break;
    if (open.length > DEPTH_MAX) return { offset: at, repeated: null, isTooDeep: true };
    const keys = open.at(-1);
    if (step.key !== undefined && keys instanceof Set) {
      if (keys.has(step.key)) return { offset: at, repeated: step.key, isTooDeep: false };
      keys.add(step.key);
    }
    expected = step.expected;
    at = skip(SPACE, text, step.end) ?? step.end;
  }
  return { offset: at, repeated: null, isTooDeep: false };
}

interface Step {
  readonly end: number;
  readonly expected: Expected;
  /** Where the step was over a key. */
  readonly key?: string;
}

function take(text: string, at: number, expected: Expected, open: Container[]): Step | undefined {
  const sign = text.charAt(at);
  const inside = open.at(-1);
  if (isEnd(sign, inside, expected)) {
    open.pop();
    return { end: at + 1, expected: 'separator' };
  }
  if (expected === 'key' || expected === 'first-key') return takeKey(text, at);
  if (expected !== 'separator') return takeValue(text, at, open);
  if (sign !== ',' || inside === undefined) return undefined;
  return { end: at + 1, expected: inside === 'list' ? 'value' : 'key' };
}

function isEnd(sign: string, inside: Container | undefined, expected: Expected): boolean {
  if (inside === 'list') return sign === ']' && (expected === 'separator' || expected === 'first-item');
  return inside !== undefined && sign === '}' && (expected === 'separator' || expected === 'first-key');
}

function takeValue(text: string, at: number, open: Container[]): Step | undefined {
  const sign = text.charAt(at);
  if (sign === '{' || sign === '[') {
    open.push(sign === '{' ? new Set() : 'list');
    return { end: at + 1, expected: sign === '{' ? 'first-key' : 'first-item' };
  }
  const end = sign === '"' ? skipString(text, at) : skip(SCALAR, text, at);
  return end === undefined ? undefined : { end, expected: 'separator' };
}

function takeKey(text: string, at: number): Step | undefined {
  if (text.charAt(at) !== '"') return undefined;
  // No colon is behind the end.
  const name = skipString(text, at) ?? text.length;
  const end = skip(COLON, text, name);
  if (end === undefined) return undefined;
  return { end, expected: 'value', key: JSON.parse(text.slice(at, name)) as string };
}

/** Piece by piece: one pattern for a whole string takes a step of the stack for each of its characters. */
function skipString(text: string, at: number): number | undefined {
  let end: number | undefined = at + 1;
  while (end !== undefined) {
    end = skip(PLAIN, text, end) ?? end;
    if (text.charAt(end) === '"') return end + 1;
    end = skip(ESCAPED, text, end);
  }
  return undefined;
}

function skip(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
