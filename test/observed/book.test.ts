import { describe, expect } from 'vitest';
import { fc, test } from '../support/law.ts';
import type { Money, Quantity } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { bookTrade, type Booked, type Lot, type Trade } from '../../src/observed/book.ts';

const SHARE = 1_000_000_000;
const MICRO = 1_000_000;

function trade(shares: number, dollars: number, at = 2): Trade {
  return {
    quantity: (shares * SHARE) as Quantity,
    value: (dollars * MICRO) as Money,
    at: at as Instant,
    orderId: `o${at}`,
  };
}

function lot(shares: number, dollars: number): Lot {
  return {
    quantity: (shares * SHARE) as Quantity,
    cost: (dollars * MICRO) as Money,
    since: 1 as Instant,
    orderId: 'o1',
  };
}

describe('one trade', () => {
  test.each<{
    name: string;
    from: Lot | undefined;
    trade: Trade;
    to: [number, number] | undefined;
    realised: number;
  }>([
    { name: 'opens a position', from: undefined, trade: trade(10, 1000), to: [10, 1000], realised: 0 },
    { name: 'opens a short', from: undefined, trade: trade(-10, -1000), to: [-10, -1000], realised: 0 },
    {
      name: 'adds by average cost',
      from: lot(10, 1000),
      trade: trade(10, 1400),
      to: [20, 2400],
      realised: 0,
    },
    {
      name: 'takes a part of the cost out',
      from: lot(10, 1000),
      trade: trade(-4, -480),
      to: [6, 600],
      realised: 80,
    },
    { name: 'closes at a loss', from: lot(10, 1000), trade: trade(-10, -900), to: undefined, realised: -100 },
    {
      name: 'covers a part of a short',
      from: lot(-10, -1000),
      trade: trade(4, 360),
      to: [-6, -600],
      realised: 40,
    },
    { name: 'crosses zero', from: lot(10, 1000), trade: trade(-15, -1650), to: [-5, -550], realised: 100 },
    { name: 'is nothing', from: undefined, trade: trade(0, 0), to: undefined, realised: 0 },
    {
      name: 'is nothing beside a position',
      from: lot(10, 1000),
      trade: trade(0, 0),
      to: [10, 1000],
      realised: 0,
    },
  ])('$name', ({ from, trade, to, realised }) => {
    const booked = bookTrade(from, trade);
    const found = booked.lot && [booked.lot.quantity / SHARE, booked.lot.cost / MICRO];
    expect(found).toStrictEqual(to);
    expect(booked.realised / MICRO).toBeCloseTo(realised, 9);
  });

  test('a position keeps its age and its order until it crosses zero', () => {
    expect(bookTrade(lot(10, 1000), trade(5, 500)).lot).toMatchObject({ since: 1, orderId: 'o1' });
    expect(bookTrade(lot(10, 1000), trade(-5, -500)).lot).toMatchObject({ since: 1, orderId: 'o1' });
    expect(bookTrade(lot(10, 1000), trade(-15, -1500)).lot).toMatchObject({ since: 2, orderId: 'o2' });
  });
});

const arbitraryTrade = fc
  .record({
    shares: fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }),
    price: fc.integer({ min: 1, max: 900 }),
  })
  .map(({ shares, price }): Trade => {
    // Never -0, which is no amount of money.
    const value = (Math.trunc((shares * price) / 1_000) + 0) as Money;
    return { quantity: shares as Quantity, value, at: 2 as Instant, orderId: null };
  });

function bookAll(trades: readonly Trade[]): Booked {
  return trades.reduce<Booked>(
    (sofar, next) => {
      const booked = bookTrade(sofar.lot, next);
      return { lot: booked.lot, realised: (sofar.realised + booked.realised) as Money };
    },
    { lot: undefined, realised: 0 as Money },
  );
}

describe('any trades', () => {
  test.prop([fc.array(arbitraryTrade, { maxLength: 20 })], { numRuns: 1000 })(
    'conserve shares and money: quantity is the sum of the trades, and cost minus profit is what was paid',
    (trades) => {
      const { lot, realised } = bookAll(trades);
      const quantity = trades.reduce((sum, { quantity }) => sum + quantity, 0);
      const paid = trades.reduce((sum, { quantity, value }) => sum + (quantity === 0 ? 0 : value), 0);
      expect(lot?.quantity ?? 0).toBe(quantity);
      expect((lot?.cost ?? 0) - realised).toBe(paid);
    },
  );

  test.prop([fc.array(arbitraryTrade, { maxLength: 20 })], { numRuns: 1000 })(
    'never leave a lot of quantity zero, nor one that cost money of the other sign',
    (trades) => {
      const { lot } = bookAll(trades);
      if (lot === undefined) return;
      expect(lot.quantity).not.toBe(0);
      expect(lot.cost === 0 || lot.cost > 0 === lot.quantity > 0).toBe(true);
    },
  );
});
