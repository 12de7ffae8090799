/** The report of a session day by figures alone: two marks, the books, and what was done between. */
import { describe, expect, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { eodReport, type EodStrategy } from '../../src/observed/eod-report.ts';
import type { EodWindow } from '../../src/observed/eod-window.ts';
import type { JournalEvent } from '../../src/observed/events.ts';
import type { Ledger, LedgerOrder } from '../../src/observed/ledger.ts';
import type { DayMark, Latch, MarkedStrategy } from '../../src/observed/mark-events.ts';
import { recordsOf } from './support/arbitrary-events.ts';
import { at, DATE, dollars, ledgerAfter, opened, price, shares } from './support/journal-of.ts';

const TOMORROW = (at(0) + 86_400_000) as Instant;

/** In dollars. */
function marked(
  strategy: string,
  value: number | null,
  more: Partial<Record<'cost' | 'realised' | 'carried' | 'fees', number>> = {},
): MarkedStrategy {
  const { cost = 0, realised = 0, carried = 0, fees } = more;
  return {
    strategy,
    value: value === null ? null : dollars(value),
    cost: dollars(cost),
    realised: dollars(realised),
    carried: dollars(carried),
    ...(fees !== undefined && { fees: dollars(fees) }),
  };
}

function mark(equity: number, strategies: readonly MarkedStrategy[], more: Partial<DayMark> = {}): DayMark {
  const base = { session: DATE, kind: 'interim', at: at(1), cash: dollars(0), positions: [] } as const;
  return { ...base, equity: dollars(equity), strategies, ...more };
}

interface Parts {
  readonly start?: DayMark | null;
  readonly end?: DayMark | null;
  readonly between?: readonly JournalEvent[];
  readonly before?: Ledger;
  readonly atEnd?: Ledger;
  readonly afterDay?: Ledger;
}

function report({ start = null, end = null, between = [], before = ledgerAfter(), ...more }: Parts) {
  const { atEnd = before, afterDay = atEnd } = more;
  const window: EodWindow = { date: DATE, start, end, between: recordsOf(between), before, atEnd, afterDay };
  return eodReport(window);
}

const names = (parts: Parts) => report(parts).strategies.map(({ strategy }) => strategy);

function order(
  id: string,
  strategy: string,
  more: Partial<LedgerOrder> & { date?: string } = {},
): LedgerOrder {
  const { date = DATE, ...rest } = more;
  const intent = { clientOrderId: id, strategy, symbol: 'KO', side: 'buy', sessionDate: date };
  return { intent, intendedAt: at(0), status: 'filled', fills: [], ...rest } as unknown as LedgerOrder;
}
const fillAt = (time: Instant, count = 1) => ({
  quantity: shares(count),
  value: dollars(count * 50),
  at: time,
});
const withOrders = (ledger: Ledger, ...orders: readonly LedgerOrder[]): Ledger => ({
  ...ledger,
  openOrders: new Map(orders.map((one) => [one.intent.clientOrderId, one])),
});
const withRealised = (ledger: Ledger, strategy: string, profit: number): Ledger => ({
  ...ledger,
  realised: new Map([[strategy, new Map([['KO', dollars(profit)]])]]),
});

const BOOK = ledgerAfter(opened({ a: [10, 500] }));
const EMPTY = ledgerAfter();

describe('a strategy is in the report', () => {
  test.each<[what: string, parts: Parts, names: readonly string[]]>([
    ['that owns something at the end', { atEnd: BOOK }, ['a']],
    ['not with an empty book', { atEnd: { ...EMPTY, books: new Map([['a', new Map()]]) } }, []],
    ['that was worth something at the start', { start: mark(1, [marked('a', 5)]) }, ['a']],
    ['whose book had a cost then', { start: mark(1, [marked('a', 0, { cost: 5 })]) }, ['a']],
    ['not that had nothing then', { start: mark(1, [marked('a', 0)]) }, []],
    ['that has realised something', { atEnd: withRealised(EMPTY, 'a', 3) }, ['a']],
    ['not that had realised it before', { before: withRealised(EMPTY, 'a', 3) }, []],
    ['with an order of the day', { afterDay: withOrders(EMPTY, order('o', 'a')) }, ['a']],
    ['not with an order of another day', { afterDay: withOrders(EMPTY, order('o', 'a', { date: 'x' })) }, []],
    [
      'with a fill of the day, of an order of another',
      { afterDay: withOrders(EMPTY, order('o', 'a', { date: 'x', fills: [fillAt(at(0))] })) },
      ['a'],
    ],
    [
      'by name',
      { afterDay: withOrders(EMPTY, order('1', 'c'), order('2', 'a'), order('3', 'b')) },
      ['a', 'b', 'c'],
    ],
    [
      'under the name that it got in the day',
      {
        start: mark(1, [marked('old', 5), marked('b', 1)]),
        between: [{ type: 'strategy-renamed', from: 'old', to: 'new' }],
      },
      ['b', 'new'],
    ],
  ])('%s', (_, parts, expected) => {
    expect(names(parts)).toEqual(expected);
  });
});

describe('a strategy', () => {
  const only = (parts: Parts): EodStrategy => {
    const [own] = report(parts).strategies;
    if (own === undefined) throw new Error('no strategy');
    return own;
  };

  test('has made what it realised and what its book is worth more, less fees, between the two marks', () => {
    const own = only({
      start: mark(1, [marked('a', 600, { cost: 500, realised: 10, fees: 1, carried: 2 })]),
      end: mark(1, [marked('a', 900, { cost: 700, realised: 40, fees: 4, carried: 12 })]),
      atEnd: BOOK,
    });
    // 100 + 10 - 1 - 2 before, 200 + 40 - 4 - 12 after.
    expect(own).toMatchObject({
      realised: dollars(30),
      fees: dollars(3),
      unrealised: dollars(200),
      unrealisedChange: dollars(90),
      profit: dollars(117),
    });
  });

  test('that a mark does not name had nothing then', () => {
    const own = only({ start: mark(1, []), end: mark(1, [marked('a', 600, { cost: 500 })]), atEnd: BOOK });
    expect(own).toMatchObject({ realised: 0, fees: 0, profit: dollars(100), unrealised: dollars(100) });
  });

  test.each<[what: string, start: DayMark | null, end: DayMark | null]>([
    ['no start', null, mark(1, [marked('a', 600)])],
    ['no end', mark(1, [marked('a', 600)]), null],
    ['no value at the start', mark(1, [marked('a', null)]), mark(1, [marked('a', 600)])],
    ['no value at the end', mark(1, [marked('a', 600)]), mark(1, [marked('a', null)])],
  ])('with %s has no known profit', (_, start, end) => {
    expect(only({ start, end, atEnd: BOOK })).toMatchObject({ profit: null, unrealisedChange: null });
  });

  test('without a value, or a mark, at the end has no known worth', () => {
    expect(only({ atEnd: BOOK }).unrealised).toBeNull();
    expect(only({ end: mark(1, [marked('a', null)]), atEnd: BOOK }).unrealised).toBeNull();
  });

  test('without marks has what the books say of profit and fees', () => {
    const before = { ...withRealised(BOOK, 'a', 3), fees: new Map([['a', dollars(1)]]) };
    const atEnd = { ...withRealised(BOOK, 'a', 10), fees: new Map([['a', dollars(5)]]) };
    expect(only({ before, atEnd })).toMatchObject({ realised: dollars(7), fees: dollars(4) });
    expect(only({ before: BOOK, atEnd })).toMatchObject({ realised: dollars(10), fees: dollars(5) });
    expect(only({ before: BOOK })).toMatchObject({ realised: 0, fees: 0 });
  });

  test('owns positions, by symbol, at the prices of the end', () => {
    const [lot] = BOOK.books.get('a')?.values() ?? [];
    if (lot === undefined) throw new Error('no lot');
    const atEnd = {
      ...BOOK,
      books: new Map([
        [
          'a',
          new Map([
            ['PEP', lot],
            ['KO', lot],
          ]),
        ],
      ]),
    };
    const positions = [{ symbol: 'KO', quantity: shares(10), price: price(60) }];
    const known = { quantity: shares(10), cost: dollars(500) };
    const none = { price: null, value: null, unrealised: null };
    expect(only({ end: mark(1, [], { positions }), atEnd }).positions).toEqual([
      { symbol: 'KO', ...known, price: price(60), value: dollars(600), unrealised: dollars(100) },
      { symbol: 'PEP', ...known, ...none },
    ]);
    expect(only({ atEnd: BOOK }).positions).toEqual([{ symbol: 'KO', ...known, ...none }]);
  });

  test('whose orders came to nothing owns nothing', () => {
    expect(only({ afterDay: withOrders(EMPTY, order('o', 'a', { status: 'rejected' })) }).positions).toEqual(
      [],
    );
  });

  test('has fills of the day, oldest first, and counts of what became of its orders of the day', () => {
    const afterDay = withOrders(
      EMPTY,
      order('o3', 'a', { status: 'refused' }),
      order('o2', 'a', { fills: [fillAt(at(5), 2), fillAt(TOMORROW, 9)] }),
      order('o1', 'a', { fills: [fillAt(at(5), 1), fillAt(at(2), 3)] }),
      order('o4', 'a', { status: 'filled', date: '2025-12-01' }),
      order('o5', 'b', { status: 'expired' }),
    );
    const own = only({ afterDay });
    const said = { symbol: 'KO', side: 'buy' };
    expect(own.fills).toEqual([
      { ...said, time: at(2), quantity: shares(3), value: dollars(150), clientOrderId: 'o1' },
      { ...said, time: at(5), quantity: shares(1), value: dollars(50), clientOrderId: 'o1' },
      { ...said, time: at(5), quantity: shares(2), value: dollars(100), clientOrderId: 'o2' },
    ]);
    expect(own.orders).toEqual([
      { status: 'filled', count: 2 },
      { status: 'refused', count: 1 },
    ]);
  });
});

describe('the day', () => {
  test('says which marks it lies between, and how many fills came behind them', () => {
    const atEnd = withOrders(EMPTY, order('o', 'a', { fills: [fillAt(at(1))] }));
    const afterDay = withOrders(
      EMPTY,
      order('o', 'a', { fills: [fillAt(at(1)), fillAt(at(2)), fillAt(at(3))] }),
    );
    const [start, end] = [mark(1, [], { kind: 'start' }), mark(2, [], { kind: 'close', at: at(2) })];
    expect(report({ start, end, atEnd, afterDay })).toMatchObject({
      date: DATE,
      start: { kind: 'start', at: at(1) },
      end: { kind: 'close', at: at(2) },
      fillsAfterEnd: 2,
    });
    expect(report({ atEnd, afterDay })).toMatchObject({
      start: null,
      end: null,
      account: null,
      fillsAfterEnd: 0,
    });
  });

  test.each([
    ['start', { start: mark(1, []) }],
    ['end', { end: mark(1, []) }],
  ])('with a %s alone knows nothing of the account', (_, parts) => {
    expect(report(parts).account).toBeNull();
  });

  test('names the loss limits in force, that of the account first', () => {
    const latch = (strategy: string | null): Latch => ({
      ...{ strategy, limit: 'daily', session: DATE, loss: dollars(1), base: dollars(2) },
      ...{ allowed: 1 as Ratio, since: at(0) },
    });
    const latches = new Map(['b', null, 'a'].map((strategy) => [strategy ?? '*', latch(strategy)]));
    const found = report({ afterDay: { ...EMPTY, latches } }).latches;
    expect(found.map(({ strategy }) => strategy)).toEqual([null, 'a', 'b']);
  });
});

describe('the account', () => {
  const held = (count: number, each: number | null) => [
    { symbol: 'KO', quantity: shares(count), price: each === null ? null : price(each) },
  ];
  const account = (start: DayMark, end: DayMark, between: readonly JournalEvent[] = []) =>
    report({ start, end, between, atEnd: BOOK }).account;
  // $1,000 of cash and 12 shares at $50, of which 10 are a book's; then $60.
  const START = mark(1_600, [marked('a', 500, { cost: 500 })], {
    cash: dollars(1_000),
    positions: held(12, 50),
  });
  const END = mark(1_720, [marked('a', 600, { cost: 500 })], {
    cash: dollars(1_000),
    positions: held(12, 60),
  });

  test('has moved by what strategies made, and by a residual', () => {
    expect(account(START, END)).toEqual({
      equityStart: dollars(1_600),
      equityEnd: dollars(1_720),
      change: dollars(120),
      profit: dollars(100),
      residual: dollars(20),
      causes: { unmanaged: dollars(20), cash: 0, other: 0 },
    });
  });

  test('that got cash has it as a residual; what is neither cash nor a position, too', () => {
    const more = { ...END, equity: dollars(1_827), cash: dollars(1_100) };
    expect(account(START, more)).toMatchObject({
      residual: dollars(127),
      causes: { unmanaged: dollars(20), cash: dollars(100), other: dollars(7) },
    });
  });

  test('whose strategies bought, sold and paid fees has no residual by it', () => {
    // Two shares bought at $60, one sold at $60 with $10 of profit, $3 of fees; $1 came with shares.
    const [own] = [marked('a', 660, { cost: 570, realised: 10, fees: 3, carried: 1 })];
    const after = mark(1_717, [own], { cash: dollars(937), positions: held(13, 60) });
    expect(account(START, after)?.causes).toEqual({ unmanaged: dollars(20), cash: dollars(1), other: 0 });
  });

  test.each<[which: string, strategies: readonly MarkedStrategy[]]>([
    ['the only strategy', [marked('a', null, { cost: 500 })]],
    ['the first strategy', [marked('a', null, { cost: 500 }), marked('b', 5)]],
    ['the last strategy', [marked('a', 600, { cost: 500 }), marked('b', null)]],
  ])('has no known profit and residual while %s has none', (_, strategies) => {
    const unknown = mark(1_720, strategies, { positions: held(12, 60) });
    const start = { ...START, strategies: [...START.strategies, marked('b', 1)] };
    expect(account(start, unknown)).toMatchObject({
      change: dollars(120),
      profit: null,
      residual: null,
      causes: null,
    });
  });

  test('has no known causes without a price of something that it holds', () => {
    const unpriced = { ...END, positions: held(12, null) };
    expect(account(START, unpriced)).toMatchObject({ residual: dollars(20), causes: null });
    expect(account(unpriced, END)?.causes).toBeNull();
    const ofNothing = [...END.positions, { symbol: 'PEP', quantity: shares(0), price: null }];
    expect(account(START, { ...END, positions: ofNothing })?.causes).not.toBeNull();
  });

  const words = { symbol: 'KO', strategy: 'a', reason: '', anchor: { at: at(0), unmanaged: shares(0) } };
  test.each<[what: string, event: JournalEvent, unmanaged: number]>([
    [
      'adopted shares are its own',
      { type: 'adopted', ...words, quantity: shares(1), cost: dollars(40), value: dollars(60) },
      80,
    ],
    [
      'adopted shares without a value, at their cost',
      { type: 'adopted', ...words, quantity: shares(1), cost: dollars(40) },
      60,
    ],
    [
      'released shares are nobody’s',
      { type: 'released', ...words, quantity: shares(1), value: dollars(60) },
      -40,
    ],
    ['released shares without a value', { type: 'released', ...words, quantity: shares(1) }, 20],
    ['a word that moves no shares', { type: 'unhalted', reason: '', by: 'me' }, 20],
  ])('whose strategies change by words: %s', (_, event, unmanaged) => {
    expect(account(START, END, [event])?.causes).toEqual({
      unmanaged: dollars(unmanaged),
      cash: dollars(20 - unmanaged),
      other: 0,
    });
  });
});
