/** Every answer that an order, a cancel or a look-up may get, and what it means. */
import { describe, expect, test } from 'vitest';
import { classify, classifyCancel, isNoSuchOrder } from '../../../src/broker/alpaca/classify.ts';
import type { Failure } from '../../../src/broker/alpaca/failure.ts';

type Answered = Extract<Failure, { kind: 'answered' }>;

function answered(
  status: number,
  body: Readonly<Record<string, unknown>> = {},
  retryAfter: number | null = null,
): Answered {
  const { code, message } = body;
  return {
    kind: 'answered',
    status,
    code: typeof code === 'number' ? code : null,
    message: typeof message === 'string' ? message : null,
    body,
    retryAfter,
    heard: null,
  };
}

const DUPLICATE = 'client_order_id must be unique';

describe('an answer to an order', () => {
  test.each<[string, Answered, string]>([
    ['the id is taken', answered(422, { code: 40010001, message: DUPLICATE }), 'DuplicateClientOrderId'],
    [
      'the id is taken, by another code',
      answered(422, { code: 42210000, message: DUPLICATE }),
      'DuplicateClientOrderId',
    ],
    [
      'the id is taken, as a conflict',
      answered(409, { code: 40910000, message: DUPLICATE }),
      'DuplicateClientOrderId',
    ],
    [
      'another mistake of the same code',
      answered(422, { code: 40010001, message: 'invalid side' }),
      'Refused',
    ],
    [
      'too little buying power',
      answered(403, {
        code: 40310000,
        message: 'insufficient buying power',
        buying_power: '1',
        cost_basis: '2',
      }),
      'InsufficientBuyingPower',
    ],
    [
      'too little buying power, by its fields',
      answered(403, { code: 40310000, message: 'no', buying_power: '1', cost_basis: '2' }),
      'InsufficientBuyingPower',
    ],
    [
      'too few shares',
      answered(403, {
        code: 40310000,
        message: 'insufficient qty available for order (requested: 11, available: 10)',
        available: '10',
        existing_qty: '10',
        held_for_orders: '0',
        symbol: 'AAPL',
      }),
      'InsufficientQuantity',
    ],
    [
      'too few shares, by its fields',
      answered(403, { code: 40310000, message: 'no', available: '4', held_for_orders: '6' }),
      'InsufficientQuantity',
    ],
    [
      'a wash trade',
      answered(403, {
        code: 40310000,
        message: 'potential wash trade detected. use complex orders',
        existing_order_id: 'f2c1',
        reject_reason: 'opposite side market/stop order exists',
      }),
      'WashTrade',
    ],
    [
      'a wash trade, by its reason',
      answered(403, { code: 40310000, message: 'no', reject_reason: 'opposite side limit order exists' }),
      'WashTrade',
    ],
    [
      'no short sales',
      answered(403, { code: 40310000, message: 'account is not allowed to short' }),
      'ShortNotAllowed',
    ],
    [
      'cannot be borrowed',
      answered(422, { code: 42210000, message: 'asset "X" cannot be sold short' }),
      'ShortNotAllowed',
    ],
    [
      'parts of a share short',
      answered(422, { code: 42210000, message: 'fractional orders cannot be sold short' }),
      'NotFractionable',
    ],
    [
      'an exit that would open a short',
      answered(422, {
        code: 42210000,
        message: 'position intent mismatch, inferred: sell_to_open, specified: sell_to_close',
      }),
      'ShortNotAllowed',
    ],
    [
      'an entry that would reduce',
      answered(422, {
        code: 42210000,
        message: 'position intent mismatch, inferred: sell_to_close, specified: sell_to_open',
      }),
      'Refused',
    ],
    [
      'no parts of a share',
      answered(403, { code: 40310000, message: 'asset "BRK.A" is not fractionable' }),
      'NotFractionable',
    ],
    ['no such symbol', answered(422, { code: 42210000, message: 'asset "NOPE" not found' }), 'UnknownSymbol'],
    [
      'no such symbol, as 404',
      answered(404, { code: 40410000, message: 'asset not found for NOPE' }),
      'UnknownSymbol',
    ],
    ['a closed market', answered(403, { code: 40310000, message: 'market is closed' }), 'MarketClosed'],
    [
      'trading is suspended by the user',
      answered(403, { code: 40310000, message: 'new orders are rejected by user request' }),
      'AccountBlocked',
    ],
    ['a blocked account', answered(403, { code: 40310000, message: 'account is blocked' }), 'AccountBlocked'],
    [
      'the least value',
      answered(403, { code: 40310000, message: 'cost basis must be >= minimal amount of order 1' }),
      'Refused',
    ],
    ['words that nobody knows', answered(403, { code: 40310000, message: 'because' }), 'Refused'],
    [
      'a price with too many digits',
      answered(422, { code: 42210000, message: 'sub-penny increment' }),
      'Refused',
    ],
    [
      'a bad request',
      answered(400, { code: 40010000, message: 'request body format is invalid' }),
      'Refused',
    ],
    ['no keys', answered(401, { message: 'unauthorized.' }), 'AccessDenied'],
    ['no keys, without a body', answered(401), 'AccessDenied'],
    ['other keys', answered(403, { message: 'forbidden.' }), 'AccessDenied'],
  ])('refuses: %s', (_, failure, code) => {
    expect(classify(failure)).toMatchObject({ kind: 'refused', code });
  });

  test.each<[string, Failure]>([
    ['a time-out of a gateway', answered(504)],
    ['a server that failed', answered(500, { code: 50010000, message: 'internal server error occurred' })],
    ['a server that is away', answered(503)],
    ['a request that took too long', answered(408, { message: 'request timeout' })],
    ['a request that came too early', answered(425, { message: 'too early' })],
    ['a page of a proxy', answered(404)],
    ['not found, and not what', answered(404, { code: 40410000, message: 'not here' })],
    ['a conflict of something', answered(409, { code: 40910000, message: 'conflict' })],
    ['a page of a proxy that lets nobody through', answered(403)],
    ['a refusal without a body of the broker', answered(422)],
    ['a status that nobody knows', answered(418, { code: 1, message: 'teapot' })],
    ['no answer in time', { kind: 'lost', reason: 'no answer in time' }],
    ['an answer that was cut off', { kind: 'lost', reason: 'the answer was cut off' }],
    ['no connection', { kind: 'not-sent', reason: 'it cannot be reached (ECONNREFUSED)' }],
  ])('leaves a doubt: %s', (_, failure) => {
    expect(classify(failure)).toMatchObject({ kind: 'unknown' });
  });

  test.each([
    [answered(429, { message: 'too many requests.' }, 2_000), 2_000],
    [answered(429), null],
  ])('says how long to wait, where it says so', (failure, retryAfter) => {
    expect(classify(failure)).toMatchObject({ kind: 'rate-limited', retryAfter });
  });

  test('is told in one line, with the figures that explain it', () => {
    const body = {
      code: 40310000,
      message: 'insufficient\nbuying power',
      buying_power: '12.5',
      cost_basis: 99,
      other: 1,
    };
    expect(classify(answered(403, body))).toMatchObject({
      message: '403: insufficient buying power (buying_power: 12.5, cost_basis: 99)',
    });
  });
});

