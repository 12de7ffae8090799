/** The adapter against a real server: what goes over the wire, and what becomes of every way to answer. */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { alpacaBroker } from '../../../src/broker/alpaca/alpaca.ts';
import type { Quantity } from '../../../src/domain/decimal.ts';
import { parseInstant, plus, type Instant } from '../../../src/domain/instant.ts';
import { BrokerRateLimited, BrokerUnavailable, type OrderRequest } from '../../../src/reconciler/ports.ts';
import { ACCOUNT, ASSET, CLOCK, DAY, FILL, ORDER, POSITION } from '../../support/alpaca-answers.ts';
import { fakeAlpaca, json, KEY_ID, KEY_SECRET, testKeys, type Fake } from '../../support/alpaca-fake.ts';
import { text, type Handler } from '../../support/http-server.ts';

const ID = 'hg-core-20251202-plan-AAAAAAAAAAAAAAAA';
const BUY: OrderRequest = {
  clientOrderId: ID,
  symbol: 'AAPL',
  side: 'buy',
  quantity: 10_000_000_000 as Quantity,
  reduceOnly: false,
};
const REFUSED: Handler = json({ message: 'forbidden.' }, 403);
const EMPTY: Handler = (_, response) => response.writeHead(204).end();
/** An answer that begins well and never ends. */
const CUT: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
  response.write('{"id": "61e6');
  setTimeout(() => response.destroy(), 20);
};
const RESET: Handler = (request) => request.socket.destroy();
const NEVER: Handler = () => undefined;
/** Only what never comes is waited for in vain. */
const timeoutFor = (route: unknown): { readonly requestTimeout: number } => ({
  requestTimeout: route === NEVER ? 200 : 20_000,
});
const HTML: Handler = text('<html><body>502 Bad Gateway</body></html>', 502, { 'content-type': 'text/html' });
const instant = (iso: string): Instant => parseInstant(iso) as Instant;

