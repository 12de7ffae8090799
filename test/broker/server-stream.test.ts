/** The websocket of trade updates, by hand. */
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { alpacaServer, fault, KEYS, type ServerFacts, type TestServer } from '../support/alpaca-server.ts';
import { update } from '../support/alpaca-shapes.ts';
import { cancelOrder, submitOrder } from '../../src/broker/simulated-orders.ts';
import { buy, SETTINGS, venue } from '../support/simulated-world.ts';

interface Frame {
  readonly isBinary: boolean;
  readonly stream?: string;
  readonly action?: string;
  readonly data: {
    readonly action?: string;
    readonly status?: string;
    readonly streams?: readonly string[];
    readonly event?: string;
  };
}

interface Heard {
  readonly socket: WebSocket;
  readonly frames: Frame[];
  readonly events: () => (string | undefined)[];
  readonly say: (message: unknown) => void;
}

async function opened({ url }: TestServer): Promise<Heard> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/stream`);
  onTestFinished(() => socket.terminate());
  const frames: Heard['frames'] = [];
  socket.on('message', (data: Buffer, isBinary) =>
    frames.push({ ...(JSON.parse(data.toString()) as Frame), isBinary }),
  );
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    socket,
    frames,
    events: () => frames.filter(({ stream }) => stream === 'trade_updates').map(({ data }) => data.event),
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  };
}

const AUTHENTICATE = { action: 'authenticate', data: { key_id: KEYS.id, secret_key: KEYS.secret } };
const LISTEN = { action: 'listen', data: { streams: ['trade_updates', 'account_updates'] } };

async function listening(server: TestServer): Promise<Heard> {
  const heard = await opened(server);
  heard.say(AUTHENTICATE);
  heard.say(LISTEN);
  await expect.poll(() => heard.frames.length).toBe(2);
  return heard;
}

test('who is not authorized is told so, and hears nothing; who listens anew replaces the set.', async () => {
  const server = await alpacaServer({ keys: KEYS });
  const heard = await opened(server);
  heard.say(LISTEN);
  heard.say({ action: 'authenticate', data: { key_id: KEYS.id, secret_key: 'wrong' } });
  heard.say('no JSON');
  heard.say(AUTHENTICATE);
  heard.say(LISTEN);
  heard.say({ action: 'listen', data: { streams: [] } });
  await expect.poll(() => heard.frames.length).toBe(6);
  await server.order({});
  expect(
    heard.frames.map(({ stream, action, data }) => [
      stream ?? action,
      data.status ?? data.streams,
      data.action,
    ]),
  ).toEqual([
    ['authorization', 'unauthorized', 'listen'],
    ['authorization', 'unauthorized', 'authenticate'],
    ['error', undefined, undefined],
    ['authorization', 'authorized', 'authenticate'],
    ['listening', ['trade_updates'], undefined],
    ['listening', [], undefined],
  ]);
  expect(heard.frames.every(({ isBinary }) => isBinary)).toBe(true);
});

test('an order is told from its submission to its end, with what each fill was, in the shape of the stream.', async () => {
  const server = await alpacaServer({ frames: 'text' });
  const heard = await listening(server);
  await server.order({ qty: '10', client_order_id: 'a' });
  server.clock.advance(20);
  server.server.look();
  server.clock.advance(2_000);
  await server.order({ qty: '4', side: 'sell', client_order_id: 'b' });
  server.clock.advance(2_000);
  server.server.look();
  await expect
    .poll(() => heard.events())
    .toEqual(['pending_new', 'new', 'fill', 'pending_new', 'new', 'fill']);
  const updates = heard.frames.slice(2).map(({ isBinary: _, ...frame }) => update.parse(frame).data);
  expect(
    updates.map(({ order, qty, position_qty }) => [order.status, order.filled_qty, qty, position_qty]),
  ).toEqual([
    ['pending_new', '0', undefined, undefined],
    ['new', '0', undefined, undefined],
    ['filled', '10', '10', '10'],
    ['pending_new', '0', undefined, undefined],
    ['new', '0', undefined, undefined],
    ['filled', '4', '4', '6'],
  ]);
  const times = updates.map(({ timestamp }) => timestamp.slice(0, 23));
  expect(times).toEqual([...times].sort());
  expect(heard.frames[0]?.isBinary).toBe(false);
});

test('what others do to the account is told without a request: orders, cancels and their end.', async () => {
  const server = await alpacaServer({ settings: { fillDelay: 60_000 } });
  const heard = await listening(server);
  const world = venue({ ...SETTINGS, fillDelay: 60_000 });
  const order = await server.store.change((state) =>
    submitOrder(state, buy('other', 'VTI', 3), server.clock.now(), world),
  );
  const id = order.kind === 'created' ? order.order.brokerOrderId : '';
  await expect.poll(() => heard.events()).toEqual(['pending_new']);
  server.clock.advance(25);
  await expect.poll(() => heard.events()).toEqual(['pending_new', 'new']);
  await server.store.change((state) => cancelOrder(state, id, server.clock.now()));
  await expect.poll(() => heard.events().at(-1)).toBe('pending_cancel');
  server.clock.advance(200);
  await expect.poll(() => heard.events().at(-1)).toBe('canceled');
});

test.each([
  ['lost', ['pending_new', 'new', 'pending_new', 'new', 'fill']],
  ['doubled', ['pending_new', 'new', 'fill', 'fill', 'pending_new', 'new', 'fill']],
  ['reordered', ['pending_new', 'new', 'pending_new', 'fill', 'new', 'fill']],
] as const)('a fill that is %s.', async (kind, expected) => {
  const script = [fault({ on: 'stream', event: 'fill', effect: { kind } })];
  const server = await alpacaServer({ script });
  const heard = await listening(server);
  for (const symbol of ['VTI', 'BND']) {
    await server.order({ symbol });
    server.clock.advance(2_000);
    server.server.look();
  }
  await expect.poll(() => heard.events()).toEqual(expected);
});

test('a stream that goes down ends, cannot be opened for a while, and lost what happened meanwhile.', async () => {
  const script = [fault({ on: 'stream', event: 'new', effect: { kind: 'down', for: 10_000 } })];
  const server = await alpacaServer({ script });
  const heard = await listening(server);
  const ended = new Promise((resolve) => heard.socket.once('close', resolve));
  await server.order({});
  server.clock.advance(2_000);
  server.server.look();
  await ended;
  await expect(opened(server)).rejects.toThrow('503');
  server.clock.advance(10_000);
  const again = await listening(server);
  await server.order({ symbol: 'BND' });
  await expect.poll(() => again.events()).toEqual(['pending_new']);
});

test('a stream may be refused when it is opened, and is at one place only.', async () => {
  const script = [fault({ on: 'stream connect', effect: { kind: 'refused', status: 429 } })];
  const server = await alpacaServer({ script } satisfies ServerFacts);
  await expect(opened(server)).rejects.toThrow('429');
  await expect(opened(server)).resolves.toBeDefined();
  await expect(opened({ ...server, url: `${server.url}/other` })).rejects.toThrow('404');
});

test('a client that cuts its connection while it is refused does no harm.', async () => {
  const server = await alpacaServer();
  const { port } = new URL(server.url);
  for (let count = 0; count < 20; count += 1) {
    const socket = connect(Number(port), '127.0.0.1');
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.write('GET /other HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', () =>
      socket.resetAndDestroy(),
    );
    await gone;
  }
  await expect(server.ask('GET /v2/clock')).resolves.toMatchObject({ status: 200 });
});

test('the end of the server ends every socket at once.', async () => {
  const server = await alpacaServer();
  const heard = await listening(server);
  const ended = new Promise((resolve) => heard.socket.once('close', resolve));
  await server.server.close();
  await ended;
  await expect(server.ask('GET /v2/clock')).rejects.toThrow('fetch failed');
});
