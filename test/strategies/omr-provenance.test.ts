/** Of which prices a reversion table is, about which it may decide, and how old it is. */
import { expect, test } from 'vitest';
import type { OnePriceSource, Prices } from '../../src/desired/desired-state.ts';
import { ageOf, isOfOneMarket, provenanceOf } from '../../src/strategies/omr-provenance.ts';
import { parseTable, tableText } from '../../src/strategies/omr-table-file.ts';
import type { ReversionTable } from '../../src/strategies/omr-table.ts';
import { tableOf } from './omr-world.ts';

const MADE: OnePriceSource = { type: 'synthetic', seed: 7, movement: 'market' };
const CSV: OnePriceSource = { type: 'csv', folder: '/home/ann/prices' };
const CBOE: OnePriceSource = { type: 'cboe', url: 'https://mirror.example/' };
const ALPACA: OnePriceSource = {
  type: 'alpaca',
  feed: 'iex',
  adjustment: 'all',
  url: 'https://data.example/',
  keysFile: '/home/ann/keys',
};
const first = (...sources: OnePriceSource[]): Prices => ({ type: 'first-of', sources });

const of = (prices: Prices): ReversionTable => {
  const table = tableOf([]);
  return { ...table, training: { ...table.training, prices: provenanceOf(prices) } };
};

test.each<[Prices, string, boolean]>([
  [MADE, 'synthetic seed 7 market', true],
  [CSV, 'csv', false],
  [CBOE, 'cboe', false],
  [ALPACA, 'alpaca iex adjusted all', false],
  [{ ...ALPACA, feed: 'sip', adjustment: 'raw' }, 'alpaca sip unadjusted', false],
  [first(CSV, CBOE), 'first-of csv, cboe', false],
  [first(CSV, MADE), 'first-of csv, synthetic seed 7 market', true],
])('%j is named without a place: %s.', (prices, source, invented) => {
  expect(provenanceOf(prices)).toEqual({ source, invented });
});

test.each<[string, Prices, Prices, boolean]>([
  ['of files, about a live source, decides', CSV, first(ALPACA, CBOE), true],
  ['of a live source, about files, decides', ALPACA, CSV, true],
  ['of one made market, about the same, decides', MADE, MADE, true],
  ['of one made market, about that of another seed, decides nothing', MADE, { ...MADE, seed: 8 }, false],
  ['of a made market, about files, decides nothing', MADE, CSV, false],
  ['of files, about a made market, decides nothing', CSV, MADE, false],
  ['of files and a made market, about files, decides nothing', first(CSV, MADE), CSV, false],
  ['of files, about files and a made market, decides nothing', CSV, first(CSV, MADE), false],
])('a table %s.', (_, table, now, decides) => {
  expect(isOfOneMarket(of(table), provenanceOf(now))).toBe(decides);
});

test('a table of before, which does not say of which prices it is, is read and decides as it did.', () => {
  const read = parseTable(tableText(tableOf([])));
  expect(read).toEqual({ kind: 'table', table: tableOf([]) });
  expect(isOfOneMarket(tableOf([]), provenanceOf(MADE))).toBe(true);
});

test.each([
  ['2025-12-01', '2025-12-02', 0],
  ['2025-12-01', '2025-12-03', 1],
  ['2025-11-26', '2025-12-01', 1],
  ['2025-12-05', '2025-12-06', 0],
  ['2025-12-31', '2025-12-02', 0],
])('up to %s, it lacks on %s %d sessions: holidays and weekends are none.', (lastDate, today, sessions) => {
  expect(ageOf(tableOf([], lastDate), today, undefined)).toBe(sessions);
});

test('days without a session in the calendar of the account are none, either.', () => {
  expect(ageOf(tableOf([], '2025-12-01'), '2025-12-05', { '2025-12-03': 'closed' })).toBe(2);
});