/** As JSON may write it, too. */
function escaped(word: string): string {
  return word.replace(/./g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As any process is that has looked at the account before. */
async function verified(...given: Parameters<typeof fakeAlpaca>): Promise<Fake> {
  const fake = await fakeAlpaca(...given);
  await fake.broker.account();
  fake.asked.length = 0;
  return fake;
}

describe('an order', () => {
  test.each([
    ['buy', false, 'buy_to_open'],
    ['buy', true, 'buy_to_close'],
    ['sell', true, 'sell_to_close'],
    ['sell', false, 'sell_to_open'],
  ] as const)(
    'to %s, reducing only: %s, says %s, and its quantity as text',
    async (side, reduceOnly, intent) => {
      const { broker, asked } = await verified({ 'POST /v2/orders': { ...ORDER, side } });
      const answer = await broker.submit({ ...BUY, side, reduceOnly, quantity: 1_000_000_001 as Quantity });
      expect(answer).toMatchObject({
        kind: 'created',
        order: { clientOrderId: ID, status: 'partially_filled' },
      });
      expect(asked.map(({ what, body }) => [what, body])).toEqual([
        [
          'POST /v2/orders',
          {
            client_order_id: ID,
            symbol: 'AAPL',
            side,
            qty: '1.000000001',
            type: 'market',
            time_in_force: 'day',
            position_intent: intent,
          },
        ],
      ]);
    },
  );

  test('that the broker names otherwise is still created: the core opens a break', async () => {
    const { broker } = await verified({ 'POST /v2/orders': { ...ORDER, symbol: 'MSFT', qty: '99' } });
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'created', order: { symbol: 'MSFT' } });
  });

  test.each<[string, Handler | object, RegExp]>([
    ['of another id', { ...ORDER, client_order_id: 'other' }, /another order, other/],
    ['that lacks a field', { ...ORDER, filled_qty: undefined }, /filled_qty/],
    ['that is no order', json([]), /expected an object/],
    ['that is empty', text(''), /expected an object/],
    ['that is a page', text('<html>'), /not JSON/],
    ['that was cut off', CUT, /cut off/],
    ['of a gateway', HTML, /502/],
    ['that never comes', NEVER, /in time/],
    ['that is a reset', RESET, /connection broke|closed/],
    ['that leads elsewhere', text('', 307, { location: '/v2/else' }), /redirect/],
    ['of a time-out at the broker', json({ message: 'gateway timeout' }, 504), /504/],
  ])('is in doubt after an answer %s', async (_, route, reason) => {
    const { broker, asked } = await verified({ 'POST /v2/orders': route }, timeoutFor(route));
    const answer = await broker.submit(BUY);
    expect(answer).toMatchObject({ kind: 'unknown' });
    if (answer.kind === 'unknown') expect(answer.reason).toMatch(reason);
    expect(asked).toHaveLength(1);
  });

  test('that is refused says why, with the figures', async () => {
    const body = {
      code: 40310000,
      message: 'insufficient buying power',
      buying_power: '1',
      cost_basis: '2300',
    };
    const { broker } = await verified({ 'POST /v2/orders': json(body, 403) });
    expect(await broker.submit(BUY)).toEqual({
      kind: 'refused',
      code: 'InsufficientBuyingPower',
      message: '403: insufficient buying power (buying_power: 1, cost_basis: 2300)',
    });
  });

  test('with an id that the broker may not take is not sent', async () => {
    const { broker, asked } = await verified();
    for (const clientOrderId of ['', 'a b', 'ä', 'a'.repeat(129)])
      expect(await broker.submit({ ...BUY, clientOrderId })).toMatchObject({
        kind: 'refused',
        code: 'Refused',
      });
    expect(asked).toEqual([]);
  });

  test.each<[Record<string, string>, number | null]>([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'x-ratelimit-reset': '1764709205', date: 'Tue, 02 Dec 2025 21:00:00 GMT' }, 5_000],
    [{}, null],
  ])('that comes too often waits as the broker says: %j', async (headers, retryAfter) => {
    const { broker } = await verified({
      'POST /v2/orders': json({ message: 'too many requests.' }, 429, headers),
    });
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'rate-limited', retryAfter });
  });
});

describe('a cancel', () => {
  test('is a request', async () => {
    const { broker, names } = await verified({ 'DELETE /v2/orders/o-1': EMPTY });
    expect(await broker.cancel('o-1')).toEqual({ kind: 'requested' });
    expect(names()).toEqual(['DELETE /v2/orders/o-1']);
  });

  test('of what has ended says so', async () => {
    const message = 'order is already in "filled" state';
    const { broker } = await verified({ 'DELETE /v2/orders/o-1': json({ code: 42210000, message }, 422) });
    expect(await broker.cancel('o-1')).toEqual({ kind: 'already-final' });
  });

  test.each([RESET, HTML, REFUSED])('that is lost is not known', async (handler) => {
    const { broker } = await verified({ 'DELETE /v2/orders/o-1': handler });
    expect(await broker.cancel('o-1')).toMatchObject({ kind: 'unknown' });
  });

  test('finds out first whose account it is', async () => {
    const { broker, asked } = await fakeAlpaca({ 'DELETE /v2/orders/o-1': EMPTY });
    expect(await broker.cancel('o-1')).toEqual({ kind: 'requested' });
    expect(asked.map(({ what }) => what)).toEqual(['GET /v2/account', 'DELETE /v2/orders/o-1']);
  });
});

