/** In the place of `node:crypto`: what is random comes from the seed. */
import { currentProcess } from '../process.ts';

export { createHash, createHmac, hash, timingSafeEqual } from 'node:crypto';

export function randomBytes(size: number): Buffer {
  const { chance } = currentProcess().machine;
  return Buffer.from(Array.from({ length: size }, () => chance.below(256)));
}

export function randomUUID(): string {
  const hex = randomBytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
