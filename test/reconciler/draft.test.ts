/** What the rules of a plan have in common: the price that sizes and values a symbol. */
import { expect, test } from 'vitest';
import { priceOf } from '../../src/reconciler/draft.ts';
import { NOON, planFacts } from '../support/plan-facts.ts';

const quoted = (price: number) => ({ quotes: new Map([['X', { price: price as never, asOf: NOON }]]) });

test.each<[what: string, position: number | null, quote: number | null, price: number | undefined]>([
  ['that of the position goes before that of a quote', 11e6, 10e6, 11e6],
  ['that of a quote is one where nothing is held', null, 10e6, 10e6],
  ['none is said', null, null, undefined],
  ['one of nothing is none', null, 0, undefined],
  ['nor is one of a position', 0, 10e6, undefined],
])('A price: %s.', async (_, position, quote, price) => {
  const facts = await planFacts({
    observed: quote === null ? {} : quoted(quote),
    positions: position === null ? {} : { X: { marketPrice: position as never } },
    ...(position !== null && { held: { X: 1 } }),
  });
  expect(priceOf(facts, 'X')).toBe(price);
});