describe('a read', () => {
  const READS: readonly (readonly [string, string, (fake: Fake) => Promise<unknown>])[] = [
    ['account', 'GET /v2/account', ({ broker }) => broker.account()],
    ['positions', 'GET /v2/positions', ({ broker }) => broker.positions()],
    ['open orders', 'GET /v2/orders', ({ broker }) => broker.openOrders()],
    ['look-up', 'GET /v2/orders:by_client_order_id', ({ broker }) => broker.orderByClientId(ID)],
    [
      'history',
      'GET /v2/account/activities',
      ({ broker }) => broker.history(instant('2025-12-02T12:00:00Z')),
    ],
    ['clock', 'GET /v2/clock', ({ broker }) => broker.clock()],
    ['asset', 'GET /v2/assets/AAPL', ({ broker }) => broker.assets(['AAPL'])],
  ];

  test.each(READS)('of %s rejects with every answer that is none', async (_, what, ask) => {
    for (const handler of [HTML, RESET, CUT, text('{'), text(''), json({}), json(null), json([{}]), NEVER]) {
      const fake = await verified({}, timeoutFor(handler));
      fake.serve({ [what]: handler });
      await expect(ask(fake)).rejects.toThrow(BrokerUnavailable);
    }
  });

  test.each(READS)('of %s is told how long to wait', async (_, what, ask) => {
    const fake = await verified();
    fake.serve({ [what]: json({ message: 'too many requests.' }, 429, { 'retry-after': '3' }) });
    const error: unknown = await ask(fake).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BrokerRateLimited);
    expect(error).toMatchObject({ retryAfter: 3_000 });
  });

  test('names the answer and the field that cannot be used', async () => {
    const { broker } = await verified({
      'GET /v2/positions': [json([POSITION, { ...POSITION, qty: null }])],
    });
    await expect(broker.positions()).rejects.toThrow(
      'the answer to GET /v2/positions cannot be used: 1.qty: expected a quantity, as text',
    );
  });

  test('is never repeated here: the core has its own patience', async () => {
    const { broker, asked } = await verified({ 'GET /v2/positions': HTML });
    await expect(broker.positions()).rejects.toThrow(/502/);
    expect(asked).toHaveLength(1);
  });

  test('of what nobody listens to says so', async () => {
    const { again } = await fakeAlpaca();
    // A port that no program may have.
    const broker = again({ settings: { url: 'http://127.0.0.1:2/' } });
    await expect(broker.account()).rejects.toThrow(
      /127.0.0.1:2, GET .v2.account: it cannot be reached \(ECONNREFUSED\)/,
    );
  });

  test('does not wait longer than it may', async () => {
    const { broker } = await verified({ 'GET /v2/positions': NEVER }, { requestTimeout: 200 });
    await expect(broker.positions()).rejects.toThrow(/no answer in time/);
  });
});

describe('open orders', () => {
  const page = (from: number, count: number): object[] =>
    Array.from({ length: count }, (_, index) => ({
      ...ORDER,
      id: `o-${from + index}`,
      client_order_id: `c-${from + index}`,
    }));

  test('are read page by page to the end', async () => {
    const { broker, asked } = await verified({
      'GET /v2/orders': [json(page(0, 500)), json(page(500, 500)), json(page(1_000, 3))],
    });
    expect(await broker.openOrders()).toHaveLength(1_003);
    expect(asked.map(({ query }) => query['after_order_id'])).toEqual([undefined, 'o-499', 'o-999']);
    expect(asked[0]?.query).toEqual({ status: 'open', limit: '500', direction: 'asc', nested: 'false' });
  });

  test('whose last page is full have one more, which is empty', async () => {
    const { broker } = await verified({ 'GET /v2/orders': [json(page(0, 500)), json([])] });
    expect(await broker.openOrders()).toHaveLength(500);
  });

  test('are not known where the list does not advance', async () => {
    const { broker } = await verified({ 'GET /v2/orders': [json(page(0, 500)), json(page(0, 500))] });
    await expect(broker.openOrders()).rejects.toThrow(/does not advance/);
  });

  test('are not known where a later page fails', async () => {
    const { broker } = await verified({ 'GET /v2/orders': [json(page(0, 500)), HTML] });
    await expect(broker.openOrders()).rejects.toThrow(BrokerUnavailable);
  });

  test('tell of an unknown status once', async () => {
    const odd = { ...ORDER, status: 'pending_review' };
    const { broker, told } = await verified({ 'GET /v2/orders': [json([odd, { ...odd, id: 'o-2' }])] });
    expect((await broker.openOrders()).map(({ status }) => status)).toEqual(['unknown', 'unknown']);
    await broker.openOrders();
    expect(told).toEqual([expect.stringContaining('pending_review')]);
  });
});

