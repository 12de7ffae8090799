/** Alpaca's own SDK, unchanged, against the server. */
import { marketData, OrdersApi, streaming, trading } from '@alpacahq/alpaca-trade-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { alpacaServer, KEYS, type ServerFacts, type TestServer } from '../support/alpaca-server.ts';

interface Sdk extends TestServer {
  readonly orders: OrdersApi;
  readonly positions: trading.PositionsApi;
  readonly accounts: trading.AccountsApi;
  readonly configuration: trading.Configuration;
  readonly stocks: marketData.StockApi;
}

async function sdk(facts: ServerFacts = {}): Promise<Sdk> {
  const server = await alpacaServer(facts);
  const keys = { basePath: server.url, keyId: KEYS.id, secret: KEYS.secret, timeoutMs: 5_000 };
  const configuration = new trading.Configuration(keys);
  return {
    ...server,
    configuration,
    orders: new OrdersApi(configuration),
    positions: new trading.PositionsApi(configuration),
    accounts: new trading.AccountsApi(configuration),
    stocks: new marketData.StockApi(new marketData.Configuration(keys)),
  };
}

describe("the orders of Alpaca's SDK", () => {
  test('are taken as pending_new, fill on the time of the server, and make positions and activities.', async () => {
    const { orders, positions, accounts, configuration, clock } = await sdk();
    const sent = await orders.market({ symbol: 'VTI', side: 'buy', qty: 10, clientOrderId: 'one' });
    expect(sent).toMatchObject({ status: 'pending_new', qty: '10', filledQty: '0', clientOrderId: 'one' });
    clock.advance(2_000);
    const filled = await orders.getOrderByClientOrderId({ clientOrderId: 'one' });
    expect(filled).toMatchObject({ status: 'filled', filledQty: '10', filledAvgPrice: '276.4', id: sent.id });
    expect(filled.filledAt).toBeInstanceOf(Date);
    expect(await positions.getAllOpenPositions()).toMatchObject([
      {
        symbol: 'VTI',
        qty: '10',
        qtyAvailable: '10',
        avgEntryPrice: '276.4',
        side: 'long',
        marketValue: '2764',
      },
    ]);
    expect(await accounts.getAccount()).toMatchObject({ cash: '97236', equity: '100000', status: 'ACTIVE' });
    const activities = new trading.AccountActivitiesApi(configuration);
    expect(await activities.getAccountActivities({ activityTypes: ['FILL'] })).toMatchObject([
      { activityType: 'FILL', orderId: sent.id, qty: '10', cumQty: '10', leavesQty: '0', type: 'fill' },
    ]);
  });

  test('are cancelled by a request that may come too late.', async () => {
    const { orders, clock } = await sdk();
    const { id: orderId = '' } = await orders.market({ symbol: 'VTI', side: 'buy', qty: '1' });
    const answer = await orders.deleteOrderByOrderIDRaw({ orderId });
    expect(answer.raw.status).toBe(204);
    await answer.value();
    expect(await orders.getOrderByOrderID({ orderId })).toMatchObject({ status: 'pending_cancel' });
    clock.advance(2_000);
    const { status = '' } = await orders.getOrderByOrderID({ orderId });
    await expect(orders.deleteOrderByOrderIDRaw({ orderId })).rejects.toMatchObject({
      status: 422,
      code: 42210000,
      message: `order is already in "${status}" state`,
    });
  });

  test('are refused with the classes, codes and fields that the broker has.', async () => {
    const { orders } = await sdk();
    await orders.market({ symbol: 'VTI', side: 'buy', qty: 1, clientOrderId: 'twice' });
    await expect(
      orders.market({ symbol: 'VTI', side: 'buy', qty: 1, clientOrderId: 'twice' }),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      status: 422,
      code: 40010001,
      message: 'client_order_id must be unique',
    });
    const poor = orders.market({ symbol: 'VTI', side: 'buy', qty: 1_000 });
    await expect(poor).rejects.toMatchObject({ name: 'PermissionError', status: 403, code: 40310000 });
    const { response } = (await poor.catch((error: unknown) => error)) as { response: Response };
    expect(await response.clone().json()).toMatchObject({
      buying_power: '99723.60',
      cost_basis: '276400.00',
    });
    await expect(orders.limit({ symbol: 'VTI', side: 'buy', qty: 1, limitPrice: 5 })).rejects.toMatchObject({
      status: 422,
      code: 42210000,
      message: expect.stringContaining('limit orders are not simulated') as string,
    });
  });

  test('need keys that the server knows, where it was given some.', async () => {
    const { orders } = await sdk({ keys: { id: 'other', secret: 'secret' } });
    await expect(orders.getAllOrders({})).rejects.toMatchObject({
      name: 'PermissionError',
      status: 403,
      message: 'forbidden.',
    });
  });

  test('meet the limit of requests, which says when it ends.', async () => {
    const { orders, clock } = await sdk({ requestsPerMinute: 2 });
    await orders.getAllOrders({});
    await orders.getAllOrders({});
    const refused = (await orders.getAllOrders({}).catch((error: unknown) => error)) as {
      name: string;
      status: number;
      rateLimit: { remaining: number };
    };
    expect(refused).toMatchObject({ name: 'RateLimitError', status: 429, rateLimit: { remaining: 0 } });
    clock.advance(60_000);
    expect(await orders.getAllOrders({})).toEqual([]);
  });
});

