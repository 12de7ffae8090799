/** What a strategy with fixed targets wants to change of its book, and what of an interrupted slot is still allowed. */
import { describe, expect, test } from 'vitest';
import type { DesiredStrategy, FixedSignal, FixedTarget } from '../../src/desired/desired-state.ts';
import type { SlotTarget } from '../../src/observed/slot-events.ts';
import { emptyDraft, gatherFacts } from '../../src/reconciler/draft.ts';
import { stillAllowed, wantedByFixed } from '../../src/reconciler/wanted.ts';
import { inputOf, NOON, percent, strategy, type OpinionFacts } from '../support/opinion.ts';
import { dollars, shares } from '../support/simulated-world.ts';

/** `10` shares, `'5%'` of equity. */
type Sizes = Readonly<Record<string, number | string>>;

function target([symbol, size]: [string, number | string], more: Partial<FixedTarget> = {}): FixedTarget {
  return {
    symbol,
    size:
      typeof size === 'number'
        ? { kind: 'quantity', quantity: shares(size) }
        : { kind: 'weight', weight: percent(Number.parseFloat(size)) },
    priority: 0,
    ...more,
  };
}

const fixed = (sizes: Sizes, more: Partial<FixedSignal> = {}): FixedSignal => ({
  type: 'fixed',
  targets: Object.entries(sizes).map((size) => target(size)),
  band: null,
  wholeShares: true,
  unlisted: 'close',
  ...more,
});

function turnOf(facts: OpinionFacts, signal: FixedSignal, own: Partial<DesiredStrategy['capital']> = {}) {
  const capital = { positionSize: percent(10), maxPositions: 10, maxExposure: percent(100), ...own };
  const all = gatherFacts(inputOf(facts));
  if (all.market === null) throw new Error('no market');
  return {
    all,
    turn: { strategy: strategy('core', { capital }), signal, market: all.market },
    draft: emptyDraft(),
  };
}

const short = ({ symbol, quantity, group }: SlotTarget) =>
  `${symbol} ${quantity / 1e9}${group === undefined ? '' : ` of ${group}`}`;
const holds = ({ holds: all }: ReturnType<typeof emptyDraft>) =>
  all.map(({ symbol, reason, detail }) => `${symbol} ${reason}: ${detail}`);

function wanted(facts: OpinionFacts, signal: FixedSignal, own: Partial<DesiredStrategy['capital']> = {}) {
  const { all, turn, draft } = turnOf(facts, signal, own);
  const changes = wantedByFixed(all, turn, draft).map(short);
  return [changes, holds(draft)];
}

const quotes = (prices: Readonly<Record<string, number>>): OpinionFacts => ({
  observed: {
    quotes: new Map(
      Object.entries(prices).map(([symbol, price]) => [symbol, { price: dollars(price), asOf: NOON }]),
    ),
  },
});
const own = (book: Readonly<Record<string, number>>): OpinionFacts => ({ books: { core: book } });
const LIMIT = 'PositionSizeLimit: one position may be at most 10% of equity';