describe('a look-up', () => {
  test('finds an order by its id', async () => {
    const { broker, asked } = await verified({ 'GET /v2/orders:by_client_order_id': ORDER });
    expect(await broker.orderByClientId(ID)).toMatchObject({ clientOrderId: ID });
    expect(asked[0]?.query).toEqual({ client_order_id: ID });
  });

  test('does not take another order for the one that was asked for', async () => {
    const other = { ...ORDER, client_order_id: 'somebody-else' };
    const { broker } = await verified({ 'GET /v2/orders:by_client_order_id': other });
    await expect(broker.orderByClientId(ID)).rejects.toThrow(BrokerUnavailable);
  });

  test('is null only where the broker itself knows no such order', async () => {
    const what = 'GET /v2/orders:by_client_order_id';
    const message = 'order not found';
    const { broker, serve } = await verified({ [what]: json({ code: 40410000, message }, 404) });
    expect(await broker.orderByClientId(ID)).toBeNull();
    for (const other of [json({ message }, 404), text('<html>', 404), text('', 404)]) {
      serve({ [what]: other });
      await expect(broker.orderByClientId(ID)).rejects.toThrow(BrokerUnavailable);
    }
  });
});

describe('the history', () => {
  const SINCE = instant('2025-12-02T20:55:00.000Z');
  const at = (id: string, time: string): object => ({ ...FILL, id, transaction_time: time });

  test('is read to its end, oldest first, and only what came after the moment', async () => {
    const { broker, asked } = await verified({
      'GET /v2/account/activities': [
        json([at('a', '2025-12-02T20:54:59.999999Z'), at('c', '2025-12-02T20:55:02Z')]),
        json([at('b', '2025-12-02T20:55:00.000999Z'), at('d', '2025-12-02T20:55:01.5Z')]),
        json([]),
      ],
    });
    // The second of them is of the very millisecond.
    expect((await broker.history(SINCE)).map(({ id }) => id)).toEqual(['d', 'c']);
    expect(asked.map(({ query }) => query)).toEqual(
      [undefined, 'c', 'd'].map((token) => ({
        activity_types: 'FILL',
        direction: 'asc',
        page_size: '100',
        after: new Date(plus(SINCE, -60_000)).toISOString(),
        ...(token !== undefined && { page_token: token }),
      })),
    );
  });

  test('is not known where the list does not advance', async () => {
    const { broker } = await verified({ 'GET /v2/account/activities': [json([FILL])] });
    await expect(broker.history(SINCE)).rejects.toThrow(/does not advance/);
  });
});

