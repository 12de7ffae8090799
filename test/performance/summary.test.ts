/** Golden figures, worked out by hand or by another formula than the program's. */
import { describe, expect, test } from 'vitest';
import type { Figure } from '../../src/performance/figure.ts';
import type { SessionRecord, SimulationRecord, Trade } from '../../src/performance/record.ts';
import { sharpe, sharpeError, sortino, volatility, yearlyReturn } from '../../src/performance/ratios.ts';
import { summarise } from '../../src/performance/summary.ts';
import { dollars, price, shares, simulated, withCloses } from '../support/simulation-record.ts';

/** 60 returns, 40 times +1 % and 20 times -1 %: mean 1/300, sum of squares 60e-4. */
const TWO_TO_ONE = Array.from({ length: 60 }, (_, index) => (index % 3 === 2 ? -0.01 : 0.01));

const reasonOf = (figure: Figure): string | null => (figure.value === null ? figure.reason : null);

describe('ratios', () => {
  // Variance (n - 1): (60e-4 - 60 x (1/300)^2) / 59 = (0.006 - 1/1500) / 59 = 0.00533333 / 59.
  const deviation = Math.sqrt(0.016 / 3 / 59);

  test('the Sharpe ratio is mean by deviation of n - 1, times the root of 252.', () => {
    expect(sharpe(TWO_TO_ONE).value).toBeCloseTo((1 / 300 / deviation) * Math.sqrt(252), 10);
    expect(sharpe(TWO_TO_ONE).value).toBeCloseTo(5.5655, 4);
    expect(volatility(TWO_TO_ONE).value).toBeCloseTo(deviation * 15.874507866387544, 12);
  });

  test('the Sortino ratio counts sessions above zero in its n.', () => {
    // Downside: sqrt(20 x 1e-4 / 60) = sqrt(1e-4 / 3).
    expect(sortino(TWO_TO_ONE).value).toBeCloseTo((1 / 300 / (0.01 / Math.sqrt(3))) * Math.sqrt(252), 10);
  });

  test('the error of a Sharpe ratio near zero is that of a mean: the root of 252 / n.', () => {
    const noise = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 0.01 : -0.01));
    expect(sharpeError(noise).value).toBeCloseTo(Math.sqrt(2.52), 10);
    expect(sharpeError(TWO_TO_ONE).value).toBeCloseTo(Math.sqrt((252 + 5.5655 ** 2 / 2) / 60), 3);
  });

  test('two years that double bring the root of two a year.', () => {
    expect(yearlyReturn(1, 504).value).toBeCloseTo(Math.SQRT2 - 1, 12);
    expect(yearlyReturn(-0.19, 504).value).toBeCloseTo(-0.1, 12);
  });

  test.each([
    ['Sharpe of 59 sessions', sharpe(TWO_TO_ONE.slice(1)), '59 sessions, 60 needed'],
    ['Sortino of one session', sortino([0.01]), '1 session, 60 needed'],
    ['Sharpe of equal returns', sharpe(Array<number>(60).fill(0.001)), 'the returns do not vary'],
    ['Sortino without a loss', sortino(Array<number>(60).fill(0.001)), 'no session lost'],
    ['Sharpe of a ruined account', sharpe(null), 'the account was worth nothing or less'],
    ['CAGR of 247 sessions', yearlyReturn(0.1, 247), '247 sessions, 248 needed'],
    ['CAGR of a total loss', yearlyReturn(-1, 300), 'the account was worth nothing or less'],
  ])('%s is none, with the reason.', (_, figure, reason) => {
    expect(reasonOf(figure)).toBe(reason);
  });

  test('a whole year of the exchange has a yearly return.', () => {
    expect(yearlyReturn(0.1, 250).value).toBeCloseTo(0.1, 2);
  });
});

describe('the worst fall', () => {
  test('it has its dates, its depth, and its length to the recovery.', () => {
    const { account } = summarise(withCloses(100, [110, 99, 88, 105, 110, 120, 119]));
    expect(account.maxDrawdown).toEqual({
      depth: 22 / 110,
      peak: '2024-01-02',
      trough: '2024-01-04',
      recovered: '2024-01-08',
      sessions: 4,
    });
  });

  test('it may begin before the first session and not end.', () => {
    const { account } = summarise(withCloses(100, [90, 75, 80]));
    expect(account.maxDrawdown).toEqual({
      depth: 0.25,
      peak: null,
      trough: '2024-01-03',
      recovered: null,
      sessions: 3,
    });
  });

  test('who never falls has none.', () => {
    expect(summarise(withCloses(100, [100, 101, 101])).account.maxDrawdown).toBeNull();
  });

  test('the deepest five are listed, the deepest first.', () => {
    const closes = [99, 100, 98, 100, 97, 100, 96, 100, 95, 100, 94, 100];
    const depths = summarise(withCloses(100, closes)).drawdowns.map(({ depth }) => depth);
    expect(depths).toEqual([0.06, 0.05, 0.04, 0.03, 0.02]);
  });
});

