/** What of the entries that are wanted fits into the limits, and what counts against them already. */
import { describe, expect, test } from 'vitest';
import type { Money, Price, Quantity, Ratio } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { AccountLimits } from '../../src/desired/desired-state.ts';
import type { BrokerOrder } from '../../src/observed/broker-view.ts';
import type { IntentPayload } from '../../src/observed/events.ts';
import type { LedgerOrder } from '../../src/observed/ledger.ts';
import type { OrderAction } from '../../src/reconciler/plan-types.ts';
import { keepLimits } from '../../src/reconciler/rules/limits.ts';
import { behind, heldBy, NOON, orderOf, planFacts, type FactsOf } from '../support/plan-facts.ts';
import type { StrategyFacts } from '../support/world.ts';

const TODAY = '2025-12-02';
const shares = (count: number) => (count * 1e9) as Quantity;
const dollars = (count: number) => Math.round(count * 1e6) as Money;
const percent = (part: number) => Math.round(part * 10_000) as Ratio;

/** All shares cost $10, but for what is said otherwise; the account has $1,000 of equity and as much to buy with. */
interface Case extends Pick<FactsOf, 'books' | 'held' | 'input'> {
  readonly entries: readonly OrderAction[];
  readonly reductions?: readonly OrderAction[];
  readonly limits?: Partial<AccountLimits>;
  /** Of `a`; there is `b` beside it, with all defaults. */
  readonly own?: StrategyFacts;
  readonly other?: StrategyFacts;
  readonly buyingPower?: number;
  /** Orders of ours without an end, and those of today that have ended. */
  readonly open?: readonly LedgerOrder[];
  readonly ended?: readonly LedgerOrder[];
  readonly atBroker?: readonly BrokerOrder[];
  readonly quotes?: Readonly<Record<string, number>>;
  /** How many times its value an entry of the symbol takes of buying power. */
  readonly margins?: Readonly<Record<string, { readonly long?: number; readonly short?: number }>>;
}

/** An entry of `a`: so many shares at $10. */
function entry(symbol: string, count: number, more: Partial<OrderAction> = {}): OrderAction {
  const strategy = more.strategy ?? 'a';
  const id = `${more.kind ?? 'open'}/${strategy}/${symbol}`;
  return orderOf({
    id,
    symbol,
    quantity: shares(count),
    value: dollars(10 * count),
    to: shares(count),
    ...more,
  });
}

/** A sale of so many shares of `a`, down to `to` of them. */
const sale = (symbol: string, count: number, to = 0, more: Partial<OrderAction> = {}): OrderAction =>
  entry(symbol, count, { kind: to === 0 ? 'close' : 'reduce', side: 'sell', to: shares(to), ...more });

/** An order of ours, of today: ten shares of Y are bought by `a`, and nothing of it is filled. */
function ours(
  id: string,
  more: Partial<IntentPayload> = {},
  rest: Omit<Partial<LedgerOrder>, 'intent'> = {},
): LedgerOrder {
  const intent = {
    clientOrderId: id,
    strategy: 'a',
    symbol: 'Y',
    side: 'buy',
    quantity: shares(10),
    purpose: 'open',
    estimate: 10e6,
    sessionDate: TODAY,
    ...more,
  };
  return {
    intent,
    intendedAt: NOON,
    status: 'created',
    filled: shares(0),
    ...rest,
  } as unknown as LedgerOrder;
}

/** Of somebody else: ten shares of Z are bought. */
const theirs = (more: Partial<BrokerOrder> = {}): BrokerOrder =>
  ({
    clientOrderId: 'by-hand',
    symbol: 'Z',
    side: 'buy',
    quantity: shares(10),
    filledQuantity: shares(0),
    ...more,
  }) as BrokerOrder;