describe('the clock', () => {
  test('of a simulator that is always open has no calendar, and no last moment for orders', async () => {
    const { again, names } = await verified();
    const broker = again({ settings: { clock: 'always-open' } });
    expect(await broker.clock()).toEqual({
      now: instant('2025-12-02T15:55:00.123-05:00'),
      isOpen: true,
      session: {
        date: '2025-12-02',
        open: instant('2025-12-02T00:00:00-05:00'),
        close: instant('2025-12-03T00:00:00-05:00'),
      },
      lastSubmit: null,
    });
    expect(names()).toEqual(['GET /v2/clock']);
  });

  test('has the session of the calendar, which is asked for once', async () => {
    const { broker, asked } = await verified();
    const clock = await broker.clock();
    expect(clock).toEqual({
      now: instant('2025-12-02T15:55:00.123-05:00'),
      isOpen: true,
      session: {
        date: '2025-12-02',
        open: instant('2025-12-02T09:30:00-05:00'),
        close: instant('2025-12-02T16:00:00-05:00'),
      },
      lastSubmit: instant('2025-12-02T15:59:30-05:00'),
    });
    expect(await broker.clock()).toEqual(clock);
    expect(asked.map(({ what }) => what)).toEqual(['GET /v2/clock', 'GET /v2/calendar', 'GET /v2/clock']);
    expect(asked[1]?.query).toEqual({ start: '2025-12-02', end: '2025-12-02' });
  });

  test('knows an early close', async () => {
    const { broker } = await verified({
      'GET /v2/clock': {
        timestamp: '2025-11-28T12:00:00-05:00',
        is_open: true,
        next_open: '2025-12-01T09:30:00-05:00',
        next_close: '2025-11-28T13:00:00-05:00',
      },
      'GET /v2/calendar': [json([{ ...DAY, date: '2025-11-28', close: '13:00' }])],
    });
    expect((await broker.clock()).lastSubmit).toBe(instant('2025-11-28T12:59:30-05:00'));
  });

  test('of a closed exchange has the next session', async () => {
    const { broker, asked } = await verified({
      'GET /v2/clock': {
        timestamp: '2025-12-05T23:30:00-05:00',
        is_open: false,
        next_open: '2025-12-08T09:30:00-05:00',
        next_close: '2025-12-08T16:00:00-05:00',
      },
      'GET /v2/calendar': [json([{ ...DAY, date: '2025-12-08' }])],
    });
    expect(await broker.clock()).toMatchObject({ isOpen: false, session: { date: '2025-12-08' } });
    expect(asked[1]?.query).toEqual({ start: '2025-12-08', end: '2025-12-08' });
  });

  test('asks the calendar again where the close has moved, and is not known where they disagree', async () => {
    const { broker, serve, names } = await verified();
    await broker.clock();
    serve({
      'GET /v2/clock': { ...CLOCK, next_close: '2025-12-02T15:58:00-05:00' },
      'GET /v2/calendar': [json([{ ...DAY, close: '15:58' }])],
    });
    expect((await broker.clock()).session.close).toBe(instant('2025-12-02T15:58:00-05:00'));
    expect(names().filter((what) => what === 'GET /v2/calendar')).toHaveLength(2);
    serve({ 'GET /v2/clock': CLOCK });
    await expect(broker.clock()).rejects.toThrow(/different sessions for 2025-12-02/);
  });

  test.each([[[]], [[DAY, DAY]]])('is not known where the calendar has not one day: %j', async (days) => {
    const { broker } = await verified({ 'GET /v2/calendar': [json(days)] });
    await expect(broker.clock()).rejects.toThrow(BrokerUnavailable);
  });
});

describe('what can be sold short', () => {
  test('is asked for once a day, symbol by symbol, and a symbol that is not known is not named', async () => {
    const { broker, names, clock } = await verified({
      'GET /v2/assets/AAPL': ASSET,
      'GET /v2/assets/KO': { ...ASSET, symbol: 'KO', shortable: false },
    });
    const assets = await broker.assets(['AAPL', 'KO', 'NOPE']);
    expect([...assets].map(([symbol, { notShortable }]) => [symbol, notShortable])).toEqual([
      ['AAPL', null],
      ['KO', 'KO cannot be sold short at the broker'],
    ]);
    await broker.assets(['AAPL', 'KO']);
    expect(names()).toHaveLength(3);
    clock.advance(24 * 3_600_000);
    await broker.assets(['AAPL']);
    expect(names()).toHaveLength(4);
  });

  test('is nothing where the account may not', async () => {
    const { broker } = await verified({
      'GET /v2/account': { ...ACCOUNT, shorting_enabled: false },
      'GET /v2/assets/AAPL': ASSET,
    });
    const assets = await broker.assets(['AAPL', 'NOPE']);
    for (const symbol of ['AAPL', 'NOPE'])
      expect(assets.get(symbol)?.notShortable).toMatch(/may not sell short/);
    expect(assets.get('AAPL')?.marginRequirement?.long).toBe(300_000);
  });
});

