/** What holds of the figures of every record. */
import { describe, expect } from 'vitest';
import type { Money } from '../../src/domain/decimal.ts';
import { accountCurve, strategyCurve } from '../../src/performance/curves.ts';
import { drawdownsOf, underwater } from '../../src/performance/drawdowns.ts';
import { sharpe, sortino } from '../../src/performance/ratios.ts';
import type { SimulationRecord } from '../../src/performance/record.ts';
import { summarise } from '../../src/performance/summary.ts';
import { fc, test } from '../support/law.ts';
import { simulated, withCloses } from '../support/simulation-record.ts';

const RECORD = fc
  .record({ seed: fc.nat(1000), sessions: fc.integer({ min: 1, max: 300 }) })
  .map((wish) => simulated(wish));
const CLOSES = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 120 });
const RUNS = { numRuns: 50 };

describe('laws of the figures', () => {
  test.prop([RECORD], RUNS)('profits of strategies and the residual add up to the account.', (record) => {
    const { account, strategies, residual } = summarise(record);
    const sum = strategies.reduce((total, { profit }) => total + profit, 0);
    expect(sum + residual).toBe(account.profit);
    expect(residual).toBe(0);
  });

  test.prop([RECORD], RUNS)('returns of strategies add up to the account, session by session.', (record) => {
    const own = record.strategies.map((_, index) => strategyCurve(record, index).returns ?? []);
    (accountCurve(record).returns ?? []).forEach((value, session) => {
      expect(own.reduce((sum, returns) => sum + (returns[session] ?? 0), 0)).toBeCloseTo(value, 10);
    });
  });

  test.prop([RECORD], RUNS)('months multiply up to the total return.', (record) => {
    const { months, account } = summarise(record);
    const grown = months
      .flatMap((year) => year.months)
      .reduce((all: number, part) => all * (1 + (part ?? 0)), 1);
    expect(grown - 1).toBeCloseTo(account.totalReturn.value ?? Number.NaN, 9);
  });

  test.prop([RECORD, fc.integer({ min: 2, max: 50 })], RUNS)(
    'figures do not know the currency.',
    (record, by) => {
      const { account, strategies } = summarise(record);
      const times = summarise(scaled(record, by));
      expect(times.account.totalReturn).toEqual(account.totalReturn);
      expect(times.account.maxDrawdown).toEqual(account.maxDrawdown);
      expect(times.account.exposure).toEqual(account.exposure);
      expect(times.strategies.map((own) => own.sharpe)).toEqual(strategies.map((own) => own.sharpe));
      expect(times.account.hitRate).toEqual(account.hitRate);
    },
  );

  test.prop([CLOSES], RUNS)('a fall is between zero and one, and the deepest is the deepest.', (closes) => {
    const depths = underwater(closes);
    for (const depth of depths) {
      expect(depth).toBeGreaterThanOrEqual(0);
      expect(depth).toBeLessThan(1);
    }
    const pairs = closes.flatMap((peak, index) => closes.slice(index).map((low) => (peak - low) / peak));
    expect(Math.max(...depths)).toBe(Math.max(...pairs));
    const worst = Math.max(0, ...drawdownsOf(closes).map(({ depth }) => depth));
    expect(worst).toBe(Math.max(...pairs));
  });

  test.prop([CLOSES], RUNS)('falls do not overlap, and cover every point below a peak.', (closes) => {
    const covered = closes.map(() => 0);
    for (const { peak, recovered } of drawdownsOf(closes)) {
      for (let at = peak + 1; at < (recovered ?? closes.length); at += 1)
        covered[at] = (covered[at] ?? 0) + 1;
    }
    expect(covered).toEqual(underwater(closes).map((depth) => (depth > 0 ? 1 : 0)));
  });

  test.prop([fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 300 })], RUNS)(
    'constant equity never falls and has no Sharpe ratio.',
    (worth, sessions) => {
      const { account } = summarise(withCloses(worth, Array<number>(sessions).fill(worth)));
      expect(account.maxDrawdown).toBeNull();
      expect(account.sharpe.value).toBeNull();
      expect(account.sortino.value).toBeNull();
      expect(account.totalReturn).toEqual({ value: 0 });
    },
  );

  test.prop(
    [fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 60, maxLength: 90 })],
    RUNS,
  )('the ratios have the sign of the mean, and leverage does not change them.', (returns) => {
    const half = returns.map((value) => value / 2);
    for (const ratio of [sharpe, sortino]) {
      const { value } = ratio(returns);
      const halved = ratio(half).value;
      if (value === null || halved === null) continue;
      expect(halved).toBeCloseTo(value, 6);
      const sum = returns.reduce((total, part) => total + part, 0);
      expect(Math.sign(value)).toBe(Math.sign(sum));
    }
  });
});

function scaled(record: SimulationRecord, by: number): SimulationRecord {
  const times = (money: Money): Money => (money * by) as Money;
  return {
    ...record,
    startingEquity: times(record.startingEquity),
    sessions: record.sessions.map((session) => ({
      ...session,
      equity: times(session.equity),
      cash: times(session.cash),
      strategies: session.strategies.map(({ strategy, profit, long, short }) => ({
        strategy,
        profit: times(profit),
        long: times(long),
        short: times(short),
      })),
    })),
  };
}
