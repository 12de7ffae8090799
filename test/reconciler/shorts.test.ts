import { describe, expect, test } from 'vitest';
import type { Quantity } from '../../src/domain/decimal.ts';
import { parseScheduleTime } from '../../src/domain/schedule.ts';
import { checkPlan } from '../../src/reconciler/check-plan.ts';
import type { OrderAction, Plan } from '../../src/reconciler/plan-types.ts';
import { fault } from '../support/faults.ts';
import {
  holdsIn,
  ordersIn,
  world,
  type StrategyFacts,
  type TestWorld,
  type WorldFacts,
} from '../support/world.ts';

const SHORTING = { shorting: { hardToBorrow: ['GME'] } };
const PRICES = { KO: '50', PEP: '100', GME: '20' };

/** One strategy that may go short, on an account that may. */
function shorts(targets: StrategyFacts['targets'], more: WorldFacts = {}, own: StrategyFacts = {}) {
  return world({
    prices: PRICES,
    settings: SHORTING,
    strategies: { pair: { targets: targets ?? {}, shorts: 'allowed', ...own } },
    ...more,
  });
}

function scheduled(action: 'entry' | 'rebalance'): NonNullable<StrategyFacts['schedule']> {
  const at = parseScheduleTime('15:00');
  if (at === undefined) throw new Error('no time');
  return [{ at, action, window: 600_000 }];
}

const holds = (quantity: string) => ({ books: { pair: { KO: quantity } } });

async function detailOf(home: TestWorld, reason: string): Promise<string | undefined> {
  return (await home.plan()).notDone.find((hold) => hold.reason === reason)?.detail;
}

describe('a target below zero', () => {
  test.each<[what: string, book: string, target: string, order: string, held: string]>([
    ['opens from flat', '0', '-10', 'sell 10 KO (open)', '-10'],
    ['grows a short book', '-10', '-30', 'sell 20 KO (increase)', '-30'],
    ['covers a part of a larger one', '-30', '-10', 'buy 20 KO (reduce)', '-10'],
    ['of a part of equity is rounded toward zero', '0', '-10.03%', 'sell 200 KO (open)', '-200'],
    ['of the equity that shorts leave covers', '-300', '-10%', 'buy 130 KO (reduce)', '-170'],
    ['is left for zero', '-10', '0', 'buy 10 KO (close)', '0'],
  ])('%s', async (_, book, target, order, held) => {
    const home = await shorts({ KO: target }, book === '0' ? {} : holds(book));
    expect(ordersIn(await home.plan())).toEqual([order]);
    await home.apply();
    expect(home.books()).toEqual(held === '0' ? {} : { pair: { KO: held } });
    expect(home.held()).toEqual(held === '0' ? {} : { KO: held });
    expect((await home.plan()).actions).toEqual([]);
  });

  test('that is no longer listed is bought back', async () => {
    const home = await shorts({ PEP: '1' }, holds('-10'), { universe: ['KO', 'PEP'] });
    expect(ordersIn(await home.plan())).toEqual(['buy 10 KO (close)', 'buy 1 PEP (open)']);
  });

  test('differs from the book by less than the band: nothing is done', async () => {
    const home = await shorts({ KO: '-1001' }, { ...holds('-1000'), cash: '200000' }, { band: '1%' });
    expect(ordersIn(await home.plan())).toEqual([]);
    expect(holdsIn(await home.plan())).toEqual(['pair/KO: WithinBand']);
  });
});