describe('whose account it is', () => {
  test('is found out once, by one request for all who ask at the same time', async () => {
    const fake = await fakeAlpaca({ 'GET /v2/positions': [json([])], 'GET /v2/orders': [json([])] });
    const { broker, asked } = fake;
    await Promise.all([broker.account(), broker.positions(), broker.openOrders(), broker.clock()]);
    expect(asked.filter(({ what }) => what === 'GET /v2/account')).toHaveLength(1);
    expect(broker.requests()).toEqual({
      'GET /v2/account': 1,
      'GET /v2/positions': 1,
      'GET /v2/orders': 1,
      'GET /v2/clock': 1,
      'GET /v2/calendar': 1,
    });
    await broker.positions();
    expect(asked.filter(({ what }) => what === 'GET /v2/account')).toHaveLength(1);
  });

  test('decides whether an order goes out: before it is known, none does', async () => {
    const { broker, asked } = await fakeAlpaca({ 'POST /v2/orders': ORDER });
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'refused', code: 'AccessDenied' });
    expect(asked).toEqual([]);
  });

  test('must be the account of the manifest', async () => {
    const fake = await fakeAlpaca({ 'POST /v2/orders': ORDER }, { settings: { accountId: 'PA-OTHER' } });
    const { broker, names } = fake;
    await expect(broker.positions()).rejects.toThrow(
      /keys are of account PA3TESTACCT1.*accountId is PA-OTHER/,
    );
    const answer = await broker.submit(BUY);
    expect(answer).toMatchObject({ kind: 'refused', code: 'AccessDenied' });
    expect(names()).toEqual([]);
  });

  test.each([
    [undefined, /HGCTL_ALLOW_LIVE is not set/],
    ['', /HGCTL_ALLOW_LIVE names account/],
    ['1', /HGCTL_ALLOW_LIVE names account 1/],
    ['PA-OTHER', /HGCTL_ALLOW_LIVE names account PA-OTHER/],
  ])('with real money is asked for nothing unless the environment names it: %s', async (allowedLive, why) => {
    const settings = { environment: 'live', accountId: 'PA3TESTACCT1' } as const;
    const { broker, asked } = await fakeAlpaca({}, { settings, allowedLive });
    await expect(broker.account()).rejects.toThrow(why);
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'refused', code: 'AccessDenied' });
    expect(asked).toEqual([]);
  });

  test('with real money must answer for the account that is named, too', async () => {
    const settings = { environment: 'live', accountId: 'LIVE-1' } as const;
    const { broker, again } = await fakeAlpaca({}, { settings, allowedLive: 'LIVE-1' });
    await expect(broker.account()).rejects.toThrow(/keys are of account PA3TESTACCT1/);
    const right = again({
      settings: { ...settings, accountId: 'PA3TESTACCT1' },
      allowedLive: 'PA3TESTACCT1',
    });
    expect(await right.account()).toMatchObject({ environment: 'live', id: 'PA3TESTACCT1' });
  });

  test.each([REFUSED, json({ message: 'unauthorized.' }, 401), text('', 401)])(
    'with keys that are not accepted says which keys it takes',
    async (handler) => {
      const { broker, serve } = await fakeAlpaca({ 'GET /v2/account': handler });
      await expect(broker.account()).rejects.toThrow(/does not accept the keys.*paper account.*live account/);
      serve({ 'GET /v2/account': ACCOUNT });
      expect(await broker.account()).toMatchObject({ id: 'PA3TESTACCT1' });
    },
  );

  test('is found out anew once keys are refused, and no order goes out before', async () => {
    const { broker, serve, asked } = await verified({ 'POST /v2/orders': REFUSED });
    const answer = await broker.submit(BUY);
    expect(answer).toMatchObject({ kind: 'refused', code: 'AccessDenied' });
    serve({ 'POST /v2/orders': ORDER });
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'refused', code: 'AccessDenied' });
    expect(asked).toHaveLength(1);
    await broker.account();
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'created' });
  });

  test('cannot be found out without keys', async () => {
    const reason = 'APCA_API_KEY_ID is not set in the environment';
    const { broker, asked } = await fakeAlpaca({}, { keys: () => ({ kind: 'failed', reason, advice: '' }) });
    await expect(broker.account()).rejects.toThrow(reason);
    expect(asked).toEqual([]);
  });
});