describe('a strategy with fixed targets wants', () => {
  // Equity is $10,000, a position at most $1,000, every held share $100.
  test.each<[what: string, seen: unknown, expected: unknown]>([
    [
      'nothing where its book is at them',
      wanted(own({ VTI: 10, GLD: 5 }), fixed({ GLD: 5, VTI: '10%' })),
      [[], []],
    ],
    ['more, and less', wanted(own({ GLD: 5, VTI: 5 }), fixed({ GLD: 2, VTI: 8 })), [['GLD 2', 'VTI 8'], []]],
    ['what it does not hold', wanted(quotes({ VTI: 200 }), fixed({ VTI: '10%' })), [['VTI 5'], []]],
    [
      'parts of shares, where it may',
      wanted(quotes({ VTI: 300 }), fixed({ VTI: '10%' }, { wholeShares: false })),
      [['VTI 3.333333333'], []],
    ],
    ['none of what it does not list', wanted(own({ GLD: 5, VTI: 5 }), fixed({ VTI: 5 })), [['GLD 0'], []]],
    [
      'all of what a program does not name',
      wanted(own({ GLD: 5, VTI: 5 }), fixed({ VTI: 5 }, { unlisted: 'hold' })),
      [[], []],
    ],
    [
      'the same of a book in another order',
      wanted(own({ VTI: 5, GLD: 5, BND: 1 }), fixed({ GLD: 4, VTI: 6 })),
      [['GLD 4', 'VTI 6', 'BND 0'], []],
    ],
    [
      'nothing of another strategy',
      wanted({ books: { other: { VTI: 5 } } }, fixed({ VTI: 5 })),
      [['VTI 5'], []],
    ],
    [
      'what it holds, without a price',
      wanted({ ...own({ VTI: 5 }), held: {} }, fixed({ VTI: 8 })),
      [[], ['VTI NoPrice: no price of VTI is known']],
    ],
    [
      'nothing, without a price',
      wanted({}, fixed({ VTI: 8 })),
      [[], ['VTI NoPrice: no price of VTI is known']],
    ],
    [
      'the price of a quote for what the broker does not hold',
      wanted({ ...own({ VTI: 5 }), held: {}, ...quotes({ VTI: 500 }) }, fixed({ VTI: '10%' })),
      [['VTI 2'], []],
    ],
    [
      'no weight of less than a share',
      wanted(quotes({ VTI: 200 }), fixed({ VTI: '1%' })),
      [[], ['VTI BelowOneShare: its weight is worth less than one share of VTI']],
    ],
    ['and closes what it holds of it', wanted(own({ VTI: 5 }), fixed({ VTI: '0.5%' })), [['VTI 0'], []]],
    [
      'zero without a word',
      wanted(quotes({ VTI: 200 }), fixed({ VTI: '0%', GLD: 0 })),
      [[], ['GLD NoPrice: no price of GLD is known']],
    ],
    ['no quantity without a word', wanted(quotes({ VTI: 200 }), fixed({ VTI: 0 })), [[], []]],
    [
      'at most one position',
      wanted(quotes({ VTI: 100 }), fixed({ VTI: 11 })),
      [['VTI 10'], [`VTI ${LIMIT}`]],
    ],
    [
      'at most one position short',
      wanted(quotes({ VTI: 100 }), fixed({ VTI: -11 })),
      [['VTI -10'], [`VTI ${LIMIT}`]],
    ],
    ['exactly one position', wanted(quotes({ VTI: 100 }), fixed({ VTI: 10 })), [['VTI 10'], []]],
    [
      'no less than what it holds, where that is more',
      wanted(own({ VTI: 12 }), fixed({ VTI: 15 })),
      [[], [`VTI ${LIMIT}`]],
    ],
    [
      'no more than it asks for',
      wanted(own({ VTI: 15 }), fixed({ VTI: 12 })),
      [['VTI 12'], [`VTI ${LIMIT}`]],
    ],
    [
      'as much as it holds and asks for, where that is more',
      wanted(own({ VTI: 12 }), fixed({ VTI: 12 })),
      [[], [`VTI ${LIMIT}`]],
    ],
    ['likewise short', wanted(own({ VTI: -12 }), fixed({ VTI: -15 })), [[], [`VTI ${LIMIT}`]]],
    ['and no more', wanted(own({ VTI: -15 }), fixed({ VTI: -12 })), [['VTI -12'], [`VTI ${LIMIT}`]]],
    [
      'from one side to the other',
      wanted(own({ VTI: -12 }), fixed({ VTI: 15 })),
      [['VTI 10'], [`VTI ${LIMIT}`]],
    ],
    ['and back', wanted(own({ VTI: 12 }), fixed({ VTI: -15 })), [['VTI -10'], [`VTI ${LIMIT}`]]],
    [
      'parts of shares up to one position',
      wanted(quotes({ VTI: 300 }), fixed({ VTI: 4 }, { wholeShares: false })),
      [['VTI 3.333333333'], [`VTI ${LIMIT}`]],
    ],
    [
      'whole shares short, even so',
      wanted(quotes({ VTI: 300 }), fixed({ VTI: -4 }, { wholeShares: false })),
      [['VTI -3'], [`VTI ${LIMIT}`]],
    ],
  ])('%s', (_, seen, expected) => {
    expect(seen).toEqual(expected);
  });

  test('with the priority of its targets', () => {
    const signal = fixed({}, { targets: [target(['VTI', 1], { priority: 7 })] });
    const { all, turn, draft } = turnOf({ ...own({ GLD: 5 }), ...quotes({ VTI: 100 }) }, signal);
    expect(wantedByFixed(all, turn, draft)).toEqual([
      { symbol: 'VTI', quantity: shares(1), priority: 7 },
      { symbol: 'GLD', quantity: 0, priority: 0 },
    ]);
  });
});