async function kept(of: Case) {
  const { entries, reductions = [], books = {}, held, buyingPower = 1_000, open = [], ended = [] } = of;
  const known = <Data>(data: Data) => ({ kind: 'ok' as const, data, asOf: NOON });
  const [equity, money] = [dollars(1_000), dollars(buyingPower)];
  const margins = Object.entries(of.margins ?? {}).map(
    ([symbol, { long, short }]) =>
      [
        symbol,
        {
          ...(long !== undefined && { long: percent(100 * long) }),
          ...(short !== undefined && { short: percent(100 * short) }),
        },
      ] as const,
  );
  const facts = await planFacts({
    books,
    held: held ?? Object.fromEntries(Object.values(books).flatMap((book) => Object.entries(book))),
    declared: { strategies: { a: of.own ?? {}, b: of.other ?? {} }, limits: of.limits ?? {} },
    ledger: {
      openOrders: new Map(open.map((one) => [one.intent.clientOrderId, one])),
      endedOrders: new Map([[TODAY, new Map(ended.map((one) => [one.intent.clientOrderId, one]))]]),
    },
    observed: {
      margins: new Map(margins),
      quotes: new Map(
        Object.entries(of.quotes ?? {}).map(([symbol, price]) => [
          symbol,
          { price: dollars(price) as number as Price, asOf: NOON },
        ]),
      ),
    },
    snapshot: {
      account: known({ id: 'acc', environment: 'paper', equity, cash: equity, buyingPower: money }),
      openOrders: known(of.atBroker ?? []),
    },
    ...(of.input && { input: of.input }),
  });
  const draft = behind(keepLimits, facts, { entries: [...entries], reductions: [...reductions] });
  return {
    draft,
    through: draft.entries.map(({ symbol }) => symbol),
    held: heldBy(draft),
    details: draft.holds.map(({ detail }) => detail),
  };
}

describe('what goes out', () => {
  test('is sorted: by the priority of strategies, their names, the strength of the signal, the symbol', async () => {
    const entries = [
      entry('W', 1),
      entry('V', 1, { priority: 2 }),
      entry('U', 1, { strategy: 'b' }),
      entry('T', 1, { priority: 1 }),
      entry('S', 1),
    ];
    expect((await kept({ entries })).through).toEqual(['V', 'T', 'S', 'W', 'U']);
    const first = { entries, own: { priority: 20 }, other: { priority: 10 } };
    expect((await kept(first)).through).toEqual(['U', 'V', 'T', 'S', 'W']);
  });

  test('is asked of what nobody has declared last, and refused', async () => {
    const entries = [entry('U', 50, { strategy: '0' }), entry('V', 50), entry('W', 50)];
    const { through, held, details } = await kept({ entries });
    expect({ through, held }).toEqual({ through: ['V', 'W'], held: ['0/U: Undeclared'] });
    expect(details).toEqual(['0 has no manifest']);
  });

  test('is what fits: what does not is left out whole, and the next is tried', async () => {
    const entries = [entry('V', 60, { priority: 2 }), entry('W', 60, { priority: 1 }), entry('X', 40)];
    const { through, held, details } = await kept({ entries });
    expect({ through, held }).toEqual({ through: ['V', 'X'], held: ['a/W: InsufficientBuyingPower'] });
    expect(details).toEqual(['Needed: $600.00, Available: $400.00']);
  });

  test('is nothing of a strategy that had its turn, and of no word', async () => {
    const entries = [entry('V', 1), entry('W', 1, { strategy: 'b' })];
    const { through, held } = await kept({ entries, input: { turnTaken: new Set(['a']) } });
    expect({ through, held }).toEqual({ through: ['W'], held: [] });
    const both = await kept({ entries, input: { turnTaken: new Set(['a', 'b']) } });
    expect({ through: both.through, held: both.held }).toEqual({ through: [], held: [] });
  });

  test('is no reduction once those of this pass had their turn, and nothing counts on them', async () => {
    const of: Case = {
      entries: [entry('W', 60)],
      reductions: [sale('X', 20)],
      books: { a: { X: 20 } },
      buyingPower: 400,
    };
    const before = await kept(of);
    expect([before.draft.reductions.length, before.through]).toEqual([1, ['W']]);
    const over = await kept({ ...of, input: { reductionsOver: true } });
    expect([over.draft.reductions.length, over.through]).toEqual([0, []]);
  });

  test('is for others to say while nobody knows the market', async () => {
    const facts = await planFacts({ snapshot: { clock: { kind: 'unknown', reason: 'HTTP 503' } } });
    const draft = behind(keepLimits, facts, { entries: [entry('W', 1)] });
    expect([draft.entries.length, draft.holds]).toEqual([1, []]);
  });
});

