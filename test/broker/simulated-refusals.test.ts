import { describe, expect, test } from 'vitest';
import { advance } from '../../src/broker/simulated-advance.ts';
import { cancelOrder, submitOrder, tradeOutside } from '../../src/broker/simulated-orders.ts';
import {
  refusalOfCancel,
  unknownOrder,
  type RefusalBody,
  type SimulatedAnswer,
} from '../../src/broker/simulated-refusals.ts';
import { freshState, type SimulatedState, type Venue } from '../../src/broker/simulated-state.ts';
import type { Ratio } from '../../src/domain/decimal.ts';
import { plus } from '../../src/domain/instant.ts';
import type { OrderRequest } from '../../src/reconciler/ports.ts';
import { buy, dollars, sell, SETTINGS, shares, START, venue } from '../support/simulated-world.ts';

const PLAIN = venue();
const SHORTING = venue({ shorting: { hardToBorrow: ['GME'] } });
const WHOLE = venue({ notFractionable: ['BRK.A'] });
const MARGIN = venue({ multiplier: 2_000_000 as Ratio, marginRequirements: { TQQQ: 750_000 as Ratio } });
const FRESH = freshState(SETTINGS, START);
const LONG: SimulatedState = {
  ...FRESH,
  positions: new Map([['KO', { quantity: shares(10), averagePrice: dollars(90) }]]),
};
const SELLING = submitOrder(LONG, sell('hg-open', 'KO', 6), START, PLAIN).state;
const BUYING = submitOrder(FRESH, buy('hg-open', 'KO', 999), START, PLAIN).state;
const OPEN_SELL = SELLING.orders[0]!.brokerOrderId;

function bodyOf(answer: SimulatedAnswer): RefusalBody & { readonly message: string } {
  if (answer.kind !== 'refused') throw new Error(`not refused: ${answer.kind}`);
  return { ...answer.body, message: answer.message };
}

