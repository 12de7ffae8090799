/** The second opinion on whole plans that the planner would not make: which invariant each one breaks, and what is no matter. */
import { describe, expect, test } from 'vitest';
import type { Price, Quantity, Ratio } from '../../src/domain/decimal.ts';
import { instantAt } from '../../src/domain/instant.ts';
import type { BreakKind } from '../../src/observed/events.ts';
import type { SyncAction } from '../../src/reconciler/plan-types.ts';
import {
  atBroker,
  known,
  NOON,
  opinionOn,
  openOrders,
  order,
  percent,
  PRICE,
  strategy,
  TODAY,
  UNKNOWN,
  working,
  type OpinionFacts,
} from '../support/opinion.ts';
import { dollars, shares } from '../support/simulated-world.ts';

type Row = readonly [what: string, facts: OpinionFacts, found: readonly string[]];

const OPEN = order('VTI', [0, 10]);
const OWNED: OpinionFacts['books'] = { core: { VTI: 10 } };
const SHORT: OpinionFacts['books'] = { core: { VTI: -10 } };
const BOTH: OpinionFacts = {
  books: { core: { VTI: 10, GLD: -4 } },
  orders: [order('VTI', [10, 4]), order('GLD', [-4, 0]), order('BND', [0, 3]), order('QQQ', [0, -2])],
  observed: { assets: known(new Map([['QQQ', { notShortable: null }]])) },
};

function judged(rows: readonly Row[]): void {
  test.each(rows)('%s', (_, facts, found) => {
    expect(opinionOn(facts)).toEqual(found);
  });
}

/** How a symbol of the account lies to an order of 10 VTI. */
const opening = (facts: Omit<OpinionFacts, 'orders'>): OpinionFacts => ({ ...facts, orders: [OPEN] });
const closing = (facts: Omit<OpinionFacts, 'orders'> = {}): OpinionFacts => ({
  books: OWNED,
  ...facts,
  orders: [order('VTI', [10, 0])],
});

describe('a plan as it should be', () => {
  judged([
    ['with reductions and entries on both sides', BOTH, []],
    ['that only reduces', closing(), []],
    ['that only opens', opening({}), []],
    ['with nothing in it', {}, []],
  ]);
});

describe('a part of the account that is unknown', () => {
  const parts = ['account', 'positions', 'openOrders', 'clock'] as const;
  judged(
    parts.map((part): Row => [
      `${part}: no order goes out`,
      opening({ snapshot: { [part]: UNKNOWN } }),
      ['known-world: 1 orders are planned while a part of the account is unknown'],
    ]),
  );
  judged(
    parts.map((part): Row => [`${part}: no matter without an order`, { snapshot: { [part]: UNKNOWN } }, []]),
  );
});

describe('what the broker holds and who owns it', () => {
  judged([
    ['nothing that is not in a book is left out', { books: OWNED, held: { VTI: 12, GLD: 3 } }, []],
    ['nor what is missing', { books: OWNED, held: { VTI: 7 } }, []],
    ['nor what is on the other side', { books: OWNED, held: { VTI: -5 } }, []],
    ['a position of nothing is nobody’s', { held: { VTI: 0 } }, []],
    // Of a symbol in two books the ledger has to say so; these have forgotten it.
    [
      'a share that two books have',
      { books: { core: { VTI: 10 }, other: { VTI: 10 } }, held: { VTI: 10 } },
      ['conservation: VTI: 20000000000 accounted for, 10000000000 held'],
    ],
    [
      'a share that no book has, and nobody has noticed',
      { books: { core: { VTI: 5 }, other: { VTI: 5 } }, held: { VTI: 10, GLD: 3 } },
      ['conservation: GLD: 3000000000 held by nobody'],
    ],
    [
      'a fill of ours that the broker has not booked yet is settling, as long as the window says',
      {
        books: OWNED,
        held: {},
        ledger: openOrders(
          working(
            {},
            {
              fills: [{ quantity: shares(10), value: dollars(1_000), at: NOON }],
            },
          ),
        ),
      },
      [],
    ],
  ]);
});

