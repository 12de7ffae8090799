/** A server that answers for ever: how much of it is read, and what it is taken for. */
import { describe, expect, test } from 'vitest';
import { allPages, PAGES_MAX, ROWS_MAX } from '../../../src/broker/alpaca/pages.ts';
import type { Quantity } from '../../../src/domain/decimal.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { ANSWER_MAX } from '../../../src/market/http-text.ts';
import type { OrderRequest } from '../../../src/reconciler/ports.ts';
import { FILL } from '../../support/alpaca-answers.ts';
import { fakeAlpaca, json, type Fake } from '../../support/alpaca-fake.ts';
import type { Handler } from '../../support/http-server.ts';

const BUY: OrderRequest = {
  clientOrderId: 'hg-core-20251202-plan-AAAAAAAAAAAAAAAA',
  symbol: 'AAPL',
  side: 'buy',
  quantity: 10_000_000_000 as Quantity,
  reduceOnly: false,
};
const TOO_LONG = `the answer is longer than ${ANSWER_MAX} bytes`;
const CHUNK = Buffer.alloc(1024 * 1024, ' ');
/** What sockets and streams hold on the way. */
const ON_THE_WAY = 32 * 1024 * 1024;

interface Endless {
  readonly handler: Handler;
  /** Bytes that were written until the other side was gone. */
  readonly written: Promise<number>;
}

/** Begins as JSON may, and ends only with the connection. */
function endless(status: number): Endless {
  let tell: (bytes: number) => void = () => undefined;
  const written = new Promise<number>((resolve) => (tell = resolve));
  const handler: Handler = (_, response) => {
    let bytes = 0;
    const write = (): void => {
      while (!response.destroyed) {
        bytes += CHUNK.length;
        if (!response.write(CHUNK)) break;
      }
    };
    response.on('drain', write).on('close', () => {
      tell(bytes);
    });
    response.writeHead(status, { 'content-type': 'application/json' });
    write();
  };
  return { handler, written };
}

/** The time-out is none: only the size can end these answers. */
async function verified(routes: Parameters<typeof fakeAlpaca>[0]): Promise<Fake> {
  const fake = await fakeAlpaca(routes, { requestTimeout: 600_000 });
  await fake.broker.account();
  return fake;
}

describe('an answer without an end', () => {
  test('to an order leaves it in doubt, and the connection is cut', async () => {
    const { handler, written } = endless(200);
    const { broker } = await verified({ 'POST /v2/orders': handler });
    expect(await broker.submit(BUY)).toEqual({ kind: 'unknown', reason: TOO_LONG });
    expect(await written).toBeLessThan(ANSWER_MAX + ON_THE_WAY);
  });

  test.each([404, 422, 500])('with status %i is no refusal of an order', async (status) => {
    const { handler, written } = endless(status);
    const { broker } = await verified({ 'POST /v2/orders': handler });
    expect(await broker.submit(BUY)).toMatchObject({ kind: 'unknown' });
    expect(await written).toBeLessThan(ANSWER_MAX + ON_THE_WAY);
  });

  test('to a read is none', async () => {
    const { handler, written } = endless(200);
    const { broker } = await verified({ 'GET /v2/positions': handler });
    await expect(broker.positions()).rejects.toMatchObject({
      name: 'BrokerUnavailable',
      message: expect.stringContaining(TOO_LONG) as string,
    });
    expect(await written).toBeLessThan(ANSWER_MAX + ON_THE_WAY);
  });

  test('to a cancel says nothing of the order', async () => {
    const { handler, written } = endless(500);
    const { broker } = await verified({ 'DELETE /v2/orders/x': handler });
    expect(await broker.cancel('x')).toMatchObject({ kind: 'unknown' });
    expect(await written).toBeLessThan(ANSWER_MAX + ON_THE_WAY);
  });
});

describe('a list without an end', () => {
  /** One row a page, and never the same. */
  const fills = (): Handler => {
    let count = 0;
    return (request, response) => {
      count += 1;
      json([{ ...FILL, id: `fill-${count}` }])(request, response);
    };
  };
  /** Those that the account has are spent long before. */
  const BUDGET = { settings: { requestsPerMinute: 100_000 } };

  test('of ever new pages is no answer after a thousand of them', async () => {
    const { broker } = await fakeAlpaca({ 'GET /v2/account/activities': fills() }, BUDGET);
    await expect(broker.history(0 as Instant)).rejects.toMatchObject({
      name: 'BrokerUnavailable',
      message: `history of fills: the list has no end (more than ${PAGES_MAX} pages)`,
    });
    expect(broker.requests()['GET /v2/account/activities']).toBe(PAGES_MAX);
  });

  test('of ever new rows is none after a hundred thousand', async () => {
    let asked = 0;
    const ask = (): Promise<readonly string[]> => {
      asked += 1;
      return Promise.resolve(Array.from({ length: 6_000 }, (_, row) => `${asked}-${row}`));
    };
    const list = allPages({ what: 'rows', ask, idOf: (row) => row, isLast: () => false });
    await expect(list).rejects.toThrow(`rows: the list has no end (more than ${ROWS_MAX} rows)`);
    expect(asked).toBe(17);
  });

  test('ends with the requests of a minute, as the account usually has them', async () => {
    const { broker } = await fakeAlpaca({ 'GET /v2/account/activities': fills() });
    await expect(broker.history(0 as Instant)).rejects.toMatchObject({ name: 'BrokerRateLimited' });
    expect(broker.requests()['GET /v2/account/activities']).toBeLessThan(200);
  });
});

test('an answer as long as it may be is read whole', async () => {
  const whole: Handler = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`[]${' '.repeat(ANSWER_MAX - 2)}`);
  };
  const { broker } = await verified({ 'GET /v2/positions': whole });
  expect(await broker.positions()).toEqual([]);
});
