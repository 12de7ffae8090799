/** What a shadow did beside what the account did: rows for differences, and for nothing else. */
import { describe, expect } from 'vitest';
import { formatMoney, formatQuantity, parseMoney, parseQuantity } from '../../src/domain/decimal.ts';
import type { Money, Quantity } from '../../src/domain/decimal.ts';
import { plus, type CalendarDate, type Instant } from '../../src/domain/instant.ts';
import {
  isEqual,
  shadowDiff,
  type Deeds,
  type OwnedFill,
  type OwnedOrder,
  type Owner,
} from '../../src/observed/shadow-diff.ts';
import { fc, test } from '../support/law.ts';

const NOTHING: Deeds = { fills: [], orders: [], held: [] };
const TEN = 10 * 1e9;
const NOON = Date.parse('2025-12-02T17:00:00Z') as Instant;

/** `fill('core buy 10 VTI for 2500.00')`, with `+ 1.00` of fees. */
function fill(words: string): OwnedFill {
  const [, owner = '', side = '', quantity = '', symbol = '', value = '', fee = '0.00'] =
    /^(\S+) (buy|sell) (\S+) (\S+) for (\S+)(?: \+ (\S+))?$/.exec(words) ?? [];
  return {
    owner: owner === 'outside' ? null : owner,
    side: side === 'buy' ? 'buy' : 'sell',
    symbol,
    quantity: parseQuantity(quantity) as Quantity,
    value: parseMoney(value) as Money,
    fee: parseMoney(fee) as Money,
  };
}

const filled = (...words: readonly string[]): Deeds => ({ ...NOTHING, fills: words.map(fill) });

function order(id: string, owner: Owner, { date = '2025-12-02', minute = 0 } = {}): OwnedOrder {
  const at = plus(NOON, minute * 60_000);
  return { id, owner, symbol: 'VTI', side: 'buy', date: date, at, status: 'filled' };
}

describe('trades', () => {
  test.each([
    {
      what: 'the same in other pieces is no difference',
      account: ['core buy 10 VTI for 2500.00'],
      shadow: ['core buy 4 VTI for 1000.00', 'core buy 6 VTI for 1500.00'],
      rows: [],
    },
    {
      what: 'a purchase at a higher price is worse',
      account: ['core buy 10 VTI for 2500.00'],
      shadow: ['core buy 10 VTI for 2501.00'],
      rows: ['core VTI buy 10 10 slippage 1.00 paid 1.00'],
    },
    {
      what: 'a sale at a higher price is better',
      account: ['core sell 10 VTI for 2500.00'],
      shadow: ['core sell 10 VTI for 2501.00'],
      rows: ['core VTI sell 10 10 slippage -1.00 paid -1.00'],
    },
    {
      what: 'slippage is over what both have traded, and money over all',
      account: ['core buy 10 VTI for 2500.00'],
      shadow: ['core buy 4 VTI for 1002.00'],
      rows: ['core VTI buy 10 4 slippage 2.00 paid -1498.00'],
    },
    {
      what: 'another quantity is another trade, though it cost as much',
      account: ['core buy 10 VTI for 2500.00'],
      shadow: ['core buy 20 VTI for 2500.00'],
      rows: ['core VTI buy 10 20 slippage -1250.00 paid 0.00'],
    },
    {
      what: 'fees are money that is paid, and no slippage',
      account: ['core sell 10 VTI for 2500.00'],
      shadow: ['core sell 10 VTI for 2500.00 + 1.50'],
      rows: ['core VTI sell 10 10 slippage 0.00 paid 1.50'],
    },
    {
      what: 'what one side has not done has no slippage',
      account: ['outside sell 3 VTI for 750.00'],
      shadow: [],
      rows: ['outside VTI sell 3 0 slippage none paid 750.00'],
    },
    {
      what: 'owners, symbols and sides are told apart, by name, and those of nobody come last',
      account: ['outside buy 1 VTI for 250.00', 'b buy 1 VTI for 250.00', 'a sell 1 VTI for 250.00'],
      shadow: ['a buy 1 VTI for 250.00', 'a buy 1 BND for 70.00'],
      rows: [
        'a BND buy 0 1 slippage none paid 70.00',
        'a VTI buy 0 1 slippage none paid 250.00',
        'a VTI sell 1 0 slippage none paid 250.00',
        'b VTI buy 1 0 slippage none paid -250.00',
        'outside VTI buy 1 0 slippage none paid -250.00',
      ],
    },
  ])('$what', ({ account, shadow, rows }) => {
    const diff = shadowDiff(filled(...account), filled(...shadow));
    const told = diff.trades.map(({ owner, symbol, side, account: real, shadow: paper, ...costs }) =>
      [
        owner ?? 'outside',
        symbol,
        side,
        formatQuantity(real.quantity),
        formatQuantity(paper.quantity),
        `slippage ${costs.slippage === null ? 'none' : formatMoney(costs.slippage)}`,
        `paid ${formatMoney(costs.paidMore)}`,
      ].join(' '),
    );
    expect(told).toEqual(rows);
  });
});

test('Positions differ by owner: shares that left a book for nobody are two differences.', () => {
  const held = (owner: Owner): Deeds => ({
    ...NOTHING,
    held: [{ owner, symbol: 'VTI', quantity: TEN as Quantity }],
  });
  expect(shadowDiff(held('core'), held(null)).positions).toEqual([
    { owner: 'core', symbol: 'VTI', account: TEN, shadow: 0 },
    { owner: null, symbol: 'VTI', account: 0, shadow: TEN },
  ]);
});