/** The largest entry of `a` in W that goes out, in whole shares, and what is said of the next one. */
async function most(of: Omit<Case, 'entries'>, first: readonly OrderAction[] = []) {
  const goes = async (count: number) =>
    kept({ ...of, entries: [...first, entry('W', count, { priority: -1 })] });
  let count = 0;
  const isOut = ({ draft }: Awaited<ReturnType<typeof kept>>): boolean =>
    draft.entries.some(({ id }) => id === 'open/a/W');
  while (count < 100 && isOut(await goes(count + 1))) count += 1;
  const { draft } = await goes(count + 1);
  const { reason, detail } =
    draft.holds.find(({ strategy, symbol }) => strategy === 'a' && symbol === 'W') ?? {};
  return [count, `${reason}: ${detail}`] as const;
}

describe('a limit of size', () => {
  test.each<[string, Omit<Case, 'entries'>, number, string]>([
    [
      'of an order',
      { limits: { maxOrderValue: dollars(50) } },
      5,
      'MaxOrderValue: order $60.00, limit $50.00',
    ],
    ['of buying power', { buyingPower: 50 }, 5, 'InsufficientBuyingPower: Needed: $60.00, Available: $50.00'],
    [
      'of buying power that is none',
      { buyingPower: -50 },
      0,
      'InsufficientBuyingPower: Needed: $10.00, Available: $0.00',
    ],
    [
      'of a strategy',
      { own: { maxExposure: '5%' } },
      5,
      'MaxExposure: exposure $60.00 would pass 5% of equity ($50.00)',
    ],
    [
      'of the account',
      { limits: { maxGross: percent(5) } },
      5,
      'MaxGross: gross exposure $60.00 would pass 5% of equity',
    ],
  ])('%s is reached, and not passed', async (_, of, count, why) => {
    expect(await most(of)).toEqual([count, why]);
  });

  const MARGIN = { margins: { W: { long: 2 } }, buyingPower: 100 };

  test.each<[string, Omit<Case, 'entries'>, readonly OrderAction[], number]>([
    ['of a strategy counts what it holds', { own: { maxExposure: '9%' }, books: { a: { X: 4 } } }, [], 5],
    [
      'of a strategy counts nothing of another',
      { own: { maxExposure: '9%' }, books: { b: { X: 4 } } },
      [],
      9,
    ],
    ['of a strategy counts what it enters before', { own: { maxExposure: '9%' } }, [entry('V', 3)], 6],
    [
      'of a strategy counts what it sells before',
      { own: { maxExposure: '9%' }, books: { a: { X: 4 } }, reductions: [sale('X', 3, 1)] },
      [],
      8,
    ],
    ['of a strategy counts what it has at work', { own: { maxExposure: '20%' }, open: [ours('1')] }, [], 10],
    [
      'of a strategy counts what is not filled of it',
      { own: { maxExposure: '20%' }, open: [ours('1', {}, { filled: shares(4) })] },
      [],
      14,
    ],
    [
      'of a strategy counts it at its price of now',
      { own: { maxExposure: '20%' }, open: [ours('1')], quotes: { Y: 11 } },
      [],
      9,
    ],
    [
      'of a strategy counts no sale at work',
      {
        own: { maxExposure: '20%' },
        open: [ours('1', { side: 'sell', purpose: 'reduce' })],
        books: { a: { Y: 10 } },
      },
      [],
      10,
    ],
    [
      'of a strategy counts nothing at work for another',
      { own: { maxExposure: '20%' }, open: [ours('1', { strategy: 'b' })] },
      [],
      20,
    ],
    [
      'of the account counts all that is held, on both sides',
      { limits: { maxGross: percent(20) }, held: { X: 4, Z: -5 } },
      [],
      11,
    ],
    [
      'of the account counts what is entered before',
      { limits: { maxGross: percent(20) } },
      [entry('V', 3, { strategy: 'b' })],
      17,
    ],
    [
      'of the account counts what is sold before',
      {
        limits: { maxGross: percent(20) },
        books: { b: { X: 4 } },
        reductions: [sale('X', 3, 1, { strategy: 'b' })],
      },
      [],
      19,
    ],
    [
      'of the account counts what is at work',
      { limits: { maxGross: percent(20) }, open: [ours('1', { strategy: 'b' })] },
      [],
      10,
    ],
    [
      'of the account counts the purchase of somebody else',
      { limits: { maxGross: percent(20) }, atBroker: [theirs()], quotes: { Z: 10 } },
      [],
      10,
    ],
    [
      'of the account counts what is not filled of it',
      {
        limits: { maxGross: percent(20) },
        atBroker: [theirs({ filledQuantity: shares(4) })],
        quotes: { Z: 10 },
      },
      [],
      14,
    ],
    [
      'of the account counts a purchase of less than there is',
      { limits: { maxGross: percent(40) }, held: { Z: 20 }, atBroker: [theirs()] },
      [],
      10,
    ],
    [
      'of the account counts no purchase of which no price is known',
      { limits: { maxGross: percent(20) }, atBroker: [theirs()] },
      [],
      20,
    ],
    [
      'of the account counts no sale of what is there',
      { limits: { maxGross: percent(20) }, held: { Z: 10 }, atBroker: [theirs({ side: 'sell' })] },
      [],
      10,
    ],
    [
      'of the account counts the rest of a sale of what is there',
      {
        limits: { maxGross: percent(20) },
        held: { Z: 6 },
        atBroker: [theirs({ side: 'sell', filledQuantity: shares(4) })],
      },
      [],
      14,
    ],
    [
      'of the account counts a sale of more than there is',
      { limits: { maxGross: percent(30) }, held: { Z: 9 }, atBroker: [theirs({ side: 'sell' })] },
      [],
      11,
    ],
    [
      'of the account counts a sale of what is not there',
      { limits: { maxGross: percent(20) }, atBroker: [theirs({ side: 'sell' })], quotes: { Z: 10 } },
      [],
      10,
    ],
    [
      'of the account counts an order of ours once',
      {
        limits: { maxGross: percent(20) },
        open: [ours('1')],
        atBroker: [theirs({ clientOrderId: '1', symbol: 'Y' })],
        quotes: { Y: 10 },
      },
      [],
      10,
    ],
    [
      'of buying power counts what is entered before',
      { buyingPower: 100 },
      [entry('V', 3, { strategy: 'b' }), entry('V', 3)],
      4,
    ],
    [
      'of buying power counts what is sold before',
      { buyingPower: 100, books: { b: { X: 4 } }, reductions: [sale('X', 3, 1, { strategy: 'b' })] },
      [],
      13,
    ],
    [
      'of buying power counts what is at work and not at the broker',
      { buyingPower: 200, open: [ours('1')] },
      [],
      10,
    ],
    [
      'of buying power counts nothing that the broker has set aside',
      { buyingPower: 200, open: [ours('1')], atBroker: [theirs({ clientOrderId: '1', symbol: 'Y' })] },
      [],
      20,
    ],
    [
      'of buying power counts nothing that others have ordered',
      { buyingPower: 200, atBroker: [theirs()], quotes: { Z: 10 } },
      [],
      20,
    ],
    ['of buying power counts what margin takes', MARGIN, [], 5],
    [
      'of buying power counts what margin takes of what is entered before',
      MARGIN,
      [entry('W', 2, { strategy: 'b' })],
      3,
    ],
    [
      'of buying power counts what margin takes of what is at work',
      { buyingPower: 500, margins: { Y: { long: 2, short: 3 } }, open: [ours('1')] },
      [],
      30,
    ],
    [
      'of buying power counts what margin takes of a short at work',
      { buyingPower: 500, margins: { Y: { long: 2, short: 3 } }, open: [ours('1', { side: 'sell' })] },
      [],
      20,
    ],
  ])('%s', async (_, of, first, count) => {
    expect((await most({ ...of, own: { ...of.own, priority: 50 } }, first))[0]).toBe(count);
  });

  test('says what margin takes', async () => {
    expect((await most(MARGIN))[1]).toBe(
      'InsufficientBuyingPower: Needed: $120.00 (2 times its value: margin requirement 200%), Available: $100.00',
    );
  });
});

