/** The second opinion on corporate actions: what is not announced, or not exactly so at the broker, is not followed. */
import { describe, expect, test } from 'vitest';
import type { Quantity } from '../../src/domain/decimal.ts';
import type { BrokerFill } from '../../src/observed/broker-view.ts';
import type { CorporateAction } from '../../src/observed/corporate-action.ts';
import { afterActions, checkActions } from '../../src/reconciler/check-actions.ts';
import type { SplitAction, SymbolChangeAction } from '../../src/reconciler/plan-types.ts';
import {
  atBroker,
  inputOf,
  known,
  NOON,
  opinionOn,
  openOrders,
  order,
  planOf,
  TODAY,
  UNKNOWN,
  working,
  type OpinionFacts,
} from '../support/opinion.ts';
import { dollars, shares } from '../support/simulated-world.ts';

type Row = readonly [what: string, facts: OpinionFacts, found: readonly string[]];

function judged(rows: readonly Row[]): void {
  test.each(rows)('%s', (_, facts, found) => {
    expect(checkActions(planOf(facts), inputOf(facts))).toEqual(found);
  });
}

const TWO = { from: 1, to: 2 };
const split = (more: Partial<CorporateAction & { kind: 'split' }> = {}): CorporateAction => ({
  kind: 'split',
  date: TODAY,
  ratio: TWO,
  ...more,
});
const base = {
  id: 'it',
  strategy: null,
  sources: [],
  anchor: { at: NOON, unmanaged: 0 as Quantity },
} as const;

type Lots = Readonly<Record<string, readonly [from: number, to: number]>>;

/** Lots that have cost $100 a share of before. */
function splits(lots: Lots, more: Partial<SplitAction> = {}): SplitAction {
  return {
    ...base,
    kind: 'apply-split',
    symbol: 'VTI',
    reason: 'SplitAnnounced',
    splits: [{ date: TODAY, ratio: TWO }],
    lots: Object.entries(lots).map(([owner, [from, to]]) => ({
      strategy: owner,
      from: shares(from),
      to: shares(to),
      cost: dollars(from * 100),
    })),
    unmanaged: { from: 0 as Quantity, to: 0 as Quantity },
    from: 0 as Quantity,
    to: 0 as Quantity,
    seenPrice: dollars(50),
    ...more,
  };
}

/** At the broker: so many shares that have cost $50 each. */
function held(count: number, price = 50): NonNullable<OpinionFacts['held']> {
  return { VTI: { quantity: shares(count), averagePrice: dollars(price) } };
}

/** 10 VTI that were split in two. */
const SPLIT: OpinionFacts = {
  books: { core: { VTI: 10 } },
  held: held(20),
  observed: { announced: new Map([['VTI', known([split()])]]) },
  actions: [splits({ core: [10, 20] })],
};
const traded = (...symbols: readonly string[]) => ({
  history: known(symbols.map((symbol) => ({ symbol }) as BrokerFill)),
});

