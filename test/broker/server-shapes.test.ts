/** Every answer of the server has the shape of Alpaca's published documents; see test/support/alpaca-shapes.ts. */
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ROUTE_NAMES } from '../../src/broker/server/routes.ts';
import type { PriceSource } from '../../src/market/price-source.ts';
import { syntheticMarket } from '../../src/market/synthetic-market.ts';
import { alpacaServer, type OrderTold, type TestServer } from '../support/alpaca-server.ts';
import * as shape from '../support/alpaca-shapes.ts';

const MARKET = syntheticMarket(3);
const PRICES: PriceSource = {
  ...MARKET,
  actions: (symbol) => [
    { kind: 'split', date: '2025-06-02', ratio: { from: 1, to: 4 } },
    { kind: 'split', date: '2025-07-01', ratio: { from: 10, to: 1 } },
    { kind: 'spin-off', date: '2025-08-01', company: null },
    { kind: 'symbol-change', date: '2025-09-02', from: symbol, to: `${symbol}X` },
  ],
};

/** A long and a short position, one order of each end, and one that is open. */
async function traded(clock: 'always-open' | 'exchange'): Promise<TestServer> {
  const server = await alpacaServer({
    prices: PRICES,
    settings: {
      clock,
      shorting: { hardToBorrow: [] },
      multiplier: 2_000_000 as never,
      partialFills: 1_000_000 as never,
    },
  });
  await server.order({ symbol: 'VTI', qty: '10', client_order_id: 'long' });
  await server.order({ symbol: 'GME', qty: '5', side: 'sell', client_order_id: 'short' });
  server.clock.advance(5_000);
  await server.order({ symbol: 'BND', qty: '2.5', client_order_id: 'stopped' });
  const { body } = await server.ask<OrderTold>('GET /v2/orders:by_client_order_id?client_order_id=stopped');
  await server.ask(`DELETE /v2/orders/${body.id}`);
  server.clock.advance(5_000);
  await server.order({ symbol: 'GLD', qty: '3', client_order_id: 'open' });
  return server;
}

/** By route, what is asked and what must come. `{id}` is that of the open order. */
const EXPECTED: Readonly<Record<string, readonly [string, z.ZodType, number?]>> = {
  'GET /v2/account': ['', shape.account],
  'GET /v2/account/configurations': ['', shape.configuration],
  'PATCH /v2/account/configurations': ['', shape.configuration],
  'GET /v2/account/activities': ['', z.array(shape.activity).min(2)],
  'GET /v2/account/activities/{type}': ['FILL', z.array(shape.fill).min(2)],
  'GET /v2/account/portfolio/history': ['?period=1W', shape.history],
  'GET /v2/positions': ['', z.array(shape.position).min(2)],
  'GET /v2/positions/{symbol}': ['GME', shape.position],
  'GET /v2/orders': ['?status=all', z.array(shape.order).length(4)],
  'GET /v2/orders/{id}': ['{id}', shape.order],
  'GET /v2/orders:by_client_order_id': ['?client_order_id=stopped', shape.order],
  'PATCH /v2/orders/{id}': ['{id}', shape.error, 422],
  'GET /v2/clock': ['', shape.clock],
  'GET /v3/clock': ['?markets=NYSE,XNAS', shape.clocks],
  'GET /v2/calendar': ['?start=2025-11-20&end=2025-12-10', shape.calendar],
  'GET /v3/calendar/{market}': ['NYSE?start=2025-11-20&end=2025-12-10', shape.marketCalendar],
  'GET /v2/assets': ['', z.array(shape.asset).min(4)],
  'GET /v2/assets/{symbol}': ['GLD', shape.asset],
  'GET /v2/stocks/bars': ['?symbols=VTI,GLD&timeframe=1Day&start=2025-11-01', shape.data.bars],
  'GET /v2/stocks/bars/latest': ['?symbols=VTI,GLD', shape.data.latestBars],
  'GET /v2/stocks/quotes/latest': ['?symbols=VTI,GLD', shape.data.latestQuotes],
  'GET /v2/stocks/trades/latest': ['?symbols=VTI,GLD', shape.data.latestTrades],
  'GET /v2/stocks/snapshots': ['?symbols=VTI,GLD', shape.data.snapshots],
  'GET /v2/stocks/{symbol}/bars': ['VTI/bars?timeframe=5Min&start=2025-12-02', shape.data.barsOfOne],
  'GET /v2/stocks/{symbol}/bars/latest': ['VTI/bars/latest', shape.data.latestBar],
  'GET /v2/stocks/{symbol}/quotes/latest': ['VTI/quotes/latest', shape.data.latestQuote],
  'GET /v2/stocks/{symbol}/trades/latest': ['VTI/trades/latest', shape.data.latestTrade],
  'GET /v2/stocks/{symbol}/snapshot': ['VTI/snapshot', shape.data.snapshot],
  'GET /v1/corporate-actions': ['?symbols=VTI&start=2025-01-01&end=2025-12-31', shape.corporateActions],
  // These change the account: last.
  'POST /v2/orders': ['', shape.order],
  'DELETE /v2/orders/{id}': ['{id}', z.literal(''), 204],
  'DELETE /v2/orders': ['', shape.canceledOrders.min(1), 207],
  'DELETE /v2/positions/{symbol}': ['VTI', shape.order],
  'DELETE /v2/positions': ['', shape.closedPositions.min(1), 207],
};

const BODIES: Readonly<Record<string, object>> = {
  'PATCH /v2/account/configurations': { trade_confirm_email: 'all' },
  'PATCH /v2/orders/{id}': { qty: '1' },
  'POST /v2/orders': { symbol: 'TLT', qty: 2, side: 'buy', type: 'market', time_in_force: 'day' },
};

