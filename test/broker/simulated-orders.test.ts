import { describe, expect, test } from 'vitest';
import { availableOf, buyingPowerOf, orderView } from '../../src/broker/simulated-account.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import { cancelOrder, submitOrder, tradeOutside } from '../../src/broker/simulated-orders.ts';
import { freshState, type SimulatedState, type Venue } from '../../src/broker/simulated-state.ts';
import type { Quantity, Ratio } from '../../src/domain/decimal.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { OrderStatus } from '../../src/observed/broker-view.ts';
import type { OrderRequest, SubmitAnswer } from '../../src/reconciler/ports.ts';
import { at, buy, dollars, sell, SETTINGS, shares, START, venue } from '../support/simulated-world.ts';

const ALWAYS_OPEN = venue();
const FRESH = freshState(SETTINGS, START);

function submitted(
  state: SimulatedState,
  request: OrderRequest,
  now: Instant,
  where: Venue = ALWAYS_OPEN,
): SimulatedState {
  const { state: next, answer } = submitOrder(state, request, now, where);
  if (answer.kind !== 'created') throw new Error(JSON.stringify(answer));
  return next;
}

function holding(symbol: string, count: number): SimulatedState {
  const { state } = tradeOutside(FRESH, { symbol, side: 'buy', quantity: shares(count) }, START, ALWAYS_OPEN);
  return state;
}

/** The statuses of the first order, each once, as time passes. */
function statuses(state: SimulatedState, from: Instant, milliseconds: number): OrderStatus[] {
  const seen: OrderStatus[] = [];
  for (let passed = 0; passed <= milliseconds; passed += 1) {
    const status = advance(state, plus(from, passed)).orders[0]?.status;
    if (status !== undefined && status !== seen.at(-1)) seen.push(status);
  }
  return seen;
}

describe('an order', () => {
  test('is pending, then new, then filled', () => {
    const state = submitted(FRESH, buy('hg-1', 'KO', 10), START);
    expect(statuses(state, START, 1_000)).toEqual(['pending_new', 'new', 'filled']);
  });

  test('that fills in steps is partially filled between them', () => {
    const partial = venue({ partialFills: 1_000_000 as Ratio });
    const state = submitted(FRESH, buy('hg-1', 'KO', 10), START, partial);
    expect(statuses(state, START, 1_000)).toEqual(['pending_new', 'new', 'partially_filled', 'filled']);
  });

  test('of one share cannot fill in steps', () => {
    const partial = venue({ partialFills: 1_000_000 as Ratio });
    const state = submitted(FRESH, buy('hg-1', 'KO', 1), START, partial);
    expect(statuses(state, START, 1_000)).toEqual(['pending_new', 'new', 'filled']);
  });

  test('is accepted while the exchange is closed, and fills after the next open', () => {
    const exchange = venue({ clock: 'exchange' });
    const saturday = at('2025-11-29T12:00:00-05:00');
    const open = at('2025-12-01T09:30:00-05:00');
    const state = submitted(freshState(SETTINGS, saturday), buy('hg-1', 'KO', 10), saturday, exchange);
    expect(state.orders[0]?.status).toBe('accepted');
    expect(advance(state, plus(open, -1)).orders[0]?.status).toBe('accepted');
    expect(statuses(state, open, 1_000)).toEqual(['new', 'filled']);
  });

  test('expires at the close with what it has filled until then', () => {
    const slow = venue({ clock: 'exchange', partialFills: 1_000_000 as Ratio, fillDelay: 3_600_000 });
    const close = at('2025-12-02T16:00:00-05:00');
    const start = plus(close, -1_500_000);
    const ids = Array.from({ length: 40 }, (_, index) => `hg-${index}`);
    const state = ids.reduce(
      (before, id) => submitted(before, buy(id, 'KO', 9), start, slow),
      freshState(SETTINGS, start),
    );
    const late = advance(state, plus(close, -1)).orders.filter((order) => order.status !== 'filled');
    expect(late.some((order) => order.filledQuantity > 0)).toBe(true);
    const ended = advance(state, close).orders.filter(({ brokerOrderId }) =>
      late.some((order) => order.brokerOrderId === brokerOrderId),
    );
    for (const [index, order] of ended.entries()) {
      expect(order).toMatchObject({
        status: 'expired',
        filledQuantity: late[index]?.filledQuantity,
        updatedAt: close,
      });
    }
    const after = advance(state, plus(close, 86_400_000));
    expect(buyingPowerOf(after, slow)).toBe(after.cash);
  });

  test('has the average price of its steps', () => {
    const partial: Venue = {
      ...venue({ partialFills: 1_000_000 as Ratio }),
      priceAt: (_, moment) => dollars(moment < plus(START, 300) ? 100 : 101),
    };
    const state = advance(submitted(FRESH, buy('hg-1', 'KO', 30), START, partial), plus(START, 1_000));
    const { averagePrice } = orderView(state.orders[0]!);
    const value = state.fills.reduce((sum, fill) => sum + (fill.quantity / 1e9) * fill.price, 0);
    expect(averagePrice).toBe(Math.round(value / 30));
    expect(state.positions.get('KO')?.averagePrice).toBe(averagePrice);
  });
});

