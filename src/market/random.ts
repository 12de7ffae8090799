/** Seeded pseudo-random numbers: equal seeds give equal rows of them. */
import { sha256 } from '../domain/digest.ts';

/** Standard normal numbers, one after the other. `seed` names the row. */
export function normals(seed: string): () => number {
  const uniform = uniforms(seed);
  return () => {
    // Box and Muller 1958; never the logarithm of zero.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
}

/** Evenly spread over 0 (inclusive) to 1 (exclusive): the generator mulberry32. */
export function uniforms(seed: string): () => number {
  let state = parseInt(sha256(seed).slice(0, 8), 16) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
