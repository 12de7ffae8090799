/** What a quote must be for an entry: in the plan, and again just before the order. */
import { describe, expect, test } from 'vitest';
import { parsePrice, type Price, type Ratio } from '../../src/domain/decimal.ts';
import { instantAt, plus, type Instant } from '../../src/domain/instant.ts';
import type { AccountLimits } from '../../src/desired/desired-state.ts';
import type { Quote } from '../../src/observed/broker-view.ts';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import { makePlan } from '../../src/reconciler/plan.ts';
import { isOrder } from '../../src/reconciler/plan-types.ts';
import { BrokerUnavailable } from '../../src/reconciler/ports.ts';
import { doubtOf } from '../../src/reconciler/quote-guards.ts';
import { TEST_ACCOUNT } from '../support/account.ts';
import { fc, test as law } from '../support/law.ts';
import { outcomesIn } from '../support/outcomes.ts';
import { holdsIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const OPEN = instantAt('2025-12-02', '12:00');
const NIGHT = instantAt('2025-12-02', '20:00');
const LIMITS: Partial<AccountLimits> = { quoteAge: 60_000, maxSpread: 10_000 as Ratio };
const MINUTE = 60_000;

function price(text: string): Price {
  const parsed = parsePrice(text);
  if (parsed === undefined) throw new Error(`no price: ${text}`);
  return parsed;
}

interface Case {
  readonly symbol?: string;
  readonly planned?: string;
  readonly quote?: Partial<Quote>;
  readonly limits?: Partial<AccountLimits>;
  readonly now?: Instant;
}

function reasonOf({ symbol = 'VTI', planned = '100', quote, limits, now = OPEN }: Case): string | null {
  const rules = { limits: { ...TEST_ACCOUNT.limits, ...LIMITS, ...limits }, now, calendar: undefined };
  const full = { price: price('100'), asOf: now, ...quote };
  return doubtOf({ symbol, price: price(planned) }, full, rules)?.reason ?? null;
}

describe('an entry', () => {
  test.each<[what: string, of: Case, reason: string | null]>([
    ['on a quote of now', {}, null],
    [
      'on a quote of any width where none is too wide',
      { quote: { bid: price('90'), ask: price('110') }, limits: { maxSpread: undefined } as never },
      null,
    ],
    ['of a halted symbol', { quote: { halted: true } }, 'SymbolHalted'],
    ['on a price of the age that is allowed', { quote: { asOf: plus(OPEN, -MINUTE) } }, null],
    ['on an older one', { quote: { asOf: plus(OPEN, -MINUTE - 1) } }, 'QuoteStale'],
    [
      'on an old one where any is allowed',
      { quote: { asOf: instantAt('2025-11-03', '12:00') }, limits: { quoteAge: MINUTE * 1e6 } },
      null,
    ],
    ['at night, on the last close', { now: NIGHT, quote: { asOf: instantAt('2025-12-02', '16:00') } }, null],
    [
      'at night, on a price before it',
      { now: NIGHT, quote: { asOf: instantAt('2025-12-02', '15:58') } },
      'QuoteStale',
    ],
    [
      'before the open, on the close before',
      { now: instantAt('2025-12-02', '08:00'), quote: { asOf: instantAt('2025-12-01', '16:00') } },
      null,
    ],
    ['on a spread that is allowed', { quote: { bid: price('99.5'), ask: price('100.5') } }, null],
    ['on a wider one', { quote: { bid: price('99.49'), ask: price('100.5') } }, 'SpreadTooWide'],
    ['on a bid above the ask', { quote: { bid: price('101'), ask: price('100') } }, 'SpreadTooWide'],
    ['on a bid and an ask that are the same', { quote: { bid: price('100'), ask: price('100') } }, null],
    ['on a bid and an ask of nothing', { quote: { bid: 0 as Price, ask: 0 as Price } }, 'SpreadTooWide'],
    ['on an ask alone', { quote: { ask: price('200') } }, null],
    ['on a bid alone', { quote: { bid: price('50') } }, null],
    ['at 5 % below its plan', { quote: { price: price('95') } }, null],
    ['further below it', { quote: { price: price('94.99') } }, 'PriceCollar'],
    ['at 5 % of a plan of another price', { planned: '40', quote: { price: price('42') } }, null],
    ['further from that', { planned: '40', quote: { price: price('42.01') } }, 'PriceCollar'],
    [
      'of a fund beside one that the manifest calls leveraged',
      { symbol: 'VTI', quote: { price: price('97') }, limits: { leveraged: ['MINE'] } },
      null,
    ],
    ['at 5 % from its plan', { quote: { price: price('105') } }, null],
    ['further from it', { quote: { price: price('105.01') } }, 'PriceCollar'],
    ['of a leveraged fund at 2 %', { symbol: 'TQQQ', quote: { price: price('98') } }, null],
    ['of a leveraged fund further', { symbol: 'TQQQ', quote: { price: price('97.99') } }, 'PriceCollar'],
    [
      'of a leveraged fund where more is allowed',
      { symbol: 'TQQQ', quote: { price: price('96.5') }, limits: { leveragedCollar: 40_000 as Ratio } },
      null,
    ],
    [
      'of a fund that the manifest calls leveraged',
      { symbol: 'MINE', quote: { price: price('97') }, limits: { leveraged: ['MINE'] } },
      'PriceCollar',
    ],
    [
      'of a leveraged fund, never beyond the collar of all',
      { symbol: 'TQQQ', quote: { price: price('98.5') }, limits: { priceCollar: 10_000 as Ratio } },
      'PriceCollar',
    ],
  ])('%s: %s', (_, of, reason) => {
    expect(reasonOf(of)).toBe(reason);
  });
});

test('an entry is held in words that say by how much', () => {
  const rules = { limits: { ...TEST_ACCOUNT.limits, ...LIMITS }, now: OPEN, calendar: undefined };
  const detail = (quote: Partial<Quote>) =>
    doubtOf({ symbol: 'VTI', price: price('100') }, { price: price('100'), asOf: OPEN, ...quote }, rules)
      ?.detail;
  expect([
    detail({ halted: true }),
    detail({ asOf: plus(OPEN, -2 * MINUTE) }),
    detail({ bid: price('99'), ask: price('101') }),
    detail({ bid: price('101'), ask: price('99') }),
    detail({ price: price('110') }),
  ]).toEqual([
    'trading in VTI is halted: no entry until it goes on',
    'the price of VTI is of 2025-12-02 11:58:00 EST, older than 60 s',
    'VTI: bid 99.00, ask 101.00: 2% apart, limit 1%',
    'VTI: bid 101.00, ask 99.00: no market',
    'planned at $100.00, now $110.00, limit 5%',
  ]);
});

test('the newest price that there can be is that of the days that the calendar says', () => {
  const limits = { ...TEST_ACCOUNT.limits, ...LIMITS };
  const quote = { price: price('100'), asOf: instantAt('2025-12-01', '16:00') };
  const doubt = (calendar: Parameters<typeof doubtOf>[2]['calendar']) =>
    doubtOf({ symbol: 'VTI', price: price('100') }, quote, { limits, now: OPEN, calendar })?.reason;
  expect([doubt(undefined), doubt({ '2025-12-02': 'closed' })]).toEqual(['QuoteStale', undefined]);
});

const facts = (more: Partial<WorldFacts>): WorldFacts => ({
  now: OPEN,
  prices: { VTI: '100', GLD: '50' },
  strategies: { core: { targets: { GLD: '5', VTI: '10' } } },
  limits: LIMITS,
  ...more,
});

const BAD = {
  SymbolHalted: { halted: true },
  QuoteStale: { age: 2 * MINUTE },
  SpreadTooWide: { bid: price('90'), ask: price('110') },
  PriceCollar: { price: price('111') },
} as const;

describe('a plan', () => {
  test.each(['SymbolHalted', 'QuoteStale', 'SpreadTooWide'] as const)(
    'holds the entry of a new symbol for %s, and buys the others',
    async (reason) => {
      const w = await world(facts({ quotes: { VTI: BAD[reason] } }));
      const { plan } = await w.apply();
      expect(holdsIn(plan)).toStrictEqual([`core/VTI: ${reason}`]);
      expect(w.books()).toStrictEqual({ core: { GLD: '5' } });
    },
  );

  test.each(['SymbolHalted', 'QuoteStale', 'SpreadTooWide', 'PriceCollar'] as const)(
    'holds the entry that adds to what is held for %s',
    async (reason) => {
      const w = await world(facts({ books: { core: { VTI: '4' } }, quotes: { VTI: BAD[reason] } }));
      const { plan } = await w.apply();
      expect(holdsIn(plan)).toStrictEqual([`core/VTI: ${reason}`]);
      expect(w.books()).toStrictEqual({ core: { GLD: '5', VTI: '4' } });
    },
  );

  test('sells what is halted, old and wide apart', async () => {
    const quotes = { VTI: { ...BAD.SymbolHalted, ...BAD.QuoteStale, ...BAD.SpreadTooWide } };
    const w = await world(facts({ books: { core: { VTI: '40' } }, quotes }));
    await w.apply();
    expect(w.books()).toStrictEqual({ core: { GLD: '5', VTI: '10' } });
  });

  test('goes on with its exits where no quote of what it adds to can be had', async () => {
    const w = await world(facts({ books: { core: { VTI: '4', GLD: '9' } } }));
    const { market } = w.ports;
    const quotes: typeof market.quotes = () => Promise.reject(new BrokerUnavailable('HTTP 503'));
    await w.apply({ market: { ...market, quotes } }).catch(() => undefined);
    expect(w.books()).toStrictEqual({ core: { GLD: '5', VTI: '4' } });
  });

  test('asks for a quote of what it adds to, and of nothing else that is held', async () => {
    const w = await world(facts({ books: { core: { VTI: '4', GLD: '5' } } }));
    const asked: string[] = [];
    const { market } = w.ports;
    const quotes: typeof market.quotes = (symbols, now) => {
      asked.push(...symbols);
      return market.quotes(symbols, now);
    };
    await w.apply({ market: { ...market, quotes } });
    expect(new Set(asked)).toStrictEqual(new Set(['VTI']));
  });
});

test.each(['SymbolHalted', 'QuoteStale', 'SpreadTooWide', 'PriceCollar'] as const)(
  'what was a good quote when it was planned is looked at again just before the order: %s',
  async (reason) => {
    const w = await world(facts({ strategies: { core: { targets: { VTI: '10' } } } }));
    const { market } = w.ports;
    let asked = 0;
    const quotes: typeof market.quotes = async (symbols, now) => {
      asked += 1;
      const good = await market.quotes(symbols, now);
      if (asked <= 2) return good;
      const { age, ...bad } = { age: 0, ...BAD[reason] };
      return new Map(
        [...good].map(([symbol, quote]) => [symbol, { ...quote, asOf: plus(now, -age), ...bad }]),
      );
    };
    expect(outcomesIn(await w.apply({ market: { ...market, quotes } }))).toStrictEqual([
      `open/core/VTI: skipped ${reason}`,
    ]);
    expect(w.broker.submitted).toStrictEqual([]);
  },
);

const anyMark = fc.record(
  {
    age: fc.integer({ min: 0, max: 4 * MINUTE }),
    bid: fc.integer({ min: 1, max: 200 }).map((dollars) => (dollars * 1_000_000) as Price),
    ask: fc.integer({ min: 1, max: 200 }).map((dollars) => (dollars * 1_000_000) as Price),
    price: fc.integer({ min: 90, max: 110 }).map((dollars) => (dollars * 1_000_000) as Price),
    halted: fc.constant(true as const),
  },
  { requiredKeys: [] },
);
const anyCase = fc.record({
  marks: fc.record({ VTI: anyMark, TQQQ: anyMark }),
  books: fc.record(
    { VTI: fc.integer({ min: 1, max: 20 }), TQQQ: fc.integer({ min: 1, max: 20 }) },
    { requiredKeys: [] },
  ),
  targets: fc.record({ VTI: fc.integer({ min: 1, max: 20 }), TQQQ: fc.integer({ min: 1, max: 20 }) }),
});

type Mark = Partial<Quote> & { readonly age?: number };

interface Drawn {
  readonly marks: NonNullable<WorldFacts['quotes']>;
  readonly books: Readonly<Record<string, number | undefined>>;
  readonly targets: Readonly<Record<string, number>>;
}

function drawn({ marks, books, targets }: Drawn): Promise<TestWorld> {
  const texts = (numbers: Drawn['books']): Record<string, string> =>
    Object.fromEntries(Object.entries(numbers).map(([symbol, count]) => [symbol, String(count ?? 0)]));
  return world({
    now: OPEN,
    prices: { VTI: '100', TQQQ: '100' },
    strategies: { core: { targets: texts(targets) } },
    books: { core: texts(books) },
    limits: LIMITS,
    quotes: marks,
  });
}

describe('in every world', () => {
  law.prop([anyCase])(
    'guards add no order, block no reduction, and the second opinion agrees',
    async (of) => {
      const w = await drawn(of);
      const { observed } = await w.look();
      const quotes = await w.ports.market.quotes(['VTI', 'TQQQ'], OPEN);
      const plain = new Map(
        [...quotes].map(([symbol, quote]) => [symbol, { price: price('100'), asOf: quote.asOf }]),
      );
      const { quoteAge: _age, maxSpread: _spread, ...unguarded } = w.desired.account.limits;
      const planOf = (seen: typeof quotes, limits: AccountLimits): ReturnType<typeof planned> =>
        planned({ ...w.desired, account: { ...w.desired.account, limits } }, { ...observed, quotes: seen });
      const guarded = planOf(quotes, w.desired.account.limits);
      const free = planOf(plain, unguarded);
      expect(guarded.violations).toStrictEqual([]);
      expect(free.orders).toStrictEqual(expect.arrayContaining(guarded.orders));
      const reductions = (ids: readonly string[]): string[] => ids.filter((id) => /^(close|reduce)/.test(id));
      expect(reductions(guarded.orders)).toStrictEqual(reductions(free.orders));
    },
  );

  law.prop([anyCase])('no order that buys goes out on a bad quote', async (of) => {
    const w = await drawn(of);
    await w.apply();
    for (const { event } of w.journal.records) {
      if (event.type !== 'intent' || event.side === 'sell') continue;
      const mark: Mark = of.marks[event.symbol as keyof typeof of.marks];
      expect(mark.halted).toBeUndefined();
      expect(mark.age ?? 0).toBeLessThanOrEqual(MINUTE);
    }
  });
});

function planned(
  desired: TestWorld['desired'],
  observed: Awaited<ReturnType<TestWorld['look']>>['observed'],
) {
  const input = {
    desired,
    observed,
    now: OPEN,
    turnTaken: new Set<string>(),
    reductionsOver: false,
    manifests: 'accepted' as const,
  };
  const plan = makePlan(input);
  const orders = plan.actions.filter(isOrder).map(({ id, quantity }) => `${id} ${quantity}`);
  return { orders, violations: checkPlan(plan, input) };
}
