/** What a script does to requests, on real sockets. */
import { describe, expect, test } from 'vitest';
import { meetServerFault, type ServerFault } from '../../src/broker/server/server-fault.ts';
import type { ServerEffect } from '../../src/broker/server/server-effect.ts';
import { plus } from '../../src/domain/instant.ts';
import { alpacaServer, fault, type OrderTold, type TestServer } from '../support/alpaca-server.ts';
import { shares, START } from '../support/simulated-world.ts';

const SUBMIT = 'POST /v2/orders';

function serverWith(...script: readonly ServerFault[]): Promise<TestServer> {
  return alpacaServer({ script });
}

async function placed({ ask }: TestServer): Promise<string[]> {
  const { body } = await ask<readonly OrderTold[]>('GET /v2/orders?status=all');
  return body.map((order) => order.client_order_id);
}

interface Row {
  readonly symbol: string;
  readonly qty: string;
}

/** What `fetch` throws says only in its causes what has happened. */
async function reasonOf(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => new Error('answered'),
    (thrown: unknown) => thrown,
  );
  const words: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) words.push(at.message);
  return words.join(': ');
}

const STATUS: Extract<ServerEffect, { kind: 'status' }> = {
  kind: 'status',
  status: 503,
  when: 'before',
  page: 'json',
  code: null,
  message: 'scripted fault',
  retryAfter: null,
  resetIn: null,
};