test('about as many orders as the rate says fill in steps: a part first, the rest after it', () => {
  const rate = venue({ partialFills: 100_000 as Ratio });
  const ids = Array.from({ length: 1_000 }, (_, index) => `hg-${index}`);
  const orders = ids.map((id) => submitted(FRESH, buy(id, 'KO', 100), START, rate).orders[0]!);
  const fills = orders.map(({ pending }) => pending.filter(({ kind }) => kind === 'fill'));
  const partial = fills.filter(({ length }) => length > 1);
  expect(partial.length).toBeGreaterThan(70);
  expect(partial.length).toBeLessThan(130);
  const firsts = new Set(partial.map(([first]) => first?.kind === 'fill' && first.quantity));
  expect(firsts.size).toBeGreaterThan(30);
});

describe('an order is refused', () => {
  const held = holding('KO', 10);
  const selling = submitted(held, sell('hg-open', 'KO', 6), held.time);
  const buying = submitted(FRESH, buy('hg-open', 'KO', 999), START);
  const cases: [string, SimulatedState, OrderRequest, Partial<Extract<SubmitAnswer, { kind: 'refused' }>>][] =
    [
      [
        'when its client order id was used before',
        buying,
        buy('hg-open', 'AAPL', 1),
        { code: 'DuplicateClientOrderId', message: 'client_order_id must be unique' },
      ],
      [
        'when it costs more than the account has',
        FRESH,
        buy('hg-1', 'KO', 1_001),
        { code: 'InsufficientBuyingPower', message: 'insufficient buying power' },
      ],
      [
        'when open buys have reserved the money',
        buying,
        buy('hg-1', 'AAPL', 2),
        { code: 'InsufficientBuyingPower' },
      ],
      [
        'when it sells more than is held',
        held,
        sell('hg-1', 'KO', 10.5),
        {
          code: 'InsufficientQuantity',
          message: 'insufficient qty available for order (requested: 10.5, available: 10)',
        },
      ],
      [
        'when open sells hold the shares',
        selling,
        sell('hg-1', 'KO', 5),
        { message: 'insufficient qty available for order (requested: 5, available: 4)' },
      ],
      [
        'when it sells what is not held',
        FRESH,
        { ...sell('hg-1', 'KO', 1), reduceOnly: false },
        { code: 'ShortNotAllowed', message: 'account is not allowed to short' },
      ],
      ['when an order on the other side is open', selling, buy('hg-1', 'KO', 1), { code: 'WashTrade' }],
      ['when the symbol has no price', FRESH, buy('hg-1', 'NOPE', 1), { code: 'UnknownSymbol' }],
      ['when the symbol is none', FRESH, buy('hg-1', '../KO', 1), { code: 'UnknownSymbol' }],
      [
        'when its quantity is zero',
        FRESH,
        buy('hg-1', 'KO', 0),
        { code: 'Refused', message: 'qty must be > 0' },
      ],
      ['when its quantity is negative', FRESH, buy('hg-1', 'KO', -1), { message: 'qty must be > 0' }],
      [
        'when its quantity is no number',
        FRESH,
        buy('hg-1', 'KO', Number.NaN),
        { message: 'qty must be > 0' },
      ],
      ['when its client order id is empty', FRESH, buy('', 'KO', 1), { code: 'Refused' }],
      ['when its client order id is too long', FRESH, buy('x'.repeat(129), 'KO', 1), { code: 'Refused' }],
      [
        'when it is a buy that may only reduce',
        held,
        { ...buy('hg-1', 'KO', 1), reduceOnly: true },
        {
          code: 'Refused',
          message: 'position intent mismatch, inferred: buy_to_open, specified: buy_to_close',
        },
      ],
    ];

  test.each(cases)('%s', (_, state, request, expected) => {
    const { state: after, answer } = submitOrder(state, request, plus(state.time, 1), ALWAYS_OPEN);
    expect(answer).toMatchObject({ kind: 'refused', ...expected });
    expect(after).toBe(state);
  });

  test.each([
    ['rises', 1_000, 101],
    ['falls', 1_001, 50],
  ])('when the money does not suffice now and at the fill, if the price %s until then', (_, count, price) => {
    const moving: Venue = {
      ...ALWAYS_OPEN,
      priceAt: (__, moment) => dollars(moment === START ? 100 : price),
    };
    const { answer } = submitOrder(FRESH, buy('hg-1', 'KO', count), START, moving);
    expect(answer).toMatchObject({ kind: 'refused', code: 'InsufficientBuyingPower' });
  });

  test('and its id is free for a later one', () => {
    const refused = submitOrder(FRESH, buy('hg-1', 'KO', 9_999), START, ALWAYS_OPEN);
    expect(submitOrder(refused.state, buy('hg-1', 'KO', 1), START, ALWAYS_OPEN).answer.kind).toBe('created');
  });
});