describe('the legs of a group', () => {
  const legs = (sizes: Sizes, alone: Sizes = {}): FixedSignal =>
    fixed(
      {},
      {
        targets: [
          ...Object.entries(sizes).map((size) => target(size, { group: 'GLD/VTI' })),
          ...Object.entries(alone).map((size) => target(size)),
        ],
      },
    );
  test.each<[what: string, seen: unknown, expected: unknown]>([
    [
      'are wanted together',
      wanted(quotes({ VTI: 100, GLD: 100 }), legs({ GLD: -5, VTI: 5 })),
      [['GLD -5 of GLD/VTI', 'VTI 5 of GLD/VTI'], []],
    ],
    [
      'and not one without a price of the other',
      wanted(quotes({ VTI: 100 }), legs({ GLD: -5, VTI: 5 })),
      [
        [],
        ['GLD NoPrice: no price of GLD is known', 'VTI GroupIncomplete: GLD, of its group, has no target'],
      ],
    ],
    [
      'what stands by itself is wanted all the same',
      wanted(quotes({ VTI: 100, BND: 100 }), legs({ GLD: -5, VTI: 5 }, { BND: 1 })),
      [
        ['BND 1'],
        ['GLD NoPrice: no price of GLD is known', 'VTI GroupIncomplete: GLD, of its group, has no target'],
      ],
    ],
    [
      'what stands by itself keeps no leg',
      wanted(quotes({ VTI: 100, GLD: 100 }), legs({ GLD: -5, VTI: 5 }, { BND: 1 })),
      [['GLD -5 of GLD/VTI', 'VTI 5 of GLD/VTI'], ['BND NoPrice: no price of BND is known']],
    ],
  ])('%s', (_, seen, expected) => {
    expect(seen).toEqual(expected);
  });
});

describe('a target of a slot that was interrupted', () => {
  const still = (facts: OpinionFacts, symbol: string, quantity: number) => {
    const { all, turn, draft } = turnOf(facts, fixed({}));
    const left = stillAllowed(all, turn, { symbol, quantity: shares(quantity), priority: 3 }, draft);
    return [left && short(left), holds(draft)];
  };
  test.each<[what: string, seen: unknown, expected: unknown]>([
    ['goes on', still(quotes({ VTI: 100 }), 'VTI', 10), ['VTI 10', []]],
    ['as far as one position may go', still(quotes({ VTI: 100 }), 'VTI', 11), ['VTI 10', [`VTI ${LIMIT}`]]],
    ['also short', still(quotes({ VTI: 100 }), 'VTI', -11), ['VTI -10', [`VTI ${LIMIT}`]]],
    ['where nobody knows a price', still({}, 'VTI', 11), ['VTI 11', []]],
    [
      'not where its symbol has left the universe',
      still(quotes({ XOM: 100 }), 'XOM', 1),
      [null, ['XOM OutsideUniverse: XOM has left the universe']],
    ],
    [
      'where it makes a position smaller, whatever the universe',
      still(own({ XOM: 20 }), 'XOM', 15),
      ['XOM 15', []],
    ],
    ['or leaves it as it is', still(own({ XOM: 20 }), 'XOM', 20), ['XOM 20', []]],
    [
      'not where it makes it larger',
      still(own({ XOM: 5 }), 'XOM', 6),
      [null, ['XOM OutsideUniverse: XOM has left the universe']],
    ],
    ['never below what is held', still(own({ VTI: 12 }), 'VTI', 15), ['VTI 12', [`VTI ${LIMIT}`]]],
  ])('%s', (_, seen, expected) => {
    expect(seen).toEqual(expected);
  });
  test('keeps its priority', () => {
    const { all, turn, draft } = turnOf(quotes({ VTI: 100 }), fixed({}));
    expect(stillAllowed(all, turn, { symbol: 'VTI', quantity: shares(11), priority: 3 }, draft)).toEqual({
      symbol: 'VTI',
      quantity: shares(10),
      priority: 3,
    });
  });
});