describe('a limit of number', () => {
  const PAIR = [entry('V', 1), entry('W', 1)];
  const bought = (...symbols: readonly string[]) =>
    symbols.map((symbol, index) => ours(`${index}`, { symbol }));

  test.each<[string, Omit<Case, 'entries'> & Partial<Pick<Case, 'entries'>>, readonly string[], string]>([
    [
      'orders of a day',
      { limits: { maxOrdersPerDay: 1 } },
      ['V'],
      'MaxOrdersPerDay: 1 orders today, limit 1',
    ],
    [
      'orders of a day, of which some have been',
      { limits: { maxOrdersPerDay: 3 }, ended: bought('Y', 'Z') },
      ['V'],
      'MaxOrdersPerDay: 3 orders today, limit 3',
    ],
    [
      'orders of a day, of which one is at work',
      { limits: { maxOrdersPerDay: 2 }, open: bought('Y') },
      ['V'],
      'MaxOrdersPerDay: 2 orders today, limit 2',
    ],
    [
      'orders of a day, of which some are reductions of this plan',
      { limits: { maxOrdersPerDay: 4 }, ended: bought('Y'), reductions: [sale('X', 1), sale('Z', 1)] },
      ['V'],
      'MaxOrdersPerDay: 4 orders today, limit 4',
    ],
    [
      'orders on a symbol',
      { limits: { maxOrdersPerSymbol: 2 }, ended: bought('W', 'V', 'W') },
      ['V'],
      'MaxOrdersPerSymbol: 2 orders on W in this session, limit 2',
    ],
    [
      'orders on a symbol, of which one is of this plan',
      {
        limits: { maxOrdersPerSymbol: 1 },
        entries: [entry('W', 1), entry('W', 1, { strategy: 'b' })],
      },
      ['W'],
      'MaxOrdersPerSymbol: 1 orders on W in this session, limit 1',
    ],
    [
      'orders on a symbol, of which one is of this plan and one has been',
      {
        limits: { maxOrdersPerSymbol: 2 },
        ended: bought('W'),
        entries: [entry('W', 1), entry('W', 1, { strategy: 'b' })],
      },
      ['W'],
      'MaxOrdersPerSymbol: 2 orders on W in this session, limit 2',
    ],
    ['positions of a strategy', { own: { maxPositions: 1 } }, ['V'], 'MaxPositions: 1 positions, limit 1'],
    [
      'positions of a strategy that holds some',
      { own: { maxPositions: 3 }, books: { a: { X: 1, Y: 1 } } },
      ['V'],
      'MaxPositions: 3 positions, limit 3',
    ],
    [
      'positions of a strategy that closes one',
      { own: { maxPositions: 2 }, books: { a: { X: 1, Y: 1 } }, reductions: [sale('X', 1)] },
      ['V'],
      'MaxPositions: 2 positions, limit 2',
    ],
    [
      'positions of a strategy that makes one smaller',
      { own: { maxPositions: 3 }, books: { a: { X: 3, Y: 1 } }, reductions: [sale('X', 1, 2)] },
      ['V'],
      'MaxPositions: 3 positions, limit 3',
    ],
    [
      'positions of a strategy that opens one',
      { own: { maxPositions: 2 }, open: bought('Y') },
      ['V'],
      'MaxPositions: 2 positions, limit 2',
    ],
    [
      'positions of a strategy that is adding to one',
      { own: { maxPositions: 2 }, open: bought('Y'), books: { a: { Y: 1 } } },
      ['V'],
      'MaxPositions: 2 positions, limit 2',
    ],
    [
      'positions of a strategy, which do not keep it from adding to one',
      {
        own: { maxPositions: 1 },
        books: { a: { V: 1 } },
        entries: [entry('V', 1, { kind: 'increase', from: shares(1), to: shares(2) }), entry('W', 1)],
      },
      ['V'],
      'MaxPositions: 1 positions, limit 1',
    ],
    [
      'positions of a strategy, of which what it adds to is none more',
      {
        own: { maxPositions: 2 },
        books: { a: { V: 1 } },
        entries: [
          entry('V', 1, { kind: 'increase', from: shares(1), to: shares(2), priority: 1 }),
          entry('W', 1),
          entry('X', 1),
        ],
      },
      ['V', 'W'],
      'MaxPositions: 2 positions, limit 2',
    ],
  ])('%s', async (_, of, through, why) => {
    const { draft, ...rest } = await kept({ entries: PAIR, ...of });
    expect([rest.through, draft.holds.map(({ reason, detail }) => `${reason}: ${detail}`)]).toEqual([
      through,
      [why],
    ]);
  });

  test('counts a reduction once that was lost on its way and goes out again', async () => {
    const lost = ours('1', { symbol: 'X', side: 'sell', purpose: 'close' }, { status: 'unseen' });
    const of: Case = {
      entries: PAIR,
      reductions: [sale('X', 10, 0, { sendsAgain: '1' }), sale('Z', 1)],
      open: [lost],
      limits: { maxOrdersPerDay: 3 },
    };
    expect((await kept(of)).details).toEqual(['3 orders today, limit 3']);
    expect((await kept(of)).through).toEqual(['V']);
  });

  test('counts nothing of another day, nor positions of another strategy', async () => {
    const yesterday = ours('1', { sessionDate: '2025-12-01' }, { status: 'unknown' });
    const limits = { maxOrdersPerDay: 2, maxOrdersPerSymbol: 1 };
    const of: Case = {
      entries: PAIR,
      limits,
      own: { maxPositions: 3 },
      open: [yesterday],
      books: { b: { X: 1 } },
    };
    expect((await kept(of)).through).toEqual(['V', 'W']);
  });
});

