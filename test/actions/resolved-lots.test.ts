/** What the books of a symbol are after an operator's word, by what books and broker say before it. */
import { describe, expect, test } from 'vitest';
import type { SymbolView } from '../../src/actions/operator.ts';
import {
  arrivedOf,
  lotsAfter,
  lotsAfterSplit,
  splitOf,
  type Arrived,
  type Resolution,
} from '../../src/actions/resolved-lots.ts';
import { EXIT } from '../../src/domain/errors.ts';
import type { Money } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Difference } from '../../src/observed/attribution.ts';
import type { BrokerFill, BrokerPosition } from '../../src/observed/broker-view.ts';
import type { BreakKind } from '../../src/observed/events.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Break, LedgerOrder } from '../../src/observed/ledger.ts';
import { shares } from '../support/executing.ts';

type Counts = Readonly<Record<string, number>>;

interface Facts {
  /** Shares of X by strategy, each at $10. */
  readonly books?: Counts;
  /** What the broker holds, and at which price; it holds nothing where this is left out. */
  readonly broker?: readonly [count: number, dollars: number];
  readonly difference?: Partial<Difference>;
  readonly broken?: BreakKind;
  readonly orders?: readonly LedgerOrder[];
  readonly history?: readonly BrokerFill[];
  readonly anchored?: number;
}

function viewOf({
  books = {},
  broker,
  difference,
  broken,
  orders = [],
  history = [],
  anchored,
}: Facts): SymbolView {
  const lots = Object.entries(books).map(([strategy, count]) => {
    const lot = {
      quantity: shares(count),
      cost: (count * 10e6) as Money,
      since: 0 as Instant,
      orderId: null,
    };
    return [strategy, new Map([['X', lot]])] as const;
  });
  const ledger = {
    ...emptyLedger(),
    books: new Map(lots),
    breaks: new Map(broken === undefined ? [] : [['X', { symbol: 'X', kind: broken } as Break]]),
    openOrders: new Map(orders.map((order) => [order.intent.clientOrderId, order])),
    anchors: new Map(
      anchored === undefined ? [] : [['X', { at: 0 as Instant, unmanaged: shares(anchored) }]],
    ),
  };
  const position =
    broker === undefined
      ? undefined
      : ({ symbol: 'X', quantity: shares(broker[0]), averagePrice: broker[1] * 1e6 } as BrokerPosition);
  const none = { missing: 0, unmanaged: 0, sideFlip: false } as Partial<Difference>;
  return {
    observed: { ledger },
    position,
    history,
    difference: difference === undefined ? undefined : ({ ...none, ...difference } as Difference),
  } as unknown as SymbolView;
}

const word = (more: Partial<Resolution> = {}): Resolution => ({
  symbol: 'X',
  as: 'broker',
  strategy: null,
  price: null,
  reason: 'counted',
  ...more,
});

/** `{a: 7}`, or `{a: '7 for $70'}` where its cost is said anew. */
const shown = (lots: ReturnType<typeof lotsAfter>): Record<string, number | string> =>
  Object.fromEntries(
    lots.map(({ strategy, quantity, cost }) => [
      strategy,
      cost === null ? quantity / 1e9 : `${quantity / 1e9} for $${cost / 1e6}`,
    ]),
  );

const after = (facts: Facts, more: Partial<Resolution> = {}, arrived: Arrived | null = null) =>
  shown(lotsAfter(word(more), viewOf(facts), arrived));

const missing = (count: number): Partial<Difference> => ({ missing: shares(count) });

