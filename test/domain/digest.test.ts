import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import { canonicalJson, sha256, shortDigest, type Json } from '../../src/domain/digest.ts';

const RUNS = { numRuns: 1000 };

/** The same value with the keys of every object in the opposite order. */
function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

/** RFC 4648 base32 by text of bits, the slow and plain way. */
function base32(hex: string): string {
  const bits = hex.replace(/./g, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0'));
  const digits = bits.match(/.{5}/g) ?? [];
  return digits.map((five) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(Number.parseInt(five, 2))).join('');
}

describe('digests', () => {
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['é', '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c'],
  ])('of %j is the published SHA-256', (text, digest) => {
    expect(sha256(text)).toBe(digest);
  });

  test.prop([fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 51 })], RUNS)(
    'in short are the first base32 digits of the SHA-256',
    (text, length) => {
      expect(shortDigest(text, length)).toBe(base32(sha256(text)).slice(0, length));
    },
  );
});

describe('canonical JSON', () => {
  test.prop([fc.jsonValue()], RUNS)('does not depend on the order of keys', (value) => {
    expect(canonicalJson(reversed(value as Json))).toBe(canonicalJson(value as Json));
  });

  test.prop([fc.jsonValue()], RUNS)('is JSON of the same value, and its own canonical form', (value) => {
    const text = canonicalJson(value as Json);
    const plain = JSON.parse(JSON.stringify(value)) as Json;
    expect(JSON.parse(text)).toEqual(plain);
    expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
  });

  test.each<[Json, string]>([
    [[[1, { b: 1, a: 2 }]], '[[1,{"a":2,"b":1}]]'],
    [[{ b: 1, a: 2 }, 1], '[{"a":2,"b":1},1]'],
    [[[[{ b: 1, a: 2 }]]], '[[[{"a":2,"b":1}]]]'],
    [[null, [null, 1]], '[null,[null,1]]'],
  ])('sorts in lists of lists: %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('sorts by code unit, at every depth, and keeps the order of lists', () => {
    expect(canonicalJson({ b: [2, 1], a: { d: null, C: true }, B: 'x' })).toBe(
      '{"B":"x","a":{"C":true,"d":null},"b":[2,1]}',
    );
  });
});
