import { describe, expect, test } from 'vitest';
import { holdsIn, ordersIn, world, type WorldFacts } from '../support/world.ts';

const PRICES = { VTI: '250', BND: '75', GLD: '200', AAPL: '100' };

interface Case {
  readonly name: string;
  readonly facts: WorldFacts;
  readonly orders?: readonly string[];
  readonly holds?: readonly string[];
}

const core = (strategy: object, rest: Partial<WorldFacts> = {}): WorldFacts => ({
  prices: PRICES,
  strategies: { core: strategy },
  ...rest,
});

describe('rebalance', () => {
  test.each<Case>([
    {
      name: 'buys weights of equity rounded down to whole shares, and quantities as they are',
      facts: core({ targets: { VTI: '50%', BND: '30%', GLD: '12' } }),
      orders: ['buy 400 BND (open)', 'buy 12 GLD (open)', 'buy 200 VTI (open)'],
    },
    {
      name: 'buys fractions where the manifest allows them',
      facts: core({ targets: { BND: '10.01%' }, wholeShares: false }),
      orders: ['buy 133.466666666 BND (open)'],
    },
    {
      name: 'does nothing when the books are as wanted',
      facts: core({ targets: { GLD: '12' } }, { books: { core: { GLD: '12' } } }),
      orders: [],
      holds: [],
    },
    {
      name: 'sells first and counts what the sales bring',
      facts: core({ targets: { VTI: '0', BND: '1000' } }, { cash: '0', books: { core: { VTI: '300' } } }),
      orders: ['sell 300 VTI (close)', 'buy 1000 BND (open)'],
    },
    {
      name: 'closes what is no longer listed',
      facts: core(
        { targets: { VTI: '10' }, universe: ['VTI', 'GLD'] },
        { books: { core: { VTI: '10', GLD: '5' } } },
      ),
      orders: ['sell 5 GLD (close)'],
    },
    {
      name: 'lets drift inside the band be, and says so',
      facts: core({ targets: { VTI: '500' } }, { books: { core: { VTI: '496' } } }),
      orders: [],
      holds: ['core/VTI: WithinBand'],
    },
    {
      name: 'acts at the edge of the band',
      facts: core({ targets: { VTI: '300' } }, { books: { core: { VTI: '297' } } }),
      orders: ['buy 3 VTI (increase)'],
    },
    {
      name: 'follows a quantity that was edited by one share',
      facts: core({ targets: { GLD: '13' } }, { books: { core: { GLD: '12' } } }),
      orders: ['buy 1 GLD (increase)'],
    },
    {
      name: 'exempts an exit to zero from the band',
      facts: core({ targets: { GLD: '0' } }, { books: { core: { GLD: '0.4' } } }),
      orders: ['sell 0.4 GLD (close)'],
    },
    {
      name: 'caps one position at positionSize, and says so',
      facts: core({ targets: { VTI: '60%' }, positionSize: '25%' }),
      orders: ['buy 100 VTI (open)'],
      holds: ['core/VTI: PositionSizeLimit'],
    },
    {
      name: 'leaves out what would pass maxExposure and takes the next',
      facts: core({
        targets: { VTI: '50%', BND: '30%', AAPL: '20%' },
        priorities: { VTI: 3, BND: 2, AAPL: 1 },
        maxExposure: '70%',
      }),
      orders: ['buy 200 VTI (open)', 'buy 200 AAPL (open)'],
      holds: ['core/BND: MaxExposure'],
    },
    {
      name: 'opens at most maxPositions, the strongest first',
      facts: core({
        targets: { VTI: '10%', BND: '10%', GLD: '10%' },
        priorities: { GLD: 9, BND: 5 },
        maxPositions: 2,
      }),
      orders: ['buy 50 GLD (open)', 'buy 133 BND (open)'],
      holds: ['core/VTI: MaxPositions'],
    },
    {
      name: 'skips what cannot be paid and tries the next, by priority',
      facts: core(
        { targets: { VTI: '4', BND: '12', AAPL: '1' }, priorities: { VTI: 3, BND: 2, AAPL: 1 } },
        { cash: '1200' },
      ),
      orders: ['buy 4 VTI (open)', 'buy 1 AAPL (open)'],
      holds: ['core/BND: InsufficientBuyingPower'],
    },
    {
      name: 'says that a symbol has no price and leaves it as it is',
      facts: core({ targets: { XXX: '10%', GLD: '1' }, universe: ['XXX', 'GLD'] }),
      orders: ['buy 1 GLD (open)'],
      holds: ['core/XXX: NoPrice'],
    },
    {
      name: 'serves strategies by priority, smaller first',
      facts: {
        prices: PRICES,
        cash: '1000',
        strategies: {
          late: { targets: { VTI: '4' }, priority: 20 },
          early: { targets: { GLD: '5' }, priority: 10 },
        },
      },
      orders: ['buy 5 GLD (open)'],
      holds: ['late/VTI: InsufficientBuyingPower'],
    },
  ])('$name', async ({ facts, orders, holds }) => {
    const plan = await (await world(facts)).plan();
    if (orders !== undefined) expect(ordersIn(plan)).toEqual(orders);
    if (holds !== undefined) expect(holdsIn(plan)).toEqual(holds);
  });
});

