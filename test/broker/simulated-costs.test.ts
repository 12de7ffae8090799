/** What trading costs at the simulated broker. */
import type { FeeSchedule, Slippage } from '../../src/domain/costs.ts';
import { describe, expect, test } from 'vitest';
import { accountView, buyingPowerOf, orderView } from '../../src/broker/simulated-account.ts';
import { advance } from '../../src/broker/simulated-advance.ts';
import { fillPrice, withFees } from '../../src/broker/simulated-costs.ts';
import { formatDocument, parseDocument } from '../../src/broker/simulated-document.ts';
import { cancelOrder, submitOrder, tradeOutside } from '../../src/broker/simulated-orders.ts';
import { freshState, type SimulatedState, type Venue } from '../../src/broker/simulated-state.ts';
import { venueOf } from '../../src/broker/simulated-venue.ts';
import { formatMoney, valueOf, type Money, type Price, type Ratio } from '../../src/domain/decimal.ts';
import { plus } from '../../src/domain/instant.ts';
import { fc, test as lawTest } from '../support/law.ts';
import { buy, dollars, sell, SETTINGS, shares, START, venue } from '../support/simulated-world.ts';

const FREE: FeeSchedule = {
  perOrder: dollars(0),
  perShare: dollars(0),
  minimum: dollars(0),
  soldPerMillion: dollars(0),
};
const fixed = (rate: number): Slippage => ({ type: 'fixed', rate: rate as Ratio });
const otherwise = (rate: number): Slippage => ({ type: 'half-spread', otherwise: rate as Ratio });

function paid(slippage: Slippage, side: 'buy' | 'sell', price: number, spread?: number): string {
  const market: Venue = {
    ...venue({ slippage }),
    spreadAt: () => (spread === undefined ? undefined : dollars(spread)),
  };
  return formatMoney(fillPrice({ symbol: 'KO', side, at: START, price: dollars(price) }, market));
}

describe('the price of a fill', () => {
  test.each<[what: string, ...facts: Parameters<typeof paid>, price: string]>([
    ['is worse by a part of it for who buys', fixed(500), 'buy', 100, undefined, '100.05'],
    ['and for who sells', fixed(500), 'sell', 100, undefined, '99.95'],
    ['is rounded to the cent, up for who buys', fixed(100), 'buy', 45.2, undefined, '45.21'],
    ['and down for who sells', fixed(100), 'sell', 45.2, undefined, '45.19'],
    ['is rounded to hundredths of a cent below a dollar', fixed(500), 'sell', 0.5, undefined, '0.4997'],
    ['is above zero, however little it is', fixed(100_000), 'sell', 0.00001, undefined, '0.000001'],
    ['is that of the market where nothing is lost', fixed(0), 'buy', 45.123456, undefined, '45.123456'],
    ['is worse by half of the spread', otherwise(500), 'buy', 100, 0.06, '100.03'],
    ['of which half a cent counts whole', otherwise(500), 'sell', 100, 0.03, '99.98'],
    ['is that of the market where bid and ask are one', otherwise(500), 'sell', 100, 0, '100.00'],
    ['is worse by a part where no spread is known', otherwise(500), 'sell', 100, undefined, '99.95'],
    ['and where bid and ask are crossed', otherwise(500), 'buy', 100, -0.02, '100.05'],
  ])('%s', (_, slippage, side, price, spread, expected) => {
    expect(paid(slippage, side, price, spread)).toBe(expected);
  });

  test('takes bid and ask from the source of prices', () => {
    const quote = { price: dollars(100), asOf: START, bid: dollars(99.9), ask: dollars(100.1) };
    const settings = { ...SETTINGS, slippage: otherwise(0) };
    const fill = { symbol: 'KO', side: 'sell', at: START, price: dollars(100) } as const;
    expect(fillPrice(fill, venueOf(settings, { priceAt: () => quote }))).toBe(dollars(99.9));
    const { bid: _, ...halfKnown } = quote;
    expect(fillPrice(fill, venueOf(settings, { priceAt: () => halfKnown }))).toBe(dollars(100));
  });

  const anySlippage = fc.oneof(fc.nat({ max: 100_000 }).map(fixed), fc.nat({ max: 100_000 }).map(otherwise));
  const spreads = fc.option(fc.integer({ min: -1_000_000, max: 1_000_000 }), { nil: undefined });
  lawTest.prop([anySlippage, fc.constantFrom('buy', 'sell'), fc.integer({ min: 1, max: 2e9 }), spreads])(
    'is never better than that of the market, and never nothing',
    (slippage, side, micros, spread) => {
      const price = micros as Price;
      const market: Venue = { ...venue({ slippage }), spreadAt: () => spread as Money | undefined };
      const got = fillPrice({ symbol: 'KO', side, at: START, price }, market);
      expect(side === 'buy' ? got - price : price - got).toBeGreaterThanOrEqual(0);
      expect(got).toBeGreaterThan(0);
    },
  );
});

