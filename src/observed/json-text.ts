/** JSON from people: where it is wrong, as line and column. */
import type { Json } from '../domain/digest.ts';

export type ParsedJson =
  { readonly kind: 'ok'; readonly value: Json } | { readonly kind: 'invalid'; readonly message: string };

/** The message starts with `LINE:COLUMN`, both from 1. */
export function parseJson(text: string): ParsedJson {
  try {
    return { kind: 'ok', value: JSON.parse(text) as Json };
  } catch {
    const offset = errorOffset(text);
    const before = text.slice(0, offset).split('\n');
    const found = offset >= text.length ? 'the text ends too early' : `unexpected ${quoted(text, offset)}`;
    return {
      kind: 'invalid',
      message: `${before.length}:${(before.at(-1)?.length ?? 0) + 1}: not JSON: ${found}`,
    };
  }
}

function quoted(text: string, offset: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0));
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const KEY = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** What may come next: a value (or the end of an empty container), a key, a separator, or nothing more. */
type Expected = 'value' | 'first-item' | 'first-key' | 'key' | 'separator';

/** The offset of the first character that cannot continue the text as JSON. */
function errorOffset(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = skip(SPACE, text, 0) ?? 0;
  while (at < text.length) {
    const step = take(text, at, expected, open);
    if (step === undefined) return at;
    expected = step.expected;
    at = skip(SPACE, text, step.end) ?? step.end;
  }
  return at;
}

interface Step {
  readonly end: number;
  readonly expected: Expected;
}

function take(text: string, at: number, expected: Expected, open: ('{' | '[')[]): Step | undefined {
  const sign = text.charAt(at);
  const inside = open.at(-1);
  if (isEnd(sign, inside, expected)) {
    open.pop();
    return { end: at + 1, expected: 'separator' };
  }
  if (expected === 'key' || expected === 'first-key') return takeKey(text, at);
  if (expected !== 'separator') return takeValue(text, at, open);
  if (sign !== ',' || inside === undefined) return undefined;
  return { end: at + 1, expected: inside === '{' ? 'key' : 'value' };
}

function isEnd(sign: string, inside: '{' | '[' | undefined, expected: Expected): boolean {
  if (inside === '{') return sign === '}' && (expected === 'separator' || expected === 'first-key');
  return inside === '[' && sign === ']' && (expected === 'separator' || expected === 'first-item');
}

function takeValue(text: string, at: number, open: ('{' | '[')[]): Step | undefined {
  const sign = text.charAt(at);
  if (sign === '{' || sign === '[') {
    open.push(sign);
    return { end: at + 1, expected: sign === '{' ? 'first-key' : 'first-item' };
  }
  const end = skip(SCALAR, text, at);
  return end === undefined ? undefined : { end, expected: 'separator' };
}

function takeKey(text: string, at: number): Step | undefined {
  const end = skip(KEY, text, at);
  const colon = end === undefined ? undefined : skip(SPACE, text, end);
  return colon !== undefined && text.charAt(colon) === ':'
    ? { end: colon + 1, expected: 'value' }
    : undefined;
}

function skip(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
