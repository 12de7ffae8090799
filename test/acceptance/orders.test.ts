/** Cases AC-070 to AC-120 of docs/acceptance.md that no other test states: orders, and what they filled. */
import { describe, expect, test } from 'vitest';
import { parsePrice, parseQuantity, type Price, type Quantity } from '../../src/domain/decimal.ts';
import type { BrokerOrder, OrderStatus } from '../../src/observed/broker-view.ts';
import type { Broker } from '../../src/reconciler/ports.ts';
import { fault } from '../support/faults.ts';
import { holdsIn, ordersIn, world, type TestWorld, type WorldFacts } from '../support/world.ts';

const buying: WorldFacts = { prices: { X: '100' }, strategies: { a: { targets: { X: '10' } } } };
const shares = (text: string): Quantity => parseQuantity(text) ?? (0 as Quantity);
const filling = (text: string | null, fillAfter = 0) =>
  fault('submit', {
    kind: 'order',
    fills: text === null ? null : shares(text),
    fillAfter,
    hiddenFor: 0,
  });

const statusOf = (home: TestWorld): string[] =>
  [...home.journal.ledger().endedOrders.values()].flatMap((ended) =>
    [...ended.values()].map(({ status }) => status),
  );

const kinds = (home: TestWorld): string[] =>
  [...home.journal.ledger().breaks.values()].map(({ symbol, kind }) => `${symbol} ${kind}`);

/** The broker whose answers about our order are changed. */
function telling(home: TestWorld, change: (order: BrokerOrder) => BrokerOrder): Partial<TestWorld['ports']> {
  const real = home.ports.broker;
  const orderByClientId: Broker['orderByClientId'] = async (id) => {
    const order = await real.orderByClientId(id);
    return order === null ? null : change(order);
  };
  return {
    broker: {
      kind: 'simulated',
      account: () => real.account(),
      positions: () => real.positions(),
      openOrders: async () => (await real.openOrders()).map(change),
      orderByClientId,
      submit: (request) => real.submit(request),
      cancel: (id) => real.cancel(id),
      history: (since) => real.history(since),
      clock: () => real.clock(),
      assets: (symbols) => real.assets(symbols),
    },
  };
}