test.each([
  { what: 'ids do not matter', account: [order('a', 'core')], shadow: [order('b', 'core')], only: [] },
  {
    what: 'of several, the newest are too many',
    account: [order('a2', 'core', { minute: 2 }), order('a1', 'core', { minute: 1 })],
    shadow: [order('b', 'core', { minute: 9 })],
    only: ['account a2'],
  },
  {
    what: 'of several, the newest are too many, whatever their ids',
    account: [order('a1', 'core', { minute: 2 }), order('a2', 'core', { minute: 1 })],
    shadow: [order('b', 'core', { minute: 9 })],
    only: ['account a1'],
  },
  {
    what: 'of two of one moment, the second by its id is too much',
    account: [order('a2', 'core'), order('a1', 'core')],
    shadow: [order('b', 'core', { minute: 9 })],
    only: ['account a2'],
  },
  {
    what: 'another day is another order',
    account: [order('a', 'core')],
    shadow: [order('b', 'core', { date: '2025-12-03', minute: 1440 })],
    only: ['account a', 'shadow b'],
  },
  {
    what: 'one from outside is none of a strategy',
    account: [order('a', null)],
    shadow: [order('b', 'core')],
    only: ['account a', 'shadow b'],
  },
])('Orders: $what.', ({ account, shadow, only }) => {
  const { orders } = shadowDiff({ ...NOTHING, orders: account }, { ...NOTHING, orders: shadow });
  expect(orders.map((row) => `${row.only} ${row.id}`)).toEqual(only);
});

const owner = fc.constantFrom('a', 'b', null);
const symbol = fc.constantFrom('VTI', 'BND');
const side = fc.constantFrom('buy' as const, 'sell' as const);
const deeds: fc.Arbitrary<Deeds> = fc.record({
  fills: fc.array(
    fc.record({
      owner,
      symbol,
      side,
      quantity: fc.integer({ min: 1, max: 1e12 }).map((n) => n as Quantity),
      value: fc.integer({ min: 0, max: 1e10 }).map((n) => n as Money),
      fee: fc.integer({ min: 0, max: 1e6 }).map((n) => n as Money),
    }),
    { maxLength: 8 },
  ),
  orders: fc.array(
    fc.record({
      id: fc.uuid(),
      owner,
      symbol,
      side,
      date: fc.constantFrom('2025-12-02' as CalendarDate, '2025-12-03' as CalendarDate),
      at: fc.integer({ min: 0, max: 5 }).map((n) => plus(NOON, n)),
      status: fc.constant('filled'),
    }),
    { maxLength: 8 },
  ),
  held: fc.uniqueArray(
    fc.record({ owner, symbol, quantity: fc.integer({ min: 1, max: 3 }).map((n) => n as Quantity) }),
    { maxLength: 6, selector: (position) => `${String(position.owner)} ${position.symbol}` },
  ),
});

test('One difference of any kind is one, and of several none makes up for another.', () => {
  const [one, other] = [filled('core buy 10 VTI for 2500.00'), filled('core buy 4 VTI for 1000.00')];
  const held = { owner: 'core', symbol: 'VTI', quantity: TEN as Quantity };
  const different = shadowDiff({ ...one, orders: [order('a', 'core')], held: [held] }, other);
  const { trades, positions, orders } = different;
  expect([trades.length, positions.length, orders.length]).toEqual([1, 1, 1]);
  const none = { trades: [], positions: [], orders: [] };
  for (const parts of [{ trades }, { positions }, { orders }, { trades, positions }, { trades, orders }])
    expect(isEqual({ ...different, ...none, ...parts })).toBe(false);
  expect(isEqual({ ...different, ...none })).toBe(true);
});

test.prop([deeds])('Law: equal deeds give no row.', (same) => {
  expect(isEqual(shadowDiff(same, structuredClone(same)))).toBe(true);
});

test.prop([deeds, deeds])('Law: who changes the sides changes the signs, and nothing else.', (one, other) => {
  const there = shadowDiff(one, other);
  const back = shadowDiff(other, one);
  const minus = (money: Money | null): number | null => (money === null ? null : 0 - money);
  expect(back.trades).toEqual(
    there.trades.map((row) => ({
      ...row,
      account: row.shadow,
      shadow: row.account,
      slippage: minus(row.slippage),
      paidMore: minus(row.paidMore),
    })),
  );
  expect(back.positions).toEqual(
    there.positions.map((row) => ({ ...row, account: row.shadow, shadow: row.account })),
  );
  expect(back.orders).toEqual(
    there.orders.map((row) => ({ ...row, only: row.only === 'account' ? 'shadow' : 'account' })),
  );
  expect([back.slippage, back.paidMore]).toEqual([minus(there.slippage), minus(there.paidMore)]);
});

test.prop([deeds, deeds])('Law: orders without a row are as many on either side.', (one, other) => {
  const { orders } = shadowDiff(one, other);
  const surplus = orders.reduce((sum, { only }) => sum + (only === 'account' ? 1 : -1), 0);
  expect(surplus).toBe(one.orders.length - other.orders.length);
});