describe('the shape of a plan', () => {
  const other = { ...order('GLD', [0, 1]), id: OPEN.id };
  judged([
    ['no two actions of one id', { orders: [OPEN, other] }, [`unique-ids: ${OPEN.id}`]],
    [
      'no two orders on one symbol',
      {
        strategies: [strategy('core'), strategy('other')],
        orders: [OPEN, order('VTI', [0, 1], { strategy: 'other' })],
      },
      ['one-order-a-symbol: VTI'],
    ],
    [
      'no entry before a reduction',
      { books: OWNED, orders: [order('GLD', [0, 1]), order('BND', [0, 1]), order('VTI', [10, 4])] },
      ['reductions-first: open/core/GLD'],
    ],
    [
      'nor between two',
      {
        books: { core: { VTI: 10, QQQ: 1 } },
        orders: [order('QQQ', [1, 0]), order('GLD', [0, 1]), order('VTI', [10, 4])],
      },
      ['reductions-first: open/core/GLD'],
    ],
  ]);
});

describe('a book that shrinks', () => {
  const sync = (from: number, to: number): SyncAction => ({
    id: 'sync',
    kind: 'sync-position',
    strategy: 'core',
    symbol: 'VTI',
    reason: 'ReducedExternally',
    from: shares(from),
    to: shares(to),
    price: PRICE,
    anchor: { at: NOON, unmanaged: 0 as Quantity },
    sources: [],
  });
  const by = (books: OpinionFacts['books'], from: number, to: number): OpinionFacts => ({
    books: books ?? {},
    actions: [sync(from, to)],
  });
  judged([
    ['to a part', by(OWNED, 10, 4), []],
    ['to nothing', by(OWNED, 10, 0), []],
    ['on the short side', by(SHORT, -10, -4), []],
    [
      'of another size than the plan has seen',
      by(OWNED, 11, 4),
      ['sync-only-shrinks: sync: 10000000000 -> 4000000000'],
    ],
    ['never grows', by(OWNED, 10, 11), ['sync-only-shrinks: sync: 10000000000 -> 11000000000']],
    ['never stays', by(OWNED, 10, 10), ['sync-only-shrinks: sync: 10000000000 -> 10000000000']],
    ['never goes across zero', by(OWNED, 10, -4), ['sync-only-shrinks: sync: 10000000000 -> -4000000000']],
    [
      'never grows on the short side',
      by(SHORT, -10, -11),
      ['sync-only-shrinks: sync: -10000000000 -> -11000000000'],
    ],
    ['never begins', by({}, 0, 4), ['sync-only-shrinks: sync: 0 -> 4000000000']],
    [
      'is what an order of the same plan is sized from',
      { books: OWNED, held: { VTI: 4 }, actions: [sync(10, 4)], orders: [order('VTI', [10, 6])] },
      ['reduction-within-book: reduce/core/VTI: not sized from the synced book'],
    ],
    [
      'leaves the order of another strategy alone, and those of other symbols',
      {
        books: { core: { VTI: 10, GLD: 3 }, other: { VTI: 5 } },
        held: { VTI: 9, GLD: 3 },
        strategies: [strategy('core'), strategy('other')],
        ledger: { shared: new Set(['VTI']) },
        actions: [sync(10, 4)],
        orders: [order('VTI', [5, 0], { strategy: 'other' }), order('GLD', [3, 0])],
      },
      [],
    ],
  ]);
});

describe('the hours', () => {
  const at = (time: string, more: Partial<OpinionFacts> = {}): OpinionFacts => ({
    ...opening({}),
    now: instantAt(TODAY, time),
    ...more,
  });
  const clock = (more: { isOpen?: boolean; lastSubmit?: null }): OpinionFacts['snapshot'] => ({
    clock: known({
      now: NOON,
      isOpen: true,
      session: { date: TODAY, open: NOON, close: NOON },
      lastSubmit: instantAt(TODAY, '15:55'),
      ...more,
    }),
  });
  const CLOSED = 'session-open: the market is closed, or our calendar says so';
  judged([
    ['until the last submit time', at('15:55'), []],
    ['not after it', at('15:56'), ['session-open: after the last submit time']],
    ['not where the broker is closed', opening({ snapshot: clock({ isOpen: false }) ?? {} }), [CLOSED]],
    [
      'not where our own calendar has no session',
      opening({ account: { calendar: { [TODAY]: 'closed' } } }),
      [CLOSED],
    ],
    [
      'at any time of a broker that never closes',
      opening({ account: { calendar: { [TODAY]: 'closed' } }, snapshot: clock({ lastSubmit: null }) ?? {} }),
      [],
    ],
    [
      'but not while it says that it is closed',
      opening({ snapshot: clock({ lastSubmit: null, isOpen: false }) ?? {} }),
      [CLOSED],
    ],
  ]);
});