describe('the budget', () => {
  test('stops entries first, then reads, and lets exits, cancels and look-ups go', async () => {
    const routes = {
      'GET /v2/positions': [json([])],
      'POST /v2/orders': ORDER,
      'DELETE /v2/orders/o-1': EMPTY,
      'GET /v2/orders:by_client_order_id': ORDER,
    };
    const { broker, asked } = await verified(routes, { settings: { requestsPerMinute: 10 } });
    for (let count = 1; count < 7; count += 1) await broker.positions();
    asked.length = 0;
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'rate-limited', retryAfter: 60_000 });
    expect(asked).toEqual([]);
    await broker.positions();
    await broker.positions();
    await expect(broker.positions()).rejects.toMatchObject({ name: 'BrokerRateLimited', retryAfter: 60_000 });
    expect(await broker.submit({ ...BUY, side: 'sell', reduceOnly: true })).toMatchObject({
      kind: 'created',
    });
    await expect(broker.orderByClientId(ID)).rejects.toThrow(BrokerRateLimited);
    expect(await broker.cancel('o-1')).toMatchObject({ kind: 'rate-limited', retryAfter: 60_000 });
  });

  test('hears what the broker says is left: other processes use it too', async () => {
    const headers = (remaining: number): Record<string, string> => ({
      'x-ratelimit-limit': '200',
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': '1764709205',
      date: 'Tue, 02 Dec 2025 21:00:00 GMT',
    });
    const { broker, clock } = await verified({
      'GET /v2/positions': [json([], 200, headers(20)), json([], 200, headers(199))],
      'POST /v2/orders': json(ORDER, 200, headers(19)),
    });
    await broker.positions();
    await expect(broker.positions()).rejects.toMatchObject({ retryAfter: 5_000 });
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'rate-limited', retryAfter: 5_000 });
    expect(await broker.submit({ ...BUY, reduceOnly: true })).toMatchObject({ kind: 'created' });
    clock.advance(5_000);
    await broker.positions();
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'created' });
  });
});

describe('the setting no_shorting', () => {
  const PATH = '/v2/account/configurations';
  const configuration = (no_shorting: boolean): object => ({
    no_shorting,
    suspend_trade: false,
    trade_confirm_email: 'all',
  });

  test('is asked for once, and set alone', async () => {
    const { broker, asked } = await verified({
      [`GET ${PATH}`]: configuration(false),
      [`PATCH ${PATH}`]: configuration(true),
    });
    expect(await broker.refusesShorts()).toBe(false);
    expect(await broker.refusesShorts()).toBe(false);
    expect(asked.map(({ what }) => what)).toEqual([`GET ${PATH}`]);
    await broker.refuseShorts(true);
    expect(asked.at(-1)).toMatchObject({ what: `PATCH ${PATH}`, body: { no_shorting: true } });
    expect(await broker.refusesShorts()).toBe(true);
    expect(asked).toHaveLength(2);
  });

  test('that stays as it was is said', async () => {
    const { broker } = await verified({
      [`GET ${PATH}`]: configuration(false),
      [`PATCH ${PATH}`]: configuration(false),
    });
    await expect(broker.refuseShorts(true)).rejects.toThrow(/keeps its setting/);
  });
});

