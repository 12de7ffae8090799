import { hash } from 'node:crypto';
import { compareText } from './names.ts';

/** SHA-256 of a text, 64 hex digits. */
export function sha256(text: string): string {
  return hash('sha256', text);
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** The first `length` base32 digits (at most 51) of the SHA-256 of a text. */
export function shortDigest(text: string, length: number): string {
  const bytes = hash('sha256', text, 'buffer');
  let digits = '';
  for (let index = 0; index < length; index += 1) {
    const bit = index * 5;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    digits += BASE32.charAt((pair >> (11 - (bit & 7))) & 31);
  }
  return digits;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) {
    // The same text, much faster: lists of rows of numbers are most of what is digested.
    return value.every(isPlainRow) ? JSON.stringify(value) : `[${value.map(canonicalJson).join(',')}]`;
  }
  // Built without a list of pairs: whole books pass through here.
  let text = '';
  for (const key of Object.keys(value).sort(compareText)) {
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`;
  }
  return `{${text}}`;
}

// Stryker disable BlockStatement,LogicalOperator,ConditionalExpression: what is not taken for plain gives the same text, later
function isPlainRow(value: Json): boolean {
  return isPlain(value) || (isList(value) && value.every(isPlain));
}

function isPlain(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

// Stryker restore BlockStatement,LogicalOperator,ConditionalExpression
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