describe('a symbol that takes no order', () => {
  const broken = (kind: BreakKind): Pick<OpinionFacts, 'ledger'> => ({
    ledger: { breaks: new Map([['VTI', { symbol: 'VTI', kind, detail: '', since: NOON }]]) },
  });
  judged([
    [
      'an open break: not opened',
      opening(broken('split')),
      ['known-world: open/core/VTI: an open break on the symbol'],
    ],
    ['nor closed', closing(broken('split')), ['known-world: close/core/VTI: an open break on the symbol']],
    [
      'a doubt about its price: not opened',
      opening(broken('price-mismatch')),
      ['known-world: open/core/VTI: an open break on the symbol'],
    ],
    ['but closed', closing(broken('price-mismatch')), []],
    ['a break of another symbol', { ...opening(broken('split')), orders: [order('GLD', [0, 1])] }, []],
    [
      'one that has an open order',
      opening({ snapshot: { openOrders: known([atBroker({ clientOrderId: 'of somebody' })]) } }),
      ['no-order-while-one-is-open: open/core/VTI: another order on VTI is open'],
    ],
    [
      'an order of nothing',
      { books: OWNED, orders: [order('VTI', [10, 10], { kind: 'reduce', side: 'sell' })] },
      ['known-world: reduce/core/VTI: quantity and price must be positive'],
    ],
    [
      'an order without a price',
      { books: OWNED, orders: [order('VTI', [10, 4], { price: 0 as Price })] },
      ['known-world: reduce/core/VTI: quantity and price must be positive'],
    ],
    [
      'an order of a negative quantity',
      { books: OWNED, orders: [order('VTI', [10, 4], { quantity: shares(-6), side: 'buy' })] },
      [
        'known-world: reduce/core/VTI: quantity and price must be positive',
        'reduction-within-book: reduce/core/VTI: buy -6 of 10',
      ],
    ],
  ]);
});

describe('a reduction', () => {
  const by = (
    books: OpinionFacts['books'],
    change: [number, number],
    held?: OpinionFacts['held'],
  ): OpinionFacts => ({
    books: books ?? {},
    ...(held && { held }),
    orders: [order('VTI', change)],
  });
  const available = (quantity: number, free: number) => ({
    VTI: { quantity: shares(quantity), available: shares(free) },
  });
  judged([
    ['of all of a long', by(OWNED, [10, 0]), []],
    ['of all of a short', by(SHORT, [-10, 0]), []],
    [
      'of more than the book',
      by({ core: { VTI: 8 } }, [10, 0], { VTI: 10 }),
      ['reduction-within-book: close/core/VTI: sell 10 of 8'],
    ],
    [
      'of more than the book is short',
      by({ core: { VTI: -8 } }, [-10, 0], { VTI: -10 }),
      ['reduction-within-book: close/core/VTI: buy 10 of -8'],
    ],
    [
      'of what somebody else owns',
      { ...by({ other: { VTI: 10 } }, [10, 0]) },
      ['reduction-within-book: close/core/VTI: sell 10 of 0'],
    ],
    [
      'that buys of a long',
      {
        books: OWNED,
        orders: [order('VTI', [10, 4], { side: 'buy' })],
      },
      [
        'never-across-zero: reduce/core/VTI: 10000000000 does not become 4000000000',
        'reduction-within-book: reduce/core/VTI: buy 6 of 10',
      ],
    ],
    ['of all that is free', by(OWNED, [10, 4], available(10, 6)), []],
    ['of all that is free of a short', by(SHORT, [-10, -4], available(-10, -6)), []],
    [
      'of more than is free',
      by(OWNED, [10, 4], available(10, 5)),
      ['unmanaged-untouched: reduce/core/VTI: the broker does not hold it for us'],
    ],
    [
      'of what the broker does not hold',
      by(OWNED, [10, 4], {}),
      ['unmanaged-untouched: reduce/core/VTI: the broker does not hold it for us'],
    ],
    [
      'of what stands on the other side at the broker',
      by(OWNED, [10, 4], { VTI: -10 }),
      ['unmanaged-untouched: reduce/core/VTI: the broker does not hold it for us'],
    ],
  ]);
});