describe('a cancel', () => {
  test('takes effect a little later, and keeps shares and money held until then', () => {
    const open = submitted(holding('KO', 10), sell('hg-1', 'KO', 6), START, venue({ fillDelay: 60_000 }));
    const id = open.orders[1]!.brokerOrderId;
    const { state } = cancelOrder(open, id, open.time);
    expect(state.orders[1]?.status).toBe('pending_cancel');
    expect(availableOf(advance(state, plus(open.time, 99)), 'KO', shares(10))).toBe(shares(4));
    const done = advance(state, plus(open.time, 100));
    expect(done.orders[1]).toMatchObject({ status: 'canceled', filledQuantity: 0, pending: [] });
    expect(availableOf(done, 'KO', shares(10))).toBe(shares(10));
  });

  test('gives back the money of a buy only when it is final', () => {
    const open = submitted(FRESH, buy('hg-1', 'KO', 10), START, venue({ fillDelay: 60_000 }));
    const { state } = cancelOrder(open, open.orders[0]!.brokerOrderId, START);
    expect(buyingPowerOf(state, ALWAYS_OPEN)).toBe(dollars(99_000));
    expect(buyingPowerOf(advance(state, plus(START, 100)), ALWAYS_OPEN)).toBe(dollars(100_000));
  });

  test('comes too late for what fills before it', () => {
    const open = submitted(FRESH, buy('hg-1', 'KO', 10), START, venue({ fillDelay: 50 }));
    const { state, answer } = cancelOrder(open, open.orders[0]!.brokerOrderId, START);
    expect(answer).toEqual({ kind: 'requested' });
    expect(statuses(state, START, 200)).toEqual(['pending_cancel', 'filled']);
  });

  test('leaves the filled part of an order that fills in steps', () => {
    const slow = venue({ fillDelay: 60_000, partialFills: 1_000_000 as Ratio });
    const open = submitted(FRESH, buy('hg-1', 'KO', 30), START, slow);
    const [first] = open.orders[0]!.pending.filter((event) => event.kind === 'fill');
    const { state } = cancelOrder(open, open.orders[0]!.brokerOrderId, plus(first!.at, -50));
    const done = advance(state, plus(START, 10_000));
    expect(done.orders[0]).toMatchObject({ status: 'canceled', filledQuantity: first!.quantity });
    expect(done.positions.get('KO')?.quantity).toBe(first!.quantity);
  });

  test('asked for twice changes nothing the second time', () => {
    const open = submitted(FRESH, buy('hg-1', 'KO', 10), START);
    const first = cancelOrder(open, open.orders[0]!.brokerOrderId, START);
    const second = cancelOrder(first.state, open.orders[0]!.brokerOrderId, plus(START, 10));
    expect(second).toEqual({ state: first.state, answer: { kind: 'requested' } });
    expect(second.state).toBe(first.state);
  });

  test('of an order that nobody knows is in doubt', () => {
    expect(cancelOrder(FRESH, 'nobody', START).answer.kind).toBe('unknown');
  });
});