describe('a book that takes what the broker holds', () => {
  test.each<[string, Facts, Partial<Resolution>, Counts]>([
    ['is as it was where nothing is missing', { books: { a: 10 }, broker: [10, 10] }, {}, { a: 10 }],
    ['loses what is missing', { books: { a: 10 }, broker: [7, 10], difference: missing(-3) }, {}, { a: 7 }],
    [
      'of a short one likewise',
      { books: { a: -10 }, broker: [-7, 10], difference: missing(3) },
      {},
      { a: -7 },
    ],
    ['is empty where the broker holds nothing', { books: { a: 10 }, difference: missing(-10) }, {}, { a: 0 }],
    [
      'is empty where the broker stands on the other side',
      { books: { a: 10, b: 5 }, broker: [-3, 10], difference: { ...missing(-15), sideFlip: true } },
      {},
      { a: 0, b: 0 },
    ],
    [
      'of two is the one that the operator says',
      { books: { a: 6, b: 4 }, broker: [7, 10], difference: missing(-3) },
      { strategy: 'b' },
      { a: 6, b: 1 },
    ],
    [
      'of two is the other one, too, where more is missing than the first has',
      { books: { a: 6, b: 4 }, broker: [1, 10], difference: missing(-9) },
      { strategy: 'a' },
      { a: 0, b: 1 },
    ],
    [
      'of three is the largest of the others then',
      { books: { a: 2, b: 3, c: 9 }, broker: [8, 10], difference: missing(-6) },
      { strategy: 'a' },
      { a: 0, b: 3, c: 5 },
    ],
    [
      'of three short ones likewise',
      { books: { a: -2, b: -3, c: -9 }, broker: [-8, 10], difference: missing(6) },
      { strategy: 'a' },
      { a: 0, b: -3, c: -5 },
    ],
    [
      'loses nothing for shares that are missing on the other side',
      { books: { a: 10, b: -4 }, broker: [8, 10], difference: missing(2) },
      { strategy: 'a' },
      { a: 10, b: -2 },
    ],
  ])('%s', (_, facts, more, lots) => {
    expect(after(facts, more)).toEqual(lots);
  });

  test('takes its price, too, where that is what was in doubt', () => {
    const facts: Facts = { books: { a: 10 }, broker: [10, 12], difference: {}, broken: 'price-mismatch' };
    expect(after(facts)).toEqual({ a: '10 for $120' });
    expect(after(facts, { as: 'books' })).toEqual({ a: 10 });
    expect(after({ ...facts, broken: 'overfill' })).toEqual({ a: 10 });
    expect(after({ books: { a: 10 }, broken: 'price-mismatch' })).toEqual({ a: 10 });
    const fewer: Facts = { ...facts, books: { a: 10, b: 5 }, broker: [12, 12], difference: missing(-3) };
    expect(after(fewer, { strategy: 'a' })).toEqual({ a: 7, b: '5 for $60' });
  });

  test.each<[string, Partial<Resolution>]>([
    ['is not chosen for the operator', {}],
    ['is not one that has none', { strategy: 'c' }],
  ])('of two %s', (_, more) => {
    const facts: Facts = { books: { a: 6, b: 4 }, broker: [7, 10], difference: missing(-3) };
    expect(() => after(facts, more)).toThrow(
      expect.objectContaining({
        exit: EXIT.refused,
        message: 'X is in the books of a, b: the broker cannot say whose shares left',
        hint: 'say it with --strategy NAME',
      }),
    );
  });

  test('of one is not that of another strategy either', () => {
    const facts: Facts = { books: { a: 6 }, broker: [3, 10], difference: missing(-3) };
    expect(() => after(facts, { strategy: 'b' })).toThrow('X is in the books of a');
  });
});

test('Books are not right while the broker lacks shares of them', () => {
  const facts: Facts = { books: { a: 10 }, broker: [7, 10], difference: missing(-3) };
  expect(() => after(facts, { as: 'books' })).toThrow(
    expect.objectContaining({
      exit: EXIT.refused,
      message: 'the broker still holds -3 X against the books',
      hint: "the books can only be right once the broker agrees; '--as broker' takes the missing shares out of them",
    }),
  );
});

const order = (more: Partial<LedgerOrder['intent']> = {}, filled = 0, intendedAt = 100_000): LedgerOrder =>
  ({
    intent: { clientOrderId: 'hg-1', strategy: 'a', symbol: 'X', side: 'buy', quantity: shares(10), ...more },
    filled: shares(filled),
    intendedAt,
    brokerOrderId: null,
  }) as LedgerOrder;

const trade = (side: 'buy' | 'sell', count: number, time: number): BrokerFill =>
  ({
    id: 'f',
    brokerOrderId: 'outside',
    symbol: 'X',
    side,
    quantity: shares(count),
    price: 10e6,
    time,
  }) as BrokerFill;