describe('limits of the account', () => {
  const facts = core({ targets: { VTI: '50%', GLD: '5' } });
  test.each([
    ['MaxOrderValue', { maxOrderValue: 20_000_000_000 }, ['buy 5 GLD (open)']],
    ['MaxGross', { maxGross: 300_000 }, ['buy 5 GLD (open)']],
    ['MaxOrdersPerDay', { maxOrdersPerDay: 1 }, ['buy 5 GLD (open)']],
  ])('%s leaves the order out and says why', async (reason, limits, orders) => {
    const plan = await (await world({ ...facts, limits: limits as never })).plan();
    expect(ordersIn(plan)).toEqual(orders);
    expect(holdsIn(plan)).toEqual([`core/VTI: ${reason}`]);
  });

  test('orders of the session count, those of the symbol too', async () => {
    const first = await world(core({ targets: { GLD: '5' } }));
    await first.apply();
    const again = first.with({ core: { targets: { GLD: '9', VTI: '1' } } }, { maxOrdersPerSymbol: 1 });
    expect(holdsIn(await again.plan())).toEqual(['core/GLD: MaxOrdersPerSymbol']);
    expect(ordersIn(await again.plan())).toEqual(['buy 1 VTI (open)']);
  });

  test('orders that undo each other end with so many changes of direction, and the exit still goes', async () => {
    let home = await world(core({ targets: { GLD: '5' } }));
    for (const target of ['5', '0', '5', '0', '5']) {
      home = home.with({ core: { targets: { GLD: target } } });
      await home.apply();
      home.clock.advance(60_000);
    }
    const wants = (targets: Record<string, string>, limits = {}) => home.with({ core: { targets } }, limits);
    const strict = wants({ GLD: '9', VTI: '1' }, { maxFlipsPerSymbol: 4 });
    expect(holdsIn(await strict.plan())).toEqual(['core/GLD: MaxFlipsPerSymbol']);
    expect(ordersIn(await strict.plan())).toEqual(['buy 1 VTI (open)']);
    const none = wants({ GLD: '0' }, { maxFlipsPerSymbol: 4 });
    expect(ordersIn(await none.plan())).toEqual(['sell 5 GLD (close)']);
    expect(ordersIn(await wants({ GLD: '9' }).plan())).toEqual(['buy 4 GLD (increase)']);
    home.clock.advance(24 * 3_600_000);
    expect(ordersIn(await strict.plan())).toEqual(['buy 4 GLD (increase)', 'buy 1 VTI (open)']);
  });

  test('a loop that undoes what it did ends by itself', async () => {
    let home = await world(core({ targets: { GLD: '5' } }));
    for (let turn = 0; turn < 40; turn += 1) {
      home = home.with({ core: { targets: { GLD: turn % 2 === 0 ? '5' : '0' } } });
      await home.apply();
    }
    expect(home.broker.state().orders).toHaveLength(12);
    expect(home.books()).toEqual({});
  });

  test('a reduction passes every limit', async () => {
    const tight = { maxOrderValue: 1 as never, maxOrdersPerDay: 0, maxGross: 1 as never };
    const plan = await (
      await world(core({ targets: { VTI: '0' } }, { books: { core: { VTI: '100' } }, limits: tight }))
    ).plan();
    expect(ordersIn(plan)).toEqual(['sell 100 VTI (close)']);
  });
});