describe('an answer to a cancel', () => {
  test.each<[Failure, object]>([
    [
      answered(422, { code: 42210000, message: 'order is already in "filled" state' }),
      { kind: 'already-final' },
    ],
    [answered(422, { code: 42210000, message: 'order is not cancelable' }), { kind: 'already-final' }],
    [answered(422, { code: 42210000, message: 'order pending cancel' }), { kind: 'requested' }],
    [
      answered(422, { code: 42210000, message: 'order is already in "pending_cancel" state' }),
      { kind: 'requested' },
    ],
    [answered(429, {}, 1_000), { kind: 'rate-limited', retryAfter: 1_000 }],
    [answered(404, { code: 40410000, message: 'order not found for x' }), { kind: 'unknown' }],
    [answered(403, { message: 'forbidden.' }), { kind: 'unknown' }],
    [answered(500), { kind: 'unknown' }],
    [
      { kind: 'lost', reason: 'no answer in time' },
      { kind: 'unknown', reason: 'no answer in time' },
    ],
  ])('%j means %j', (failure, answer) => {
    expect(classifyCancel(failure)).toMatchObject(answer);
  });
});

test.each([
  [answered(404, { code: 40410000, message: 'order not found for hg-1' }), true],
  [answered(404, { message: 'Not Found' }), false],
  [answered(404), false],
  [answered(422, { code: 40410000, message: 'order not found' }), false],
  [answered(500, { code: 40410000 }), false],
])('only the broker itself can say that it has no such order: %j, %s', (failure, isNothing) => {
  expect(isNoSuchOrder(failure)).toBe(isNothing);
});
