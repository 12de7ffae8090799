/** What the account's history proves about one symbol: outside fills after its anchor, against books and broker. */
import { describe, expect, test } from 'vitest';
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Side } from '../../src/domain/names.ts';
import type { Difference } from '../../src/observed/attribution.ts';
import type { Lot } from '../../src/observed/book.ts';
import type { BrokerFill } from '../../src/observed/broker-view.ts';
import {
  expectedBeyond,
  explain,
  heldByRights,
  historyNeededSince,
  movedOutside,
  nextAnchor,
  outsideFills,
  splitSeen,
} from '../../src/observed/evidence.ts';
import { emptyLedger } from '../../src/observed/ledger-fold.ts';
import type { Ledger, LedgerOrder } from '../../src/observed/ledger.ts';

const ANCHORED = 1_764_709_200_000 as Instant;
const after = (ms: number): Instant => (ANCHORED + ms) as Instant;
const shares = (count: number): Quantity => (count * 1e9) as Quantity;
const dollars = (amount: number): Money => (amount * 1e6) as Money;
const price = (amount: number): Price => (amount * 1e6) as Price;

interface Known {
  /** Of `KO`, by strategy: shares, and what they cost in dollars. */
  readonly books?: Readonly<Record<string, readonly [shares: number, cost: number]>>;
  /** Of `KO` at the anchor. */
  readonly unmanaged?: number;
  /** Ids of the broker. */
  readonly orders?: readonly string[];
}

function ledgerOf({ books = {}, unmanaged = 0, orders = [] }: Known): Ledger {
  const lot = ([count, cost]: readonly [number, number]): Lot => ({
    quantity: shares(count),
    cost: dollars(cost),
    since: 0 as Instant,
    orderId: null,
  });
  return {
    ...emptyLedger(),
    historySince: after(-5_000),
    anchors: new Map([['KO', { at: ANCHORED, unmanaged: shares(unmanaged) }]]),
    books: new Map(Object.entries(books).map(([name, of]) => [name, new Map([['KO', lot(of)]])])),
    openOrders: new Map(orders.map((brokerOrderId) => [brokerOrderId, { brokerOrderId } as LedgerOrder])),
  };
}

/** At $50, one ms after the anchor, of an order that is not ours. */
function fill(side: Side, count: number, more: Partial<BrokerFill> = {}): BrokerFill {
  const what = { symbol: 'KO', side, quantity: shares(count), price: price(50), time: after(1) };
  return { id: 'f', brokerOrderId: 'theirs', ...what, ...more };
}

const OLD = fill('sell', 4, { time: ANCHORED });
const OTHER = fill('sell', 4, { symbol: 'PEP' });
const OURS = fill('sell', 4, { brokerOrderId: 'ours' });

describe('outside trades of a symbol', () => {
  test('are those of no order of ours', () => {
    const own = ledgerOf({ orders: ['ours'] });
    expect(outsideFills(own, [OURS, OTHER, OLD])).toEqual([OTHER, OLD]);
  });

  test('count from its anchor on, which knows what happened at its moment', () => {
    const bought = fill('buy', 1);
    expect(movedOutside(ledgerOf({ orders: ['ours'] }), 'KO', [OLD, OTHER, OURS, bought])).toEqual([bought]);
  });

  test('of a symbol without an anchor count from the beginning of the journal', () => {
    const early = fill('buy', 1, { symbol: 'PEP', time: after(-4_999) });
    const before = { ...early, time: after(-5_000) };
    expect(movedOutside(ledgerOf({}), 'PEP', [before, early])).toEqual([early]);
  });

  test('are needed from the oldest anchor on', () => {
    expect(historyNeededSince(ledgerOf({}), ['KO'])).toBe(ANCHORED);
    expect(historyNeededSince(ledgerOf({}), ['KO', 'PEP'])).toBe(after(-5_000));
  });

  test('change what the broker should hold beyond the books', () => {
    const beside = ledgerOf({ unmanaged: 10, orders: ['ours'] });
    const history = [OLD, OTHER, OURS, fill('buy', 5), fill('sell', 2)];
    expect(expectedBeyond(beside, 'KO', history)).toBe(shares(13));
    expect(expectedBeyond(beside, 'KO', [])).toBe(shares(10));
    expect(expectedBeyond(beside, 'PEP', [])).toBe(0);
  });
});