type Charge = readonly [fees: Partial<FeeSchedule>, side: 'buy' | 'sell', counts: readonly number[]];

/** The fee of each fill at $100; empty where it has none. */
function charged([fees, side, counts]: Charge): string[] {
  const fills = counts.map((count) => ({
    kind: 'fill' as const,
    at: START,
    quantity: shares(count),
    price: dollars(100),
  }));
  return withFees(fills, side, { ...FREE, ...fees }).map(({ fee }) =>
    fee === undefined ? '' : formatMoney(fee),
  );
}

describe('the fee of an order', () => {
  const order = (amount: number): Partial<FeeSchedule> => ({ perOrder: dollars(amount) });
  const commission = { perShare: dollars(0.005), minimum: dollars(1) };
  const sec = { soldPerMillion: dollars(27.8) };
  test.each<[what: string, charge: Charge, fees: string[]]>([
    ['is charged with its first fill where it is for the order', [order(2), 'buy', [5, 5]], ['2.00', '']],
    ['is at least the minimum', [commission, 'buy', [10]], ['1.00']],
    ['grows with the shares beyond it', [commission, 'buy', [150, 100, 50]], ['1.00', '0.25', '0.25']],
    ['is the same in one part', [commission, 'buy', [300]], ['1.50']],
    ['has no part of the value where it buys', [sec, 'buy', [1_000]], ['']],
    ['has one where it sells, in whole cents, rounded up once', [sec, 'sell', [1, 1]], ['0.01', '']],
    ['is of all that was sold', [sec, 'sell', [500, 500]], ['1.39', '1.39']],
    ['is never more than what a sale brings in', [order(5), 'sell', [0.01, 0.2]], ['1.00', '4.00']],
    ['may be nothing', [{}, 'sell', [10]], ['']],
  ])('%s', (_, charge, fees) => {
    expect(charged(charge)).toEqual(fees);
  });
});

const FEES = { ...FREE, perShare: dollars(0.01), minimum: dollars(1), soldPerMillion: dollars(20) };

function submitted(state: SimulatedState, request: Parameters<typeof submitOrder>[1], market: Venue) {
  const { state: next, answer } = submitOrder(state, request, state.time, market);
  if (answer.kind !== 'created') throw new Error(JSON.stringify(answer));
  return next;
}

