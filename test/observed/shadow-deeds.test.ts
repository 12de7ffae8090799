/** What an account has done since a moment, and whose it was. */
import { describe, expect, test } from 'vitest';
import type { Side } from '../../src/domain/names.ts';
import type { BrokerFill, BrokerPosition } from '../../src/observed/broker-view.ts';
import type { Ledger, LedgerOrder } from '../../src/observed/ledger.ts';
import { deedsOf, isEqual, shadowDiff, type Deeds } from '../../src/observed/shadow-diff.ts';
import { at, DATE, dollars, ledgerAfter, opened, price, shares } from './support/journal-of.ts';

const SINCE = at(10);

function order(id: string, intended: number, updated: number): LedgerOrder {
  const intent = { clientOrderId: id, strategy: 'a', symbol: 'KO', side: 'buy', sessionDate: DATE };
  const times = { intendedAt: at(intended), updatedAt: at(updated) };
  return { intent, brokerOrderId: `b-${id}`, status: 'filled', ...times } as unknown as LedgerOrder;
}

const fill = (brokerOrderId: string, time: number, more: Partial<BrokerFill> = {}): BrokerFill => ({
  ...{ id: 'f', brokerOrderId, symbol: 'KO', side: 'sell', quantity: shares(2), price: price(50) },
  time: at(time),
  ...more,
});

const position = (symbol: string, count: number): BrokerPosition => {
  const prices = { averagePrice: price(50), marketPrice: price(50) };
  return { symbol, quantity: shares(count), available: shares(count), ...prices };
};

interface Seen {
  readonly orders?: readonly LedgerOrder[];
  readonly fills?: readonly BrokerFill[];
  readonly positions?: readonly BrokerPosition[];
}

function deeds({ orders = [], fills = [], positions = [] }: Seen, ledger: Ledger = ledgerAfter()): Deeds {
  const openOrders = new Map(orders.map((one) => [one.intent.clientOrderId, one]));
  return deedsOf({ ledger: { ...ledger, openOrders }, positions, fills }, SINCE);
}

describe('deeds of an account', () => {
  test('are fills behind the moment, of the strategy whose order it was, or of nobody', () => {
    const fills = [
      fill('b-o', 10),
      fill('b-o', 11, { fee: dollars(1) }),
      fill('theirs', 12, { side: 'buy' }),
    ];
    const side = (of: Side) => ({ symbol: 'KO', side: of, quantity: shares(2), value: dollars(100) });
    expect(deeds({ orders: [order('o', 0, 0)], fills }).fills).toEqual([
      { ...side('sell'), owner: 'a', fee: dollars(1) },
      { ...side('buy'), owner: null, fee: 0 },
    ]);
  });

  test('are orders that began at the moment or behind it, and had not ended by then', () => {
    const orders = [order('old', 9, 12), order('ended', 10, 10), order('at', 10, 11), order('new', 11, 11)];
    expect(deeds({ orders }).orders.map(({ id }) => id)).toEqual(['at', 'new']);
    expect(deeds({ orders }).orders[0]).toEqual({
      id: 'at',
      owner: 'a',
      symbol: 'KO',
      side: 'buy',
      date: DATE,
      at: at(10),
      status: 'filled',
    });
  });

  test('are orders from outside, each once, as they were filled first', () => {
    const fills = [
      fill('b-o', 11),
      fill('theirs', 12),
      fill('theirs', 13),
      fill('more', 14),
      fill('old', 10),
    ];
    const { orders } = deeds({ orders: [order('o', 0, 0)], fills });
    const outside = { owner: null, symbol: 'KO', side: 'sell', date: DATE, status: 'filled' };
    expect(orders).toEqual([
      { ...outside, id: 'theirs', at: at(12) },
      { ...outside, id: 'more', at: at(14) },
    ]);
  });

  test.each<
    [what: string, positions: readonly BrokerPosition[], beyond: readonly (readonly [string, number])[]]
  >([
    ['as much as the books', [position('KO', 15)], []],
    [
      'more, and something else',
      [position('KO', 17), position('PEP', 1)],
      [
        ['KO', 2],
        ['PEP', 1],
      ],
    ],
    ['less', [position('KO', 12)], [['KO', -3]]],
    ['nothing', [], [['KO', -15]]],
  ])('are what its books hold, and what is nobody’s where the broker holds %s', (_, positions, beyond) => {
    const { held } = deeds({ positions }, ledgerAfter(opened({ a: [10, 500], b: [5, 250] })));
    expect(held).toEqual([
      { owner: 'a', symbol: 'KO', quantity: shares(10) },
      { owner: 'b', symbol: 'KO', quantity: shares(5) },
      ...beyond.map(([symbol, count]) => ({ owner: null, symbol, quantity: shares(count) })),
    ]);
  });
});

test('two accounts are equal where neither fills, positions nor orders differ', () => {
  const nothing: Deeds = { fills: [], orders: [], held: [] };
  const some = deeds({ fills: [fill('theirs', 11)], positions: [position('KO', 1)] });
  expect(isEqual(shadowDiff(nothing, nothing))).toBe(true);
  for (const part of ['fills', 'orders', 'held'] as const)
    expect(isEqual(shadowDiff(nothing, { ...nothing, [part]: some[part] }))).toBe(false);
});

test('the sums are those of all rows', () => {
  const one = deeds({ fills: [fill('x', 11), fill('y', 11, { symbol: 'PEP' })] });
  const other = deeds({
    fills: [
      fill('x', 11, { price: price(49) }),
      fill('y', 11, { symbol: 'PEP', price: price(47), fee: dollars(1) }),
      fill('z', 11, { symbol: 'VTI' }),
    ],
  });
  const { slippage, paidMore } = shadowDiff(one, other);
  expect([slippage / 1e6, paidMore / 1e6]).toEqual([8, -91]);
});