describe('an entry', () => {
  const NOT = 'entry-allowed: open/core/VTI: the strategy may not open VTI';
  const of = (more: Parameters<typeof strategy>[1]): OpinionFacts =>
    opening({ strategies: [strategy('core', more)] });
  const drained = new Map([
    [
      'core',
      { strategy: 'core', close: true, by: '', since: NOON, state: 'pending' as const, leftovers: [] },
    ],
  ]);
  judged([
    ['of a strategy that nobody declares', opening({ strategies: [strategy('other')] }), [NOT]],
    ['of one that is planned', of({ lifecycle: 'planned' }), [NOT]],
    ['of one without a switch', of({ toggle: null }), [NOT]],
    ['of one that is off', of({ toggle: { enabled: false, shutdownRequested: false } }), [NOT]],
    ['of one that shuts down', of({ toggle: { enabled: true, shutdownRequested: true } }), [NOT]],
    ['outside its universe', of({ universe: new Set(['GLD']) }), [NOT]],
    [
      'of one that an operator has shut down',
      opening({ ledger: { drains: drained } }),
      ['entry-allowed: open/core/VTI: shut down'],
    ],
    [
      'beside the shares of another strategy',
      opening({ books: { other: { VTI: 2 } } }),
      ['one-owner: open/core/VTI: also owned by other'],
    ],
    [
      'beside a book that has nothing of it',
      opening({ books: { other: { GLD: 2, VTI: 0 } }, held: { GLD: 2 } }),
      [],
    ],
    [
      'beside shares of nobody',
      opening({ held: { VTI: 2 } }),
      ['entry-allowed: open/core/VTI: books 0 and broker 2000000000 differ'],
    ],
    [
      'where some of ours are missing',
      { books: OWNED, held: { VTI: 9 }, orders: [order('VTI', [10, 12])] },
      ['entry-allowed: increase/core/VTI: books 10000000000 and broker 9000000000 differ'],
    ],
    ['more of what is there', { books: OWNED, orders: [order('VTI', [10, 12])] }, []],
    [
      'of what has been reduced outside today',
      opening({ ledger: { shrunkOn: new Map([['VTI', TODAY]]) } }),
      ['entry-allowed: open/core/VTI: reduced outside today'],
    ],
    [
      'of what has been reduced yesterday',
      opening({ ledger: { shrunkOn: new Map([['VTI', '2025-12-01']]) } }),
      [],
    ],
    [
      'short, where nobody has asked whether it can be borrowed',
      { orders: [order('VTI', [0, -10])] },
      ['entry-allowed: open/core/VTI: nobody knows whether VTI can be borrowed'],
    ],
    [
      'of more than one position may be',
      of({ capital: { ...strategy('core').capital, positionSize: percent(5) } }),
      ['limits-hold: open/core/VTI: above positionSize'],
    ],
    [
      'of more than one order may be',
      opening({ limits: { maxOrderValue: dollars(999) } }),
      ['limits-hold: open/core/VTI: above maxOrderValue'],
    ],
    [
      'where the broker stands on the other side',
      opening({ held: { VTI: -3 } }),
      [
        'never-across-zero: open/core/VTI: against -3000000000 at the broker',
        'entry-allowed: open/core/VTI: books 0 and broker -3000000000 differ',
      ],
    ],
  ]);
});