describe('a trade by hand', () => {
  test('is filled at once at its own price, later than everything seen before', () => {
    const trade = { symbol: 'KO', side: 'buy' as const, quantity: shares(2.5), price: dollars(42) };
    const { state, answer } = tradeOutside(FRESH, trade, START, ALWAYS_OPEN);
    expect(answer).toMatchObject({ kind: 'created', order: { status: 'filled', averagePrice: dollars(42) } });
    expect(state.cash).toBe(dollars(100_000 - 2.5 * 42));
    expect(state.fills[0]?.time).toBe(START + 1);
    const again = tradeOutside(state, trade, START, ALWAYS_OPEN);
    expect(again.state.fills[1]?.time).toBe(START + 2);
    const ids = again.state.orders.map((order) => order.clientOrderId);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('is settled after what was scheduled before it', () => {
    const open = submitted(FRESH, buy('hg-1', 'KO', 10), START);
    const later = plus(START, 5_000);
    const trade = { symbol: 'KO', side: 'sell' as const, quantity: shares(4) };
    const { state } = tradeOutside(open, trade, later, ALWAYS_OPEN);
    expect(state.fills.map((fill) => fill.side)).toEqual(['buy', 'sell']);
    expect(state.positions.get('KO')?.quantity).toBe(shares(6));
  });

  test.each([
    ['sells what is not held', { side: 'sell' as const, quantity: shares(1) }, 'ShortNotAllowed'],
    [
      'costs too much',
      { side: 'buy' as const, quantity: shares(1), price: dollars(100_001) },
      'InsufficientBuyingPower',
    ],
    ['has no price', { side: 'buy' as const, quantity: shares(1), price: dollars(0) }, 'Refused'],
    ['has no quantity', { side: 'buy' as const, quantity: 0 as Quantity }, 'Refused'],
  ])('that %s is refused', (_, trade, code) => {
    const { state, answer } = tradeOutside(FRESH, { symbol: 'KO', ...trade }, START, ALWAYS_OPEN);
    expect(answer).toMatchObject({ kind: 'refused', code });
    expect(state).toBe(FRESH);
  });

  test('that would leave the range of exact numbers is refused', () => {
    const rich = { ...FRESH, cash: dollars(9_000_000_000), positions: new Map([['KO', HUGE]]) };
    const trade = { symbol: 'KO', side: 'sell' as const, quantity: shares(9_000_000), price: dollars(1_000) };
    expect(tradeOutside(rich, trade, START, ALWAYS_OPEN).answer).toMatchObject({
      kind: 'refused',
      code: 'Refused',
    });
  });
});

const HUGE = { quantity: shares(9_000_000), averagePrice: dollars(1) };

describe('a short position that came with the state file', () => {
  const short: SimulatedState = {
    ...FRESH,
    positions: new Map([['KO', { quantity: shares(-10), averagePrice: dollars(90) }]]),
  };

  test('can be bought back, but not sold further', () => {
    const cover = { ...buy('hg-1', 'KO', 10), reduceOnly: true };
    const state = advance(submitted(short, cover, START), plus(START, 5_000));
    expect(state.positions.has('KO')).toBe(false);
    expect(submitOrder(short, sell('hg-1', 'KO', 1), START, ALWAYS_OPEN).answer).toMatchObject({
      code: 'ShortNotAllowed',
    });
  });

  test('turns long at the price of the trade by hand that crosses zero', () => {
    const trade = { symbol: 'KO', side: 'buy' as const, quantity: shares(15) };
    const { state } = tradeOutside(short, trade, START, ALWAYS_OPEN);
    expect(state.positions.get('KO')).toEqual({ quantity: shares(5), averagePrice: dollars(100) });
  });

  test('is not turned by an order that opens', () => {
    expect(submitOrder(short, buy('hg-1', 'KO', 5), START, ALWAYS_OPEN).answer).toMatchObject({
      kind: 'refused',
      message: 'position intent mismatch, inferred: buy_to_close, specified: buy_to_open',
    });
  });

  test('may only be reduced by what is short', () => {
    const request = { ...buy('hg-1', 'KO', 11), reduceOnly: true };
    expect(submitOrder(short, request, START, ALWAYS_OPEN).answer).toMatchObject({
      kind: 'refused',
      code: 'Refused',
    });
  });
});
