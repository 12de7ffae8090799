import { describe, expect, test } from 'vitest';
import { orderView } from '../../src/broker/simulated-account.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import { formatDocument, parseDocument } from '../../src/broker/simulated-document.ts';
import { cancelOrder, submitOrder, type ScriptedRequest } from '../../src/broker/simulated-orders.ts';
import { freshState, type SimulatedState, type Venue } from '../../src/broker/simulated-state.ts';
import { plus, type Instant } from '../../src/domain/instant.ts';
import type { Ratio } from '../../src/domain/decimal.ts';
import { at, buy, dollars, SETTINGS, shares, venue } from '../support/simulated-world.ts';

/** A price that tells the minute of New York at which it was seen: $100 and so many cents since 9:00. */
const EXCHANGE: Venue = {
  ...venue({ clock: 'exchange', partialFills: 1_000_000 as Ratio }),
  priceAt: (_, moment) =>
    dollars(100 + Math.floor((moment - at('2025-12-02T09:00:00-05:00')) / 60_000) / 100),
};
const OPEN = at('2025-12-02T09:30:00-05:00');
const CLOSE = at('2025-12-02T16:00:00-05:00');
const NEXT_OPEN = at('2025-12-03T09:30:00-05:00');

const ask = (timeInForce: 'opg' | 'cls', count = 10): ScriptedRequest => ({
  ...buy('hg-1', 'KO', count),
  timeInForce,
});

function sent(request: ScriptedRequest, now: Instant, where: Venue = EXCHANGE) {
  return submitOrder(freshState(SETTINGS, now), request, now, where);
}

function taken(request: ScriptedRequest, now: Instant, where: Venue = EXCHANGE): SimulatedState {
  const { state, answer } = sent(request, now, where);
  if (answer.kind !== 'created') throw new Error(JSON.stringify(answer));
  return state;
}

/** The moment at which it fills, if nobody does anything. */
function filledAt(state: SimulatedState): Instant | undefined {
  return advance(state, plus(state.time, 30 * 86_400_000)).fills[0]?.time;
}

