/** Chance without a generator: a named draw depends on its names alone, never on what was drawn before. */
import { sha256 } from '../domain/digest.ts';

/** Evenly spread over 0 (inclusive) to 1 (exclusive). */
export function draw(seed: number, subject: string, name: string): number {
  return parseInt(sha256(`${seed} ${name} ${subject}`).slice(0, 8), 16) / 2 ** 32;
}

/** An id in the form of a random UUID. */
export function drawUuid(seed: number, subject: string, name: string): string {
  const hex = sha256(`${seed} ${name} ${subject}`);
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return groups.join('-');
}
