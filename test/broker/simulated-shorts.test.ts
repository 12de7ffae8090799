import { describe, expect, test } from 'vitest';
import { accountView, buyingPowerOf, positionsView } from '../../src/broker/simulated-account.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import { submitOrder, tradeOutside } from '../../src/broker/simulated-orders.ts';
import { freshState, type SimulatedState, type Venue } from '../../src/broker/simulated-state.ts';
import type { Ratio } from '../../src/domain/decimal.ts';
import { plus } from '../../src/domain/instant.ts';
import type { OrderRequest } from '../../src/reconciler/ports.ts';
import { buy, dollars, sell, SETTINGS, shares, START, venue } from '../support/simulated-world.ts';

const SHORTING = venue({ shorting: { hardToBorrow: ['GME'] } });
const FRESH = freshState(SETTINGS, START);
const LATER = 5_000;

const short = (id: string, symbol: string, count: number): OrderRequest => ({
  ...sell(id, symbol, count),
  reduceOnly: false,
});
const cover = (id: string, symbol: string, count: number): OrderRequest => ({
  ...buy(id, symbol, count),
  reduceOnly: true,
});

function done(state: SimulatedState, request: OrderRequest, at: Venue = SHORTING): SimulatedState {
  const { state: after, answer } = submitOrder(state, request, state.time, at);
  expect(answer.kind).toBe('created');
  return advance(after, plus(after.time, LATER));
}

function held(symbol: string, count: number): SimulatedState {
  return {
    ...FRESH,
    positions: new Map([[symbol, { quantity: shares(count), averagePrice: dollars(100) }]]),
  };
}

describe('on an account that may be short, an order', () => {
  test('opens a short position, adds to it, and covers it, at the price of each', () => {
    const opened = done(FRESH, short('hg-1', 'KO', 10));
    expect(positionsView(opened, SHORTING)).toMatchObject([
      { symbol: 'KO', quantity: shares(-10), available: shares(-10), averagePrice: dollars(100) },
    ]);
    expect(opened.cash).toBe(dollars(101_000));
    const dear: Venue = { ...SHORTING, priceAt: () => dollars(110) };
    const grown = done(opened, short('hg-2', 'KO', 10), dear);
    expect(grown.positions.get('KO')).toEqual({ quantity: shares(-20), averagePrice: dollars(105) });
    expect(accountView(grown, dear).equity).toBe(dollars(99_900));
    const flat = done(grown, cover('hg-3', 'KO', 20), dear);
    expect(flat.positions.size).toBe(0);
    expect(flat.cash).toBe(dollars(99_900));
  });

  test('that opens a short reserves buying power at once, and what it sold goes on taking it', () => {
    const { state } = submitOrder(FRESH, short('hg-1', 'KO', 600), START, SHORTING);
    expect(buyingPowerOf(state, SHORTING)).toBe(dollars(40_000));
    expect(buyingPowerOf(advance(state, plus(START, LATER)), SHORTING)).toBe(dollars(40_000));
  });

  test('that covers needs no buying power, and gives back what it frees', () => {
    const all = done(FRESH, short('hg-1', 'KO', 1_000));
    expect(buyingPowerOf(all, SHORTING)).toBe(0);
    const { state, answer } = submitOrder(all, cover('hg-2', 'KO', 400), all.time, SHORTING);
    expect(answer.kind).toBe('created');
    expect(buyingPowerOf(advance(state, plus(all.time, LATER)), SHORTING)).toBe(dollars(40_000));
  });

  test('is backed by equity times the multiplier', () => {
    const margin = venue({ multiplier: 2_000_000 as Ratio, shorting: { hardToBorrow: [] } });
    expect(submitOrder(FRESH, short('hg-1', 'KO', 2_000), START, margin).answer.kind).toBe('created');
    expect(submitOrder(FRESH, short('hg-1', 'KO', 2_001), START, margin).answer).toMatchObject({
      code: 'InsufficientBuyingPower',
    });
  });

  const refused: readonly [string, SimulatedState, OrderRequest, object][] = [
    [
      'of a share that cannot be borrowed',
      FRESH,
      short('hg-1', 'GME', 1),
      { code: 'ShortNotAllowed', message: 'asset "GME" cannot be sold short' },
    ],
    [
      'of a part of a share',
      FRESH,
      short('hg-1', 'KO', 1.5),
      { code: 'NotFractionable', message: 'fractional orders cannot be sold short' },
    ],
    ['beyond its buying power', FRESH, short('hg-1', 'KO', 1_001), { code: 'InsufficientBuyingPower' }],
    ['across zero', held('KO', 10), short('hg-1', 'KO', 15), { code: 'InsufficientQuantity' }],
    [
      'of what somebody holds long',
      held('KO', 10),
      short('hg-1', 'KO', 5),
      { message: 'position intent mismatch, inferred: sell_to_close, specified: sell_to_open' },
    ],
    [
      'that may only reduce, and has nothing to reduce',
      FRESH,
      sell('hg-1', 'KO', 5),
      { message: 'position intent mismatch, inferred: sell_to_open, specified: sell_to_close' },
    ],
    ['that covers more than is short', held('KO', -10), cover('hg-1', 'KO', 11), { code: 'Refused' }],
  ];

  test.each(refused)('%s is refused and changes nothing', (_, state, request, expected) => {
    const { state: after, answer } = submitOrder(state, request, START, SHORTING);
    expect(answer).toMatchObject({ kind: 'refused', ...expected });
    expect(after).toBe(state);
  });

  test('covers also what cannot be borrowed any more', () => {
    expect(done(held('GME', -10), cover('hg-1', 'GME', 10)).positions.size).toBe(0);
  });
});

describe('a trade by hand', () => {
  test('may go short where the account may', () => {
    const trade = { symbol: 'KO', side: 'sell' as const, quantity: shares(3) };
    const { state } = tradeOutside(FRESH, trade, START, SHORTING);
    expect(state.positions.get('KO')?.quantity).toBe(shares(-3));
  });
});