describe('a change of side', () => {
  test.each([
    ['10', '-20', 'sell 10 KO (close)', 'sell 20 KO (open)'],
    ['-10', '20', 'buy 10 KO (close)', 'buy 20 KO (open)'],
  ])('from %s to %s takes two passes, and never one order', async (from, to, first, second) => {
    const home = await shorts({ KO: to }, holds(from));
    const plan = await home.plan();
    expect(ordersIn(plan)).toEqual([first]);
    expect(plan.actions).toMatchObject([{ reason: 'SideChanged', to: 0 }]);
    expect(holdsIn(plan)).toEqual(['pair/KO: OppositeSide']);
    await home.apply();
    expect(home.held()).toEqual({});
    expect(ordersIn(await home.plan())).toEqual([second]);
    await home.apply();
    expect(home.held()).toEqual({ KO: to });
    expect((await home.plan()).actions).toEqual([]);
  });

  test('keeps the slot of a rebalance open until both halves are done', async () => {
    const home = await shorts({ KO: '-20' }, holds('10'), { schedule: scheduled('rebalance') });
    await home.apply();
    expect(home.held()).toEqual({});
    expect([...home.journal.ledger().slots.values()].map(({ state }) => state)).toEqual(['started']);
    await home.apply();
    expect(home.held()).toEqual({ KO: '-20' });
    expect([...home.journal.ledger().slots.values()].map(({ state }) => state)).toEqual(['done']);
  });

  test('is no business of an entry: it closes nothing', async () => {
    const home = await shorts({ KO: '-20' }, holds('10'), { schedule: scheduled('entry') });
    const plan = await home.plan();
    expect(ordersIn(plan)).toEqual([]);
    expect(holdsIn(plan)).toEqual(['pair/KO: OppositeSide']);
  });
});

describe('is not sold short', () => {
  test('by a strategy whose manifest does not allow it', async () => {
    const home = await world({
      prices: PRICES,
      settings: SHORTING,
      strategies: { core: { targets: { KO: '-10' } } },
    });
    expect(ordersIn(await home.plan())).toEqual([]);
    expect(await detailOf(home, 'NotShortable')).toContain('capital.shorts: allowed');
  });

  test.each<[what: string, facts: WorldFacts, words: string, reason?: string]>([
    ['what cannot be borrowed', {}, 'asset "GME" cannot be sold short'],
    ['anything on an account that may not be short', { settings: {} }, 'account is not allowed to short'],
    [
      'what the broker does not answer for',
      { settings: {}, faults: [fault('assets', { kind: 'unavailable', reason: 'HTTP 503' }, { times: 99 })] },
      'not known: HTTP 503',
      'BorrowUnknown',
    ],
  ])('%s: it is held, and what buys back goes on', async (_, more, words, reason = 'NotShortable') => {
    const home = await shorts({ GME: '-10', KO: '0' }, { ...holds('-5'), ...more });
    expect(ordersIn(await home.plan())).toEqual(['buy 5 KO (close)']);
    expect(await detailOf(home, reason)).toContain(words);
    await home.apply();
    expect(home.held()).toEqual({});
  });

  test('what somebody holds long beside the books', async () => {
    const home = await shorts({ KO: '-10' }, { broker: { KO: '4' } });
    expect(holdsIn(await home.plan())).toContain('pair/KO: UnmanagedShares');
    await home.apply();
    expect(home.held()).toEqual({ KO: '4' });
  });

  test('what somebody has bought by hand between plan and order', async () => {
    const home = await shorts(
      { KO: '-10' },
      {
        faults: [
          fault('submit', {
            kind: 'trade',
            symbol: 'KO',
            side: 'buy',
            quantity: 15_000_000_000 as Quantity,
            price: null,
          }),
        ],
      },
    );
    await home.apply();
    expect(home.held()).toEqual({ KO: '15' });
    expect(home.books()).toEqual({});
  });

  test('a part of a share: an opening balance with one grows by whole ones', async () => {
    const home = await shorts({ KO: '-20' }, holds('-10.5'), { wholeShares: false });
    await home.apply();
    expect(home.held()).toEqual({ KO: '-19.5' });
    expect(holdsIn(await home.plan())).toEqual(['pair/KO: BelowOneShare']);
  });
});

