/**
 * A client that is not Alpaca's and that thousands use: ccxt, unchanged. It makes its own requests, reads answers and the
 * stream in its own way, and goes through the day of a strategy.
 */
// Its file, as the package has no way to one exchange: all hundred, and their types, take seconds of each check.
import AlpacaClient from '../../node_modules/ccxt/js/src/pro/alpaca.js';
import { expect, onTestFinished, test } from 'vitest';
import type { Ratio } from '../../src/domain/decimal.ts';
import { alpacaServer, KEYS, type ServerFacts, type TestServer } from '../support/alpaca-server.ts';

type Client = AlpacaClient;

async function connected(facts: ServerFacts = {}): Promise<{ server: TestServer; client: Client }> {
  const server = await alpacaServer({ settings: { clock: 'exchange' }, ...facts });
  const client = new AlpacaClient({ apiKey: KEYS.id, secret: KEYS.secret, enableRateLimit: false });
  const { url } = server;
  client.urls = {
    ...client.urls,
    api: { broker: url, trader: url, market: url, ws: { trading: `${url.replace('http', 'ws')}/stream` } },
  };
  // It lists coins by itself; shares are told to it.
  client.setMarkets([
    client.safeMarketStructure({
      id: 'VTI',
      symbol: 'VTI',
      base: 'VTI',
      quote: 'USD',
      type: 'spot',
      precision: { amount: 1e-9, price: 0.01 },
      spot: true,
    }),
  ]);
  await client.loadHttpProxyAgent();
  onTestFinished(() => client.close());
  return { server, client };
}

const FOR_THE_DAY = { timeInForce: 'day' };

/** Until the server has taken up that it wants to hear of orders. */
function isListening(client: Client): Promise<void> {
  return new Promise((resolve) => {
    client.handleSubscription = (_: unknown, message: object) => {
      resolve();
      return message;
    };
  });
}

function pass({ clock, server }: TestServer, milliseconds: number): void {
  clock.advance(milliseconds);
  server.look();
}

async function market(client: Client, side: 'buy' | 'sell', amount: number, id: string) {
  const params = { ...FOR_THE_DAY, clientOrderId: id };
  const order = await client.createOrder('VTI', 'market', side, amount, undefined, params);
  return { ...order, id: order.id ?? '' };
}

test('enters, follows on the stream, is refused the same id, leaves, and finds the books even', async () => {
  const { server, client } = await connected();
  const first = client.watchOrders('VTI');
  await isListening(client);
  const order = await market(client, 'buy', 3, 'day-1');
  expect(order).toMatchObject({ clientOrderId: 'day-1', status: 'open', amount: 3, filled: 0 });
  await first;
  const filled = client.watchOrders('VTI');
  pass(server, 2_000);
  expect((await filled).at(-1)).toMatchObject({ id: order.id, status: 'closed', filled: 3 });

  expect(await client.fetchOrder(order.id)).toMatchObject({ status: 'closed', filled: 3, average: 276.4 });
  await expect(market(client, 'buy', 3, 'day-1')).rejects.toThrow(/40010001.*must be unique/);
  expect(await client.fetchMyTrades('VTI')).toMatchObject([
    { order: order.id, side: 'buy', amount: 3, price: 276.4 },
  ]);

  await expect(market(client, 'sell', 4, 'day-2')).rejects.toThrow(/insufficient qty available/);
  await market(client, 'sell', 3, 'day-3');
  pass(server, 2_000);
  expect(await client.traderPrivateGetV2Positions()).toEqual([]);
  expect((await client.fetchBalance())['USD']).toMatchObject({ free: 100_000 });
});

test('cancels what it has sent, lists what is open and what has ended, and hears why not', async () => {
  const { server, client } = await connected({ settings: { fillDelay: 60_000, partialFills: 0 as Ratio } });
  const order = await market(client, 'buy', 1, 'day-1');
  expect(await client.fetchOpenOrders('VTI')).toMatchObject([{ id: order.id }]);
  await client.cancelOrder(order.id);
  pass(server, 200);
  expect(await client.fetchOpenOrders('VTI')).toEqual([]);
  expect(await client.fetchClosedOrders('VTI')).toMatchObject([
    { id: order.id, status: 'canceled', filled: 0 },
  ]);
  await expect(client.cancelOrder(order.id)).rejects.toThrow(/already in/);
  await expect(market(client, 'buy', 1_000_000, 'day-2')).rejects.toThrow(/insufficient buying power/);
  await expect(client.createOrder('VTI', 'limit', 'buy', 1, 100, FOR_THE_DAY)).rejects.toThrow(
    /limit orders/,
  );
});

test('has the time, and the hours, of the exchange', async () => {
  const { server, client } = await connected();
  expect(await client.fetchTime()).toBe(server.clock.now());
  expect(await client.traderPrivateGetV2Clock()).toMatchObject({ is_open: true });
  const days = { start: '2025-11-28', end: '2025-11-28' };
  expect(await client.traderPrivateGetV2Calendar(days)).toMatchObject([
    { date: '2025-11-28', close: '13:00' },
  ]);
});