describe('orders that undo each other', () => {
  /** So many orders on W, each the other way than the one before. */
  const turning = (count: number): LedgerOrder[] =>
    Array.from({ length: count }, (_, index) =>
      ours(
        `${index}`,
        { symbol: 'W', side: index % 2 === 0 ? 'buy' : 'sell', purpose: 'reduce' },
        {
          intendedAt: (NOON + index) as Instant,
        },
      ),
    );
  const inOrder = (...places: readonly number[]): LedgerOrder[] =>
    places.flatMap((place) => turning(4)[place] ?? []);
  const entries = [entry('V', 1), entry('W', 1)];

  test.each<[string, Omit<Case, 'entries'>, readonly string[]]>([
    ['ten times stop it', { ended: turning(11) }, ['V']],
    ['nine times do not', { ended: turning(10) }, ['V', 'W']],
    ['as often as the manifest says stop it', { ended: turning(3), limits: { maxFlipsPerSymbol: 2 } }, ['V']],
    ['less often do not', { ended: turning(2), limits: { maxFlipsPerSymbol: 2 } }, ['V', 'W']],
    [
      'count in the order in which they were decided',
      { ended: inOrder(0, 2, 1), limits: { maxFlipsPerSymbol: 2 } },
      ['V'],
    ],
    [
      'and not in the order in which they ended',
      { open: inOrder(1), ended: inOrder(0, 2), limits: { maxFlipsPerSymbol: 2 } },
      ['V'],
    ],
    [
      'are not those that all go the same way',
      { ended: turning(9).filter((_, index) => index % 2 === 0), limits: { maxFlipsPerSymbol: 1 } },
      ['V', 'W'],
    ],
    [
      'are not those on two symbols',
      {
        ended: [ours('1', { symbol: 'V' }), ours('2', { symbol: 'W', side: 'sell', purpose: 'reduce' })],
        limits: { maxFlipsPerSymbol: 1 },
      },
      ['V', 'W'],
    ],
  ])('%s', async (_, of, through) => {
    expect((await kept({ ...of, entries })).through).toEqual(through);
  });

  test('are said to be', async () => {
    expect((await kept({ entries, ended: turning(11) })).details).toEqual([
      'orders on W have changed direction 10 times in this session: something undoes what it does',
    ]);
  });
});