describe('the question for the borrow', () => {
  test.each<[what: string, targets: Record<string, string>, more: WorldFacts, asked: string[][]]>([
    ['is not asked without a short entry', { KO: '10', PEP: '0' }, { books: { pair: { PEP: '-3' } } }, []],
    ['is one for all of them', { KO: '-10', PEP: '-1' }, {}, [['KO', 'PEP']]],
    [
      'is not asked where the market is closed',
      { KO: '-10' },
      { settings: { ...SHORTING, clock: 'exchange' }, now: Date.UTC(2025, 11, 6) as never },
      [],
    ],
  ])('%s', async (_, targets, more, asked) => {
    const home = await shorts(targets, more);
    const questions: string[][] = [];
    const { broker } = home.ports;
    const assets: typeof broker.assets = (symbols) => {
      questions.push([...symbols]);
      return broker.assets(symbols);
    };
    const told = new Proxy(broker, {
      get: (target, name) => {
        const value: unknown = name === 'assets' ? assets : Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await home.apply({ broker: told });
    expect(questions.slice(0, 1)).toEqual(asked);
    expect(new Set(questions.map(String)).size).toBe(asked.length);
  });
});

describe('limits on short positions', () => {
  test.each<[what: string, target: string, own: StrategyFacts, more: WorldFacts, result: string[]]>([
    ['positionSize caps', '-50%', { positionSize: '20%' }, {}, ['sell 400 KO (open)']],
    ['maxExposure counts absolute values', '-10%', { maxExposure: '5%' }, {}, []],
    ['maxGross counts absolute values', '-10%', {}, { limits: { maxGross: 50_000 as never } }, []],
    [
      'buying power is taken by shorts, too',
      '-10%',
      {},
      { books: { pair: { PEP: '-1000' } }, cash: '200000' },
      [],
    ],
  ])('%s', async (_, target, own, more, result) => {
    const targets = { KO: target, ...(more.books && { PEP: '-1000' }) };
    const home = await shorts(targets, more, own);
    expect(ordersIn(await home.plan())).toEqual(result);
  });

  test('two shorts share what there is to spend', async () => {
    const home = await shorts({ KO: '-60%', PEP: '-60%' });
    expect(ordersIn(await home.plan())).toEqual(['sell 1200 KO (open)']);
    expect(holdsIn(await home.plan())).toEqual(['pair/PEP: InsufficientBuyingPower']);
  });
});

describe('the second opinion', () => {
  const wrong: readonly [string, Partial<OrderAction>, string][] = [
    [
      'an order across zero',
      { kind: 'close', side: 'buy', quantity: 20e9 as Quantity, to: 10e9 as Quantity },
      'never-across-zero',
    ],
    [
      'a cover of more than the book',
      { kind: 'close', side: 'buy', quantity: 11e9 as Quantity, to: 1e9 as Quantity },
      'reduction-within-book',
    ],
    [
      'a short beyond positionSize',
      { quantity: 9_000e9 as Quantity, to: -9_010e9 as Quantity },
      'limits-hold',
    ],
    ['a part of a share', { quantity: 0.5e9 as Quantity, to: -10.5e9 as Quantity }, 'entry-allowed'],
  ];

  async function opinion(change: (plan: Plan, order: OrderAction) => Plan, shorts_: StrategyFacts = {}) {
    const home = await shorts({ KO: '-20' }, holds('-10'), shorts_);
    const { plan, observed } = await home.look();
    const [order] = plan.actions as OrderAction[];
    if (order === undefined) throw new Error('no order');
    const input = {
      desired: home.desired,
      observed,
      now: home.clock.now(),
      turnTaken: new Set<string>(),
      reductionsOver: false,
      manifests: 'accepted' as const,
    };
    const check = (by: typeof input) => checkPlan(change(plan, order), by).map(({ invariant }) => invariant);
    return { check, input };
  }

  test.each(wrong)('refuses %s', async (_, change, invariant) => {
    const { check, input } = await opinion((plan, order) => ({
      ...plan,
      actions: [{ ...order, ...change }],
    }));
    expect(check(input)).toContain(invariant);
  });

  test('refuses a short that nobody has asked for, and one of a strategy that may not', async () => {
    const { check, input } = await opinion((plan) => plan);
    expect(check(input)).toEqual([]);
    expect(check({ ...input, observed: { ...input.observed, assets: null } })).toEqual(['entry-allowed']);
    const [own] = input.desired.strategies;
    if (own === undefined) throw new Error('no strategy');
    const { shorts: _, ...capital } = own.capital;
    const desired = { ...input.desired, strategies: [{ ...own, capital }] };
    expect(check({ ...input, desired })).toEqual(['entry-allowed']);
  });
});
