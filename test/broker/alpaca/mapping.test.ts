/** What the broker's JSON means, field by field, and what is never made up. */
import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../src/broker/alpaca/account.ts';
import { asset, fill, orderOf, position, session, writtenClock } from '../../../src/broker/alpaca/mapping.ts';
import type { Reader } from '../../../src/broker/checked-json.ts';
import { parseInstant } from '../../../src/domain/instant.ts';
import { isTerminal } from '../../../src/observed/broker-view.ts';
import { ACCOUNT, ASSET, CLOCK, DAY, FILL, ORDER, POSITION } from '../../support/alpaca-answers.ts';

const account = accountOf('paper');
const order = orderOf(() => undefined);
const read = <Value>(reader: Reader<Value>, written: object): Value => reader(written, '');

describe('an account', () => {
  test('is what the broker says, and fields that nobody needs may be gone', () => {
    expect(read(account, ACCOUNT)).toEqual({
      view: {
        id: 'PA3TESTACCT1',
        environment: 'paper',
        equity: 100_000_500_000,
        cash: -12_340_000,
        buyingPower: 400_002_000_000,
        terms: { multiplier: 4_000_000, mayShort: true, maintenanceMargin: 0 },
      },
      mayShort: true,
    });
  });

  test.each<[object, RegExp]>([
    [{ account_blocked: true }, /account_blocked/],
    [{ trading_blocked: true }, /trading_blocked/],
    [{ trade_suspended_by_user: true }, /trade_suspended_by_user/],
    [{ status: 'ACCOUNT_CLOSED' }, /ACCOUNT_CLOSED/],
    [{ status: 'SUBMITTED' }, /SUBMITTED/],
  ])('says why it takes no order: %j', (change, why) => {
    expect(read(account, { ...ACCOUNT, ...change }).view.blocked).toMatch(why);
  });

  test.each(['account_blocked', 'trading_blocked', 'trade_suspended_by_user'])(
    'that says nothing of %s is not known to be blocked, and one that says no word for it is unreadable',
    (field) => {
      for (const nothing of [undefined, null, false])
        expect(read(account, { ...ACCOUNT, [field]: nothing }).view.blocked).toBeUndefined();
      for (const word of ['true', 1, 'no'])
        expect(() => read(account, { ...ACCOUNT, [field]: word })).toThrow(field);
    },
  );

  test('that may not sell short says so', () => {
    const { mayShort, view } = read(account, { ...ACCOUNT, shorting_enabled: false });
    expect([mayShort, view.terms?.mayShort]).toEqual([false, false]);
  });

  test.each<[object, object | undefined]>([
    [
      { maintenance_margin: '1234.56' },
      { multiplier: 4e6, mayShort: true, maintenanceMargin: 1_234_560_000 },
    ],
    [{ multiplier: '1.5' }, { multiplier: 1.5e6, mayShort: true, maintenanceMargin: 0 }],
    [{ maintenance_margin: undefined }, { multiplier: 4e6, mayShort: true }],
    [{ maintenance_margin: 'much' }, { multiplier: 4e6, mayShort: true }],
    [{ multiplier: undefined }, undefined],
    [{ multiplier: '0' }, undefined],
    [{ multiplier: '4x' }, undefined],
    [{ multiplier: 4 }, undefined],
    [{ shorting_enabled: null }, undefined],
  ])('has terms as far as the broker says them, and is no worse without: %j', (change, terms) => {
    expect(read(account, { ...ACCOUNT, ...change }).view.terms).toEqual(terms);
  });
});

describe('a position', () => {
  test('is read with every digit of its quantity, and prices to the micro-dollar', () => {
    expect(read(position, POSITION)).toEqual({
      symbol: 'BRK.B',
      quantity: 1_500_000_001,
      available: 1_000_000_000,
      averagePrice: 345_666_667,
      marketPrice: 350_120_000,
    });
  });

  test('of the long side is not below zero, nor is what can be sold of it', () => {
    const long = { ...POSITION, side: 'long' };
    expect(() => read(position, { ...long, qty: '-10' })).toThrow(/qty: is below zero, on side long/);
    expect(read(position, { ...long, qty_available: '-10' }).available).toBe(0);
  });

  test.each([
    ['-7', '-5'],
    ['7', '5'],
    ['-7', '5'],
  ])('of the short side is below zero, with %s and %s', (qty, qty_available) => {
    expect(read(position, { ...POSITION, side: 'short', qty, qty_available })).toMatchObject({
      quantity: -7_000_000_000,
      available: -5_000_000_000,
    });
  });
});