describe('Orders', () => {
  test('AC-075: an id that the broker knows already is looked up, and is no failure', async () => {
    const home = await world(buying);
    const submit: Broker['submit'] = async (request) => {
      await home.broker.submit(request);
      return { kind: 'refused', code: 'DuplicateClientOrderId', message: 'client_order_id must be unique' };
    };
    const result = await home.apply({ broker: { ...home.broker, submit } });
    expect(result).toMatchObject({ outcomes: [{ kind: 'done' }] });
    expect(home.books()).toEqual({ a: { X: '10' } });
    expect(home.broker.state().orders).toHaveLength(1);
  });

  test.each<[string, OrderStatus]>([
    ['AC-077: cancelled by hand', 'canceled'],
    ['AC-078: expired', 'expired'],
    ['AC-078: rejected after it was taken', 'rejected'],
  ])('%s: what it filled is kept, its money is free, and a later plan wants the rest', async (_, status) => {
    const home = await world({ ...buying, faults: [filling('4', 0)] });
    const ended = (order: BrokerOrder): BrokerOrder =>
      order.filledQuantity === shares('4') ? { ...order, status } : order;
    const result = await home.apply(telling(home, ended));
    expect(result).toMatchObject({ outcomes: [{ kind: 'failed', code: 'PartialFill' }] });
    expect(home.books()).toEqual({ a: { X: '4' } });
    expect(statusOf(home)).toEqual([status]);
    expect(home.journal.ledger().openOrders.size).toBe(0);
  });

  test('AC-079: filled in part, then cancelled by us: the part is in the book', async () => {
    const home = await world({ ...buying, faults: [filling('3')] });
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '3' } });
    expect(statusOf(home)).toEqual(['canceled']);
    expect(ordersIn(await home.plan())).toEqual(['buy 7 X (increase)']);
  });

  test('AC-080, AC-081, AC-082: filled in part, then in no list and found by nobody: no verdict, nothing is sent', async () => {
    const home = await world({
      ...buying,
      faults: [filling('3'), fault('cancel', { kind: 'stuck' }, { times: 9 })],
    });
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '3' } });
    const silent = telling(home, (order) => order);
    const broker = {
      ...silent.broker,
      openOrders: () => Promise.resolve([]),
      orderByClientId: () => Promise.resolve(null),
    } as Broker;
    const result = await home.apply({ broker });
    expect(result).toMatchObject({ outcomes: [{ kind: 'in-doubt', code: 'OrderNotSeen' }] });
    expect(home.journal.ledger().openOrders.size).toBe(1);
    expect(home.books()).toEqual({ a: { X: '3' } });
    expect(home.broker.state().orders).toHaveLength(1);
  });

  test('AC-086: an order that somebody changed at the broker is a break, not a new decision of ours', async () => {
    const home = await world({ ...buying, faults: [filling('3')] });
    const changed = (order: BrokerOrder): BrokerOrder => ({ ...order, quantity: shares('11') });
    await home.apply(telling(home, changed));
    expect(home.journal.ledger().breaks.get('X')?.kind).toBe('id-collision');
  });

  test.each([{ side: 'sell' }, { symbol: 'Y' }] as const)(
    '%j under our id is a break, too',
    async (other) => {
      const home = await world({ ...buying, faults: [filling('3')] });
      await home.apply(telling(home, (order) => ({ ...order, ...other })));
      const kinds = [...home.journal.ledger().breaks.values()].map(({ kind }) => kind);
      expect(kinds).toEqual(['id-collision']);
    },
  );

  test('AC-089: a replaced order ends with what it filled; its successor is an order of somebody else', async () => {
    const home = await world({ ...buying, faults: [filling('3')] });
    const replaced = (order: BrokerOrder): BrokerOrder =>
      order.filledQuantity === shares('3') ? { ...order, status: 'replaced' } : order;
    await home.apply(telling(home, replaced));
    expect(home.books()).toEqual({ a: { X: '3' } });
    expect(statusOf(home)).toEqual(['replaced']);
    const successor = {
      ...(home.broker.state().orders[0] as never as BrokerOrder),
      clientOrderId: 'by-hand',
    };
    const real = home.broker;
    const openOrders = (): Promise<BrokerOrder[]> => Promise.resolve([successor]);
    Object.assign(home.ports, { broker: { ...real, openOrders } });
    expect(holdsIn(await home.plan())).toContain('a/X: PendingOrder');
  });

  test('AC-090: the same broker order under another client id is booked once, and no order goes out beside it', async () => {
    const home = await world({
      ...buying,
      faults: [filling('3'), fault('cancel', { kind: 'stuck' }, { times: 9 })],
    });
    await home.apply();
    const renamed = telling(home, (order) => ({ ...order, clientOrderId: 'another' }));
    Object.assign(home.ports, renamed);
    expect(holdsIn(await home.plan())).toContain('a/X: PendingOrder');
    await home.apply();
    home.clock.advance(60_000);
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '3' } });
    expect(home.broker.state().orders).toHaveLength(1);
  });

  test('AC-091, AC-092: an order by hand on our symbol stops orders there, and what it buys is nobody’s', async () => {
    const home = await world({
      ...buying,
      books: { a: { X: '10' } },
      strategies: { a: { targets: { X: '12' } } },
    });
    const order = {
      clientOrderId: 'by-hand',
      symbol: 'X',
      side: 'buy',
      quantity: shares('5'),
      reduceOnly: false,
    } as const;
    await home.broker.submitChanged(order, { fills: null, fillAfter: 60_000 });
    expect(holdsIn(await home.plan())).toContain('a/X: PendingOrder');
    home.clock.advance(120_000);
    expect(holdsIn(await home.plan())).toContain('a/X: UnmanagedShares');
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '10' } });
  });

  test('AC-093: an order that cannot be cancelled is told, and stops its own symbol only', async () => {
    const home = await world({
      prices: { X: '100', Y: '50' },
      strategies: { a: { targets: { X: '10' } }, b: { targets: { Y: '8' } } },
      faults: [
        fault('submit', { kind: 'order', fills: shares('0'), fillAfter: 0, hiddenFor: 0 }, { symbol: 'X' }),
        fault('cancel', { kind: 'stuck' }, { times: 99 }),
      ],
    });
    await home.apply();
    const { plan, ...result } = await home.apply();
    expect(holdsIn(plan)).toEqual(['a/X: PendingOrder']);
    expect(result).toMatchObject({ outcomes: [{ code: 'OrderStillOpen' }] });
    expect(home.books()).toEqual({ b: { Y: '8' } });
  });
});