describe('what the account should hold', () => {
  const held = (known: Known, ...history: readonly BrokerFill[]) => {
    const all = heldByRights(ledgerOf({ orders: ['ours'], ...known }), 'KO', history);
    return all === null ? null : [all.quantity / 1e9, all.cost / 1e6];
  };

  test.each<[what: string, known: Known, history: readonly BrokerFill[], held: readonly number[] | null]>([
    ['is its book', { books: { a: [10, 400] } }, [], [10, 400]],
    ['is all its books', { books: { a: [10, 400], b: [5, 350] } }, [], [15, 750]],
    [
      'is what nobody owns besides, at what a share of the books cost',
      { books: { a: [10, 400] }, unmanaged: 5 },
      [],
      [15, 600],
    ],
    [
      'is less what somebody else is short',
      { books: { a: [10, 400], b: [5, 200] }, unmanaged: -3 },
      [],
      [12, 480],
    ],
    ['is a short', { books: { a: [-10, -400] }, unmanaged: -5 }, [], [-15, -600]],
    ['is nothing where nobody owns any', {}, [], null],
    ['is not known of shares that nobody owns, as their cost is not', { unmanaged: 5 }, [], null],
    [
      'is not known where two books are as long and as short',
      { books: { a: [10, 400], b: [-10, -500] }, unmanaged: 5 },
      [],
      null,
    ],
    [
      'is nothing where somebody is as short beside it',
      { books: { a: [10, 400] }, unmanaged: -10 },
      [],
      null,
    ],
    [
      'grows by what others bought, at their price',
      { books: { a: [10, 400] } },
      [fill('buy', 2), OLD, OTHER, OURS],
      [12, 500],
    ],
    [
      'shrinks by what others sold, at its average cost',
      { books: { a: [10, 400] } },
      [fill('sell', 5)],
      [5, 200],
    ],
    ['is nothing when they sold all', { books: { a: [10, 400] } }, [fill('sell', 10)], null],
    ['is what others bought, where nobody owned any', {}, [fill('buy', 2)], [2, 100]],
    [
      'follows trades in the order of their times: sold out, and bought anew',
      { books: { a: [10, 400] } },
      [fill('buy', 10, { time: after(2) }), fill('sell', 10, { time: after(1) })],
      [10, 500],
    ],
  ])('%s', (_, known, history, all) => {
    expect(held(known, ...history)).toEqual(all);
  });

  test('may have been split since: ten times as many, at a tenth of the price', () => {
    const seen = (count: number, average: number, ...history: readonly BrokerFill[]) =>
      splitSeen(
        ledgerOf({ books: { a: [10, 400] } }),
        {
          symbol: 'KO',
          quantity: shares(count),
          available: shares(count),
          averagePrice: price(average),
          marketPrice: price(average),
        },
        history,
      );
    expect(seen(100, 4)).toEqual({ from: 1, to: 10 });
    expect(seen(10, 40)).toBeNull();
    expect(seen(50, 4, fill('sell', 5))).toEqual({ from: 1, to: 10 });
    expect(seen(50, 4, fill('sell', 10))).toBeNull();
  });
});

