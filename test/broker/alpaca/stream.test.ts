/** The stream against a real server of sockets: it only ever wakes, and it never gives up, storms or leaves something behind. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { openStream, type NewsStream, type StreamTimes } from '../../../src/broker/alpaca/stream.ts';
import { ORDER } from '../../support/alpaca-answers.ts';
import { KEY_ID, KEY_SECRET, testKeys } from '../../support/alpaca-fake.ts';

const AUTHORIZED = { stream: 'authorization', data: { status: 'authorized', action: 'authenticate' } };
const UNAUTHORIZED = { stream: 'authorization', data: { status: 'unauthorized', action: 'authenticate' } };
const LISTENING = { stream: 'listening', data: { streams: ['trade_updates'] } };
const FILL = { stream: 'trade_updates', data: { event: 'fill', order: ORDER, timestamp: ORDER.updated_at } };
/** Long where a test does not wait for it. */
const LONG = 60_000;
const QUICK: StreamTimes = {
  deadline: LONG,
  silence: LONG,
  backoff: 20,
  backoffMax: 40,
  steady: LONG,
  refused: LONG,
};

interface Heard {
  readonly action?: string;
  readonly data?: object;
}

interface Venue {
  readonly url: string;
  readonly sockets: WebSocket[];
  readonly heard: Heard[];
}

/** `answer`: what is said to a frame. */
async function venue(answer: (frame: Heard) => object | null): Promise<Venue> {
  const sockets: WebSocket[] = [];
  const heard: Heard[] = [];
  const http = createServer();
  const url = await listening(http);
  const server = new WebSocketServer({ server: http, path: '/stream' });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Heard;
      heard.push(frame);
      const said = answer(frame);
      if (said !== null) socket.send(JSON.stringify(said));
    });
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.terminate();
    server.close();
  });
  return { url, sockets, heard };
}

async function listening(http: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}

/** A client that cuts its connection does not end the test. */
const letGo = (socket: Duplex): unknown => socket.on('error', () => socket.destroy());

const welcoming = ({ action }: Heard): object => (action === 'authenticate' ? AUTHORIZED : LISTENING);

interface Listening {
  readonly stream: NewsStream;
  readonly told: string[];
  readonly news: () => number;
}

function listen(
  url: string,
  times: Partial<StreamTimes> = {},
  others: Partial<Parameters<typeof openStream>[0]> = {},
): Listening {
  const told: string[] = [];
  let news = 0;
  const stream = openStream({
    url,
    keys: testKeys,
    whyClosed: () => null,
    onNews: () => {
      news += 1;
    },
    tell: (message) => told.push(message),
    times: { ...QUICK, ...times },
    ...others,
  });
  onTestFinished(() => stream.close());
  return { stream, told, news: () => news };
}

const until = (holds: () => void): Promise<void> => vi.waitFor(holds, { timeout: 20_000, interval: 5 });
const seen = (count: () => number, wanted: number): Promise<void> =>
  until(() => expect(count()).toBeGreaterThanOrEqual(wanted));

