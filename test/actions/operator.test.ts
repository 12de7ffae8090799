import { describe, expect, test } from 'vitest';
import { adopt } from '../../src/actions/adopt.ts';
import { resolveSymbol } from '../../src/actions/resolve-symbol.ts';
import type { Resolution } from '../../src/actions/resolved-lots.ts';
import { parsePrice, type Price } from '../../src/domain/decimal.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const PRICES = { VTI: '250', GLD: '200' };
const facts: WorldFacts = {
  prices: PRICES,
  strategies: { core: { targets: { GLD: '10', VTI: '4' } } },
  books: { core: { GLD: '10', VTI: '4' } },
};
const ONE = 1e9;

function resolve(w: TestWorld, change: Partial<Resolution> = {}): Promise<unknown> {
  const resolution = {
    symbol: 'GLD',
    as: 'broker',
    strategy: null,
    price: null,
    reason: 'test',
    ...change,
  } as const;
  return resolveSymbol(w.ports, w.desired, resolution);
}

function adoptGld(w: TestWorld): Promise<unknown> {
  return adopt(w.ports, w.desired, {
    symbol: 'GLD',
    strategy: 'core',
    quantity: null,
    price: null,
    reason: 'test',
  });
}

async function withBreak(): Promise<TestWorld> {
  const w = await world({ ...facts, broker: { GLD: '3', VTI: '4' } });
  await w.apply();
  return w;
}

describe('resolve', () => {
  test('lets the book take what the broker holds, without inventing a profit, and trading goes on', async () => {
    const w = await withBreak();
    await resolve(w);
    expect(w.books()).toEqual({ core: { GLD: '3', VTI: '4' } });
    expect(w.journal.ledger().realised.size).toBe(0);
    expect(holdsIn(await w.plan())).toEqual(['core/GLD: EntryFrozenExternalReduction']);
    await resolve(w, { as: 'books' });
    expect(ordersIn(await w.plan())).toEqual(['buy 7 GLD (increase)']);
  });

  test('does not call the books right while the broker still lacks the shares', async () => {
    const w = await withBreak();
    await expect(resolve(w, { as: 'books' })).rejects.toThrow(
      'the broker still holds -7 GLD against the books',
    );
    expect(w.journal.ledger().breaks.has('GLD')).toBe(true);
  });

  test('calls the books right once the shares are back', async () => {
    const w = await withBreak();
    w.broker.tradeOutside({ symbol: 'GLD', side: 'buy', quantity: (7 * ONE) as never });
    await resolve(w, { as: 'books' });
    expect(w.journal.ledger().breaks.size).toBe(0);
    expect((await w.plan()).actions).toEqual([]);
  });

  test('of two owners needs to be told whose shares left', async () => {
    const books = { a: { GLD: '6' }, b: { GLD: '4' } };
    const w = await world({
      prices: PRICES,
      books,
      broker: { GLD: '7' },
      strategies: { a: { targets: { GLD: '6' } } },
    });
    await w.apply();
    await expect(resolve(w)).rejects.toThrow('the broker cannot say whose shares left');
    await resolve(w, { strategy: 'b' });
    expect(w.books()).toEqual({ a: { GLD: '6' }, b: { GLD: '1' } });
  });

  const SHARED = { a: { GLD: '6' }, b: { GLD: '4' } };

  test.each([
    { holds: {}, what: 'holds nothing' },
    { holds: { GLD: '-3' }, what: 'stands across zero' },
  ])('empties the books of two owners where the broker $what', async ({ holds }) => {
    const w = await world({ prices: PRICES, books: SHARED, broker: holds, strategies: { a: {} } });
    await w.apply();
    await resolve(w);
    expect(w.books()).toEqual({});
    expect(w.journal.ledger().breaks.size).toBe(0);
  });

  test.each([
    { strategy: 'a', left: { b: { GLD: '1' } } },
    { strategy: 'b', left: { a: { GLD: '1' } } },
  ])('takes more than $strategy owns from the other owner too', async ({ strategy, left }) => {
    const w = await world({ prices: PRICES, books: SHARED, broker: { GLD: '1' }, strategies: { a: {} } });
    await w.apply();
    await resolve(w, { strategy });
    expect(w.books()).toEqual(left);
  });

  test('lifts the freeze of entries after an outside sale', async () => {
    const w = await world(facts);
    w.broker.tradeOutside({ symbol: 'GLD', side: 'sell', quantity: (4 * ONE) as never });
    await w.apply();
    expect(holdsIn(await w.plan())).toEqual(['core/GLD: EntryFrozenExternalReduction']);
    await resolve(w, { as: 'books' });
    expect(ordersIn(await w.plan())).toEqual(['buy 4 GLD (increase)']);
  });

  test('has nothing to say about a symbol that nobody doubts', async () => {
    await expect(resolve(await world(facts))).rejects.toThrow('nothing about GLD is in doubt');
  });

  test('leaves an order that the broker knows to apply', async () => {
    const w = await world({ ...facts, books: {} });
    const lost = {
      ...w.broker,
      submit: async (request: never) => (await w.broker.submit(request), { kind: 'unknown', reason: 'x' }),
    };
    const blind = {
      ...lost,
      orderByClientId: () => Promise.resolve(null),
      openOrders: () => Promise.resolve([]),
    };
    await w.apply({ broker: blind as never });
    w.clock.advance(60_000);
    await expect(resolve(w)).rejects.toThrow(/the broker knows hg-core-.* \(filled\)/);
  });
});

