/** What is said of a slot that has ended: done, only if its strategy has what the slot wanted. */
import { describe, expect, test } from 'vitest';
import type { Money } from '../../src/domain/decimal.ts';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { slotsIn } from '../support/outcomes.ts';
import { world, type StrategyFacts, type WorldFacts } from '../support/world.ts';

const WINDOW = { at: { kind: 'close', offset: -300_000 }, action: 'rebalance', window: 240_000 } as const;

const home = (facts: WorldFacts, strategy: StrategyFacts) =>
  world({
    now: parseInstant('2025-12-02T15:55:10-05:00') ?? (0 as Instant),
    prices: { KO: '50', PEP: '100' },
    settings: { clock: 'exchange' },
    ...facts,
    strategies: {
      mp: { targets: { KO: '10', PEP: '5' }, priorities: { KO: 2, PEP: 1 }, schedule: [WINDOW], ...strategy },
    },
  });

const CASES: readonly [string, WorldFacts, StrategyFacts, state: string, Record<string, string>][] = [
  ['that got all it wanted', {}, {}, 'done', { KO: '10', PEP: '5' }],
  ['that had all it wanted', { books: { mp: { KO: '10', PEP: '5' } } }, {}, 'done', { KO: '10', PEP: '5' }],
  ['beside shares that nobody owns', { broker: { KO: '2' } }, {}, 'partial', { PEP: '5' }],
  ['with shares that nobody owns, and what it wants', { broker: { KO: '10' } }, {}, 'partial', { PEP: '5' }],
  ['of more than it may hold', {}, { maxPositions: 1 }, 'partial', { KO: '10' }],
  ['without the money', { cash: '700' }, {}, 'partial', { KO: '10' }],
  ['whose order would be too large', { limits: { maxOrderValue: 400_000_000 as Money } }, {}, 'partial', {}],
  [
    'that is inside its band',
    { books: { mp: { KO: '100', PEP: '5' } } },
    { targets: { KO: '100.5', PEP: '5' }, wholeShares: false, band: '1%' },
    'done',
    { KO: '100', PEP: '5' },
  ],
];

describe('A slot', () => {
  test.each(CASES)('%s', async (_, facts, strategy, state, book) => {
    const mine = await home(facts, strategy);
    await mine.apply();
    await mine.apply();
    expect(mine.books()).toEqual(Object.keys(book).length === 0 ? {} : { mp: book });
    expect(slotsIn(mine)).toEqual([`mp/2025-12-02/rebalance/1555 ${state}`]);
  });
});