describe('an entry that was lost on its way', () => {
  const lost = ours('1', { symbol: 'W' }, { status: 'unseen' });
  const again = entry('W', 10, { sendsAgain: '1', priority: 1 });

  test.each<[string, Omit<Case, 'entries'>]>([
    ['of the day', { limits: { maxOrdersPerDay: 1 } }],
    ['of money', { buyingPower: 100 }],
    ['of positions', { own: { maxPositions: 1 } }],
    ['of the strategy', { own: { maxExposure: '10%' } }],
    ['of the account', { limits: { maxGross: percent(10) } }],
  ])('fits into the limit %s, though it counts already', async (_, of) => {
    const { through, held } = await kept({ ...of, entries: [again, entry('V', 1)], open: [lost] });
    expect({ through, held: held.length }).toEqual({ through: ['W'], held: 1 });
  });

  test('fits into the limit of its symbol, and leaves no room for another', async () => {
    const entries = [again, entry('W', 1, { strategy: 'b' })];
    const { held } = await kept({ entries, open: [lost], limits: { maxOrdersPerSymbol: 1 } });
    expect(held).toEqual(['b/W: MaxOrdersPerSymbol']);
  });

  test('counts also where it does not go out', async () => {
    const of: Case = {
      entries: [again, entry('V', 1)],
      open: [lost],
      limits: { maxOrderValue: dollars(99), maxOrdersPerDay: 1 },
    };
    expect((await kept(of)).held).toEqual(['a/W: MaxOrderValue', 'a/V: MaxOrdersPerDay']);
  });
});
