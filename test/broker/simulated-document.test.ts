import { expect, test } from 'vitest';
import { formatDocument, parseDocument } from '../../src/broker/simulated-document.ts';
import { freshState } from '../../src/broker/simulated-state.ts';
import { at, dollars, SETTINGS, shares, START } from '../support/simulated-world.ts';

const FILLED = {
  brokerOrderId: 'b-1',
  clientOrderId: 'c-1',
  symbol: 'KO',
  side: 'buy',
  quantity: '10',
  filledQuantity: '10',
  filledValue: '700.00',
  status: 'filled',
  submittedAt: '2025-12-01T15:00:00Z',
  updatedAt: '2025-12-01T15:00:01Z',
  pending: [] as object[],
};
const FILL = {
  id: 'b-1:10',
  brokerOrderId: 'b-1',
  symbol: 'KO',
  side: 'buy',
  quantity: '10',
  price: '70.00',
  time: '2025-12-01T15:00:01Z',
};
const WRITTEN_BY_HAND = {
  version: 1,
  accountId: 'SIM-EXAMPLE',
  seed: 7,
  time: '2025-12-01T00:00:00Z',
  cash: '50000',
  positions: {
    KO: { quantity: '10', averagePrice: '70' },
    'BRK.B': { quantity: '0.5', averagePrice: '400.25' },
  },
  orders: [FILLED],
  fills: [FILL],
};
const OPEN = { ...FILLED, status: 'new', filledQuantity: '0', filledValue: '0.00' };
const NEXT = { kind: 'fill', at: '2025-12-01T15:00:02Z', quantity: '10', price: '70.00' };

test('a fresh account is written so that people can read it', () => {
  expect(JSON.parse(formatDocument(freshState(SETTINGS, START)))).toEqual({
    version: 1,
    accountId: expect.stringMatching(/^SIM-[A-Z2-7]{8}$/) as string,
    seed: 7,
    time: '2025-12-02T20:00:00.000Z',
    cash: '100000.00',
    positions: {},
    orders: [],
    fills: [],
  });
});

test('an account that was written by hand is read, as of the newest time in it', () => {
  const state = parseDocument(JSON.stringify(WRITTEN_BY_HAND));
  expect(state).toMatchObject({ accountId: 'SIM-EXAMPLE', cash: dollars(50_000) });
  expect(state.positions.get('BRK.B')).toEqual({ quantity: shares(0.5), averagePrice: dollars(400.25) });
  expect(state.time).toBe(at('2025-12-01T15:00:01Z'));
});

test('an open order that was written by hand is read', () => {
  const text = JSON.stringify({ ...WRITTEN_BY_HAND, orders: [{ ...OPEN, pending: [NEXT] }], fills: [] });
  expect(parseDocument(text).orders[0]?.pending).toHaveLength(1);
});

test.each<[string, object, RegExp]>([
  ['a number in place of a decimal', { cash: 5 }, /^cash: /],
  ['a decimal that is none', { cash: '5,000' }, /^cash: "5,000" is not an amount of money/],
  ['an unknown key', { notes: '' }, /notes/],
  ['another version', { version: 2 }, /^version: /],
  ['a time without a zone', { time: '2025-12-01T00:00:00' }, /^time: .* is not a time/],
  ['a symbol that is none', { positions: { ko: { quantity: '1', averagePrice: '1' } } }, /^positions\.ko/],
  [
    'a position of nothing',
    { positions: { KO: { quantity: '0', averagePrice: '1' } } },
    /^positions\.KO\.quantity/,
  ],
  [
    'a negative price',
    { positions: { KO: { quantity: '1', averagePrice: '-1' } } },
    /^positions\.KO\.averagePrice/,
  ],
  ['a client order id twice', { orders: [FILLED, { ...FILLED, brokerOrderId: 'b-2' }] }, /client order id/],
  ['a broker order id twice', { orders: [FILLED, { ...FILLED, clientOrderId: 'c-2' }] }, /broker order id/],
  ['an execution id twice', { fills: [FILL, FILL] }, /execution id/],
  ['a filled order that is not full', { orders: [{ ...FILLED, filledQuantity: '9' }] }, /^orders\.0: /],
  ['an open order without a future', { orders: [OPEN] }, /^orders\.0: /],
  ['an open order that would overfill', { orders: [{ ...OPEN, pending: [NEXT, NEXT] }] }, /^orders\.0: /],
  [
    'events against the order of time',
    { orders: [{ ...OPEN, pending: [NEXT, { kind: 'new', at: '2025-12-01T15:00:01Z' }] }] },
    /order of time/,
  ],
  ['a fill of nothing', { fills: [{ ...FILL, quantity: '0' }] }, /^fills\.0\.quantity/],
])('%s is refused by name', (_, change, reason) => {
  const read = () => parseDocument(JSON.stringify({ ...WRITTEN_BY_HAND, ...change }));
  expect(read).toThrow(reason);
});
