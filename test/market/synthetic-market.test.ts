/** The synthetic market: the same for the same seed, and with the properties that strategies need to be exercised. */
import { describe, expect, test } from 'vitest';
import { sessionOn } from '../../src/domain/calendar.ts';
import { instantAt, type Instant } from '../../src/domain/instant.ts';
import { syntheticMarket } from '../../src/market/synthetic-market.ts';

const SPAN = { from: '2013-01-01', to: '2022-12-31' };
const SEEDS = [1, 7, 42, 2_025];

const closesOf = (seed: number, symbol: string): number[] =>
  syntheticMarket(seed)
    .closes(symbol, SPAN)
    .map(({ close }) => close);
const returnsOf = (closes: readonly number[]): number[] =>
  closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? close)));
const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const both = mean(a.map((value, index) => (value - meanA) * ((b[index] ?? 0) - meanB)));
  const spread = (values: readonly number[], middle: number): number =>
    Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  return both / (spread(a, meanA) * spread(b, meanB));
}

function deviation(numbers: readonly number[]): number {
  const middle = mean(numbers);
  return Math.sqrt(mean(numbers.map((number) => (number - middle) ** 2)));
}

describe('is a function of seed, symbol and time', () => {
  test('whatever was asked before', () => {
    const fresh = syntheticMarket(7);
    const used = syntheticMarket(7);
    used.closes('CVX', { from: '2014-01-01', to: '2024-01-01' });
    used.priceAt('TQQQ', instantAt('2025-06-02', '11:00'));
    const at = instantAt('2016-03-04', '12:34');
    for (const symbol of ['SPY', 'XOM', 'CVX', 'VIX', 'SVXY', 'ABC'])
      expect(used.priceAt(symbol, at)).toEqual(fresh.priceAt(symbol, at));
  });

  test('and another one for another seed', () => {
    expect(closesOf(1, 'SPY')).not.toEqual(closesOf(2, 'SPY'));
  });

  test('with a close each session, none between, and none of a name that is no symbol', () => {
    const market = syntheticMarket(7);
    const dates = market.closes('KO', { from: '2025-11-24', to: '2025-12-01' }).map(({ date }) => date);
    expect(dates).toEqual(['2025-11-24', '2025-11-25', '2025-11-26', '2025-11-28', '2025-12-01']);
    expect(market.closes('../KO', SPAN)).toEqual([]);
    expect(market.closes('KO', { from: '2025-11-29', to: '2025-11-30' })).toEqual([]);
  });
});

describe('within a session', () => {
  const session = sessionOn('2025-11-28');
  const market = syntheticMarket(7);
  const priceAt = (at: Instant): number => market.priceAt('KO', at)?.price ?? 0;

  test('a price goes from the open to the close of that day, also of a short one', () => {
    const [wednesday, friday] = market.closes('KO', { from: '2025-11-26', to: '2025-11-28' });
    expect(session).not.toBeNull();
    const { open, close } = session ?? { open: 0 as Instant, close: 0 as Instant };
    expect(priceAt((open - 1) as Instant) / 1e6).toBe(wednesday?.close);
    expect(priceAt(close) / 1e6).toBe(friday?.close);
    expect(priceAt((close + 3_600_000) as Instant) / 1e6).toBe(friday?.close);
    const middle = priceAt(((open + close) / 2) as Instant) / 1e6;
    expect(middle).not.toBe(wednesday?.close);
    expect(Math.abs(middle / (friday?.close ?? 0) - 1)).toBeLessThan(0.1);
  });
});

test('a session opens where its first price is, and its closes are those of its bars', () => {
  const market = syntheticMarket(7);
  const span = { from: '2025-11-24', to: '2025-12-05' };
  const bars = market.bars('TQQQ', span);
  expect(market.closes('TQQQ', span)).toEqual(bars.map(({ date, close }) => ({ date, close })));
  for (const { date, open } of bars)
    expect((market.priceAt('TQQQ', instantAt(date, '09:30'))?.price ?? 0) / 1e6).toBe(open);
});

test('about a third of the variance falls into the night', () => {
  const bars = syntheticMarket(7).bars('SPY', SPAN);
  const nights = bars.slice(1).map(({ open }, index) => Math.log(open / (bars[index]?.close ?? open)));
  const days = bars.map(({ open, close }) => Math.log(close / open));
  const share = deviation(nights) ** 2 / (deviation(nights) ** 2 + deviation(days) ** 2);
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.4);
});

describe.each(SEEDS)('with seed %i', (seed) => {
  const spy = returnsOf(closesOf(seed, 'SPY'));
  const vix = closesOf(seed, 'VIX');
  const vix3m = closesOf(seed, 'VIX3M');

  test('the market moves like a market: some ten to twenty-five percent a year', () => {
    const annual = deviation(spy) * Math.sqrt(252);
    expect(annual).toBeGreaterThan(0.1);
    expect(annual).toBeLessThan(0.25);
  });

  test('volatility comes in clusters', () => {
    const sizes = spy.map(Math.abs);
    expect(correlation(sizes.slice(1), sizes.slice(0, -1))).toBeGreaterThan(0.05);
  });

  test('the VIX rises when the market falls, and stays in the range of the real one', () => {
    expect(correlation(returnsOf(vix), spy)).toBeLessThan(-0.5);
    expect(mean(vix)).toBeGreaterThan(13);
    expect(mean(vix)).toBeLessThan(24);
    expect(Math.min(...vix)).toBeGreaterThan(5);
    expect(Math.max(...vix)).toBeLessThan(100);
    expect(Math.max(...vix)).toBeGreaterThan(30);
  });

  test('its curve rises on most days, and falls on some', () => {
    const rising = mean(vix.map((value, index) => (value < (vix3m[index] ?? 0) ? 1 : 0)));
    expect(rising).toBeGreaterThan(0.55);
    expect(rising).toBeLessThan(0.95);
  });

  test('a share follows the market in part, a leveraged fund wholly', () => {
    expect(correlation(returnsOf(closesOf(seed, 'KO')), spy)).toBeGreaterThan(0.2);
    expect(correlation(returnsOf(closesOf(seed, 'KO')), spy)).toBeLessThan(0.95);
    expect(correlation(returnsOf(closesOf(seed, 'UPRO')), spy)).toBeGreaterThan(0.99);
  });

  test('long volatility loses in the long run, and rises in a fall', () => {
    const vxx = closesOf(seed, 'VXX');
    expect(correlation(returnsOf(vxx), spy)).toBeLessThan(-0.3);
    expect(vxx.at(-1)).toBeLessThan(vxx[0] ?? 0);
  });

  test('partners stay together', () => {
    const [one, other] = [closesOf(seed, 'XOM'), closesOf(seed, 'CVX')];
    const gaps = one.map((price, index) => Math.log(price / (other[index] ?? 1)));
    expect(deviation(gaps)).toBeLessThan(0.05);
    expect(deviation(one.map(Math.log))).toBeGreaterThan(deviation(gaps));
  });
});