describe('a split', () => {
  const announced = (...actions: CorporateAction[]): OpinionFacts => ({
    ...SPLIT,
    observed: { announced: new Map([['VTI', known(actions)]]) },
  });
  const lots = (of: Lots, count: number, more: Partial<SplitAction> = {}): OpinionFacts => ({
    ...SPLIT,
    books: Object.fromEntries(Object.entries(of).map(([name, [from]]) => [name, { VTI: from }])),
    held: held(count),
    actions: [splits(of, more)],
  });
  const unmanaged = (from: number, to: number) => ({ unmanaged: { from: shares(from), to: shares(to) } });
  const NOBODY = 'it: nobody has announced it';
  judged([
    ['as it was announced and carried out', SPLIT, []],
    ['that the broker has not carried out', { ...SPLIT, held: {} }, ['it: the broker does not hold it']],
    [
      'of what nobody knows whether it is held',
      { ...SPLIT, snapshot: { positions: UNKNOWN } },
      ['it: the broker does not hold it'],
    ],
    ['of nothing', { ...SPLIT, actions: [splits({ core: [10, 10] }, { splits: [] })] }, [NOBODY]],
    ['that nobody has announced', announced(), [NOBODY]],
    ['of another day', announced(split({ date: '2025-12-01' })), [NOBODY]],
    ['of another ratio', announced(split({ ratio: { from: 1, to: 3 } })), [NOBODY]],
    ['of the same ratio in other numbers', announced(split({ ratio: { from: 3, to: 6 } })), []],
    ['that was something else', announced({ kind: 'spin-off', date: TODAY, company: null }), [NOBODY]],
    ['among other actions', announced({ kind: 'spin-off', date: TODAY, company: null }, split()), []],
    [
      'of tomorrow',
      {
        ...announced(split({ date: '2025-12-03' })),
        actions: [splits({ core: [10, 20] }, { splits: [{ date: '2025-12-03', ratio: TWO }] })],
      },
      [NOBODY],
    ],
    ['where nobody asks', { ...SPLIT, observed: {} }, [NOBODY]],
    ['where nobody answers', { ...SPLIT, observed: { announced: new Map([['VTI', UNKNOWN]]) } }, [NOBODY]],
    [
      'of another symbol',
      { ...SPLIT, observed: { announced: new Map([['GLD', known([split()])]]) } },
      [NOBODY],
    ],
    ['on a day that nobody knows', { ...SPLIT, snapshot: { clock: UNKNOWN } }, [NOBODY]],
    [
      'after another one',
      {
        ...announced(split({ date: '2025-12-01', ratio: { from: 2, to: 3 } }), split()),
        held: held(30, 100 / 3),
        actions: [
          splits(
            { core: [10, 30] },
            {
              splits: [
                { date: '2025-12-01', ratio: { from: 2, to: 3 } },
                { date: TODAY, ratio: TWO },
              ],
            },
          ),
        ],
      },
      [],
    ],
    [
      'after another one that nobody has announced',
      {
        ...announced(split()),
        held: held(30, 100 / 3),
        actions: [
          splits(
            { core: [10, 30] },
            {
              splits: [
                { date: '2025-12-01', ratio: { from: 2, to: 3 } },
                { date: TODAY, ratio: TWO },
              ],
            },
          ),
        ],
      },
      [NOBODY],
    ],
    ['of several lots', lots({ core: [10, 20], other: [3, 6] }, 26), []],
    ['of a short', lots({ core: [-10, -20] }, -20), []],
    [
      'that gives one lot less, and another more',
      lots({ core: [10, 18], other: [10, 22] }, 40),
      ['it: 40000000000 after it, 40000000000 held'],
    ],
    ['a lot may be off by less than a share', lots({ core: [10, 19.5], other: [10, 20.5] }, 40), []],
    [
      'and by no whole one',
      lots({ core: [10, 20], other: [10, 21] }, 41),
      ['it: 41000000000 after it, 41000000000 held'],
    ],
    ['of which a part is left of nothing', lots({ core: [10, 20], other: [0.4, 0] }, 20), []],
    [
      'that turns a lot around',
      lots({ core: [10, 20], other: [0.2, -0.2] }, 19.8),
      ['it: 19800000000 after it, 19800000000 held'],
    ],
    [
      'of which the broker holds less',
      lots({ core: [10, 20] }, 19),
      ['it: 20000000000 after it, 19000000000 held'],
    ],
    ['with shares of nobody', lots({ core: [10, 20] }, 24, unmanaged(2, 4)), []],
    [
      'and not without them',
      lots({ core: [10, 20] }, 24, unmanaged(2, 0)),
      ['it: 20000000000 after it, 24000000000 held'],
    ],
    ['at a price that is as far off as it may be', { ...SPLIT, held: held(20, 51) }, []],
    [
      'at a price that is further off',
      { ...SPLIT, held: held(20, 51.01) },
      ['it: a share cost something else'],
    ],
    ['at a price below', { ...SPLIT, held: held(20, 48.99) }, ['it: a share cost something else']],
    [
      'at any price, where nobody’s shares are among them',
      { ...lots({ core: [10, 20] }, 24, unmanaged(2, 4)), held: held(24, 70) },
      [],
    ],
    [
      'at any price, where somebody else has traded it',
      { ...SPLIT, held: held(20, 70), observed: { ...SPLIT.observed, ...traded('VTI') } },
      [],
    ],
    [
      'where somebody else has traded something else',
      { ...SPLIT, held: held(20, 70), observed: { ...SPLIT.observed, ...traded('GLD') } },
      ['it: a share cost something else'],
    ],
    [
      'where nobody has traded anything',
      { ...SPLIT, held: held(20, 70), observed: { ...SPLIT.observed, ...traded() } },
      ['it: a share cost something else'],
    ],
    [
      'at any price, where somebody else has traded it and something else',
      { ...SPLIT, held: held(20, 70), observed: { ...SPLIT.observed, ...traded('VTI', 'GLD') } },
      [],
    ],
    [
      'where nobody knows who has traded',
      { ...SPLIT, held: held(20, 70), observed: { ...SPLIT.observed, history: UNKNOWN } },
      ['it: a share cost something else'],
    ],
  ]);
});