describe('an order for an auction', () => {
  test.each<[string, 'opg' | 'cls', string, string]>([
    ['in the morning is for the open', 'opg', '2025-12-02T09:27:59.999-05:00', '2025-12-02T09:30:00-05:00'],
    ['in the evening is for the next open', 'opg', '2025-12-02T19:00:00-05:00', '2025-12-03T09:30:00-05:00'],
    ['on Friday evening is for Monday', 'opg', '2025-12-05T19:00:00-05:00', '2025-12-08T09:30:00-05:00'],
    ['on a Saturday noon is for Monday', 'opg', '2025-12-06T12:00:00-05:00', '2025-12-08T09:30:00-05:00'],
    ['in the morning is for the close', 'cls', '2025-12-02T08:00:00-05:00', '2025-12-02T16:00:00-05:00'],
    [
      'ten minutes before it is for the close',
      'cls',
      '2025-12-02T15:49:59.999-05:00',
      '2025-12-02T16:00:00-05:00',
    ],
    ['of an early close is for that', 'cls', '2025-11-28T12:49:59.999-05:00', '2025-11-28T13:00:00-05:00'],
    ['in the evening is for the next close', 'cls', '2025-12-02T19:00:00-05:00', '2025-12-03T16:00:00-05:00'],
  ])('%s (%s)', (_, timeInForce, now, expected) => {
    expect(filledAt(taken(ask(timeInForce), at(now)))).toBe(at(expected));
  });

  test.each<['opg' | 'cls', string, string]>([
    ['opg', '2025-12-02T09:28:00-05:00', '9:28am'],
    ['opg', '2025-12-02T18:59:59.999-05:00', '9:28am'],
    ['cls', '2025-12-02T15:50:00-05:00', '3:50pm'],
    ['cls', '2025-12-02T18:59:59.999-05:00', '3:50pm'],
    ['cls', '2025-11-28T12:50:00-05:00', '12:50pm'],
  ])('%s is refused at %s', (timeInForce, now, until) => {
    expect(sent(ask(timeInForce), at(now)).answer).toMatchObject({
      kind: 'refused',
      code: 'MarketClosed',
      message: `${timeInForce} orders must be submitted after 7:00pm and before ${until}`,
      body: { status: 403, code: 40310000 },
    });
  });

  test('follows a day on which the exchange is not as usual', () => {
    const calendar = { '2025-12-02': { open: '10:30', close: '14:00' } } as const;
    const odd = { ...EXCHANGE, settings: { ...EXCHANGE.settings, calendar } };
    const early = at('2025-12-02T10:27:00-05:00');
    expect(filledAt(taken(ask('opg'), early, odd))).toBe(at('2025-12-02T10:30:00-05:00'));
    expect(sent(ask('cls'), at('2025-12-02T13:50:00-05:00'), odd).answer).toMatchObject({
      code: 'MarketClosed',
    });
  });

  test.each(['opg', 'cls'] as const)('of a part of a share is refused (%s)', (timeInForce) => {
    expect(sent(ask(timeInForce, 1.5), at('2025-12-02T08:00:00-05:00')).answer).toMatchObject({
      code: 'NotFractionable',
      message: 'fractional orders must be DAY orders',
      body: { status: 422, code: 42210000 },
    });
  });

  test('is refused where the market is always open, and has none', () => {
    expect(sent(ask('opg'), OPEN, venue()).answer).toMatchObject({
      code: 'Refused',
      message: 'there is no auction for opg orders: the market is always open',
    });
  });

  test.each([
    ['opg', at('2025-12-02T08:00:00-05:00'), OPEN],
    ['cls', at('2025-12-02T11:00:00-05:00'), CLOSE],
  ] as const)(
    'has one fill, at the price of its moment, without slippage (%s)',
    (timeInForce, now, moment) => {
      const slipping: Venue = {
        ...EXCHANGE,
        settings: { ...EXCHANGE.settings, slippage: { type: 'fixed', rate: 10_000 as Ratio } },
      };
      const state = advance(taken(ask(timeInForce), now, slipping), moment);
      expect(state.fills).toMatchObject([
        { quantity: shares(10), time: moment, price: EXCHANGE.priceAt('KO', moment) },
      ]);
      expect(state.orders[0]).toMatchObject({ status: 'filled', timeInForce });
    },
  );

  test('waits as an order does: accepted before the session, new in it', () => {
    const before = taken(ask('cls'), at('2025-12-02T08:00:00-05:00'));
    expect(before.orders[0]?.status).toBe('accepted');
    expect(advance(before, OPEN).orders[0]?.status).toBe('new');
    const within = taken(ask('cls'), at('2025-12-02T11:00:00-05:00'));
    expect(within.orders[0]?.status).toBe('pending_new');
    expect(advance(within, plus(within.time, 1_000)).orders[0]?.status).toBe('new');
    expect(advance(within, plus(CLOSE, -1)).fills).toEqual([]);
  });

  test('can be cancelled before it', () => {
    const open = taken(ask('cls'), at('2025-12-02T11:00:00-05:00'));
    const { state } = cancelOrder(open, open.orders[0]!.brokerOrderId, open.time);
    expect(advance(state, NEXT_OPEN).orders[0]).toMatchObject({ status: 'canceled', filledQuantity: 0 });
  });

  test.each([
    [{ fills: shares(4), fillAfter: 0 }, 4],
    [{ fills: null, fillAfter: 1_000 }, 0],
  ])('that it does not fill is cancelled: %j', (change, filled) => {
    const state = taken({ ...ask('cls'), change }, at('2025-12-02T11:00:00-05:00'));
    expect(advance(state, plus(CLOSE, 1)).orders[0]).toMatchObject({
      status: 'canceled',
      filledQuantity: shares(filled),
      updatedAt: plus(CLOSE, 1),
    });
  });

  test('says so in its file, and not in the view of a broker that knows one kind only', () => {
    const state = taken(ask('cls'), at('2025-12-02T11:00:00-05:00'));
    expect(parseDocument(formatDocument(state))).toEqual(state);
    expect(formatDocument(state)).toContain('"timeInForce": "cls"');
    expect(orderView(state.orders[0]!)).not.toHaveProperty('timeInForce');
    const day = taken(buy('hg-1', 'KO', 10), at('2025-12-02T11:00:00-05:00'));
    expect(formatDocument(day)).not.toContain('timeInForce');
  });
});
