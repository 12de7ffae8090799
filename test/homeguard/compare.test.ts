import { expect } from 'vitest';
import type { Money, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { asShort, compareLots } from '../../src/homeguard/compare.ts';
import type { OpeningLot } from '../../src/observed/events.ts';
import { fc, test } from '../support/law.ts';

const lot = (strategy: string, symbol: string, quantity: number): OpeningLot => ({
  strategy,
  symbol,
  quantity: quantity as Quantity,
  cost: (quantity * 10) as Money,
  since: 0 as Instant,
  orderId: null,
});
const held = (symbol: string, quantity: number) => ({ symbol, quantity: quantity as Quantity });

test('Two owners are accepted exactly where their lots add up to what the broker holds.', () => {
  const lots = [lot('omr', 'AAA', 50), lot('mp', 'AAA', 100)];
  expect(compareLots(lots, [held('AAA', 150)])).toMatchObject({ conflicts: [], differences: [] });
  expect(compareLots(lots, [held('AAA', 149)]).conflicts).toMatchObject([{ symbol: 'AAA', broker: 149 }]);
  expect(compareLots(lots, []).conflicts).toMatchObject([{ symbol: 'AAA', broker: 0 }]);
});

test('A lot without its sign is the short one that the broker has; its cost turns with it.', () => {
  const lots = [lot('omr', 'AAA', 30), lot('mp', 'BBB', 5)];
  const { unsigned } = compareLots(lots, [held('AAA', -30), held('BBB', 5)]);
  expect(unsigned).toEqual([lots[0]]);
  expect(asShort(lots, unsigned)).toEqual([lot('omr', 'AAA', -30), lot('mp', 'BBB', 5)]);
});

const symbols = fc.constantFrom('AAA', 'BBB', 'CCC');
const quantities = fc.integer({ min: -5, max: 5 }).filter((quantity) => quantity !== 0);
const lots = fc
  .uniqueArray(fc.tuple(fc.constantFrom('omr', 'mp'), symbols, quantities), {
    selector: ([strategy, symbol]) => `${strategy}/${symbol}`,
  })
  .map((rows) => rows.map(([strategy, symbol, quantity]) => lot(strategy, symbol, quantity)));
const positions = fc
  .uniqueArray(fc.tuple(symbols, quantities), { selector: ([symbol]) => symbol })
  .map((rows) => rows.map(([symbol, quantity]) => held(symbol, quantity)));

test.prop([lots, positions])(
  'Every symbol is in agreement, or named once for what is wrong with it.',
  (own, broker) => {
    const { conflicts, differences, unmanaged, unsigned } = compareLots(own, broker);
    const named = [...conflicts, ...differences, ...unmanaged].map(({ symbol }) => symbol);
    expect(new Set(named).size).toBe(named.length);
    for (const symbol of ['AAA', 'BBB', 'CCC']) {
      const booked = own
        .filter((one) => one.symbol === symbol)
        .reduce((sum, { quantity }) => sum + quantity, 0);
      const there = broker.find((one) => one.symbol === symbol)?.quantity ?? 0;
      const isOwned = own.some((one) => one.symbol === symbol);
      expect(named.includes(symbol)).toBe(isOwned ? booked !== there : there !== 0);
    }
    for (const { symbol } of unsigned) expect(differences.map((one) => one.symbol)).toContain(symbol);
  },
);