describe('an order', () => {
  test('is read with its times to the millisecond, whatever comes behind', () => {
    expect(read(order, ORDER)).toEqual({
      brokerOrderId: '61e69015-8549-4bfd-b9c3-01e75843f47d',
      clientOrderId: 'hg-core-20251202-plan-AAAAAAAAAAAAAAAA',
      symbol: 'AAPL',
      side: 'buy',
      quantity: 10_000_000_000,
      filledQuantity: 4_000_000_000,
      averagePrice: 230_333_333,
      status: 'partially_filled',
      submittedAt: parseInstant('2025-12-02T15:55:00.123Z'),
      updatedAt: parseInstant('2025-12-02T15:55:01.999Z'),
    });
  });

  test('has no price while nothing is filled', () => {
    const unfilled = { ...ORDER, filled_qty: '0', filled_avg_price: null, status: 'new' };
    expect(read(order, unfilled)).toMatchObject({ filledQuantity: 0, averagePrice: null });
  });

  test('by value counts as what it has filled', () => {
    const byValue = { ...ORDER, qty: null, notional: '500' };
    expect(read(order, byValue).quantity).toBe(4_000_000_000);
    expect(read(order, { ...byValue, filled_qty: '0' }).quantity).toBeGreaterThan(0);
  });

  test('of which the broker gives no time of submission has that of its making', () => {
    const early = { ...ORDER, submitted_at: null, updated_at: null };
    const at = parseInstant('2025-12-02T15:55:00.100Z');
    expect(read(order, early)).toMatchObject({ submittedAt: at, updatedAt: at });
  });

  test.each([
    ['filled', true],
    ['canceled', true],
    ['expired', true],
    ['rejected', true],
    ['replaced', true],
    ['done_for_day', false],
    ['pending_cancel', false],
    ['pending_replace', false],
    ['accepted_for_bidding', false],
    ['held', false],
    ['calculated', false],
    ['suspended', false],
    ['stopped', false],
  ])('of status %s: final is %s', (status, isFinal) => {
    expect(isTerminal(read(order, { ...ORDER, status }).status)).toBe(isFinal);
  });

  test('of a status that nobody knows counts as working, and is told of', () => {
    const told: string[] = [];
    const reader = orderOf((status) => told.push(status));
    const status = read(reader, { ...ORDER, status: 'pending_review' });
    expect(status.status).toBe('unknown');
    expect(isTerminal(status.status)).toBe(false);
    expect(told).toEqual(['pending_review']);
  });
});

test.each([
  ['buy', 'buy'],
  ['sell', 'sell'],
  ['sell_short', 'sell'],
])('an execution of side %s is a %s', (side, meant) => {
  expect(read(fill, { ...FILL, side })).toEqual({
    id: '20251202155501999::8efc7b9a-8b2b-4000-9955-d36e7db0df74',
    brokerOrderId: '61e69015-8549-4bfd-b9c3-01e75843f47d',
    symbol: 'AAPL',
    side: meant,
    quantity: 4_000_000_000,
    price: 230_330_000,
    // Not the time in the id, which is that of New York.
    time: parseInstant('2025-12-02T20:55:01.999Z'),
  });
});

describe('what can be sold short', () => {
  test('is what the broker says can be borrowed easily', () => {
    expect(read(asset, ASSET)).toEqual({
      notShortable: null,
      isFractionable: true,
      marginRequirement: { long: 300_000, short: 755_000 },
    });
  });

  test.each<[object, RegExp]>([
    [{ shortable: false }, /cannot be sold short/],
    [{ borrow_status: 'hard_to_borrow' }, /hard to borrow/],
    [{ borrow_status: null, easy_to_borrow: false }, /hard to borrow/],
    [{ borrow_status: null, easy_to_borrow: null }, /does not say/],
    [{ tradable: false }, /cannot be traded/],
    [{ status: 'inactive' }, /cannot be traded/],
  ])('is not, with %j', (change, why) => {
    expect(read(asset, { ...ASSET, ...change }).notShortable).toMatch(why);
  });

  test('the older word counts where the newer one is missing', () => {
    expect(read(asset, { ...ASSET, borrow_status: undefined }).notShortable).toBeNull();
  });
});

test('a day of the calendar has the times of New York, in winter and in summer', () => {
  expect(read(session, DAY)).toEqual({
    date: '2025-12-02',
    open: parseInstant('2025-12-02T09:30:00-05:00'),
    close: parseInstant('2025-12-02T16:00:00-05:00'),
  });
  expect(read(session, { date: '2025-07-03', open: '09:30', close: '13:00' })).toMatchObject({
    close: parseInstant('2025-07-03T13:00:00-04:00'),
  });
});

const NEEDED: readonly (readonly [string, Reader<unknown>, object, readonly string[]])[] = [
  ['account', account, ACCOUNT, ['account_number', 'status', 'equity', 'cash', 'buying_power']],
  [
    'position',
    position,
    POSITION,
    ['symbol', 'side', 'qty', 'qty_available', 'avg_entry_price', 'current_price'],
  ],
  ['order', order, ORDER, ['id', 'client_order_id', 'symbol', 'side', 'filled_qty', 'status', 'created_at']],
  ['execution', fill, FILL, ['id', 'order_id', 'symbol', 'side', 'qty', 'price', 'transaction_time']],
  ['asset', asset, ASSET, ['symbol', 'status', 'tradable', 'shortable']],
  ['clock', writtenClock, CLOCK, ['timestamp', 'is_open', 'next_open', 'next_close']],
  ['day', session, DAY, ['date', 'open', 'close']],
];

describe.each(NEEDED)('of an %s, what is needed', (_, reader, written, fields) => {
  test.each(fields)('and is missing, null or something else is named: %s', (field) => {
    for (const wrong of [undefined, null, 12, '', '1,5', {}]) {
      const message = new RegExp(`^${field}: `);
      if (field === 'status' && wrong === '1,5') continue;
      if (
        ['id', 'order_id', 'client_order_id', 'symbol', 'account_number'].includes(field) &&
        wrong === '1,5'
      )
        continue;
      expect(() => reader({ ...written, [field]: wrong }, '')).toThrow(message);
    }
  });
});

test.each(['1e400', '9'.repeat(30), '1.2.3', 'NaN', ' 1', '0x10', '१'])(
  'money that cannot be counted is refused: %s',
  (equity) => {
    expect(() => read(account, { ...ACCOUNT, equity })).toThrow(/^equity: /);
  },
);

test.each(['0.0000000001', '99999999999', '1e2'])(
  'a quantity that cannot be counted exactly is refused: %s',
  (qty) => {
    expect(() => read(position, { ...POSITION, qty })).toThrow(/^qty: /);
  },
);