describe('the money', () => {
  const buys = (...counts: number[]) =>
    counts.map((count, at) => order(['VTI', 'GLD', 'BND'][at] ?? '', [0, count]));
  const LEFT = (id: string, left: number) => `buying-power-holds: ${id}: ${dollars(left)} left`;
  const shorting: OpinionFacts = {
    orders: [order('VTI', [0, -10])],
    observed: {
      assets: known(new Map([['VTI', { notShortable: null }]])),
      margins: new Map([['VTI', { short: percent(150), long: percent(100) }]]),
    },
  };
  judged([
    ['of all entries together', { orders: buys(6, 4), buyingPower: 1_000 }, []],
    ['and a share more', { orders: buys(6, 5), buyingPower: 1_000 }, [LEFT('open/core/GLD', -100)]],
    [
      'with what the reductions before them free',
      { books: OWNED, orders: [order('VTI', [10, 4]), order('GLD', [0, 6])], buyingPower: 0 },
      [],
    ],
    [
      'and a share more',
      { books: OWNED, orders: [order('VTI', [10, 4]), order('GLD', [0, 7])], buyingPower: 0 },
      [LEFT('open/core/GLD', -100)],
    ],
    ['a short takes what the broker says that it needs', { ...shorting, buyingPower: 1_500 }, []],
    ['and not less', { ...shorting, buyingPower: 1_499 }, [LEFT('open/core/VTI', -1)]],
    ['a reduction goes out without any', { ...closing(), buyingPower: -5_000 }, []],
  ]);
});

describe('the limits of account and strategy', () => {
  const gross = (part: number): Pick<OpinionFacts, 'limits'> => ({ limits: { maxGross: percent(part) } });
  const capital = (more: Partial<ReturnType<typeof strategy>['capital']>, name = 'core') =>
    strategy(name, { capital: { ...strategy(name).capital, ...more } });
  const exposure = (part: number) => ({
    strategies: [capital({ maxExposure: percent(part) }), capital({}, 'other')],
  });
  const count = (most: number) => ({ strategies: [capital({ maxPositions: most }), capital({}, 'other')] });
  const ABOVE = (what: string, id = 'open/core/VTI') => `limits-hold: ${id}: above ${what}`;
  /** $1,000 of one strategy and $500 of another, one of them short. */
  const two = { core: { GLD: 10 }, other: { BND: -5 } };
  judged([
    ['gross: what is held, on both sides, and what is opened', opening({ books: two, ...gross(25) }), []],
    ['and not more', opening({ books: two, ...gross(24.99) }), [ABOVE('maxGross')]],
    ['nobody’s shares count', opening({ held: { QQQ: -15 }, ...gross(24.99) }), [ABOVE('maxGross')]],
    ['less what is closed before', { books: two, ...gross(15), orders: [order('GLD', [10, 0]), OPEN] }, []],
    [
      'and not what is closed in part',
      { books: two, ...gross(15), orders: [order('GLD', [10, 1]), OPEN] },
      [ABOVE('maxGross')],
    ],
    ['no matter of a reduction', { books: OWNED, ...gross(1), orders: [order('VTI', [10, 9])] }, []],
    ['exposure: of the strategy alone', opening({ books: two, ...exposure(20) }), []],
    ['and not more', opening({ books: two, ...exposure(19.99) }), [ABOVE('maxExposure')]],
    [
      'a short counts like a long',
      opening({ books: { core: { GLD: -10 }, other: { BND: -5 } }, ...exposure(19.99) }),
      [ABOVE('maxExposure')],
    ],
    [
      'less what is closed before',
      { books: two, ...exposure(10), orders: [order('GLD', [10, 0]), OPEN] },
      [],
    ],
    [
      'what the broker does not hold counts at its quote',
      opening({
        books: two,
        held: { BND: -5 },
        ...exposure(14.99),
        observed: { quotes: new Map([['GLD', { price: dollars(50), asOf: NOON }]]) },
      }),
      [ABOVE('maxExposure')],
    ],
    [
      'and for nothing where nobody knows a price',
      opening({ books: two, held: { BND: -5 }, ...exposure(10) }),
      [],
    ],
    ['positions: of the strategy alone', opening({ books: two, ...count(2) }), []],
    ['and not more', opening({ books: two, ...count(1) }), [ABOVE('maxPositions')]],
    [
      'less those that are closed before',
      { books: two, ...count(1), orders: [order('GLD', [10, 0]), OPEN] },
      [],
    ],
    [
      'and not those that are closed in part',
      { books: two, ...count(1), orders: [order('GLD', [10, 1]), OPEN] },
      [ABOVE('maxPositions')],
    ],
    [
      'more of what is held is no other position',
      { books: two, ...count(0), orders: [order('GLD', [10, 11])] },
      [],
    ],
    [
      'the second of two, where one may be',
      { ...count(1), orders: [OPEN, order('QQQ', [0, 1])] },
      [ABOVE('maxPositions', 'open/core/QQQ')],
    ],
  ]);
});