describe('the lots that follow', () => {
  judged([
    [
      'are as they are in the books',
      { ...SPLIT, books: { core: { VTI: 11 } } },
      ['it: the lot of core is another one'],
    ],
    [
      'are all of them',
      { ...SPLIT, books: { core: { VTI: 10 }, other: { VTI: 1 } } },
      ['it: the lot of other is another one'],
    ],
    [
      'are no others',
      { ...SPLIT, held: held(22), actions: [splits({ core: [10, 20], other: [1, 2] })] },
      ['it: not every lot of VTI'],
    ],
    [
      'are each there once',
      {
        ...SPLIT,
        held: held(40),
        actions: [
          {
            ...splits({ core: [10, 20] }),
            lots: [...splits({ core: [10, 20] }).lots, ...splits({ core: [10, 20] }).lots],
          },
        ],
      },
      ['it: not every lot of VTI'],
    ],
    [
      'of other symbols are no matter',
      { ...SPLIT, books: { core: { VTI: 10, GLD: 3 }, other: { GLD: 1 } } },
      [],
    ],
  ]);
});

describe('an order without an end on it', () => {
  const OPEN = ['it: an order on it has no end'];
  judged([
    ['of ours', { ...SPLIT, ledger: openOrders(working()) }, OPEN],
    ['of somebody', { ...SPLIT, snapshot: { openOrders: known([atBroker()]) } }, OPEN],
    ['of ours on something else', { ...SPLIT, ledger: openOrders(working({ symbol: 'GLD' })) }, []],
    [
      'of somebody on something else',
      { ...SPLIT, snapshot: { openOrders: known([atBroker({ symbol: 'GLD' })]) } },
      [],
    ],
    ['where nobody knows those of others', { ...SPLIT, snapshot: { openOrders: UNKNOWN } }, []],
    [
      'among several',
      { ...SPLIT, snapshot: { openOrders: known([atBroker({ symbol: 'GLD' }), atBroker()]) } },
      OPEN,
    ],
    [
      'of ours among several',
      { ...SPLIT, ledger: openOrders(working({ symbol: 'GLD', clientOrderId: 'x' }), working()) },
      OPEN,
    ],
  ]);
});

const change = (more: Partial<CorporateAction & { kind: 'symbol-change' }> = {}): CorporateAction => ({
  kind: 'symbol-change',
  date: TODAY,
  from: 'VTI',
  to: 'NEW',
  ...more,
});

/** Lots that have cost $100 a share. */
function renames(
  lots: Readonly<Record<string, number>>,
  more: Partial<SymbolChangeAction> = {},
): SymbolChangeAction {
  return {
    ...base,
    kind: 'apply-symbol-change',
    symbol: 'VTI',
    reason: 'SymbolChangeAnnounced',
    from: 'VTI',
    to: 'NEW',
    date: TODAY,
    lots: Object.entries(lots).map(([owner, quantity]) => ({
      strategy: owner,
      quantity: shares(quantity),
      cost: dollars(quantity * 100),
    })),
    unmanaged: 0 as Quantity,
    seenPrice: dollars(100),
    ...more,
  };
}

/** 10 VTI that are called NEW from today on. */
const RENAMED: OpinionFacts = {
  books: { core: { VTI: 10 } },
  held: { NEW: 10 },
  observed: { announced: new Map([['VTI', known([change()])]]) },
  actions: [renames({ core: 10 })],
};

describe('a change of the symbol', () => {
  const announced = (...actions: CorporateAction[]): OpinionFacts => ({
    ...RENAMED,
    observed: { announced: new Map([['VTI', known(actions)]]) },
  });
  const NOBODY = 'it: nobody has announced it';
  const COST = 'it: a share cost something else';
  const priced = (price: number, more: Partial<OpinionFacts> = {}): OpinionFacts => ({
    ...RENAMED,
    held: { NEW: { quantity: shares(10), averagePrice: dollars(price) } },
    ...more,
  });
  judged([
    ['as it was announced and carried out', RENAMED, []],
    [
      'where nobody knows what is held',
      { ...RENAMED, snapshot: { positions: UNKNOWN } },
      ['it: what the broker holds is not known'],
    ],
    ['that nobody has announced', announced(), [NOBODY]],
    ['of another day', announced(change({ date: '2025-12-01' })), [NOBODY]],
    ['of another symbol', announced(change({ from: 'GLD' })), [NOBODY]],
    ['to another symbol', announced(change({ to: 'OTHER' })), [NOBODY]],
    ['that was something else', announced(split()), [NOBODY]],
    ['among other actions', announced(split(), change()), []],
    [
      'that the broker has not carried out',
      { ...RENAMED, held: { NEW: 10, VTI: 1 } },
      ['it: the broker holds VTI'],
    ],
    [
      'to what a strategy owns already',
      { ...RENAMED, books: { core: { VTI: 10 }, other: { NEW: 1 } } },
      ['it: other owns NEW'],
    ],
    [
      'of less than the broker holds',
      { ...RENAMED, held: { NEW: 11 } },
      ['it: 10000000000 in the books, not at the broker'],
    ],
    [
      'of nothing at the broker',
      { ...RENAMED, held: {} },
      ['it: 10000000000 in the books, not at the broker'],
    ],
    [
      'of several lots',
      {
        ...RENAMED,
        books: { core: { VTI: 10 }, other: { VTI: 5 } },
        held: { NEW: 15 },
        actions: [renames({ core: 10, other: 5 })],
      },
      [],
    ],
    [
      'with shares of nobody',
      { ...RENAMED, held: { NEW: 12 }, actions: [renames({ core: 10 }, { unmanaged: shares(2) })] },
      [],
    ],
    ['at a price that is as far off as it may be', priced(102), []],
    ['at a price that is further off', priced(102.01), [COST]],
    [
      'at any price, where nobody’s shares are among them',
      priced(70, {
        held: { NEW: { quantity: shares(12), averagePrice: dollars(70) } },
        actions: [renames({ core: 10 }, { unmanaged: shares(2) })],
      }),
      [],
    ],
    [
      'at any price, where somebody else has traded it',
      priced(70, { observed: { ...RENAMED.observed, ...traded('VTI') } }),
      [],
    ],
    ['of another lot', { ...RENAMED, books: { core: { VTI: 9 } } }, ['it: the lot of core is another one']],
    [
      'while an order of ours on the old one has no end',
      { ...RENAMED, ledger: openOrders(working()) },
      ['it: an order on it has no end'],
    ],
    [
      'while an order on the new one has no end',
      { ...RENAMED, snapshot: { openOrders: known([atBroker({ symbol: 'NEW' })]) } },
      ['it: an order on it has no end'],
    ],
  ]);
});

