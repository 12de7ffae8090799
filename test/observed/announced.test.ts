/** Which announced corporate actions explain, to the last share, what the broker holds of a symbol. */
import { describe, expect, test } from 'vitest';
import type { Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import {
  changeFollowed,
  followedUpTo,
  mayBeAction,
  notFollowed,
  ownedSymbols,
  splitFollowed,
  splitsAmong,
} from '../../src/observed/announced.ts';
import type { Difference } from '../../src/observed/attribution.ts';
import type { BrokerFill, BrokerPosition } from '../../src/observed/broker-view.ts';
import type { CorporateAction } from '../../src/observed/corporate-action.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import type { Ledger } from '../../src/observed/ledger.ts';
import { at, DATE, ledgerAfter, LOCK, opened, price, shares } from './support/journal-of.ts';

const YESTERDAY = '2025-12-01';
const TOMORROW = '2025-12-03';
const NEXT_WEEK = '2025-12-09';

const split = (date: string, from: number, to: number): CorporateAction => ({
  kind: 'split',
  date,
  ratio: { from, to },
});
const announced = (from: number, to: number, date = DATE) => ({ date, ratio: { from, to } });
const change = (date: string): CorporateAction & { kind: 'symbol-change' } => ({
  kind: 'symbol-change',
  date,
  from: 'KO',
  to: 'KOX',
});

function position(count: number, averagePrice: number, symbol = 'KO'): BrokerPosition {
  const prices = { averagePrice: price(averagePrice), marketPrice: price(averagePrice) };
  return { symbol, quantity: shares(count), available: shares(count), ...prices };
}

/** By others, at $50. */
function bought(count: number, symbol = 'KO'): BrokerFill {
  const what = { symbol, side: 'buy', quantity: shares(count), price: price(50), time: at(9) } as const;
  return { id: 'f', brokerOrderId: 'theirs', ...what };
}

type Books = Parameters<typeof opened>[0];
const owned = (books: Books, unmanaged = 0): Ledger =>
  ledgerAfter(
    opened(books, { unmanaged: unmanaged === 0 ? [] : [{ symbol: 'KO', quantity: shares(unmanaged) }] }),
  );

describe('the books of a symbol have followed what was announced', () => {
  const since = (date: string): Instant => Date.parse(`${date}T17:00:00Z`) as Instant;
  const bookOf = (date: string): JournalEvent => {
    const lot = { strategy: 'a', symbol: 'KO', quantity: shares(1), cost: 0 as never, orderId: null };
    return opened({}, { lots: [{ ...lot, since: since(date) }], historySince: since(YESTERDAY) });
  };
  const applied = (date: string): JournalEvent => ({
    type: 'split-applied',
    fence: 1,
    symbol: 'KO',
    splits: [announced(1, 10, date)],
    lots: [],
    unmanaged: { from: shares(0), to: shares(0) },
    seenPrice: price(5),
    evidence: [],
    anchor: { at: since(YESTERDAY), unmanaged: shares(0) },
    sessionDate: date,
  });

  test.each<[what: string, events: readonly JournalEvent[], date: string]>([
    ['up to its anchor', [bookOf('2025-11-28')], YESTERDAY],
    ['up to the day on which they were bought', [bookOf(DATE)], DATE],
    ['up to the split that they followed last', [bookOf('2025-11-28'), LOCK, applied(TOMORROW)], TOMORROW],
  ])('%s', (_, events, date) => {
    expect(followedUpTo(ledgerAfter(...events), 'KO')).toBe(date);
  });

  test('and not what is of later, by date, up to the session', () => {
    const ledger = ledgerAfter(bookOf(DATE));
    const [first, second, third] = [split(TOMORROW, 1, 2), split('2025-12-04', 1, 3), change('2025-12-05')];
    const all = [third, first, split(DATE, 1, 7), second, split(NEXT_WEEK, 1, 5)];
    expect(notFollowed(ledger, 'KO', all, '2025-12-05')).toEqual([first, second, third]);
  });
});

test('symbols that are owned are named once, whoever owns them', () => {
  const lot = { symbol: 'PEP', quantity: shares(1), cost: 0 as never, since: at(0), orderId: null };
  const ledger = ledgerAfter(
    opened({ a: [10, 400], b: [5, 200] }),
    opened({}, { lots: [{ ...lot, strategy: 'c' }] }),
  );
  expect(ownedSymbols(ledger)).toEqual(['KO', 'PEP']);
  expect(splitFollowed(ledger, position(150, 4), [announced(1, 10)], [])?.lots).toHaveLength(2);
});

describe('splits among announcements', () => {
  test('are counted in whole numbers; what is no split, and what changes nothing, is none', () => {
    const spinOff: CorporateAction = { kind: 'spin-off', date: DATE, company: null };
    const found = splitsAmong([split(DATE, 1, 1.05), spinOff, change(DATE), split(DATE, 3, 3)]);
    expect(found).toEqual([announced(20, 21)]);
  });

  test('are counted once where two sources name the same', () => {
    const all = [
      split(DATE, 1, 2),
      split(DATE, 2, 4),
      split(TOMORROW, 1, 2),
      split(DATE, 1, 3),
      split(DATE, 3, 2),
    ];
    expect(splitsAmong(all)).toEqual([
      announced(1, 2),
      announced(1, 2, TOMORROW),
      announced(1, 3),
      announced(3, 2),
    ]);
  });

  test('are none that can be followed where one of them cannot be counted', () => {
    expect(splitsAmong([split(DATE, 1, 2), split(DATE, 0, 2)])).toBeNull();
  });
});

describe('a split that the broker has carried out', () => {
  const TEN = announced(1, 10);
  const followed = (ledger: Ledger, seen: BrokerPosition, ...splits: (typeof TEN)[]) =>
    splitFollowed(ledger, seen, splits, []);

  test('multiplies each lot, and what is nobody’s', () => {
    const ledger = owned({ a: [10, 400], b: [5, 200] }, 2);
    expect(followed(ledger, position(170, 4), TEN)).toEqual({
      splits: [TEN],
      lots: [
        { strategy: 'a', from: shares(10), to: shares(100), cost: 400e6 },
        { strategy: 'b', from: shares(5), to: shares(50), cost: 200e6 },
      ],
      unmanaged: { from: shares(2), to: shares(20) },
    });
  });

  test('multiplies what others have traded before it', () => {
    const more = splitFollowed(owned({ a: [10, 500] }), position(120, 5), [TEN], [bought(2)]);
    expect(more?.unmanaged).toEqual({ from: shares(2), to: shares(20) });
  });

  test('is the first of several, or as many as explain what is there', () => {
    const three = announced(1, 3, TOMORROW);
    const four = announced(1, 4, NEXT_WEEK);
    const ledger = owned({ a: [10, 600] });
    expect(followed(ledger, position(100, 6), TEN, three, four)?.splits).toEqual([TEN]);
    const twice = followed(ledger, position(300, 2), TEN, three, four);
    expect(twice?.splits).toEqual([TEN, three]);
    expect(twice?.lots).toMatchObject([{ to: shares(300) }]);
  });

  test.each<[what: string, books: Books, seen: BrokerPosition, splits: readonly (typeof TEN)[]]>([
    ['where nobody owns the symbol', {}, position(100, 4), [TEN]],
    ['where there are others', { a: [10, 400] }, position(90, 4), [TEN]],
    ['where they cost something else', { a: [10, 400] }, position(100, 5), [TEN]],
    ['where none was announced', { a: [10, 400] }, position(100, 4), []],
    [
      'where two together are beyond what can be counted',
      { a: [10, 400] },
      position(100, 4),
      [announced(1, 2 ** 40), announced(1, 2 ** 40), TEN],
    ],
  ])('is none %s', (_, books, seen, splits) => {
    expect(followed(owned(books), seen, ...splits)).toBeNull();
  });

  test('is none of shares that only others have bought', () => {
    expect(splitFollowed(owned({}), position(20, 5), [TEN], [bought(2)])).toBeNull();
  });

  const REVERSE = announced(10, 1);
  const lotsTo = (books: Books, unmanaged: number, seen: BrokerPosition) =>
    followed(owned(books, unmanaged), seen, REVERSE)?.lots.map(({ to }) => to / 1e9);

  test.each<
    [what: string, books: Books, unmanaged: number, seen: BrokerPosition, to: readonly number[] | undefined]
  >([
    ['takes the fraction of the largest lot', { a: [12, 48], b: [33, 132] }, 0, position(4, 40), [1.2, 2.8]],
    ['takes it of the largest short', { a: [-33, -132], b: [-12, -48] }, 0, position(-4, 40), [-2.8, -1.2]],
    ['takes a lot that is but a fraction', { a: [5, 20] }, 10, position(1, 40), [0]],
    ['takes no more than there is of the largest lot', { a: [4, 16] }, 15, position(1, 40), undefined],
  ])('and that pays a fraction out in cash %s', (_, books, unmanaged, seen, to) => {
    expect(lotsTo(books, unmanaged, seen)).toEqual(to);
  });

  test('pays out less than a share: what rounding makes a whole one is not explained', () => {
    const own = { strategy: 'a', symbol: 'KO', quantity: 1_999_999_999 as Quantity, cost: 80e6 as never };
    const lots = ['a', 'b'].map((strategy) => ({ ...own, strategy, since: at(0), orderId: null }));
    const ledger = ledgerAfter(opened({}, { lots }));
    expect(followed(ledger, position(1, 80), announced(2, 1))).toBeNull();
  });
});

describe('a change of the symbol that the broker has carried out', () => {
  const OPENING = owned({ a: [10, 400], b: [5, 200] }, 2);
  const AS_IT_WAS = position(17, 40, 'KOX');
  const followed = (ledger: Ledger, seen: readonly BrokerPosition[], history: readonly BrokerFill[] = []) =>
    changeFollowed(ledger, new Map(seen.map((one) => [one.symbol, one])), change(DATE), history);

  test('moves each lot, and what is nobody’s', () => {
    expect(followed(OPENING, [AS_IT_WAS])).toEqual({
      to: 'KOX',
      date: DATE,
      lots: [
        { strategy: 'a', quantity: shares(10), cost: 400e6 },
        { strategy: 'b', quantity: shares(5), cost: 200e6 },
      ],
      unmanaged: shares(2),
    });
  });

  const andOf = (symbol: string, more: Partial<Ledger>): Ledger => ({
    ...OPENING,
    books: new Map([
      ...OPENING.books,
      ['c', new Map([[symbol, ...(OPENING.books.get('a')?.values() ?? [])]] as never)],
    ]),
    ...more,
  });
  const broken = { symbol: 'KOX', kind: 'overfill', detail: '', since: at(0) } as const;
  const anchored = { at: at(0), unmanaged: shares(1) };

  test.each<[what: string, ledger: Ledger, seen: readonly BrokerPosition[], history: readonly BrokerFill[]]>([
    ['the broker has nothing of the new one', OPENING, [], []],
    ['nobody owns the old one', owned({}), [AS_IT_WAS], []],
    ['the broker still has the old one', OPENING, [AS_IT_WAS, position(1, 40)], []],
    ['somebody owns the new one', andOf('KOX', {}), [AS_IT_WAS], []],
    ['others have traded the new one', OPENING, [AS_IT_WAS], [bought(1, 'KOX')]],
    [
      'the new one was held by nobody before',
      { ...OPENING, anchors: new Map([...OPENING.anchors, ['KOX', anchored]]) },
      [AS_IT_WAS],
      [],
    ],
    ['there is a break on the new one', { ...OPENING, breaks: new Map([['KOX', broken]]) }, [AS_IT_WAS], []],
    ['there are more of the new one', OPENING, [position(18, 40, 'KOX')], []],
    ['a share of the new one cost something else', OPENING, [position(17, 41, 'KOX')], []],
  ])('is not followed where %s', (_, ledger, seen, history) => {
    expect(followed(ledger, seen, history)).toBeNull();
  });

  test('is followed whatever else others have traded, and somebody owns', () => {
    expect(followed(andOf('PEP', {}), [AS_IT_WAS], [bought(1, 'PEP')])).toMatchObject({ to: 'KOX' });
  });
});

describe('a corporate action may be behind a difference', () => {
  const LEDGER = owned({ a: [10, 400] }, 5);
  const difference = (more: Partial<Difference>): Difference => ({
    ...{ symbol: 'KO', owners: ['a'], booked: shares(10), broker: shares(15), settling: shares(0) },
    ...{ unmanaged: shares(5), missing: shares(0), sideFlip: false, repriced: false },
    ...more,
  });
  const beyond = (count: number) => difference({ unmanaged: shares(count), broker: shares(10 + count) });

  test.each<[what: string, seen: Difference, position: BrokerPosition | undefined, may: boolean]>([
    ['where shares are missing', difference({ missing: shares(-1) }), undefined, true],
    ['where a share has another price', difference({ repriced: true }), position(15, 40), true],
    ['where there are more at the same cost', beyond(20), position(30, 20), true],
    ['where there are more at nearly the same cost, above', beyond(20), position(30, 20.4), true],
    ['where there are more at nearly the same cost, below', beyond(20), position(30, 19.6), true],
  ])('%s', (_, seen, held, may) => {
    expect(mayBeAction(LEDGER, seen, held)).toBe(may);
  });

  test.each<[what: string, seen: Difference, position: BrokerPosition | undefined]>([
    ['where nobody owns the symbol', difference({ owners: [], repriced: true }), position(15, 40)],
    ['while fills settle', difference({ settling: shares(1), missing: shares(-1) }), undefined],
    ['where nobody’s shares are as they were', difference({}), position(15, 40)],
    ['where the broker has none', beyond(20), undefined],
    ['where the books have as much on either side', { ...beyond(20), booked: shares(0) }, position(30, 20)],
    ['where more were bought, at their price', beyond(20), position(30, 40)],
    ['where more were given away', beyond(20), position(30, 19.5)],
  ])('not %s', (_, seen, held) => {
    expect(mayBeAction(LEDGER, seen, held)).toBe(false);
  });
});