describe('months', () => {
  test('they begin with the last close before them, and a year multiplies up.', () => {
    const closes = [...Array<number>(21).fill(110), ...Array<number>(20).fill(99)];
    const [year] = summarise(withCloses(100, closes)).months;
    expect(year?.year).toBe('2024');
    expect(year?.months[0]).toBeCloseTo(0.1, 12);
    expect(year?.months[1]).toBeCloseTo(-0.1, 12);
    expect(year?.months.slice(2)).toEqual(Array(10).fill(null));
    expect(year?.total).toBeCloseTo(-0.01, 12);
  });

  test('a year later begins with the last close of the year before.', () => {
    const months = summarise(withCloses(100, [110, 110, 121], '2024-12-30')).months;
    expect(months.map(({ year, total }) => [year, Number(total?.toFixed(9))])).toEqual([
      ['2024', 0.1],
      ['2025', 0.1],
    ]);
  });
});

describe('trading', () => {
  const trade = (side: 'buy' | 'sell', realised: number | null, count = 10): Trade => ({
    time: Date.UTC(2024, 0, 2, 16) as Trade['time'],
    strategy: 'only',
    symbol: 'AAPL',
    side,
    quantity: shares(count),
    price: price(10),
    fee: dollars(0.01),
    slippage: dollars(0.02),
    realised: realised === null ? null : dollars(realised),
  });
  const base = withCloses(100, Array<number>(126).fill(100));
  const traded = (trades: readonly Trade[]): SimulationRecord => ({ ...base, trades });

  test('the turnover of who buys and sells all twice in half a year is four.', () => {
    const trades = [trade('buy', null), trade('sell', 0), trade('buy', null), trade('sell', 0)];
    expect(summarise(traded(trades)).account.turnover.value).toBeCloseTo(4, 12);
  });

  test('the hit rate is of closed parts with a profit; nothing won is no hit.', () => {
    const closed = [5, 4, 3, 2, 1, -1, -2, 0, 0, 1].map((profit) => trade('sell', profit));
    const { hitRate, closedParts, fees, slippage } = summarise(
      traded([trade('buy', null), ...closed]),
    ).account;
    expect(hitRate.value).toBeCloseTo(0.6, 12);
    expect(closedParts).toBe(10);
    expect([fees, slippage]).toEqual([dollars(0.11), dollars(0.22)]);
  });

  test('of nine closed parts there is no hit rate.', () => {
    const { hitRate } = summarise(traded(Array<Trade>(9).fill(trade('sell', 1)))).account;
    expect(reasonOf(hitRate)).toBe('9 closed parts, 10 needed');
  });
});

describe('exposure', () => {
  test('gross adds long and short, net takes one from the other, over equity at the close.', () => {
    const base = withCloses(100, [100, 200, 100, 100]);
    const values = [
      [50, 30],
      [100, 0],
      [0, 0],
      [0, 120],
    ];
    const sessions = base.sessions.map((session, index): SessionRecord => {
      const [long = 0, short = 0] = values[index] ?? [];
      return {
        ...session,
        strategies: session.strategies.map((own) => ({
          ...own,
          long: dollars(long),
          short: dollars(short),
        })),
      };
    });
    const { exposure } = summarise({ ...base, sessions }).account;
    expect(exposure.meanGross.value).toBeCloseTo((0.8 + 0.5 + 0 + 1.2) / 4, 12);
    expect(exposure.maxGross.value).toBeCloseTo(1.2, 12);
    expect(exposure.meanNet.value).toBeCloseTo((0.2 + 0.5 + 0 - 1.2) / 4, 12);
    expect(exposure.inMarket.value).toBeCloseTo(0.75, 12);
  });
});

test('orders, fills and breaks are counted for each strategy and for the account.', () => {
  const base = simulated({ sessions: 100 });
  const summary = summarise({
    ...base,
    breaks: [
      { date: base.from, strategy: 'momentum', symbol: 'SYA', kind: 'missing', detail: '' },
      { date: base.from, strategy: null, symbol: 'SYB', kind: 'missing', detail: '' },
    ],
  });
  expect(summary.account.breaks).toBe(2);
  expect(summary.strategies.map(({ breaks }) => breaks)).toEqual([1, 0, 0]);
  expect(summary.account.orders.sent).toBe(base.trades.length + 3);
  expect(summary.account.orders.refused).toBe(3);
  expect(summary.account.fills).toBe(base.trades.length);
});

test('an account that began with nothing has no return, and no figure is NaN.', () => {
  const summary = summarise(withCloses(0, Array<number>(300).fill(0)));
  expect(reasonOf(summary.account.totalReturn)).toBe('the account began with nothing');
  expect(JSON.stringify(summary)).not.toContain('"value":null}');
});