test("closing positions makes orders of the broker's own, and says of each what became of it.", async () => {
  const { orders, positions, clock } = await sdk();
  await orders.market({ symbol: 'VTI', side: 'buy', qty: 10 });
  await orders.market({ symbol: 'BND', side: 'buy', qty: 4 });
  clock.advance(2_000);
  const half = await positions.deleteOpenPosition({ symbolOrAssetId: 'VTI', percentage: 50 });
  expect(half).toMatchObject({ symbol: 'VTI', side: 'sell', qty: '5', positionIntent: 'sell_to_close' });
  clock.advance(2_000);
  await orders.market({ symbol: 'BND', side: 'sell', qty: 1 });
  const all = await positions.deleteAllOpenPositions({});
  expect(all.map(({ symbol, status }) => [symbol, status])).toEqual([
    ['BND', 403],
    ['VTI', 200],
  ]);
  expect(all[0]?.body).toMatchObject({ code: 40310000, held_for_orders: '1', available: '3' });
  clock.advance(2_000);
  await positions.deleteAllOpenPositions({ cancelOrders: true });
  clock.advance(2_000);
  expect(await positions.getAllOpenPositions()).toEqual([]);
});

test('what the holder sets on the account holds for orders.', async () => {
  const { configuration, orders } = await sdk({ settings: { shorting: { hardToBorrow: [] } } });
  const api = new trading.AccountConfigurationsApi(configuration);
  expect(await api.patchAccountConfig({ accountConfigurations: { noShorting: true } })).toMatchObject({
    noShorting: true,
    suspendTrade: false,
  });
  await expect(orders.market({ symbol: 'VTI', side: 'sell', qty: 1 })).rejects.toMatchObject({ status: 403 });
  await api.patchAccountConfig({ accountConfigurations: { suspendTrade: true } });
  await expect(orders.market({ symbol: 'VTI', side: 'buy', qty: 1 })).rejects.toMatchObject({
    message: 'new orders are rejected by user request',
  });
});