describe('a connection', () => {
  test.each([
    ['drop', 'before', 'other side closed', []],
    ['drop', 'after', 'other side closed', ['a']],
    ['reset', 'before', 'ECONNRESET', []],
    ['reset', 'after', 'ECONNRESET', ['a']],
  ] as const)('ends by %s %s the order is taken.', async (kind, when, reason, orders) => {
    const server = await serverWith(fault({ on: SUBMIT, effect: { kind, when } }));
    expect(await reasonOf(server.order({ client_order_id: 'a' }))).toContain(reason);
    expect(await placed(server)).toEqual(orders);
    expect((await server.order({ client_order_id: 'b' })).status).toBe(200);
  });

  test('is cut in the middle of an answer, of which the headers promised the whole.', async () => {
    const server = await serverWith(fault({ on: SUBMIT, effect: { kind: 'cut' } }));
    expect(await reasonOf(server.order({ client_order_id: 'a' }))).toContain('terminated');
    expect(await placed(server)).toEqual(['a']);
  });

  test('brings a whole answer of half a document.', async () => {
    const server = await serverWith(fault({ on: SUBMIT, effect: { kind: 'half-json' } }));
    const told = await server.order({ client_order_id: 'a' });
    expect(told).toMatchObject({ status: 200, body: expect.stringMatching(/^\{"id":/) as string });
    expect(await placed(server)).toEqual(['a']);
  });
});

describe('a status', () => {
  test.each([
    ['before', []],
    ['after', ['a']],
  ] as const)('comes %s the order is taken.', async (when, orders) => {
    const server = await serverWith(fault({ on: SUBMIT, effect: { ...STATUS, status: 504, when } }));
    expect(await server.order({ client_order_id: 'a' })).toMatchObject({
      status: 504,
      body: { message: 'scripted fault' },
    });
    expect(await placed(server)).toEqual(orders);
  });

  test('may be the page of a proxy.', async () => {
    const page = { ...STATUS, status: 502, page: 'html', message: 'Bad Gateway' } as const;
    const server = await serverWith(fault({ on: 'any', effect: page }));
    const told = await server.ask('GET /v2/account');
    expect(told.headers.get('content-type')).toBe('text/html');
    expect(told.body).toContain('<title>502 Bad Gateway</title>');
  });

  test('may have a code, and say when to come again.', async () => {
    const limited = { ...STATUS, status: 429, code: 42910000, retryAfter: 3, resetIn: 2_500 } as const;
    const server = await serverWith(fault({ on: 'any', effect: limited }));
    const told = await server.ask('GET /v2/account');
    expect(told).toMatchObject({ status: 429, body: { code: 42910000, message: 'scripted fault' } });
    expect(told.headers.get('retry-after')).toBe('3');
    expect(told.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(told.headers.get('x-ratelimit-reset'))).toBe(Math.ceil((START + 2_500) / 1_000));
    expect(Date.parse(told.headers.get('date') ?? '')).toBe(START);
  });

  test('says nothing of the rate limit, where the script does not.', async () => {
    const server = await serverWith(fault({ on: 'any', effect: { ...STATUS, status: 429 } }));
    const { headers } = await server.ask('GET /v2/account');
    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });
});

describe('a delay', () => {
  test.each([
    ['before', START + 700],
    ['after', START],
  ] as const)('is that of the request, or of its answer: %s the order is taken.', async (when, taken) => {
    const server = await serverWith(fault({ on: SUBMIT, delay: 700, effect: { kind: 'late', when } }));
    const { body } = await server.order({ client_order_id: 'a' });
    expect(server.clock.now()).toBe(START + 700);
    expect(Date.parse(body.submitted_at)).toBe(taken);
  });
});

describe('what is told', () => {
  test('of a new order may be late, and the order may not be shown for a while.', async () => {
    const server = await serverWith(
      fault({ on: SUBMIT, delay: 700, hiddenFor: 5_000, effect: { kind: 'drop', when: 'after' } }),
    );
    await server.order({ client_order_id: 'a' }).catch(() => undefined);
    expect(server.clock.now()).toBe(START + 700);
    const byId = 'GET /v2/orders:by_client_order_id?client_order_id=a';
    expect((await server.ask(byId)).status).toBe(404);
    expect(await placed(server)).toEqual([]);
    expect((await server.order({ client_order_id: 'a' })).body.message).toBe(
      'client_order_id must be unique',
    );
    server.clock.advance(5_000);
    expect((await server.ask(byId)).status).toBe(200);
    expect(await placed(server)).toEqual(['a']);
  });

  test('of positions may be old, or nothing at all.', async () => {
    const server = await serverWith(
      fault({ on: 'GET /v2/positions', effect: { kind: 'stale', by: 3_000 } }),
      fault({ on: 'GET /v2/positions', effect: { kind: 'empty' }, after: 1 }),
      fault({ on: 'GET /v2/positions/{symbol}', symbol: 'BND', effect: { kind: 'stale', by: 3_000 } }),
    );
    await server.order({ symbol: 'VTI', qty: '7' });
    server.clock.advance(5_000);
    await server.order({ symbol: 'BND', qty: '2' });
    await server.order({ symbol: 'VTI', qty: '1' });
    server.clock.advance(2_000);
    const rows = async (): Promise<string[]> => {
      const { body } = await server.ask<readonly Row[]>('GET /v2/positions');
      return body.map(({ symbol, qty }) => `${symbol} ${qty}`);
    };
    expect(await rows()).toEqual(['VTI 7']);
    expect(await rows()).toEqual([]);
    expect(await rows()).toEqual(['BND 2', 'VTI 8']);
    expect((await server.ask('GET /v2/positions/VTI')).body).toMatchObject({ qty: '8' });
    expect((await server.ask('GET /v2/positions/BND')).status).toBe(404);
  });

  test('may have a status, a field or a time that nobody expects.', async () => {
    const server = await serverWith(
      fault({ on: 'GET /v2/orders', effect: { kind: 'order-status', status: 'pending_review' } }),
      fault({ on: 'GET /v2/account', effect: { kind: 'new-field', name: 'brand_new' } }),
      fault({ on: 'GET /v2/clock', effect: { kind: 'skew', by: -90_000 } }),
    );
    await server.order({});
    expect((await server.ask('GET /v2/orders')).body).toMatchObject([{ status: 'pending_review' }]);
    expect((await server.ask('GET /v2/account')).body).toHaveProperty('brand_new');
    expect((await server.ask('GET /v2/clock')).body).toMatchObject({
      timestamp: '2025-12-02T14:58:30.000000000-05:00',
    });
  });
});

test('an order fills in part, is rejected after it was taken, or waits for the end of a halt.', async () => {
  const order = { kind: 'order', fills: null, fillAfter: 0 } as const;
  const server = await serverWith(
    fault({ on: SUBMIT, symbol: 'VTI', effect: { ...order, fills: shares(3) } }),
    fault({ on: SUBMIT, symbol: 'BND', effect: { ...order, rejectAfter: 10 } }),
    fault({ on: SUBMIT, symbol: 'GLD', effect: { ...order, haltedUntil: plus(START, 60_000) } }),
  );
  for (const symbol of ['VTI', 'BND', 'GLD']) await server.order({ symbol, qty: '5' });
  server.clock.advance(5_000);
  const { body } = await server.ask('GET /v2/orders?status=all&direction=asc');
  expect(body).toMatchObject([
    { symbol: 'VTI', status: 'partially_filled', filled_qty: '3' },
    { symbol: 'BND', status: 'rejected', filled_qty: '0', failed_at: expect.any(String) as string },
    { symbol: 'GLD', status: 'new', filled_qty: '0' },
  ]);
  server.clock.advance(60_000);
  expect((await server.ask('GET /v2/positions/GLD')).body).toMatchObject({ qty: '5' });
});

describe('which fault a request meets', () => {
  const late: ServerEffect = { kind: 'late', when: 'after' };
  const met = (
    script: readonly ServerFault[],
    calls: readonly Parameters<typeof meetServerFault>[2][],
  ): number[] => {
    let counts: readonly number[] = [];
    return calls.map((call, index) => {
      const { fault: found, counts: next } = meetServerFault(
        script,
        counts,
        call,
        plus(START, index * 1_000),
      );
      counts = next;
      return found === null ? -1 : script.indexOf(found);
    });
  };
  const buyVti = { place: SUBMIT, symbol: 'VTI', side: 'buy' } as const;

  test('is the first that matches and is due, as often as it says.', () => {
    const script = [
      fault({ on: SUBMIT, after: 1, times: 2, effect: late }),
      fault({ on: 'any', times: 3, effect: late }),
    ];
    expect(met(script, [buyVti, buyVti, buyVti, buyVti])).toEqual([1, 0, 0, -1]);
  });

  test('depends on symbol, side, event and time, where it names them; streams are no requests.', () => {
    const script = [
      fault({ on: SUBMIT, symbol: 'BND', effect: late }),
      fault({ on: SUBMIT, side: 'sell', effect: late }),
      fault({ on: SUBMIT, from: plus(START, 2_000), until: plus(START, 3_000), effect: late }),
      fault({ on: 'stream', event: 'fill', effect: { kind: 'lost' } }),
      fault({ on: 'any', after: 3, effect: late }),
    ];
    const events = ['new', 'fill'].map((event) => ({ place: 'stream', symbol: 'VTI', event }) as const);
    expect(met(script, [buyVti, { ...buyVti, side: 'sell' }, buyVti, ...events])).toEqual([-1, 1, 2, -1, 3]);
  });
});

test('a request that is delayed for long does not keep the server from its end.', async () => {
  const script = [fault({ on: 'any', delay: 3_600_000, effect: { kind: 'late', when: 'after' } })];
  const server = await alpacaServer({ script });
  const realSleep = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
  server.clock.sleep = realSleep;
  const waiting = reasonOf(server.ask('GET /v2/account'));
  await realSleep();
  await server.server.close();
  expect(await waiting).toContain('fetch failed');
});