describe("Alpaca's answer over HTTP to an order that is refused", () => {
  const opening = (request: OrderRequest): OrderRequest => ({ ...request, reduceOnly: false });
  const cases: [string, SimulatedState, OrderRequest, Venue, ReturnType<typeof bodyOf>][] = [
    [
      'tells what buying power there is, and what was needed',
      BUYING,
      buy('hg-1', 'AAPL', 2),
      PLAIN,
      {
        status: 403,
        code: 40310000,
        message: 'insufficient buying power',
        fields: { buying_power: '100.00', cost_basis: '200.00' },
      },
    ],
    [
      'tells which orders hold the shares',
      SELLING,
      sell('hg-1', 'KO', 5),
      PLAIN,
      {
        status: 403,
        code: 40310000,
        message: 'insufficient qty available for order (requested: 5, available: 4)',
        fields: {
          available: '4',
          existing_qty: '10',
          held_for_orders: '6',
          symbol: 'KO',
          related_orders: [OPEN_SELL],
        },
      },
    ],
    [
      'needs more than the value where more must be covered',
      { ...FRESH, positions: new Map([['TQQQ', { quantity: shares(100), averagePrice: dollars(100) }]]) },
      buy('hg-1', 'TQQQ', 1_400),
      MARGIN,
      {
        status: 403,
        code: 40310000,
        message: 'insufficient buying power',
        fields: { buying_power: '205000.00', cost_basis: '210000.00' },
      },
    ],
    [
      'names no orders where none holds shares',
      LONG,
      sell('hg-1', 'KO', 10.5),
      PLAIN,
      {
        status: 403,
        code: 40310000,
        message: 'insufficient qty available for order (requested: 10.5, available: 10)',
        fields: { available: '10', existing_qty: '10', held_for_orders: '0', symbol: 'KO' },
      },
    ],
    [
      'names the order that it would trade against',
      SELLING,
      buy('hg-1', 'KO', 1),
      PLAIN,
      {
        status: 403,
        code: 40310000,
        message: 'potential wash trade detected. use complex orders',
        fields: { existing_order_id: OPEN_SELL, reject_reason: 'opposite side market/stop order exists' },
      },
    ],
    [
      'forbids shorts to an account that may have none',
      FRESH,
      opening(sell('hg-1', 'KO', 1)),
      PLAIN,
      { status: 403, code: 40310000, message: 'account is not allowed to short', fields: {} },
    ],
    [
      'says of an asset that it cannot be borrowed',
      FRESH,
      opening(sell('hg-1', 'GME', 1)),
      SHORTING,
      { status: 422, code: 42210000, message: 'asset "GME" cannot be sold short', fields: {} },
    ],
    [
      'says that a part of a share cannot be borrowed',
      FRESH,
      opening(sell('hg-1', 'KO', 0.5)),
      SHORTING,
      { status: 422, code: 42210000, message: 'fractional orders cannot be sold short', fields: {} },
    ],
    [
      'says of an asset that it trades by whole shares only',
      FRESH,
      buy('hg-1', 'BRK.A', 1.5),
      WHOLE,
      { status: 403, code: 40310000, message: 'asset "BRK.A" is not fractionable', fields: {} },
    ],
    [
      'says so of a sale, too',
      {
        ...FRESH,
        positions: new Map([['BRK.A', { quantity: shares(1), averagePrice: dollars(90) }]]),
      },
      sell('hg-1', 'BRK.A', 0.5),
      WHOLE,
      { status: 403, code: 40310000, message: 'asset "BRK.A" is not fractionable', fields: {} },
    ],
    [
      'compares intent and position',
      FRESH,
      sell('hg-1', 'KO', 1),
      SHORTING,
      {
        status: 422,
        code: 42210000,
        message: 'position intent mismatch, inferred: sell_to_open, specified: sell_to_close',
        fields: {},
      },
    ],
    [
      'does not know the asset',
      FRESH,
      buy('hg-1', 'NOPE', 1),
      PLAIN,
      { status: 422, code: 42210000, message: 'asset "NOPE" not found', fields: {} },
    ],
    [
      'knows the client order id already',
      BUYING,
      buy('hg-open', 'KO', 1),
      PLAIN,
      { status: 422, code: 40010001, message: 'client_order_id must be unique', fields: {} },
    ],
  ];

  test.each(cases)('%s', (_, state, request, where, expected) => {
    expect(bodyOf(submitOrder(state, request, state.time, where).answer)).toEqual(expected);
  });

  test.each([
    ['whole shares of it', buy('hg-1', 'BRK.A', 2)],
    ['a part of another share', buy('hg-1', 'KO', 0.5)],
  ])('is none to %s where one asset trades by whole shares only', (_, request) => {
    expect(submitOrder(FRESH, request, START, WHOLE).answer.kind).toBe('created');
  });

  test('is the same for a trade by hand', () => {
    const trade = { symbol: 'KO', side: 'sell' as const, quantity: shares(5) };
    expect(bodyOf(tradeOutside(SELLING, trade, START, PLAIN).answer).fields).toMatchObject({
      available: '4',
    });
  });
});

test('a cancel is refused once it was asked for, and once the order is final, each in its words', () => {
  const open = SELLING.orders[0]!;
  expect(refusalOfCancel(open)).toBeNull();
  const { state } = cancelOrder(SELLING, OPEN_SELL, START);
  const unprocessable = { status: 422, code: 42210000, fields: {} };
  expect(refusalOfCancel(state.orders[0]!)).toEqual({ message: 'order pending cancel', body: unprocessable });
  const ended = advance(state, plus(START, 1_000)).orders[0]!;
  expect(refusalOfCancel(ended)).toEqual({
    message: `order is already in "${ended.status}" state`,
    body: unprocessable,
  });
  expect(unknownOrder('b-1')).toEqual({
    message: 'order not found for b-1',
    body: { status: 404, code: 40410000, fields: {} },
  });
});