describe('adopt', () => {
  test('gives all that nobody owns to a strategy, at the cost that the broker knows', async () => {
    const w = await world({ ...facts, books: {}, broker: { GLD: '5' } });
    await adoptGld(w);
    expect(w.books()).toEqual({ core: { GLD: '5' } });
    expect(w.journal.ledger().books.get('core')?.get('GLD')?.cost).toBe(1_000_000_000);
  });

  test('counts a purchase of the very same instant once: a later sale is still explained', async () => {
    const w = await world(facts);
    w.broker.tradeOutside({ symbol: 'GLD', side: 'buy', quantity: (5 * ONE) as never });
    await adoptGld(w);
    expect(w.books()).toEqual({ core: { GLD: '15', VTI: '4' } });
    w.broker.tradeOutside({ symbol: 'GLD', side: 'sell', quantity: (6 * ONE) as never });
    const plan = await w.plan();
    expect(
      plan.actions.filter(({ kind }) => kind === 'sync-position').map(({ from, to }) => [from, to]),
    ).toEqual([[15 * ONE, 9 * ONE]]);
  });

  test('is refused when there is nothing to adopt, or more is asked for than there is', async () => {
    await expect(adoptGld(await world(facts))).rejects.toThrow('holds no GLD beyond the books');
    const w = await world({ ...facts, broker: { GLD: '11', VTI: '4' } });
    const tooMuch = {
      symbol: 'GLD',
      strategy: 'core',
      quantity: (2 * ONE) as never,
      price: null,
      reason: 'test',
    };
    await expect(adopt(w.ports, w.desired, tooMuch)).rejects.toThrow('only 1 GLD are unmanaged');
  });

  test('never gives a symbol a second owner', async () => {
    const w = await world({ ...facts, books: { other: { GLD: '1' } }, broker: { GLD: '3' } });
    await expect(adoptGld(w)).rejects.toThrow('GLD is owned by other');
  });
});

describe('adopt at another price than the broker’s', () => {
  test('is the word on that price, too', async () => {
    const w = await world({ ...facts, books: {}, broker: { GLD: '10' } });
    const adoption = { symbol: 'GLD', strategy: 'core', quantity: null, reason: 'test' };
    await adopt(w.ports, w.desired, { ...adoption, price: parsePrice('300') as Price });
    await w.apply();
    expect(w.journal.ledger().breaks.size).toBe(0);
    expect(w.books()['core']).toEqual({ GLD: '10', VTI: '4' });
  });
});

describe('opening books from a state file', () => {
  test('counts what the broker held beside them: a later sale of it is explained', async () => {
    const w = await world({ ...facts, broker: { GLD: '15', VTI: '4' } });
    w.broker.tradeOutside({ symbol: 'GLD', side: 'sell', quantity: (7 * ONE) as never });
    await w.apply();
    expect(w.books()).toEqual({ core: { GLD: '8', VTI: '4' } });
    expect(w.journal.ledger().breaks.size).toBe(0);
  });
});

test('adopt takes no new share of a split for a purchase', async () => {
  const w = await world({ ...facts, prices: { ...PRICES, GLD: '200' } });
  w.broker.split({ symbol: 'GLD', from: 1, to: 2 });
  await expect(adoptGld(w)).rejects.toMatchObject({ exit: 5 });
  expect(w.books()).toEqual({ core: { GLD: '10', VTI: '4' } });
});

test('adopt refuses what is traded between its two looks, and the trade is explained afterwards', async () => {
  const w = await world({ ...facts, broker: { GLD: '15', VTI: '4' } });
  const history: typeof w.ports.broker.history = (since) => {
    w.clock.advance(1_000);
    w.broker.tradeOutside({ symbol: 'GLD', side: 'sell', quantity: (2 * ONE) as never });
    return w.broker.history(since);
  };
  const asked = { symbol: 'GLD', strategy: 'core', quantity: null, price: null, reason: 'test' };
  const meanwhile = { ...w.ports, broker: { ...w.broker, history } };
  await expect(adopt(meanwhile, w.desired, asked)).rejects.toMatchObject({ exit: 8 });
  await adopt(w.ports, w.desired, asked);
  await w.apply();
  expect(w.journal.ledger().breaks.size).toBe(0);
});
