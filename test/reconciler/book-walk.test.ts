import { expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Lot } from '../../src/observed/book.ts';
import { BookWalk } from '../../src/reconciler/book-walk.ts';

const anySymbols = fc.uniqueArray(
  fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom('A', 'B', 'C') }),
);

function bookOf(symbols: readonly string[]): { book: Map<string, Lot>; prices: Price[] } {
  const since = 0 as Instant;
  const lots = symbols.map((symbol, index): [string, Lot] => [
    symbol,
    { quantity: (index + 1) as Quantity, cost: 0 as Money, since, orderId: null },
  ]);
  return { book: new Map(lots), prices: symbols.map((_, index) => (100 + index) as Price) };
}

test.prop([anySymbols, anySymbols], { numRuns: 1000 })(
  'what is found in a book of any order is its lot, at the price of that lot',
  (held, asked) => {
    const { book, prices } = bookOf(held);
    const walk = new BookWalk(book, prices);
    for (const symbol of asked.sort()) {
      const found = walk.to(symbol);
      if (found === null) continue;
      expect(found.quantity).toBe(book.get(symbol)?.quantity);
      expect(found.price).toBe(prices[held.indexOf(symbol)]);
    }
  },
);

test.prop([anySymbols, anySymbols], { numRuns: 1000 })(
  'in a book that is sorted by symbol every lot is found, and nothing else',
  (held, asked) => {
    const { book, prices } = bookOf(held.sort());
    const walk = new BookWalk(book, prices);
    const found = asked.sort().filter((symbol) => walk.to(symbol) !== null);
    expect(found).toEqual(asked.filter((symbol) => book.has(symbol)));
  },
);