test.each<[string, (fake: Fake) => Promise<unknown>]>([
  ['a read', ({ broker }) => broker.account()],
  ['a list', ({ broker }) => broker.openOrders()],
  ['a look-up that finds nothing', ({ broker }) => broker.orderByClientId('hg-none')],
  ['an order', ({ broker }) => broker.submit(BUY)],
  ['an order that is refused', ({ broker }) => broker.submit({ ...BUY, symbol: 'NOPE' })],
  ['a cancel', ({ broker }) => broker.cancel('o-1')],
  ['a cancel of what has ended', ({ broker }) => broker.cancel('o-2')],
  ['a time-out', ({ broker }) => broker.cancel('o-3')],
  ['an answer that was cut off', ({ broker }) => broker.positions().catch(() => null)],
])('nothing keeps the process after %s', async (_, ask) => {
  const fake = await verified(
    {
      'GET /v2/orders': [json([])],
      'GET /v2/orders:by_client_order_id': json({ code: 40410000, message: 'order not found' }, 404),
      'POST /v2/orders': ORDER,
      'DELETE /v2/orders/o-1': EMPTY,
      'DELETE /v2/orders/o-2': json({ code: 42210000, message: 'order is already in "filled" state' }, 422),
      'DELETE /v2/orders/o-3': NEVER,
      'GET /v2/positions': CUT,
    },
    { requestTimeout: 1_000 },
  );
  const timers = (): number => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
  const before = timers();
  await ask(fake);
  // Those of others may have ended meanwhile.
  expect(timers()).toBeLessThanOrEqual(before);
});

describe('the keys', () => {
  test('go into the headers of each request', async () => {
    const { broker, asked } = await fakeAlpaca();
    await broker.account();
    expect(asked[0]?.headers).toMatchObject({ 'apca-api-key-id': KEY_ID, 'apca-api-secret-key': KEY_SECRET });
  });

  test('are printed by nobody, whatever the broker repeats', async () => {
    const echo = json(
      { code: 40310000, message: `no ${KEY_SECRET} of ${KEY_ID}`, reject_reason: KEY_SECRET },
      403,
    );
    const { broker } = await verified({
      'POST /v2/orders': echo,
      'GET /v2/positions': echo,
      'GET /v2/orders': json({ message: `who is ${KEY_ID}` }, 403),
    });
    const said = [
      await broker.submit(BUY),
      await broker.positions().catch((error: unknown) => error),
      await broker.openOrders().catch((error: unknown) => error),
      broker,
    ]
      .map((one) => `${inspect(one, { depth: 9, showHidden: true })}${JSON.stringify(one)}`)
      .join('\n');
    expect(said).toContain('[secret]');
    expect(said).not.toContain(KEY_SECRET);
    expect(said).not.toContain(KEY_ID);
  });

  test.each([
    ['escaped in a refusal', text(`{"code": 42210000, "message": "${escaped(KEY_SECRET + KEY_ID)}"}`, 422)],
    ['in a list that is none', json([{ symbol: KEY_SECRET, side: 'long', qty: KEY_ID }])],
  ])('are not printed %s', async (_, positions) => {
    const { broker } = await verified({
      'POST /v2/orders': json({ ...ORDER, id: KEY_ID, client_order_id: KEY_SECRET }),
      'GET /v2/positions': positions,
      'GET /v2/account': json({ ...ACCOUNT, status: KEY_SECRET }),
    });
    const said = [
      await broker.submit(BUY),
      await broker.positions().catch((error: unknown) => error),
      await broker.account(),
    ]
      .map((one) => inspect(one, { depth: 9, showHidden: true }))
      .join('\n');
    expect(said).toContain('[secret]');
    expect(said).not.toContain(KEY_SECRET);
    expect(said).not.toContain(KEY_ID);
  });

  test('are not read, and nothing is loaded, before something is asked', () => {
    let reads = 0;
    alpacaBroker({
      settings: {
        environment: 'paper',
        url: 'http://127.0.0.1:1/',
        clock: 'exchange',
        requestsPerMinute: 10,
        noShorting: 'leave',
      },
      keys: () => {
        reads += 1;
        return testKeys();
      },
      allowedLive: undefined,
      clock: { now: () => 0 as Instant, monotonic: () => 0, sleep: () => Promise.resolve() },
      requestTimeout: 100,
      tell: () => undefined,
    });
    expect(reads).toBe(0);
  });
});