const beyond = (count: number, more: Partial<Difference> = {}): Partial<Difference> => ({
  unmanaged: shares(count),
  ...more,
});

describe('shares that an order without an end may have brought', () => {
  test.each<[string, Facts, number | null]>([
    ['are what the broker holds beyond the books', { orders: [order()], difference: beyond(7) }, 7],
    ['are no more than was ordered', { orders: [order()], difference: beyond(70) }, 10],
    ['are no more than is left of it', { orders: [order({}, 4)], difference: beyond(7) }, 6],
    ['are none where it has filled', { orders: [order({}, 10)], difference: beyond(7) }, null],
    ['are none where there are none', { orders: [order()], difference: beyond(0) }, null],
    ['are none where books and broker agree', { orders: [order()] }, null],
    ['are sold short', { orders: [order({ side: 'sell' })], difference: beyond(-7) }, -7],
    ['are none on the other side', { orders: [order({ side: 'sell' })], difference: beyond(7) }, null],
    ['are none without an order', { difference: beyond(7) }, null],
    [
      'are those of its own symbol',
      { orders: [order({ clientOrderId: 'hg-0', symbol: 'Y' }), order()], difference: beyond(7) },
      7,
    ],
    [
      'are none where no order of its symbol is open',
      { orders: [order({ symbol: 'Y' })], difference: beyond(7) },
      null,
    ],
    [
      'are those of the order on their side',
      { orders: [order({ clientOrderId: 'hg-0', side: 'sell' }), order()], difference: beyond(7) },
      7,
    ],
    ['are none across zero', { orders: [order()], difference: beyond(7, { sideFlip: true }) }, null],
    [
      'are none where there is a break: the doubt is another one',
      { orders: [order()], difference: beyond(7), broken: 'overfill' },
      null,
    ],
    [
      'are none of those that were there before',
      { orders: [order()], difference: beyond(7), anchored: 3 },
      4,
    ],
    [
      'are none of those that others bought before it',
      { orders: [order()], difference: beyond(7), history: [trade('buy', 5, 89_999)] },
      2,
    ],
    [
      'may be those that were bought since, the lag of the history included',
      { orders: [order()], difference: beyond(7), history: [trade('buy', 5, 90_000)] },
      7,
    ],
    [
      'are more where others have sold',
      { orders: [order()], difference: beyond(3), anchored: 2, history: [trade('sell', 2, 95_000)] },
      3,
    ],
  ])('%s', (_, facts, count) => {
    const arrived = arrivedOf(viewOf(facts), 'X', 10_000);
    expect(arrived === null ? null : arrived.quantity / 1e9).toBe(count);
  });

  const arrived = (count: number): Arrived => ({ order: order(), quantity: shares(count) });

  test('go to its strategy, with what it has and beside what others have', () => {
    const facts: Facts = { books: { b: 5 }, broker: [12, 10], difference: beyond(7) };
    expect(after(facts, {}, arrived(7))).toEqual({ b: 5, a: 7 });
    expect(after({ ...facts, books: { a: 2, b: 5 } }, {}, arrived(7))).toEqual({ b: 5, a: 9 });
  });

  test('are not given away by the word that the books are right', () => {
    const facts: Facts = { books: { b: 5 }, broker: [12, 10], difference: beyond(7) };
    expect(() => after(facts, { as: 'books' }, arrived(7))).toThrow(
      expect.objectContaining({
        exit: EXIT.refused,
        message: 'the broker holds 7 X beyond the books: hg-1 may have filled',
        hint: "'--as broker' books them to a; if they are not of that order, 'hgctl release' gives them up afterwards",
      }),
    );
  });
});

