/** Whose shares are whose, by figures alone: one symbol, one or two owners. */
import { describe, expect, test } from 'vitest';
import { attribute } from '../../src/observed/attribution.ts';
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { BrokerPosition } from '../../src/observed/broker-view.ts';
import type { Lot } from '../../src/observed/book.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Ledger, LedgerOrder } from '../../src/observed/ledger.ts';

const NOW = 1_764_709_200_000 as Instant;
const WINDOW = 10_000;
const shares = (count: number) => (count * 1e9) as Quantity;
const dollars = (amount: number) => (amount * 1e6) as Money;

/** Books by strategy, of `KO`: shares, and what they cost in dollars. */
function ledgerOf(books: Readonly<Record<string, readonly [shares: number, cost: number]>>): Ledger {
  const lot = ([count, cost]: readonly [number, number]): Lot => ({
    quantity: shares(count),
    cost: dollars(cost),
    since: NOW,
    orderId: null,
  });
  const named = Object.entries(books).map(([name, of]) => [name, new Map([['KO', lot(of)]])] as const);
  return { ...emptyLedger(), books: new Map(named), shared: new Set(named.length > 1 ? ['KO'] : []) };
}

/** What the broker holds of `KO`, at $50. */
function holding(count: number, averagePrice = 50): ReadonlyMap<string, BrokerPosition> {
  const prices = { averagePrice: (averagePrice * 1e6) as Price, marketPrice: 50e6 as Price };
  const position = { symbol: 'KO', quantity: shares(count), available: shares(count), ...prices };
  return new Map([['KO', position]]);
}

function differenceIn(ledger: Ledger, positions: ReadonlyMap<string, BrokerPosition>) {
  return attribute(ledger, positions, NOW, WINDOW).differences.get('KO');
}

describe('what the broker holds beside a book', () => {
  test.each<[what: string, book: number, broker: number, parts: object | undefined]>([
    ['as much: no difference', 10, 10, undefined],
    ['more', 10, 12, { unmanaged: shares(2), missing: 0, sideFlip: false }],
    ['less', 10, 7, { unmanaged: 0, missing: shares(-3), sideFlip: false }],
    ['nothing', 10, 0, { unmanaged: 0, missing: shares(-10), sideFlip: false }],
    ['the other side', 10, -2, { unmanaged: shares(-2), missing: shares(-10), sideFlip: true }],
    ['more of a short', -10, -12, { unmanaged: shares(-2), missing: 0, sideFlip: false }],
    ['less of a short', -10, -7, { unmanaged: 0, missing: shares(3), sideFlip: false }],
    ['the other side of a short', -10, 2, { unmanaged: shares(2), missing: shares(10), sideFlip: true }],
  ])('%s', (_, book, broker, parts) => {
    const found = differenceIn(
      ledgerOf({ a: [book, book * 50] }),
      broker === 0 ? new Map() : holding(broker),
    );
    if (parts === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ booked: shares(book), broker: shares(broker), ...parts });
  });

  test('is unmanaged where no book has it', () => {
    expect(differenceIn(emptyLedger(), holding(3))).toMatchObject({ owners: [], unmanaged: shares(3) });
  });

  test('is unmanaged beside a symbol of two owners, which is one position', () => {
    const both = ledgerOf({ a: [10, 500], b: [5, 250] });
    const [position] = holding(3).values();
    if (position === undefined) throw new Error('no position');
    const { differences } = attribute(
      both,
      new Map([...holding(15), ['PEP', { ...position, symbol: 'PEP' }]]),
      NOW,
      WINDOW,
    );
    expect([...differences.values()]).toMatchObject([{ symbol: 'PEP', owners: [], unmanaged: shares(3) }]);
  });

  test('is unmanaged beside a book of which the broker has nothing', () => {
    const [position] = holding(3).values();
    if (position === undefined) throw new Error('no position');
    const others = new Map([['PEP', { ...position, symbol: 'PEP' }]]);
    const { differences } = attribute(ledgerOf({ a: [10, 500] }), others, NOW, WINDOW);
    expect([...differences.values()]).toMatchObject([
      { symbol: 'KO', missing: shares(-10) },
      { symbol: 'PEP', unmanaged: shares(3) },
    ]);
  });

  test('of two owners is compared with their sum', () => {
    const both = ledgerOf({ a: [10, 500], b: [5, 250] });
    expect(differenceIn(both, holding(15))).toBeUndefined();
    expect(differenceIn(both, holding(14))).toMatchObject({ owners: ['a', 'b'], missing: shares(-1) });
  });
});