describe('shares that are missing', () => {
  const missing = (parts: readonly [missing: number, unmanaged?: number]): Difference => ({
    symbol: 'KO',
    owners: ['a'],
    booked: shares(10),
    broker: shares(10 + parts[0]),
    settling: shares(0),
    missing: shares(parts[0]),
    unmanaged: shares(parts[1] ?? 0),
    sideFlip: false,
    repriced: false,
  });
  const at = (ms: number, amount: number) => ({ time: after(ms), price: price(amount) });

  test.each<[what: string, gap: readonly [number, number?], history: readonly BrokerFill[], price: number]>([
    ['were sold by others, at their price', [-4], [fill('sell', 4, at(1, 60))], 60],
    ['of a short were bought back by others', [4], [fill('buy', 4, at(1, 60))], 60],
    [
      'were sold in two parts: their average',
      [-4],
      [fill('sell', 1, at(1, 60)), fill('sell', 3, at(2, 80))],
      75,
    ],
    [
      'were sold last: what was bought and sold before has another price',
      [-4],
      [fill('buy', 6, at(2, 10)), fill('sell', 6, at(1, 10)), fill('sell', 4, at(3, 70))],
      70,
    ],
    [
      'were sold by the newest sales, whatever their order in the history; of one of them a part',
      [-4],
      [fill('sell', 5, at(1, 60)), fill('buy', 4, at(2, 10)), fill('sell', 3, at(3, 80))],
      75,
    ],
  ])('%s', (_, gap, history, average) => {
    const explained = explain(ledgerOf({}), missing(gap), [OLD, OTHER, ...history]);
    expect(explained).toEqual({ kind: 'explained', price: price(average), fills: history });
  });

  test('were sold with shares of nobody, which were there at the anchor', () => {
    const explained = explain(ledgerOf({ unmanaged: 3 }), missing([-4]), [fill('sell', 7)]);
    expect(explained).toMatchObject({ kind: 'explained', price: price(50) });
  });

  test('on the other side of zero were sold with them', () => {
    const explained = explain(ledgerOf({}), missing([-10, -2]), [fill('sell', 12)]);
    expect(explained).toMatchObject({ kind: 'explained', price: price(50) });
  });

  test.each<
    [what: string, unmanaged: number, gap: readonly [number, number?], history: readonly BrokerFill[]]
  >([
    ['by no trade', 0, [-4], []],
    ['by fewer than are missing', 0, [-4], [fill('sell', 3)]],
    ['by more than are missing', 0, [-4], [fill('sell', 5)]],
    ['by trades on the other side', 0, [-4], [fill('buy', 4)]],
    ['by a short of somebody that was there before', -4, [-4], []],
    ['by a short that was there before and was covered in part', -5, [-4], [fill('buy', 1)]],
    ['by a short that was there before and was covered by as many', -8, [-4], [fill('buy', 4)]],
    ['by a short that was there before, and a sale of fewer', -3, [-4], [fill('sell', 1)]],
    ['by a short that was there before and grew too late', -4, [-4], [fill('sell', 4), fill('buy', 4)]],
    ['of a short, by shares that were there before and a purchase of fewer', 3, [4], [fill('buy', 1)]],
    ['of a short, by shares that were there before', 5, [4], [fill('sell', 1)]],
  ])('are not explained %s', (_, unmanaged, gap, history) => {
    const moved = history.reduce(
      (sum, { side, quantity }) => sum + (side === 'buy' ? quantity : 0 - quantity),
      0,
    );
    expect(explain(ledgerOf({ unmanaged }), missing(gap), history)).toEqual({
      kind: 'silent',
      outside: moved,
    });
  });

  test('are none where the books have no more than the broker: there is nothing to explain', () => {
    const bought = [fill('buy', 2)];
    expect(explain(ledgerOf({}), missing([0, 2]), bought)).toEqual({ kind: 'silent', outside: shares(2) });
    expect(explain(ledgerOf({}), missing([0]), [])).toEqual({ kind: 'silent', outside: 0 });
  });
});

test('the next anchor is of the newest thing that was seen: the snapshot, or a fill behind it', () => {
  const newer = fill('buy', 1, { time: after(9) });
  const none = shares(0);
  expect(nextAnchor(after(5), [newer, OLD], none)).toEqual({ at: after(9), unmanaged: 0 });
  expect(nextAnchor(after(5), [OLD], shares(2))).toEqual({ at: after(5), unmanaged: shares(2) });
});