test('clock, calendar, assets, history and market data are parsed as the SDK parses those of the broker.', async () => {
  const { configuration, stocks } = await sdk({ settings: { clock: 'exchange' } });
  const clocks = new trading.ClockApi(configuration);
  expect(await clocks.legacyClock()).toMatchObject({
    isOpen: true,
    nextClose: new Date('2025-12-02T21:00:00Z'),
    nextOpen: new Date('2025-12-03T14:30:00Z'),
  });
  expect((await clocks.clock({ markets: 'NYSE' })).clocks[0]).toMatchObject({
    phase: 'core',
    isMarketDay: true,
  });
  const calendars = new trading.CalendarApi(configuration);
  const days = { start: new Date('2025-11-27T00:00:00Z'), end: new Date('2025-11-28T00:00:00Z') };
  expect(await calendars.legacyCalendar(days)).toMatchObject([{ open: '09:30', close: '13:00' }]);
  expect((await calendars.calendar({ market: 'NYSE', ...days })).calendar).toMatchObject([
    { coreEnd: new Date('2025-11-28T18:00:00Z') },
  ]);
  const assets = new trading.AssetsApi(configuration);
  const asset = await assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: 'VTI' });
  expect(asset).toMatchObject({ symbol: 'VTI', tradable: true, marginRequirementLong: '30' });
  expect(await assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: asset.id })).toEqual(asset);
  const history = new trading.PortfolioHistoryApi(configuration);
  expect(await history.getAccountPortfolioHistory({ period: '1W', timeframe: '1D' })).toMatchObject({
    baseValue: 100_000,
  });
  const symbols = 'BND,VTI';
  expect(await stocks.stockLatestTrades({ symbols })).toMatchObject({ trades: { VTI: { p: 276.4 } } });
  expect(await stocks.stockLatestTradeSingle({ symbol: 'VTI' })).toMatchObject({ trade: { p: 276.4 } });
  expect(await stocks.stockLatestQuotes({ symbols })).toMatchObject({
    quotes: { VTI: { ap: 276.41, bp: 276.39 } },
  });
  expect(await stocks.stockSnapshots({ symbols })).toMatchObject({ VTI: { prevDailyBar: { c: 276.4 } } });
  const bars = { timeframe: '1Day', start: new Date('2025-11-24T00:00:00Z'), limit: 3 };
  const first = await stocks.stockBars({ symbols, ...bars });
  expect(Object.entries(first.bars).map(([symbol, rows]) => [symbol, rows.length])).toEqual([['BND', 3]]);
  const rest = await stocks.stockBars({ symbols, ...bars, limit: 100, pageToken: first.nextPageToken ?? '' });
  expect(Object.entries(rest.bars).map(([symbol, rows]) => [symbol, rows.length])).toEqual([
    ['BND', 3],
    ['VTI', 6],
  ]);
});

test.each(['binary', 'text'] as const)(
  'the stream of the SDK hears of an order in %s frames.',
  async (frames) => {
    const server = await sdk({ frames, settings: { partialFills: 1_000_000 as never } });
    const stream = new streaming.TradingStream({
      credentials: { keyId: KEYS.id, secret: KEYS.secret },
      url: `${server.url.replace('http', 'ws')}/stream`,
    });
    onTestFinished(() => stream.disconnect());
    const heard: streaming.TradeUpdate[] = [];
    const listening = new Promise<void>((resolve) => stream.on('subscription', () => resolve()));
    stream.subscribeTradeUpdates();
    stream.onTradeUpdate((update) => heard.push(update));
    stream.connect();
    await listening;
    await server.orders.market({ symbol: 'VTI', side: 'buy', qty: 10 });
    server.clock.advance(30);
    server.server.look();
    server.clock.advance(2_000);
    await expect.poll(() => heard.at(-1)?.event).toBe('fill');
    const fills = heard.filter(({ executionId, price }) => executionId !== undefined && price !== undefined);
    expect(heard.map(({ event }) => event)).toEqual([
      'pending_new',
      'new',
      ...fills.map(({ event }) => event),
    ]);
    expect(fills.length).toBeGreaterThan(1);
    const last = heard.at(-1);
    expect(last).toMatchObject({ positionQty: '10', order: { filledQty: '10', status: 'filled' } });
    expect(fills.reduce((sum, { qty }) => sum + Number(qty), 0)).toBe(10);
  },
);