describe('a difference that the broker has not settled yet', () => {
  const filled = (side: 'buy' | 'sell', count: number, age: number): LedgerOrder =>
    ({
      intent: { symbol: 'KO', side, sessionDate: '2025-12-02' },
      fills: [{ quantity: shares(count), value: dollars(count * 50), at: (NOW - age) as Instant }],
    }) as unknown as LedgerOrder;
  const after = (ledger: Ledger, ...orders: readonly LedgerOrder[]): Ledger => ({
    ...ledger,
    openOrders: new Map(orders.map((order, at) => [`o${at}`, order])),
  });
  const BOOK = ledgerOf({ a: [10, 500] });

  test.each<[what: string, broker: number, orders: LedgerOrder[], parts: object]>([
    [
      'all that was just bought is not there yet',
      4,
      [filled('buy', 6, 0)],
      { settling: shares(-6), missing: 0 },
    ],
    ['a part of it', 9, [filled('buy', 6, 0)], { settling: shares(-1), missing: 0 }],
    ['more than was bought is missing', 3, [filled('buy', 6, 0)], { settling: 0, missing: shares(-7) }],
    [
      'all that was just sold is still there',
      13,
      [filled('sell', 3, 0)],
      { settling: shares(3), unmanaged: 0 },
    ],
    ['more than was sold is there', 14, [filled('sell', 3, 0)], { settling: 0, unmanaged: shares(4) }],
    [
      'a sale explains nothing that is missing',
      9,
      [filled('sell', 3, 0)],
      { settling: 0, missing: shares(-1) },
    ],
    [
      'a purchase explains nothing that is there besides',
      13,
      [filled('buy', 3, 0)],
      { settling: 0, unmanaged: shares(3) },
    ],
    ['two purchases count together', 3, [filled('buy', 3, 0), filled('buy', 4, 0)], { settling: shares(-7) }],
    [
      'at the edge of the window, no more',
      4,
      [filled('buy', 6, WINDOW)],
      { settling: 0, missing: shares(-6) },
    ],
    ['just inside of it', 4, [filled('buy', 6, WINDOW - 1)], { settling: shares(-6), missing: 0 }],
  ])('%s', (_, broker, orders, parts) => {
    expect(differenceIn(after(BOOK, ...orders), holding(broker))).toMatchObject(parts);
  });
});

describe('the cost of a book beside the broker`s average price', () => {
  test.each([
    ['the same', 500, 50, []],
    ['1 % apart, which two ways to round may be', 500, 50.5, []],
    ['further apart', 500, 50.51, ['KO']],
    ['further apart, the other way', 500, 49.49, ['KO']],
    ['a broker that says none', 500, 0, []],
  ])('%s', (_, cost, average, doubts) => {
    const { costDoubts } = attribute(ledgerOf({ a: [10, cost] }), holding(10, average), NOW, WINDOW);
    expect(costDoubts).toEqual(doubts);
  });

  test('is doubted of one owner only: nobody knows how two share it', () => {
    const both = ledgerOf({ a: [10, 500], b: [5, 250] });
    expect(attribute(both, holding(15, 90), NOW, WINDOW).costDoubts).toEqual([]);
  });

  test.each([
    ['as it was', 50, false],
    ['a tenth apart, as by a purchase beside the book', 55, false],
    ['further apart, as by a split', 55.01, true],
    ['further apart, the other way', 44.99, true],
    ['a broker that says none', 0, false],
  ])('with a difference in shares, %s', (_, average, repriced) => {
    expect(differenceIn(ledgerOf({ a: [10, 500] }), holding(20, average))).toMatchObject({ repriced });
  });

  test.each([
    ['that no book has', emptyLedger(), holding(3)],
    ['that the broker does not have', ledgerOf({ a: [10, 500] }), new Map()],
    [
      'of which two books have as much on either side',
      ledgerOf({ a: [10, 500], b: [-10, -400] }),
      holding(3),
    ],
  ])('says nothing of a symbol %s', (_, ledger, positions) => {
    expect(differenceIn(ledger, positions)).toMatchObject({ repriced: false });
  });
});

test('the exposure of a book is what the broker holds of it, at the broker`s price, on either side', () => {
  const long = attribute(ledgerOf({ a: [10, 400] }), holding(10), NOW, WINDOW);
  expect(long.exposures.get('a')).toBe(dollars(500));
  expect(long.prices.get('a')).toEqual([50e6]);
  expect(attribute(ledgerOf({ a: [-10, -400] }), holding(-10), NOW, WINDOW).exposures.get('a')).toBe(
    dollars(500),
  );
  const gone = attribute(ledgerOf({ a: [10, 400] }), new Map(), NOW, WINDOW);
  expect(gone.exposures.get('a')).toBe(0);
  expect(gone.prices.get('a')).toEqual([0]);
});
