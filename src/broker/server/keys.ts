/** Whose requests are answered. Keys are compared, and never said. */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface KeyPair {
  readonly id: string;
  readonly secret: string;
}

export type KeyCheck = (given: Partial<KeyPair>) => boolean;

/** Null: any pair that is there. */
export function keyCheck(wanted: KeyPair | null): KeyCheck {
  return ({ id = '', secret = '' }) => {
    if (id === '' || secret === '') return false;
    return wanted === null || (isSame(id, wanted.id) && isSame(secret, wanted.secret));
  };
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
