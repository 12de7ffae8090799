import { expect, test } from 'vitest';
import { orphanWarnings } from '../../src/reconciler/pass-warnings.ts';
import { world, type StrategyFacts } from '../support/world.ts';

const BOOKS = { mp: { AVGO: '15', NVDA: '50.5' }, omr: { TQQQ: '50' } };
const PRICES = { AVGO: '180', NVDA: '140', TQQQ: '45' };
const holding = (facts: StrategyFacts) => ({ targets: {}, universe: ['AVGO', 'NVDA', 'TQQQ'], ...facts });

async function warningsOf(strategies: Record<string, StrategyFacts>) {
  const { desired, journal } = await world({ prices: PRICES, books: BOOKS, strategies });
  return orphanWarnings(desired.strategies, journal.ledger());
}

test('A disabled strategy with a book gets one line and one more for each position.', async () => {
  expect(await warningsOf({ mp: holding({ enabled: false }), omr: holding({}) })).toEqual([
    { strategy: 'mp', message: 'DISABLED with orphaned positions:', event: 'OrphanedPositions' },
    { strategy: 'mp', message: '  AVGO: 15 shares' },
    { strategy: 'mp', message: '  NVDA: 50.5 shares' },
  ]);
});

test('An enabled strategy, and a disabled one that holds nothing, are not mentioned.', async () => {
  expect(await warningsOf({ mp: holding({}), idle: holding({ enabled: false }) })).toEqual([]);
});

test('Every pass says it, also one that finds nothing to do.', async () => {
  const mine = await world({
    prices: PRICES,
    books: { mp: { AVGO: '15' } },
    strategies: { mp: holding({ enabled: false }) },
  });
  await mine.apply();
  const before = mine.log.length;
  expect((await mine.apply()).kind).toBe('nothing');
  expect(mine.log.slice(before)).toEqual([
    '[!] [mp] DISABLED with orphaned positions:',
    '[!] [mp]   AVGO: 15 shares',
  ]);
});