/** `GET /v2/orders/ID` of its route and what follows the part of it that is always the same. */
function requestOf(route: string, rest: string, id: string): string {
  const path = route.includes('{') ? route.slice(0, route.indexOf('{')) : route;
  return `${path}${rest.replace('{id}', id)}`;
}

describe.each(['always-open', 'exchange'] as const)('on the clock %s', (clock) => {
  test('every route answers in the shape of the published documents, with the headers of the rate limit', async () => {
    expect(Object.keys(EXPECTED).sort()).toEqual([...ROUTE_NAMES].sort());
    const server = await traded(clock);
    const { body: open } = await server.ask<OrderTold>(
      'GET /v2/orders:by_client_order_id?client_order_id=open',
    );
    for (const [route, [rest, expected, status = 200]] of Object.entries(EXPECTED)) {
      const told = await server.ask(requestOf(route, rest, open.id), BODIES[route]);
      expect([route, told.status]).toEqual([route, status]);
      const { error } = expected.safeParse(told.body);
      expect([route, error?.issues ?? []]).toEqual([route, []]);
      for (const name of ['limit', 'remaining', 'reset'])
        expect(told.headers.get(`x-ratelimit-${name}`)).toMatch(/^\d+$/);
      expect(told.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
      if (status !== 204) expect(told.headers.get('content-type')).toBe('application/json; charset=UTF-8');
    }
  });
});

test('a closed exchange answers in the same shapes, and takes the order for its next session', async () => {
  const server = await alpacaServer({
    settings: { clock: 'exchange' },
    now: Date.parse('2025-12-06T15:00:00Z') as never,
  });
  const taken = await server.order({});
  expect(shape.order.parse(taken.body)).toMatchObject({
    status: 'accepted',
    expires_at: '2025-12-08T21:00:00.000000000Z',
  });
  const { body } = await server.ask('GET /v2/clock');
  expect(shape.clock.parse(body)).toEqual({
    timestamp: '2025-12-06T10:00:00.000000000-05:00',
    is_open: false,
    next_open: '2025-12-08T09:30:00-05:00',
    next_close: '2025-12-08T16:00:00-05:00',
  });
});

test.each([
  ['GET /v2/orders/6c239e4c-ac31-49b1-aece-80bf19dce411', 404, 40410000],
  ['GET /v2/orders:by_client_order_id?client_order_id=none', 404, 40410000],
  ['GET /v2/positions/VTI', 404, 40410000],
  ['GET /v2/assets/VIX', 404, 40410000],
  ['GET /v2/orders?limit=501', 422, 40010001],
  ['GET /v2/orders?status=some', 422, 40010001],
  ['GET /v2/orders?after=yesterday', 422, 40010001],
  ['GET /v2/account/activities?page_size=101', 422, 40010001],
  ['GET /v2/account/activities?category=all', 422, 40010001],
  ['GET /v2/account/activities?activity_types=FILL,SALE', 422, 40010001],
  ['GET /v2/account/activities?activity_types=FILL&category=trade_activity', 422, 40010001],
  ['GET /v2/account/activities/SALE', 422, 40010001],
  ['GET /v2/account/portfolio/history?period=1Y', 422, 40010001],
  ['GET /v2/account/portfolio/history?start=2025-11-01&end=2025-12-01&period=1M', 422, 40010001],
  ['GET /v2/account/portfolio/history?period=2M&timeframe=1H', 422, 40010001],
  ['GET /v2/account/portfolio/history?intraday_reporting=always', 422, 40010001],
  ['GET /v2/account/portfolio/history?pnl_reset=never', 422, 40010001],
  ['GET /v2/nothing', 404, 40410000],
])("%s is refused in Alpaca's form: %i", async (request, status, code) => {
  const server = await alpacaServer();
  const told = await server.ask(request);
  expect([told.status, shape.error.parse(told.body).code]).toEqual([status, code]);
});

test.each([
  'GET /v2/calendar?start=soon',
  'GET /v2/calendar?date_type=PAYMENT',
  'GET /v3/calendar/XLON',
  'GET /v3/calendar/NYSE?timezone=CET',
  'GET /v3/clock?markets=NYSE,XLON',
  'GET /v3/clock?time=soon',
  'GET /v2/stocks/bars?symbols=VTI&timeframe=1Day&sort=up',
  'GET /v2/stocks/bars?symbols=VTI&timeframe=1Day&feed=overnight',
  'GET /v2/stocks/bars?symbols=VTI&timeframe=1Day&adjustment=split,none',
  'GET /v2/stocks/bars?symbols=VTI&timeframe=1Day&asof=soon',
  'GET /v2/stocks/VTI/bars?timeframe=1Day&currency=EUR',
  'GET /v2/stocks/trades/latest?symbols=VTI&feed=any',
  'GET /v2/stocks/VTI/quotes/latest?currency=EUR',
  'GET /v2/stocks/snapshots?symbols=VTI&feed=any',
  'GET /v2/stocks/VTI/snapshot?feed=any',
  'GET /v1/corporate-actions?types=forward_split,merger',
  'GET /v1/corporate-actions?region=eu',
  'GET /v1/corporate-actions?data_quality=some',
  'GET /v1/corporate-actions?limit=1001',
  'GET /v1/corporate-actions?start=2025-12-02&end=2025-12-01',
  'GET /v1/corporate-actions?page_token=next',
  'GET /v1/corporate-actions?ids=6c239e4c-ac31-49b1-aece-80bf19dce411&symbols=VTI',
])('%s is refused with 400, and a message without a code.', async (request) => {
  const server = await alpacaServer();
  const told = await server.ask(request);
  expect([told.status, shape.questionError.safeParse(told.body).error]).toEqual([400, undefined]);
});