describe('strategies that may not trade', () => {
  test.each<Case>([
    {
      name: 'a disabled one',
      facts: core({ targets: { GLD: '5' }, enabled: false }),
      orders: [],
      holds: ['core/*: StrategyDisabled'],
    },
    {
      name: 'a planned one',
      facts: core({ targets: { GLD: '5' }, lifecycle: 'planned' }),
      orders: [],
      holds: ['core/*: StrategyPlanned'],
    },
    {
      name: 'one whose shutdown is requested',
      facts: core({ targets: { GLD: '5' }, shutdownRequested: true }),
      orders: [],
      holds: ['core/*: ShutdownRequested'],
    },
    {
      name: 'a disabled one keeps its positions as orphans',
      facts: core({ targets: { GLD: '5' }, enabled: false }, { books: { core: { GLD: '5' } } }),
      orders: [],
      holds: ['core/*: StrategyDisabled', 'core/GLD: OrphanHeld'],
    },
    {
      name: 'a disabled one closes its orphans where the manifest says so',
      facts: core(
        { targets: { GLD: '5' }, enabled: false, orphans: 'close' },
        { books: { core: { GLD: '5' } } },
      ),
      orders: ['sell 5 GLD (close-orphaned)'],
      holds: ['core/*: StrategyDisabled'],
    },
    {
      name: 'one without a manifest keeps its book',
      facts: { prices: PRICES, books: { gone: { GLD: '5' } } },
      orders: [],
      holds: ['gone/GLD: Undeclared'],
    },
  ])('$name', async ({ facts, orders, holds }) => {
    const plan = await (await world(facts)).plan();
    expect(ordersIn(plan)).toEqual(orders);
    expect(holdsIn(plan)).toEqual(holds);
  });
});

describe('who owns what', () => {
  test('a symbol in the book of another strategy is not opened', async () => {
    const plan = await (
      await world({
        prices: PRICES,
        strategies: { a: { targets: { GLD: '5' } } },
        books: { b: { GLD: '5' } },
      })
    ).plan();
    expect(holdsIn(plan)).toContain('a/GLD: SymbolConflict');
    expect(ordersIn(plan)).toEqual([]);
  });

  test('shares that no strategy owns are shown, never sold, and stop entries on their symbol', async () => {
    const w = await world(
      core({ targets: { GLD: '5' } }, { books: { core: { GLD: '2' } }, broker: { GLD: '10' } }),
    );
    const plan = await w.plan();
    expect(ordersIn(plan)).toEqual([]);
    expect(holdsIn(plan)).toEqual(['core/GLD: UnmanagedShares']);
    const exit = await w.with({ core: { targets: { GLD: '0' } } }).plan();
    expect(ordersIn(exit)).toEqual(['sell 2 GLD (close)']);
  });

  test('of two owners of one symbol, each may exit up to its own book', async () => {
    const w = await world({
      prices: PRICES,
      strategies: { a: { targets: { GLD: '0' } }, b: { targets: { VTI: '1' } } },
      books: { a: { GLD: '3' }, b: { GLD: '4' } },
    });
    await w.apply();
    await w.apply();
    expect(w.books()).toEqual({ b: { VTI: '1' } });
    expect(w.held()).toEqual({ VTI: '1' });
  });
});