describe('books that follow a split', () => {
  const tenfold = { from: 1, to: 10 };
  const split = (facts: Facts, more: Partial<Resolution> = {}, ratio = tenfold) =>
    shown(lotsAfterSplit(word({ as: 'split', ...more }), viewOf(facts), ratio));
  const said = { ratio: tenfold };

  test('grow by its ratio, at their cost', () => {
    const facts: Facts = { books: { a: 10, b: 5 }, broker: [150, 1], difference: beyond(135) };
    expect(split(facts)).toEqual({ a: '100 for $100', b: '50 for $50' });
    expect(split(facts, said)).toEqual({ a: '100 for $100', b: '50 for $50' });
  });

  test('leave to nobody what was of nobody', () => {
    const facts: Facts = { books: { a: 10 }, broker: [130, 1], difference: beyond(120), anchored: 3 };
    expect(split(facts)).toEqual({ a: '100 for $100' });
    expect(split(facts, said)).toEqual({ a: '100 for $100' });
  });

  test('lose the fraction that was paid out from the largest lot', () => {
    const reverse = { from: 10, to: 1 };
    const facts: Facts = { books: { a: 15, b: 24, c: 6 }, broker: [4, 100], difference: missing(-41) };
    expect(split(facts, {}, reverse)).toEqual({ a: '1.5 for $150', b: '1.9 for $240', c: '0.6 for $60' });
    expect(split(facts, { ratio: reverse }, reverse)).toEqual({
      a: '1.5 for $150',
      b: '1.9 for $240',
      c: '0.6 for $60',
    });
    const short: Facts = { books: { a: -15 }, broker: [-1, 100], difference: missing(14) };
    expect(split(short, { ratio: reverse }, reverse)).toEqual({ a: '-1 for $-150' });
  });

  test('lose the fraction that was paid out for the shares of nobody, too', () => {
    const reverse = { from: 10, to: 1 };
    const facts: Facts = { books: { a: 15 }, broker: [3, 100], difference: missing(-12), anchored: 24 };
    expect(split(facts, {}, reverse)).toEqual({ a: '0.6 for $150' });
  });

  test('are none where nobody owns it', () => {
    expect(split({ broker: [10, 1], difference: beyond(10) }, said)).toEqual({});
  });

  test.each<[string, number, number | null]>([
    ['a share or more is no fraction', 10, 99],
    ['nor of a short book', -10, -99],
    ['nor is all of it', 10, 0],
    ['nor is what is not there', 10, null],
  ])('by a ratio that somebody says only where the broker agrees: %s', (_, book, held) => {
    const facts: Facts = {
      books: { a: book },
      ...(held !== null && { broker: [held, 1] }),
      difference: beyond(0),
    };
    expect(() => split(facts, said)).toThrow(
      expect.objectContaining({
        exit: EXIT.refused,
        message: `after such a split the books say ${book * 10} X, the broker holds ${held ?? 0}`,
        hint: 'check the ratio: 10:1 is ten new shares for one old',
      }),
    );
  });

  test('by a ratio that somebody says leave to nobody what the broker holds beyond them', () => {
    expect(split({ books: { a: 10 }, broker: [107, 1], difference: beyond(97) }, said)).toEqual({
      a: '100 for $100',
    });
    expect(split({ books: { a: -10 }, broker: [-107, 1], difference: beyond(-97) }, said)).toEqual({
      a: '-100 for $-100',
    });
  });

  test('follow the ratio that somebody says, or else the one that shows', () => {
    const facts: Facts = { books: { a: 10 }, broker: [100, 1], difference: beyond(90) };
    const ratio = { from: 1, to: 3 };
    expect(splitOf(word({ ratio }), viewOf(facts))).toEqual(ratio);
    expect(splitOf(word(), viewOf(facts))).toEqual(tenfold);
  });

  test.each<[string, Facts, Partial<Resolution>]>([
    ['where books and broker agree', { books: { a: 10 }, broker: [10, 10] }, said],
    ['where nothing looks like one', { books: { a: 10 }, broker: [93, 1], difference: beyond(83) }, {}],
    ['where nothing is there', { books: { a: 10 }, difference: missing(-10) }, {}],
  ])('are not made to %s', (_, facts, more) => {
    expect(() => splitOf(word(more), viewOf(facts))).toThrow(
      expect.objectContaining({
        exit: EXIT.refused,
        message: 'books and broker do not differ in X as after a split',
        hint: "see 'hgctl get positions'; '--ratio TO:FROM' says how it was split, '--as broker' takes missing shares out of the books",
      }),
    );
  });
});
