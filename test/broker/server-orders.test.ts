/** What orders a client may send, and how it finds them again. */
import { describe, expect, test } from 'vitest';
import { HOUR, plus } from '../../src/domain/instant.ts';
import { alpacaServer, type OrderTold, type TestServer } from '../support/alpaca-server.ts';
import { dollars, START } from '../support/simulated-world.ts';

const SHORTING = { shorting: { hardToBorrow: [] } };

describe('an order', () => {
  test.each([
    ['text', { qty: '0.5' }, '0.5'],
    ['a number', { qty: 3 }, '3'],
    ['a number with an exponent', { qty: 1e-7 }, '0.0000001'],
    ['text with an exponent, as a builder writes it', { qty: '1e-7' }, '0.0000001'],
    ['of simple class, with nulls', { order_class: 'simple', limit_price: null, legs: null, qty: '1' }, '1'],
  ])('is taken with a quantity of %s.', async (_, order, qty) => {
    const { order: send } = await alpacaServer();
    expect(await send(order)).toMatchObject({ status: 200, body: { qty, status: 'pending_new' } });
  });

  test.each([
    ['of another type', { type: 'limit', limit_price: '5' }, 42210000, 'limit orders are not simulated'],
    ['of a type that nobody has', { type: 'best' }, 40010001, 'invalid order type'],
    ['until cancelled', { time_in_force: 'gtc' }, 42210000, 'time_in_force gtc is not simulated'],
    ['of a time that nobody has', { time_in_force: 'week' }, 40010001, 'invalid time_in_force'],
    ['by value', { qty: null, notional: '100' }, 42210000, 'notional orders are not simulated'],
    ['with a bracket', { order_class: 'bracket' }, 42210000, 'order class bracket is not simulated'],
    ['with legs', { legs: [] }, 42210000, 'orders with legs are not simulated'],
    ['with a take profit', { take_profit: { limit_price: '9' } }, 42210000, 'orders with legs'],
    ['in extended hours', { extended_hours: true }, 40010001, 'extended hours order must be DAY limit'],
    ['with a price', { limit_price: '5' }, 40010001, 'market orders require no stop or limit price'],
    ['without a side', { side: null }, 40010001, 'invalid side'],
    ['without a symbol', { symbol: '' }, 40010001, 'symbol is required'],
    ['of nothing', { qty: '0' }, 40010001, 'qty must be > 0'],
    ['without a quantity', { qty: null }, 40010001, 'qty or notional is required'],
    ['of a quantity that is none', { qty: 'many' }, 40010001, 'invalid qty'],
    ['of more decimals than there are', { qty: '0.0000000001' }, 40010001, 'invalid qty'],
    ['for the other side', { position_intent: 'sell_to_close' }, 40010001, 'invalid position_intent'],
    ['of a symbol without a price', { symbol: 'VIX' }, 42210000, 'asset "VIX" not found'],
    [
      'that closes what is not there',
      { side: 'sell', position_intent: 'sell_to_close' },
      42210000,
      'position intent mismatch, inferred: sell_to_open',
    ],
    ['for an auction of an open market', { time_in_force: 'cls' }, 42210000, 'there is no auction for cls'],
    ['with an id that is too long', { client_order_id: 'x'.repeat(129) }, 40010001, 'no more than 128'],
  ])('%s is refused.', async (_, order, code, message) => {
    const { order: send, ask } = await alpacaServer({ settings: SHORTING });
    const told = await send(order);
    expect(told).toMatchObject({ status: 422, body: { code } });
    expect(told.body.message).toContain(message);
    expect((await ask('GET /v2/orders?status=all')).body).toEqual([]);
  });

  test.each(['{"symbol":', '[1]', '"text"', '{"symbol":1}'])(
    'of the body %s is refused as no request.',
    async (body) => {
      const { ask } = await alpacaServer();
      expect(await ask('POST /v2/orders', body)).toMatchObject({ status: 400, body: { code: 40010000 } });
    },
  );

  test('without an id gets one of the broker, each its own, and may name the asset by its id.', async () => {
    const { order, ask } = await alpacaServer();
    const { body: asset } = await ask<{ readonly id: string }>('GET /v2/assets/VTI');
    const [one, two] = [await order({ symbol: asset.id }), await order({ symbol: asset.id })];
    expect(one.body).toMatchObject({
      symbol: 'VTI',
      asset_id: asset.id,
      client_order_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(two.body.client_order_id).not.toBe(one.body.client_order_id);
  });

  test('for the open or the close is taken until the auction closes its book.', async () => {
    const { order } = await alpacaServer({ settings: { clock: 'exchange' } });
    expect((await order({ time_in_force: 'cls' })).body).toMatchObject({
      status: 'pending_new',
      time_in_force: 'cls',
    });
    expect(await order({ time_in_force: 'opg' })).toMatchObject({
      status: 403,
      body: { message: 'opg orders must be submitted after 7:00pm and before 9:28am' },
    });
  });

  test('never crosses zero, also where it does not say what it is for.', async () => {
    const { order, clock } = await alpacaServer({ settings: SHORTING });
    expect((await order({ side: 'sell', qty: '5' })).body.position_intent).toBe('sell_to_open');
    clock.advance(2_000);
    expect(await order({ side: 'buy', qty: '6' })).toMatchObject({
      status: 403,
      body: {
        message: 'insufficient qty available for order (requested: 6, available: 5)',
        existing_qty: '5',
      },
    });
    const { body } = await order({ side: 'buy', qty: '5' });
    expect(body.position_intent).toBe('buy_to_close');
    clock.advance(2_000);
    expect(await order({ side: 'sell', qty: '0.5' })).toMatchObject({
      status: 422,
      body: { code: 42210000 },
    });
  });

  test('says for ever what it was for, whatever became of the position.', async () => {
    const { order, clock, ask } = await alpacaServer();
    for (const [side, qty] of [
      ['buy', '5'],
      ['sell', '2'],
      ['sell', '3'],
    ]) {
      await order({ side, qty });
      clock.advance(2_000);
    }
    const { body } = await ask<readonly OrderTold[]>('GET /v2/orders?status=all&direction=asc');
    expect(body.map(({ position_intent: intent }) => intent)).toEqual([
      'buy_to_open',
      'sell_to_close',
      'sell_to_close',
    ]);
  });
});

describe('the list of orders', () => {
  /** Sixty orders, a second apart: o0 to o59; those of the last 2 s are open. */
  async function sixty(): Promise<
    Pick<TestServer, 'ask' | 'order'> & { readonly names: (query: string) => Promise<string[]> }
  > {
    const server = await alpacaServer();
    for (let index = 0; index < 60; index += 1) {
      await server.order({ symbol: index % 2 === 0 ? 'VTI' : 'BND', client_order_id: `o${index}` });
      server.clock.advance(1_000);
    }
    const names = async (query: string): Promise<string[]> => {
      const { body } = await server.ask<readonly OrderTold[]>(`GET /v2/orders?${query}`);
      return body.map((one) => one.client_order_id);
    };
    return { ...server, names };
  }

  test('is that of open orders, newest first, fifty of them, unless something else is asked.', async () => {
    const { names, order } = await sixty();
    expect(await names('')).toEqual([]);
    await order({ client_order_id: 'open' });
    expect(await names('')).toEqual(['open']);
    expect(await names('status=all')).toEqual([
      'open',
      ...Array.from({ length: 49 }, (_, index) => `o${59 - index}`),
    ]);
    expect(await names('status=closed&limit=2')).toEqual(['o59', 'o58']);
    expect(await names('status=all&limit=500')).toHaveLength(61);
    expect(await names('status=closed&direction=asc&limit=2&symbols=BND,GLD')).toEqual(['o1', 'o3']);
    expect(await names('status=all&side=sell')).toEqual([]);
  });

  test('goes on where a page ended, by time to the nanosecond and by order.', async () => {
    const { ask, names } = await sixty();
    const { body } = await ask<OrderTold>('GET /v2/orders:by_client_order_id?client_order_id=o10');
    expect(body.submitted_at).toMatch(/\.\d{9}Z$/);
    expect(await names(`status=all&direction=asc&limit=2&after=${body.submitted_at}`)).toEqual([
      'o11',
      'o12',
    ]);
    expect(await names(`status=all&limit=2&until=${body.submitted_at}`)).toEqual(['o9', 'o8']);
    expect(await names(`status=all&direction=asc&limit=2&after_order_id=${body.id}`)).toEqual(['o11', 'o12']);
    expect(await names(`status=all&limit=2&before_order_id=${body.id}`)).toEqual(['o9', 'o8']);
    const both = await ask(`GET /v2/orders?before_order_id=${body.id}&after=2025-01-01`);
    expect(both).toMatchObject({ status: 422 });
  });
});

test('activities come a hundred at a time, and go on from the id of the last.', async () => {
  const { order, clock, ask } = await alpacaServer({ settings: { partialFills: 1_000_000 as never } });
  for (let index = 0; index < 60; index += 1) {
    await order({ qty: '3' });
    clock.advance(2_000);
  }
  const all: { readonly id: string; readonly qty: string }[] = [];
  for (let token = ''; ; token = all.at(-1)?.id ?? '') {
    const { body } = await ask<typeof all>(
      `GET /v2/account/activities?activity_types=FILL&direction=asc&page_token=${token}`,
    );
    if (body.length === 0) break;
    all.push(...body);
  }
  expect(all.length).toBeGreaterThan(100);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(all.reduce((sum, { qty }) => sum + Number(qty), 0)).toBe(180);
  // 15:00:00 in New York, and some milliseconds.
  expect(all[0]?.id).toMatch(/^20251202150000\d{3}::/);
  expect(all[0]).not.toHaveProperty('client_order_id');
  const day = await ask('GET /v2/account/activities/FILL?date=2025-12-02T00:00:00.000Z&page_size=5');
  expect(day.body).toHaveLength(5);
  expect((await ask('GET /v2/account/activities/DIV')).body).toEqual([]);
});

test('what the account was worth is reckoned back from its fills, fees and prices.', async () => {
  const fees = {
    perOrder: dollars(1),
    perShare: dollars(0),
    minimum: dollars(0),
    soldPerMillion: dollars(0),
  };
  const yesterday = plus(START, -24 * HOUR);
  const { order, clock, ask } = await alpacaServer({ settings: { clock: 'exchange', fees }, now: yesterday });
  await order({ qty: '10' });
  clock.advance(24 * HOUR);
  const { body } = await ask('GET /v2/account/portfolio/history?period=1W&timeframe=1D');
  expect(body).toMatchObject({ base_value: 100_000, equity: [100_000, 100_000, 99_999, 99_999] });
  expect((await ask('GET /v2/account')).body).toMatchObject({
    last_equity: '99999',
    equity: '99999',
    cash: '97235',
  });
});