describe('Fills', () => {
  test('AC-100, AC-101: fills that nobody was there to see are booked by the next execution', async () => {
    const home = await world({
      ...buying,
      faults: [filling(null, 60_000), fault('cancel', { kind: 'stuck' }, { times: 9 })],
    });
    await home.apply();
    expect(home.books()).toEqual({});
    home.clock.advance(600_000);
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '10' } });
    expect(home.broker.state().orders).toHaveLength(1);
  });

  test('AC-103: a fill after the cancel was confirmed wins over the cancel', async () => {
    const home = await world({ ...buying, faults: [filling('3')] });
    await home.apply();
    expect(statusOf(home)).toEqual(['canceled']);
    // Seven more had filled when the cancel came; the broker says so late, and holds them.
    const time = home.clock.now();
    const late = (order: BrokerOrder): BrokerOrder => ({
      ...order,
      filledQuantity: shares('10'),
      status: 'canceled',
      updatedAt: time,
    });
    const grown = telling(home, late);
    const positions: Broker['positions'] = async () =>
      (await home.broker.positions()).map((row) => ({
        ...row,
        quantity: shares('10'),
        available: shares('10'),
      }));
    home.clock.advance(60_000);
    await home.apply({ broker: { ...grown.broker, positions } as Broker });
    expect(home.books()).toEqual({ a: { X: '10' } });
  });

  test('AC-108: two fills of our order at one time are both booked, in whatever order they are heard of', async () => {
    const home = await world(buying);
    const time = home.clock.now();
    const reports = ['4', '10', '4'];
    const atOnce = (order: BrokerOrder): BrokerOrder => {
      const filledQuantity = shares(reports.shift() ?? '10');
      const status = filledQuantity === order.quantity ? 'filled' : 'partially_filled';
      return { ...order, filledQuantity, status, averagePrice: parsePrice('100') ?? null, updatedAt: time };
    };
    await home.apply(telling(home, atOnce));
    expect(home.books()).toEqual({ a: { X: '10' } });
    expect(home.journal.ledger().openOrders.size).toBe(0);
    expect(kinds(home)).toEqual([]);
  });

  test('AC-108: two trades of somebody else at one time both leave the book', async () => {
    const home = await world({ ...buying, books: { a: { X: '10' } } });
    for (const quantity of ['4', '4'])
      home.broker.tradeOutside({ symbol: 'X', side: 'sell', quantity: shares(quantity) });
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '2' } });
  });

  test('AC-110, AC-111: a fill of no order of ours is nobody’s, also of a symbol that we do not know', async () => {
    const home = await world({ ...buying, prices: { X: '100', Z: '5' }, books: { a: { X: '10' } } });
    home.broker.tradeOutside({ symbol: 'Z', side: 'buy', quantity: shares('3') });
    expect(holdsIn(await home.plan())).toEqual(['*/Z: UnmanagedShares']);
    await home.apply();
    expect(home.books()).toEqual({ a: { X: '10' } });
  });

  test('AC-114: a fill at no price is booked at no cost, and the cost then is in doubt', async () => {
    const home = await world(buying);
    const free = (order: BrokerOrder): BrokerOrder =>
      order.averagePrice === null ? order : { ...order, averagePrice: parsePrice('0') as Price };
    await home.apply(telling(home, free));
    expect(home.books()).toEqual({ a: { X: '10' } });
    home.clock.advance(60_000);
    await home.apply();
    expect(home.journal.ledger().breaks.get('X')?.kind).toBe('price-mismatch');
  });

  test('AC-117: what left is priced by its time, in whatever order the history lists it', async () => {
    const home = await world({ ...buying, books: { a: { X: '10' } } });
    for (const [price, side, quantity] of [
      ['90', 'buy', '4'],
      ['95', 'sell', '4'],
      ['110', 'sell', '2'],
    ] as const) {
      home.broker.tradeOutside({
        symbol: 'X',
        side,
        quantity: shares(quantity),
        price: parsePrice(price),
      });
      home.clock.advance(1_000);
    }
    const history: Broker['history'] = async (since) => [...(await home.broker.history(since))].reverse();
    await home.apply({ broker: { ...home.broker, history } });
    expect(home.books()).toEqual({ a: { X: '8' } });
    expect(home.journal.ledger().realised.get('a')?.get('X')).toBe(20_000_000);
  });
});