describe('an account with fees', () => {
  const market = venue({ fees: FEES, fillDelay: 1_000 });
  const fresh = freshState(market.settings, START);

  test('pays them in cash with each fill, and its orders and executions say so', () => {
    const state = advance(submitted(fresh, buy('hg-1', 'KO', 200), market), plus(START, 1_000));
    expect(formatMoney(state.cash)).toBe('79998.00');
    expect(state.fills.map(({ fee }) => fee)).toEqual([dollars(2)]);
    expect(orderView(state.orders[0]!)).toMatchObject({ fees: dollars(2), averagePrice: dollars(100) });
    expect(accountView(state, market)).toMatchObject({ equity: dollars(99_998), cash: dollars(79_998) });
    expect(state.positions.get('KO')?.averagePrice).toBe(dollars(100));
  });

  test('holds them back while the order is open', () => {
    const state = submitted(fresh, buy('hg-1', 'KO', 200), market);
    expect(state.cash).toBe(dollars(100_000));
    expect(buyingPowerOf(state, market)).toBe(dollars(79_998));
  });

  test('takes no order that it could pay, and not the fee of', () => {
    const exact = { ...fresh, cash: dollars(20_001.99) };
    const request = buy('hg-1', 'KO', 200);
    expect(submitOrder(exact, request, START, market).answer).toMatchObject({
      code: 'InsufficientBuyingPower',
    });
    const enough = submitted({ ...fresh, cash: dollars(20_002) }, request, market);
    expect(advance(enough, plus(START, 1_000)).cash).toBe(0);
  });

  test('sells to the last share without any cash', () => {
    const held = advance(
      submitted({ ...fresh, cash: dollars(101) }, buy('hg-1', 'KO', 1), market),
      plus(START, 1_000),
    );
    expect(held.cash).toBe(0);
    const sold = advance(submitted(held, sell('hg-2', 'KO', 1), market), plus(START, 9_000));
    expect(formatMoney(sold.cash)).toBe('98.99');
  });

  test('pays for what was filled of an order that is cancelled', () => {
    const slow = venue({ fees: FEES, fillDelay: 60_000, partialFills: 1_000_000 as Ratio });
    const open = submitted(fresh, buy('hg-1', 'KO', 400), slow);
    const first = open.orders[0]!.pending.find(({ kind }) => kind === 'fill')!.at;
    const id = open.orders[0]!.brokerOrderId;
    const ended = advance(cancelOrder(open, id, first).state, plus(first, 60_000));
    const [order] = ended.orders;
    expect(order?.status).toBe('canceled');
    expect(order?.fees).toBe(Math.max(dollars(1), valueOf(order!.filledQuantity, dollars(0.01))));
    expect(buyingPowerOf(ended, slow)).toBe(ended.cash);
  });

  test('trades by hand for a fee, and without slippage at a price that was named', () => {
    const dear = venue({ fees: FEES, slippage: fixed(1_000) });
    const trade = { symbol: 'KO', side: 'buy' as const, quantity: shares(10) };
    const prices = [{ ...trade, price: dollars(99) }, trade].map(
      (asked) => tradeOutside(fresh, asked, START, dear).state.fills[0],
    );
    expect(prices).toMatchObject([
      { price: dollars(99), fee: dollars(1) },
      { price: dollars(100.1), fee: dollars(1) },
    ]);
  });

  test('is the same after it was written and read; one without says nothing of fees', () => {
    const state = advance(submitted(fresh, buy('hg-1', 'KO', 200), market), plus(START, 1_000));
    const open = submitted(state, sell('hg-2', 'KO', 5), market);
    expect(parseDocument(formatDocument(open))).toEqual(open);
    expect(formatDocument(open)).toContain('"fees": "2.00"');
    const free = submitted(freshState(SETTINGS, START), buy('hg-1', 'KO', 200), venue());
    expect(formatDocument(advance(free, plus(START, 1_000)))).not.toContain('fee');
    expect(() => parseDocument(formatDocument(open).replace('"fee": "2.00"', '"fee": "-2.00"'))).toThrow(
      'fills.0.fee: "-2.00" is not an amount of zero or more',
    );
  });
});

const feeSchedules = fc.record({
  perOrder: fc.nat({ max: 5_000_000 }),
  perShare: fc.nat({ max: 20_000 }),
  minimum: fc.nat({ max: 2_000_000 }),
  soldPerMillion: fc.nat({ max: 100_000_000 }),
}) as unknown as fc.Arbitrary<FeeSchedule>;
const slippages = fc.option(fc.nat({ max: 20_000 }).map(fixed), { nil: undefined });
const orders = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 300 })), { maxLength: 8 });

lawTest.prop([feeSchedules, slippages, orders, fc.nat({ max: 1_000 })], { numRuns: 300 })(
  'of equal orders, those with costs leave no more than those without; fees are what is missing in cash',
  (fees, slippage, wishes, seed) => {
    const run = (market: Venue): SimulatedState =>
      wishes.reduce(
        (state, [isBuy, count], index) => {
          const request = (isBuy ? buy : sell)(`hg-${index}`, 'KO', count);
          return advance(submitOrder(state, request, state.time, market).state, plus(state.time, 60_000));
        },
        freshState(market.settings, START),
      );
    // So much cash that costs refuse no order.
    const plain = { seed, cash: dollars(1_000_000), partialFills: 500_000 as Ratio };
    const slipping = { ...plain, ...(slippage && { slippage }) };
    const equityOf = (state: SimulatedState, market: Venue): Money => accountView(state, market).equity;
    const [free, slipped, both] = [venue(plain), venue(slipping), venue({ ...slipping, fees })];
    const [withoutCosts, withSlippage, withAll] = [run(free), run(slipped), run(both)];
    expect(withAll.positions).toEqual(withSlippage.positions);
    expect(equityOf(withSlippage, slipped)).toBeLessThanOrEqual(equityOf(withoutCosts, free));
    const total = withAll.fills.reduce((sum, { fee = 0 }) => sum + fee, 0);
    expect(withSlippage.cash - withAll.cash).toBe(total);
    expect(equityOf(withSlippage, slipped) - equityOf(withAll, both)).toBe(total);
    expect(withAll.orders.reduce((sum, { fees: own = 0 }) => sum + own, 0)).toBe(total);
    expect(formatDocument(run(both))).toBe(formatDocument(withAll));
  },
);