describe('a book that a sync of the plan has made smaller', () => {
  const sync = (to: number): SyncAction => ({
    id: 'sync',
    kind: 'sync-position',
    strategy: 'core',
    symbol: 'GLD',
    reason: 'ReducedExternally',
    from: shares(10),
    to: shares(to),
    price: PRICE,
    anchor: { at: NOON, unmanaged: 0 as Quantity },
    sources: [],
  });
  const synced = (to: number, maxPositions: number, maxExposure: number): OpinionFacts => ({
    books: { core: { GLD: 10 }, other: { BND: 5 } },
    held: { GLD: to, BND: 5 },
    strategies: [
      strategy('core', {
        capital: { positionSize: percent(100), maxPositions, maxExposure: percent(maxExposure) },
      }),
    ],
    actions: [sync(to)],
    orders: [OPEN],
  });
  judged([
    ['counts as it is then', synced(4, 2, 14), []],
    ['and not for less', synced(4, 2, 13.99), ['limits-hold: open/core/VTI: above maxExposure']],
    ['is no position if it is gone', synced(0, 1, 10), []],
    ['and is one if it is not', synced(1, 1, 20), ['limits-hold: open/core/VTI: above maxPositions']],
  ]);
});

describe('an entry of ours that still works beside those of the plan', () => {
  const GLD = { symbol: 'GLD' } as const;
  const beside = (
    own: Parameters<typeof working>,
    more: Partial<OpinionFacts> = {},
    capital: { maxPositions?: number; maxExposure?: Ratio } = {},
  ): OpinionFacts => ({
    orders: [OPEN],
    strategies: [
      strategy('core', {
        capital: { positionSize: percent(100), maxPositions: 10, maxExposure: percent(100), ...capital },
      }),
    ],
    ...more,
    ledger: openOrders(working(...own)),
  });
  const gross = (part: number): Pick<OpinionFacts, 'limits'> => ({ limits: { maxGross: percent(part) } });
  const quote = (price: number): Pick<OpinionFacts, 'observed'> => ({
    observed: { quotes: new Map([['GLD', { price: price as Price, asOf: NOON }]]) },
  });
  const TOO_MUCH = 'limits-hold: open/core/VTI: above maxGross';
  const LEFT = (left: number) => `buying-power-holds: open/core/VTI: ${dollars(left)} left`;
  const listed: OpinionFacts['snapshot'] = { openOrders: known([atBroker(GLD)]) };
  judged([
    ['may fill: it counts for gross', beside([GLD], gross(20)), []],
    ['and not for less', beside([GLD], gross(19.99)), [TOO_MUCH]],
    ['what has filled of it is held, and counts once', beside([GLD, { filled: shares(4) }], gross(16)), []],
    ['and the rest', beside([GLD, { filled: shares(4) }], gross(15.99)), [TOO_MUCH]],
    [
      'one that makes a position larger counts too',
      beside([{ ...GLD, purpose: 'increase' }], gross(19.99)),
      [TOO_MUCH],
    ],
    ['one that closes does not', beside([{ ...GLD, purpose: 'close' }], gross(10)), []],
    ['counts for exposure', beside([GLD], {}, { maxExposure: percent(20) }), []],
    [
      'and not for less',
      beside([GLD], {}, { maxExposure: percent(19.99) }),
      ['limits-hold: open/core/VTI: above maxExposure'],
    ],
    [
      'of another strategy counts for that one',
      beside([{ ...GLD, strategy: 'other' }], {}, { maxExposure: percent(10), maxPositions: 1 }),
      [],
    ],
    [
      'comes on top of what is owned',
      beside([GLD], { books: { core: { BND: 5 } } }, { maxExposure: percent(24.99) }),
      ['limits-hold: open/core/VTI: above maxExposure'],
    ],
    [
      'counts as a position',
      beside([GLD], {}, { maxPositions: 1 }),
      ['limits-hold: open/core/VTI: above maxPositions'],
    ],
    [
      'beside others',
      beside([GLD], { books: { core: { BND: 1 } } }, { maxPositions: 2 }),
      ['limits-hold: open/core/VTI: above maxPositions'],
    ],
    ['but not twice', beside([GLD], { books: { core: { GLD: 1 } } }, { maxPositions: 2 }), []],
    [
      'is worth what the broker says',
      beside([GLD], { ...gross(16), held: { GLD: { quantity: shares(0), marketPrice: dollars(60) } } }),
      [],
    ],
    [
      'and not less',
      beside([GLD], { ...gross(15.99), held: { GLD: { quantity: shares(0), marketPrice: dollars(60) } } }),
      [TOO_MUCH],
    ],
    ['else what its quote says', beside([GLD], { ...gross(16), ...quote(dollars(60)) }), []],
    ['and not less', beside([GLD], { ...gross(15.99), ...quote(dollars(60)) }), [TOO_MUCH]],
    [
      'else what it was sized with',
      beside([{ ...GLD, estimate: dollars(70) }], { ...gross(17), ...quote(0) }),
      [],
    ],
    [
      'and not less',
      beside([{ ...GLD, estimate: dollars(70) }], { ...gross(16.99), ...quote(0) }),
      [TOO_MUCH],
    ],
    [
      'takes buying power that the broker does not know of',
      beside([GLD], { buyingPower: 1_999 }),
      [LEFT(-1)],
    ],
    ['and no more than its value', beside([GLD], { buyingPower: 2_000 }), []],
    [
      'but not what the broker has taken already',
      beside([GLD], { buyingPower: 1_000, snapshot: listed }),
      [],
    ],
    [
      'nor what another order has',
      beside([GLD], {
        buyingPower: 1_999,
        snapshot: { openOrders: known([atBroker({ symbol: 'GLD', clientOrderId: 'x' })]) },
      }),
      [LEFT(-1)],
    ],
    [
      'with what its side needs',
      beside([{ ...GLD, side: 'sell' }], {
        buyingPower: 2_499,
        observed: { margins: new Map([['GLD', { short: percent(150), long: percent(100) }]]) },
      }),
      [LEFT(-1)],
    ],
    [
      'and a purchase with what that needs',
      beside([GLD], {
        buyingPower: 2_000,
        observed: { margins: new Map([['GLD', { short: percent(150), long: percent(100) }]]) },
      }),
      [],
    ],
  ]);
});

