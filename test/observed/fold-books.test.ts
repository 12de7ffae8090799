/** What events that are no order of ours leave in the books, and beside them. */
import { describe, expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { EventOf, JournalEvent } from '../../src/observed/events.ts';
import { lotOf, type Ledger } from '../../src/observed/ledger.ts';
import { ACCOUNT } from '../../src/observed/loss-curve.ts';
import { at, DATE, dollars, ledgerAfter, LOCK, opened, price, shares } from './support/journal-of.ts';

const ANCHOR = { at: at(7), unmanaged: shares(1) };
const BOOK = opened({ a: [10, 500] });

/** Of `KO`: shares and cost in dollars, or undefined. */
function book(ledger: Ledger, strategy = 'a'): readonly [number, number] | undefined {
  const lot = lotOf(ledger, strategy, 'KO');
  return lot && [lot.quantity / 1e9, lot.cost / 1e6];
}

describe('opening books', () => {
  test.each<[source: EventOf<'books-opened'>['source'], rebuilt: boolean]>([
    ['empty', false],
    ['state-file', false],
    ['unmanaged', false],
    ['shadow', false],
    ['backup', true],
    ['broker', true],
  ])('from %s take the place of lost ones: %s', (source, rebuilt) => {
    expect(ledgerAfter(opened({}, { source })).rebuiltAt).toBe(rebuilt ? at(1) : null);
  });

  test('say what the broker held besides, and from when on its history counts', () => {
    const ledger = ledgerAfter(
      opened({ a: [10, 500] }, { unmanaged: [{ symbol: 'PEP', quantity: shares(3) }], historySince: at(5) }),
    );
    expect(ledger.opened).toBe(true);
    expect(book(ledger)).toEqual([10, 500]);
    expect(ledger.historySince).toBe(at(5));
    expect([...ledger.anchors]).toEqual([['PEP', { at: at(5), unmanaged: shares(3) }]]);
  });

  test('take over what was executed, stopped, latched and remembered, and what had shrunk', () => {
    const drain = {
      strategy: 'a',
      close: true,
      by: 'me',
      since: at(0),
      state: 'pending',
      leftovers: [],
    } as const;
    const loss = { limit: 'daily', session: DATE, loss: dollars(3), base: dollars(100) } as const;
    const latch = (strategy: string | null) => ({
      ...loss,
      strategy,
      allowed: 20_000 as Ratio,
      since: at(0),
    });
    const halt = { mode: 'hold', reason: 'r', by: 'me', since: at(0) } as const;
    const suspension = { strategy: 'a', reason: 'r', by: 'me', since: at(0), until: null };
    const ledger = ledgerAfter(
      opened(
        {},
        {
          lastExecution: [{ strategy: 'a', at: at(0) }],
          drains: [drain],
          latches: [latch('a'), latch(null)],
          brakes: { halt, suspensions: [suspension] },
          memories: [{ strategy: 'a', signal: 'pairs', state: { days: 3 } }],
          shrunk: [{ symbol: 'KO', sessionDate: DATE }],
        },
      ),
    );
    expect([...ledger.lastExecution, ...ledger.importedExecution]).toEqual([
      ['a', at(0)],
      ['a', at(0)],
    ]);
    expect([...ledger.drains]).toEqual([['a', drain]]);
    expect([...ledger.latches]).toEqual([
      ['a', latch('a')],
      [ACCOUNT, latch(null)],
    ]);
    expect(ledger.halt).toEqual(halt);
    expect([...ledger.suspensions]).toEqual([['a', suspension]]);
    expect([...ledger.memories]).toEqual([['a', { signal: 'pairs', state: { days: 3 } }]]);
    expect([...ledger.shrunkOn]).toEqual([['KO', DATE]]);
  });

  test('know the symbols of two owners', () => {
    expect([...ledgerAfter(opened({ a: [10, 500], b: [1, 50] })).shared]).toEqual(['KO']);
    expect(ledgerAfter(BOOK).shared.size).toBe(0);
  });
});

describe('a book that follows what happened outside', () => {
  test('sells at the price of the evidence, and opens nothing in that session', () => {
    const ledger = ledgerAfter(BOOK, LOCK, {
      type: 'synced',
      fence: 1,
      strategy: 'a',
      symbol: 'KO',
      from: shares(10),
      to: shares(6),
      price: price(60),
      evidence: [],
      anchor: ANCHOR,
      sessionDate: DATE,
    });
    expect(book(ledger)).toEqual([6, 300]);
    expect(ledger.realised.get('a')?.get('KO')).toBe(dollars(40));
    expect(ledger.anchors.get('KO')).toEqual(ANCHOR);
    expect([...ledger.shrunkOn]).toEqual([['KO', DATE]]);
  });
});

describe('shares that a strategy adopts', () => {
  const adopted = (strategy: string, more: Partial<EventOf<'adopted'>> = {}): JournalEvent => ({
    type: 'adopted',
    strategy,
    symbol: 'KO',
    quantity: shares(4),
    cost: dollars(240),
    reason: '',
    anchor: ANCHOR,
    ...more,
  });

  test('come at their cost, and carry no profit where nobody says what they are worth', () => {
    const ledger = ledgerAfter(BOOK, adopted('a'));
    expect(book(ledger)).toEqual([14, 740]);
    expect(ledger.anchors.get('KO')).toEqual(ANCHOR);
    expect([...ledger.carried, ...ledger.acceptedPrices]).toEqual([]);
  });

  test('bring the profit along that they had made before', () => {
    const ledger = ledgerAfter(BOOK, adopted('a', { value: dollars(300), seenPrice: price(55) }));
    expect([...ledger.carried]).toEqual([['a', dollars(60)]]);
    expect([...ledger.acceptedPrices]).toEqual([['KO', price(55)]]);
    expect(ledgerAfter(BOOK, adopted('a', { value: dollars(240) })).carried.size).toBe(0);
  });

  test('may be of a symbol that another one owns', () => {
    expect([...ledgerAfter(BOOK, adopted('b')).shared]).toEqual(['KO']);
  });
});

describe('shares that a strategy gives up', () => {
  const released = (count: number, more: Partial<EventOf<'released'>> = {}): JournalEvent => ({
    type: 'released',
    strategy: 'a',
    symbol: 'KO',
    quantity: shares(count),
    reason: '',
    anchor: ANCHOR,
    ...more,
  });

  test.each<
    [what: string, own: readonly [number, number], given: number, left: readonly number[] | undefined]
  >([
    ['leave at average cost', [10, 500], 4, [6, 300]],
    ['of a short leave its side', [-10, -500], -4, [-6, -300]],
    ['are all that it has, at most', [10, 500], 12, undefined],
    ['of a short are all that it has, at most', [-10, -500], -12, undefined],
  ])('%s, with no profit', (_, own, given, left) => {
    const ledger = ledgerAfter(opened({ a: own }), released(given));
    expect(book(ledger)).toEqual(left);
    expect([...ledger.realised, ...ledger.carried]).toEqual([]);
    expect(ledger.anchors.get('KO')).toEqual(ANCHOR);
  });

  test.each<[what: string, own: readonly [number, number], given: number, worth: number, carried: number]>([
    ['a profit', [10, 500], 4, 240, -40],
    ['a loss', [10, 500], 4, 180, 20],
    ['the profit of a short', [-10, -500], -4, -180, -20],
  ])('take %s along that they had made before', (_, own, given, worth, carried) => {
    const ledger = ledgerAfter(opened({ a: own }), released(given, { value: dollars(worth) }));
    expect([...ledger.carried]).toEqual([['a', dollars(carried)]]);
  });

  test('that it does not have change nothing', () => {
    expect(ledgerAfter(BOOK, released(4, { symbol: 'PEP' })).anchors.size).toBe(0);
  });
});

describe('lots that an operator sets', () => {
  const set = (count: number): JournalEvent => ({
    type: 'lots-set',
    reason: '',
    lots: [
      {
        strategy: 'a',
        symbol: 'KO',
        quantity: shares(count),
        cost: dollars(900),
        since: at(3),
        orderId: null,
      },
    ],
    anchors: [{ symbol: 'KO', anchor: ANCHOR }],
  });
  const BREAK: JournalEvent = { type: 'break-opened', fence: 1, symbol: 'KO', kind: 'split', detail: 'd' };
  const MARK: JournalEvent = {
    type: 'day-marked',
    fence: 1,
    session: DATE,
    kind: 'start',
    at: at(0),
    equity: dollars(1_000),
    cash: dollars(0),
    positions: [],
    strategies: [],
  };

  test('take the place of what was there, and end its break', () => {
    expect(ledgerAfter(BOOK, LOCK, BREAK).breaks.get('KO')).toEqual({
      symbol: 'KO',
      kind: 'split',
      detail: 'd',
      since: at(3),
    });
    const ledger = ledgerAfter(BOOK, LOCK, BREAK, set(20));
    const cost = { quantity: shares(20), cost: dollars(900) };
    expect(lotOf(ledger, 'a', 'KO')).toEqual({ ...cost, since: at(3), orderId: null });
    expect(ledger.breaks.size).toBe(0);
    expect(ledger.anchors.get('KO')).toEqual(ANCHOR);
  });

  test('of no shares are gone', () => {
    expect(lotOf(ledgerAfter(BOOK, set(0)), 'a', 'KO')).toBeUndefined();
  });

  test('let losses be counted anew from the next start of a session, once a session was marked', () => {
    expect(ledgerAfter(BOOK, set(20)).curves.size).toBe(0);
    expect(ledgerAfter(BOOK, LOCK, MARK, set(20)).curves.get('a')).toBeNull();
  });
});

describe('a symbol that an operator resolves', () => {
  const resolved = (lots: EventOf<'symbol-resolved'>['lots']): JournalEvent => ({
    type: 'symbol-resolved',
    symbol: 'KO',
    reason: 'my word',
    lots,
    price: price(60),
    seenPrice: price(55),
    anchor: ANCHOR,
    sessionDate: DATE,
  });
  const split = (count: number): JournalEvent => ({
    ...(resolved([
      { strategy: 'a', quantity: shares(count), cost: dollars(500) },
    ]) as EventOf<'symbol-resolved'>),
    split: { from: 1, to: 10 },
  });
  const toQuantity = (count: number): JournalEvent =>
    resolved([{ strategy: 'a', quantity: shares(count), cost: null }]);
  const intent = (clientOrderId: string, symbol: string): JournalEvent => ({
    type: 'intent',
    fence: 1,
    clientOrderId,
    strategy: 'a',
    symbol,
    side: 'buy',
    quantity: shares(1),
    purpose: 'open',
    reason: '',
    estimate: price(50),
    sessionDate: DATE,
    key: 'k',
  });

  test.each<[what: string, own: readonly [number, number], word: number, after: object]>([
    [
      'to fewer shares sells them at the price of the word',
      [10, 500],
      6,
      { book: [6, 300], profit: 40, shrunk: true },
    ],
    ['to none sells all', [10, 500], 0, { book: undefined, profit: 100, shrunk: true }],
    ['to more buys them', [10, 500], 12, { book: [12, 620], profit: 0, shrunk: false }],
    ['to as many changes nothing', [10, 500], 10, { book: [10, 500], profit: 0, shrunk: false }],
    ['to less of a short buys it back', [-10, -500], -6, { book: [-6, -300], profit: -40, shrunk: true }],
    ['to more of a short sells', [-10, -500], -12, { book: [-12, -620], profit: 0, shrunk: false }],
  ])('%s; where it shrank it opens nothing in that session', (_, own, word, after) => {
    const ledger = ledgerAfter(opened({ a: own }, { shrunk: [] }), toQuantity(word));
    const profit = (ledger.realised.get('a')?.get('KO') ?? 0) / 1e6;
    expect({ book: book(ledger), profit, shrunk: ledger.shrunkOn.get('KO') === DATE }).toEqual(after);
    expect(ledger.acceptedPrices.get('KO')).toBe(price(55));
    expect(ledger.anchors.get('KO')).toEqual(ANCHOR);
  });

  test('may be opened again after a second word that takes nothing away', () => {
    expect(ledgerAfter(BOOK, toQuantity(6), toQuantity(6)).shrunkOn.size).toBe(0);
  });

  test('as split is remembered as an announced split is, until somebody says more or nobody owns it', () => {
    expect(ledgerAfter(BOOK, split(100)).splits.get('KO')).toEqual({
      date: DATE,
      ratio: { from: 1, to: 10 },
      appliedOn: DATE,
      revision: null,
    });
    expect(ledgerAfter(BOOK, split(100), toQuantity(100)).splits.size).toBe(0);
    expect(ledgerAfter(BOOK, split(0)).splits.size).toBe(0);
  });

  test('as split lets what slots of the session want follow, too', () => {
    const started = (strategy: string, date: string): JournalEvent => ({
      type: 'slot-started',
      fence: 1,
      slot: `${strategy}/${date}/rebalance/1000`,
      strategy,
      targets: [
        { symbol: 'KO', quantity: shares(12), priority: 0 },
        { symbol: 'PEP', quantity: shares(3), priority: 1 },
      ],
    });
    const other = started('b', DATE);
    const { slots } = ledgerAfter(
      BOOK,
      LOCK,
      started('a', DATE),
      started('a', '2025-11-28'),
      other,
      split(100),
    );
    const wanted = [...slots.values()].map(({ targets }) => targets.map(({ quantity }) => quantity / 1e9));
    expect(wanted).toEqual([
      [120, 3],
      [12, 3],
      [12, 3],
    ]);
  });

  test('shrinks where one of its owners does', () => {
    const lots = [6, 5].map((count, index) => ({
      strategy: index === 0 ? 'a' : 'b',
      quantity: shares(count),
      cost: null,
    }));
    const ledger = ledgerAfter(opened({ a: [10, 500], b: [5, 250] }), resolved(lots));
    expect([...ledger.shrunkOn]).toEqual([['KO', DATE]]);
  });

  test.each<[what: string, quantity: number, after: object | undefined]>([
    [
      'with a cost has it, without a trade',
      100,
      { quantity: shares(100), cost: dollars(490), since: at(0), orderId: 'first' },
    ],
    ['with a cost and no shares is gone', 0, undefined],
  ])('%s', (_, quantity, after) => {
    const ledger = ledgerAfter(
      BOOK,
      resolved([{ strategy: 'a', quantity: shares(quantity), cost: dollars(490) }]),
    );
    expect(lotOf(ledger, 'a', 'KO')).toEqual(after);
    expect([...ledger.realised, ...ledger.shrunkOn]).toEqual([]);
  });

  test('ends its open orders and its break, and those of no other', () => {
    const ledger = ledgerAfter(
      BOOK,
      LOCK,
      intent('o1', 'KO'),
      intent('o2', 'PEP'),
      { type: 'break-opened', fence: 1, symbol: 'KO', kind: 'overfill', detail: '' },
      toQuantity(10),
    );
    expect([...ledger.openOrders.keys()]).toEqual(['o2']);
    expect(ledger.endedOrders.get(DATE)?.get('o1')).toMatchObject({
      status: 'resolved',
      detail: 'my word',
      updatedAt: at(6),
    });
    expect(ledger.breaks.size).toBe(0);
  });
});