describe('evidence', () => {
  const owned = core({ targets: { GLD: '10', VTI: '4' } }, { books: { core: { GLD: '10', VTI: '4' } } });

  test('shares sold outside leave the book at their real price, and are not bought back today', async () => {
    const w = await world(owned);
    w.broker.tradeOutside({ symbol: 'GLD', side: 'sell', quantity: 4e9 as never, price: 210e6 as never });
    const plan = await w.plan();
    expect(plan.actions.map(({ id, reason }) => [id, reason])).toEqual([
      ['sync-position/core/GLD', 'ReducedExternally'],
    ]);
    await w.apply();
    expect(w.books()).toEqual({ core: { GLD: '6', VTI: '4' } });
    expect(w.journal.ledger().realised.get('core')?.get('GLD')).toBe(40_000_000);
    expect(holdsIn(await w.plan())).toEqual(['core/GLD: EntryFrozenExternalReduction']);
  });

  test('and may be bought again on the next session date', async () => {
    const w = await world(owned);
    w.broker.tradeOutside({ symbol: 'GLD', side: 'sell', quantity: 10e9 as never });
    await w.apply();
    w.clock.advance(24 * 3_600_000);
    expect(ordersIn(await w.plan())).toEqual(['buy 10 GLD (open)']);
  });

  test('a manual purchase stays unmanaged, and absorbs a later manual sale first', async () => {
    const w = await world(owned);
    w.broker.tradeOutside({ symbol: 'GLD', side: 'buy', quantity: 5e9 as never });
    w.broker.tradeOutside({ symbol: 'GLD', side: 'sell', quantity: 7e9 as never });
    await w.apply();
    expect(w.books()).toEqual({ core: { GLD: '8', VTI: '4' } });
  });

  test('what is missing without a trace changes nothing at first, and is a break after a second look', async () => {
    const w = await world({ ...owned, broker: { GLD: '3', VTI: '4' } });
    const first = await w.plan();
    expect(first.needsSecondLook).toBe(true);
    expect(first.actions).toEqual([]);
    expect(holdsIn(first)).toEqual(['core/GLD: Unconfirmed']);
    await w.apply();
    expect(w.books()).toEqual({ core: { GLD: '10', VTI: '4' } });
    expect(w.journal.ledger().breaks.get('GLD')?.kind).toBe('missing-shares');
    expect((await w.apply()).kind).toBe('nothing');
  });

  test('an answer without positions while books are full empties no book', async () => {
    const prices = { ...PRICES, A: '10', B: '10', C: '10' };
    const book = { A: '1', B: '1', C: '1', GLD: '1' };
    const w = await world({
      prices,
      strategies: { core: { targets: book } },
      books: { core: book },
      broker: {},
    });
    await w.apply();
    expect(w.books()).toEqual({ core: book });
  });

  test('many positions that shrink at once wait for a second look even when the history explains them', async () => {
    const prices = { ...PRICES, A: '10', B: '10', C: '10' };
    const book = { A: '1', B: '1', C: '1', GLD: '1' };
    const w = await world({ prices, strategies: { core: { targets: book } }, books: { core: book } });
    for (const symbol of Object.keys(book))
      w.broker.tradeOutside({ symbol, side: 'sell', quantity: 1e9 as never });
    const plan = await w.plan();
    expect(plan.actions).toEqual([]);
    expect(plan.needsSecondLook).toBe(true);
    await w.apply();
    expect(w.books()).toEqual({});
  });

  test('a position on the other side of zero is a break', async () => {
    const w = await world({ ...owned, broker: { GLD: '-5', VTI: '4' } });
    await w.apply();
    expect(w.journal.ledger().breaks.get('GLD')?.kind).toBe('side-flip');
    expect(w.books()).toEqual({ core: { GLD: '10', VTI: '4' } });
  });
});

describe('the market clock', () => {
  test('a closed market turns every order into "not now", and order-free actions still run', async () => {
    const w = await world({
      ...core({ targets: { GLD: '10', VTI: '1' } }, { books: { core: { GLD: '10' } } }),
      settings: { clock: 'exchange' },
      now: Date.parse('2025-12-06T15:00:00Z') as never,
    });
    const plan = await w.plan();
    expect(ordersIn(plan)).toEqual([]);
    expect(holdsIn(plan)).toEqual(['core/VTI: MarketClosed']);
    expect(plan.notDone[0]?.detail).toBe('buy 1 VTI waits; next open 2025-12-08 09:30:00 EST');
  });
});

describe('slots', () => {
  const schedule = [
    { at: { kind: 'close', offset: -300_000 }, action: 'rebalance', window: 240_000 },
  ] as const;
  const scheduled = core({ targets: { GLD: '5' }, schedule });

  test('outside its window a scheduled strategy wants what it has', async () => {
    const w = await world(scheduled);
    expect(ordersIn(await w.plan())).toEqual([]);
    expect((await w.plan()).slots).toEqual([]);
  });

  test('inside its window it trades, once', async () => {
    const w = await world({ ...scheduled, now: Date.parse('2025-12-02T20:55:30Z') as never });
    expect((await w.plan()).slots.map(({ slot }) => slot)).toEqual(['core/2025-12-02/rebalance/1555']);
    await w.apply();
    expect(w.books()).toEqual({ core: { GLD: '5' } });
    const again = w.with({ core: { targets: { GLD: '9' }, schedule } });
    expect(ordersIn(await again.plan())).toEqual([]);
  });
});