describe('the stream', () => {
  test('names the keys, asks for orders alone, and wakes once it hears that they come', async () => {
    const { url, heard } = await venue(welcoming);
    const { news, told } = listen(url);
    await seen(news, 1);
    expect(heard).toEqual([
      { action: 'authenticate', data: { key_id: KEY_ID, secret_key: KEY_SECRET } },
      { action: 'listen', data: { streams: ['trade_updates'] } },
    ]);
    expect(news()).toBe(1);
    expect(told).toEqual([]);
  });

  test.each([
    ['as text', JSON.stringify(FILL)],
    ['in bytes', Buffer.from(JSON.stringify(FILL))],
    ['that nobody knows', JSON.stringify({ ...FILL, data: { ...FILL.data, event: 'trade_bust' } })],
    ['that cannot be read', '{"stream":"trade_updates","data":{"event":'],
    ['without an order', JSON.stringify({ stream: 'trade_updates', data: { event: 'fill' } })],
  ])('wakes at an event %s', async (_, frame) => {
    const { url, sockets } = await venue(welcoming);
    const { news, told } = listen(url);
    await seen(news, 1);
    sockets[0]?.send(frame);
    await seen(news, 2);
    expect(told).toEqual([]);
  });

  test('comes back after it was cut, wakes again, and says both once', async () => {
    const { url, sockets } = await venue(welcoming);
    const { news, told } = listen(url);
    for (let count = 1; count <= 3; count += 1) {
      await seen(news, count);
      sockets.at(-1)?.terminate();
    }
    await seen(news, 4);
    expect(told.slice(0, 2)).toEqual([
      expect.stringContaining('the stream of the broker is down'),
      'the stream of the broker is back',
    ]);
  });

  test.each<[string, Partial<StreamTimes>, (frame: Heard) => object | null]>([
    ['is not let in by word', { deadline: 50 }, () => null],
    [
      'hears nothing of its question',
      { deadline: 50 },
      ({ action }) => (action === 'listen' ? null : AUTHORIZED),
    ],
  ])('is made anew where it %s in time, and says so once', async (_, times, answer) => {
    const { url, sockets } = await venue(answer);
    const { news, told } = listen(url, times);
    await seen(() => sockets.length, 3);
    expect(told).toEqual([expect.stringContaining('no word that events will come')]);
    expect(news()).toBe(0);
  });

  test('that is taken away each time it is there waits longer each time', async () => {
    const { url, sockets } = await venue((frame) => {
      if (frame.action === 'listen') setTimeout(() => sockets.at(-1)?.terminate(), 5);
      return welcoming(frame);
    });
    const began = performance.now();
    listen(url, { backoffMax: LONG });
    await seen(() => sockets.length, 6);
    // Five pauses, doubled each time, each shorter by a fifth at most.
    expect(performance.now() - began).toBeGreaterThan(0.8 * (20 + 40 + 80 + 160 + 320));
  });

  test('that has stood for a while comes back as soon as the first time', async () => {
    const { url, sockets } = await venue((frame) => {
      if (frame.action === 'listen') setTimeout(() => sockets.at(-1)?.terminate(), 50);
      return welcoming(frame);
    });
    listen(url, { backoffMax: LONG, steady: 1 });
    // Doubled each time, the pauses before the twelfth would be 40 s.
    await seen(() => sockets.length, 12);
  });

  test('does not wait for ever for an answer to its first request', async () => {
    let requests = 0;
    const http = createServer();
    http.on('upgrade', (_, socket) => {
      requests += 1;
      letGo(socket);
    });
    const { told } = listen(await listening(http), { deadline: 50 });
    await seen(() => requests, 2);
    expect(told).toHaveLength(1);
  });

  test.each([401, 429, 503])('tries again where it is refused with %s, and says so once', async (status) => {
    let requests = 0;
    const http = createServer();
    http.on('upgrade', (_, socket) => {
      requests += 1;
      letGo(socket);
      socket.end(`HTTP/1.1 ${status} No\r\nconnection: close\r\n\r\n`);
    });
    const { told, news } = listen(await listening(http));
    await seen(() => requests, 3);
    expect(told).toEqual([expect.stringContaining(String(status))]);
    expect(news()).toBe(0);
  });

  test.each([
    ['keys that are not accepted', UNAUTHORIZED, /keys are not accepted/],
    ['events that are not permitted', { stream: 'listening', data: { streams: [] } }, /not permitted/],
  ])('waits long after %s', async (_, said, why) => {
    const { url, sockets } = await venue(({ action }) =>
      action === 'authenticate' && said === UNAUTHORIZED
        ? UNAUTHORIZED
        : action === 'listen'
          ? said
          : AUTHORIZED,
    );
    const { told } = listen(url);
    await seen(() => told.length, 1);
    expect(told[0]).toMatch(why);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(sockets).toHaveLength(1);
  });

  test('that is silent after an order was sent wakes all the same, and is made anew', async () => {
    const { url, sockets } = await venue(welcoming);
    const { stream, news, told } = listen(url, { silence: 50 });
    await seen(news, 1);
    stream.expect();
    await seen(() => sockets.length, 2);
    expect(told[0]).toMatch(/no word of an order that was sent/);
    await seen(news, 3);
  });

  test('that hears of an order in time stays as it is', async () => {
    const { url, sockets } = await venue(welcoming);
    const { stream, news } = listen(url, { silence: 300 });
    await seen(news, 1);
    stream.expect();
    sockets[0]?.send(JSON.stringify(FILL));
    await seen(news, 2);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(sockets).toHaveLength(1);
    expect(news()).toBe(2);
  });

  test('outlives a listener that fails', async () => {
    const { url, sockets } = await venue(welcoming);
    let count = 0;
    const onNews = (): void => {
      count += 1;
      throw new Error('no use');
    };
    const { told } = listen(url, {}, { onNews });
    await seen(() => count, 1);
    sockets[0]?.send(JSON.stringify(FILL));
    await seen(() => count, 2);
    expect(told.every((message) => message.includes('no use'))).toBe(true);
  });

  test('sends no keys before the account may be asked', async () => {
    const { url, sockets } = await venue(welcoming);
    let why: string | null = 'not known yet';
    const { news, told } = listen(url, {}, { whyClosed: () => why });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sockets).toEqual([]);
    why = null;
    await seen(news, 1);
    expect(told).toEqual([]);
  });

  test('ends at once and for good when it is closed, also while the other side is dead', async () => {
    const before = resources();
    const { url, sockets } = await venue(welcoming);
    const { stream, news } = listen(url);
    await seen(news, 1);
    stream.expect();
    sockets[0]?.pause();
    stream.close();
    stream.expect();
    await until(() => expect(resources()).toBeLessThanOrEqual(before));
    expect(sockets).toHaveLength(1);
  });

  test('that is closed before it is open opens nothing', async () => {
    const { url, sockets } = await venue(welcoming);
    listen(url).stream.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sockets).toEqual([]);
  });

  test('tells nobody the keys', async () => {
    const said = { action: 'error', data: { error_message: `what is ${KEY_SECRET}` } };
    const { url, sockets, heard } = await venue(() => said);
    const { told } = listen(url);
    await seen(() => heard.length, 1);
    sockets[0]?.close();
    await seen(() => told.length, 1);
    expect(told.join()).toContain('what is [secret]');
    expect(told.join()).not.toContain(KEY_SECRET);
  });
});

/** Timers that keep the process. */
function resources(): number {
  return process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
}