describe('orders of the same plan', () => {
  const judge = (facts: OpinionFacts) => opinionOn(facts);
  const broken: OpinionFacts['ledger'] = {
    breaks: new Map([['VTI', { symbol: 'VTI', kind: 'split', detail: '', since: NOON }]]),
  };

  test('are judged by the lots under their new symbol', () => {
    expect(judge({ ...RENAMED, orders: [order('NEW', [10, 4])] })).toEqual([]);
    expect(judge({ ...RENAMED, held: { NEW: 10, VTI: 10 }, orders: [order('VTI', [10, 4])] })).toContain(
      'reduction-within-book: reduce/core/VTI: sell 6 of 0',
    );
  });

  test('are judged without the breaks that the actions end', () => {
    expect(judge({ ...SPLIT, ledger: broken, orders: [order('VTI', [20, 4])] })).toEqual([]);
  });

  test('find the lots of other symbols and strategies where they were', () => {
    const facts = { ...RENAMED, books: { core: { VTI: 10, GLD: 3 }, other: { BND: 2 } } };
    const { books } = afterActions(planOf(facts), inputOf(facts)).observed.ledger;
    const owned = [...books].map(([name, book]) => [name, [...book].map(([of, lot]) => [of, lot.quantity])]);
    expect(owned).toEqual([
      [
        'core',
        [
          ['GLD', shares(3)],
          ['NEW', shares(10)],
        ],
      ],
      ['other', [['BND', shares(2)]]],
    ]);
  });

  test('find no lot of which nothing is left', () => {
    const facts: OpinionFacts = {
      books: { core: { VTI: 0.4 } },
      actions: [splits({ core: [0.4, 0] })],
      ledger: { breaks: new Map([['GLD', { symbol: 'GLD', kind: 'split', detail: '', since: NOON }]]) },
    };
    const { books, breaks } = afterActions(planOf(facts), inputOf(facts)).observed.ledger;
    expect([[...(books.get('core') ?? [])], [...breaks.keys()]]).toEqual([[], ['GLD']]);
  });

  test('find no lot that nobody had before', () => {
    const facts: OpinionFacts = {
      books: { core: { GLD: 1 } },
      actions: [splits({ core: [10, 20], nobody: [1, 2] })],
    };
    const { books } = afterActions(planOf(facts), inputOf(facts)).observed.ledger;
    expect([...books].map(([name, book]) => [name, [...book.keys()]])).toEqual([['core', ['GLD']]]);
  });

  test('are judged although an action is about lots that nobody has', () => {
    const facts: OpinionFacts = {
      ...SPLIT,
      books: { core: { GLD: 1 } },
      actions: [splits({ core: [10, 20], nobody: [1, 2] })],
      orders: [order('GLD', [1, 0])],
      held: { ...held(22), GLD: 1 },
    };
    expect(judge(facts)).toEqual(['announced-exactly: it: not every lot of VTI']);
  });

  test('are judged beside other actions, which move no lot', () => {
    const other = {
      id: 'missed',
      kind: 'report-missed',
      strategy: 'core',
      symbol: null,
      reason: 'SlotMissed',
    } as const;
    const missed = { ...other, slot: '', from: '', to: '', sources: [] };
    const actions = [missed, ...(SPLIT.actions ?? [])];
    expect(judge({ ...SPLIT, actions, orders: [order('VTI', [20, 4])] })).toEqual([]);
  });
});
