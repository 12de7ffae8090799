/** A client that nobody here or at Alpaca has written, unchanged: it builds its own requests and parses in its own way. */
import { expect, onTestFinished, test } from 'vitest';
import { AlpacaClient, AlpacaStream, type TradeUpdate } from '@master-chief/alpaca';
import { alpacaServer, KEYS } from '../support/alpaca-server.ts';

test('places, follows, lists and cancels orders, and reads account, positions, clock and calendar.', async () => {
  const server = await alpacaServer({ settings: { clock: 'exchange' } });
  const [rest, socket] = [`${server.url}/v2`, `${server.url.replace('http', 'ws')}/stream`];
  const endpoints = {
    rest: { beta: rest, account: rest, market_data_v2: rest, market_data_v1: rest },
    websocket: { account: socket, market_data: () => socket },
  };
  const credentials = { key: KEYS.id, secret: KEYS.secret };
  const client = new AlpacaClient({ credentials, endpoints, rate_limit: false });
  const stream = new AlpacaStream({ credentials, endpoints, type: 'account' });
  onTestFinished(() => stream.getConnection().close());
  const told: TradeUpdate[] = [];
  stream.on('trade_updates', (update: TradeUpdate) => told.push(update));
  await new Promise((resolve) => stream.once('authenticated', resolve));
  const listening = new Promise((resolve) => stream.once('message', resolve));
  stream.subscribe('trade_updates');
  await listening;

  const order = { symbol: 'VTI', qty: 3, side: 'buy', type: 'market', time_in_force: 'day' } as const;
  const sent = await client.placeOrder({ ...order, client_order_id: 'a' });
  expect(sent).toMatchObject({ client_order_id: 'a', status: 'pending_new', qty: 3 });
  server.clock.advance(2_000);
  server.server.look();
  await expect.poll(() => told.at(-1)?.event).toBe('fill');
  expect(await client.getOrder({ order_id: sent.id })).toMatchObject({ status: 'filled', filled_qty: 3 });
  expect(await client.getPosition({ symbol: 'VTI' })).toMatchObject({ qty: 3, avg_entry_price: 276.4 });
  expect(await client.getAccount()).toMatchObject({ equity: 100_000, cash: 99_170.8 });
  const second = await client.placeOrder({ ...order, symbol: 'BND' });
  expect(await client.cancelOrder({ order_id: second.id })).toBe(true);
  expect((await client.getOrders({ status: 'all' })).map(({ symbol }) => symbol)).toEqual(['BND', 'VTI']);
  expect((await client.getClock()).is_open).toBe(true);
  expect(
    await client.getCalendar({
      start: new Date('2025-12-02T12:00:00Z'),
      end: new Date('2025-12-02T12:00:00Z'),
    }),
  ).toMatchObject([{ date: '2025-12-02', close: '16:00' }]);
  expect(await client.getAccountActivities({ activity_type: 'FILL' })).toMatchObject([{ order_id: sent.id }]);
  await expect(client.placeOrder({ ...order, client_order_id: 'a' })).rejects.toMatchObject({
    code: 40010001,
  });
});
