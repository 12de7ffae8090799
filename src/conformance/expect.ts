/** What a case demands of a broker: a sentence of what was expected and what was seen, where it was not so. */
import { formatQuantity, type Quantity } from '../domain/decimal.ts';

/** The broker does not keep its contract; the message is a sentence for people. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}

/** `what`: the sentence that has to be true. */
export function demand(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Unmet(what);
}

/** Compares plain data; `what` begins the sentence: "the status of the order: expected ..., seen ...". */
export function same(what: string, seen: unknown, expected: unknown): void {
  const [before, after] = [inWords(expected), inWords(seen)];
  demand(before === after, `${what}: expected ${before}, seen ${after}`);
}

export function sameQuantity(what: string, seen: Quantity, expected: Quantity): void {
  demand(
    seen === expected,
    `${what}: expected ${formatQuantity(expected)} shares, seen ${formatQuantity(seen)}`,
  );
}

export function oneOf(what: string, seen: string, allowed: readonly string[]): void {
  demand(allowed.includes(seen), `${what}: expected ${allowed.join(' or ')}, seen ${seen}`);
}

function inWords(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