describe('a plan that its own corporate actions make right', () => {
  test('is judged by the books after them', () => {
    const facts: OpinionFacts = {
      books: { core: { VTI: { quantity: shares(10), cost: dollars(2_000) } } },
      held: { VTI: 20 },
      ledger: { breaks: new Map([['VTI', { symbol: 'VTI', kind: 'split', detail: '', since: NOON }]]) },
      observed: {
        announced: new Map([
          ['VTI', known([{ kind: 'split' as const, date: TODAY, ratio: { from: 1, to: 2 } }])],
        ]),
      },
      actions: [
        {
          id: 'split',
          kind: 'apply-split',
          strategy: null,
          symbol: 'VTI',
          reason: 'SplitAnnounced',
          splits: [{ date: TODAY, ratio: { from: 1, to: 2 } }],
          lots: [{ strategy: 'core', from: shares(10), to: shares(20), cost: dollars(2_000) }],
          unmanaged: { from: 0 as Quantity, to: 0 as Quantity },
          from: shares(10),
          to: shares(20),
          seenPrice: PRICE,
          anchor: { at: NOON, unmanaged: 0 as Quantity },
          sources: [],
        },
      ],
    };
    expect(opinionOn({ ...facts, orders: [order('VTI', [20, 15])] })).toEqual([]);
    expect(opinionOn({ ...facts, orders: [order('VTI', [20, 15])], actions: [] })).toEqual([
      'known-world: reduce/core/VTI: an open break on the symbol',
    ]);
  });
});
