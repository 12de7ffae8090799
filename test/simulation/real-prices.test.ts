/**
 * Twenty years of real closes through a folder of CSV files: a strategy that buys once and holds. Its figures are worked out
 * here a second time, from the closes alone.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { summarise } from '../../src/performance/summary.ts';
import { project } from '../support/project.ts';
import { simulated } from './support.ts';

const FILE = fileURLToPath(new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets')));
const FROM = '2000-01-03';
const TO = '2020-04-17';
const SHARES = 50;
const CASH = 100_000;
/** Five thousand sessions, also on a slow machine. */
const TEN_MINUTES = 600_000;

interface Row {
  readonly date: string;
  readonly close: number;
}

const ROWS: readonly Row[] = readFileSync(FILE, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','))
  .map(([date = '', , , , close = '']) => ({ date, close: Number(close) }));

/** Dollars of the account at the closes: bought at the first one, held to the last. */
const EQUITY = ROWS.map(({ close }) => CASH + SHARES * (close - (ROWS[0]?.close ?? 0)));

function deepestFall(): { readonly depth: number; readonly trough: string } {
  let worst = { depth: 0, trough: '' };
  EQUITY.forEach((equity, day) => {
    const peak = Math.max(CASH, ...EQUITY.slice(0, day + 1));
    if (1 - equity / peak > worst.depth) worst = { depth: 1 - equity / peak, trough: ROWS[day]?.date ?? '' };
  });
  return worst;
}

test(
  'the S&P 500 from 2000 to 2020, bought once, is worth what its closes say.',
  async () => {
    const mine = project({
      account: {
        prices: { type: 'csv', folder: '../prices' },
        broker: { clock: 'exchange', cash: String(CASH) },
      },
      strategies: {
        hold: {
          targets: { SPX: String(SHARES) },
          spec: {
            capital: { positionSize: '400%', maxPositions: 1, maxExposure: '400%' },
            schedule: [{ at: 'open+5m', action: 'entry' }],
          },
        },
      },
    });
    const lines = ROWS.map(({ date, close }) => `${date},${String(close)}`);
    mine.write('prices/SPX.csv', `Date,Close\n${lines.join('\n')}\n`);
    const { record } = await simulated(mine, [FROM, TO]);
    expect(record.sessions.map(({ date }) => date)).toEqual(ROWS.map(({ date }) => date));
    expect(record.trades).toHaveLength(1);
    record.sessions.forEach(({ equity }, day) => {
      // To the cent: prices of the file have six decimals and more.
      expect(equity / 1e6).toBeCloseTo(EQUITY[day] ?? Number.NaN, 2);
    });
    const { account } = summarise(record);
    const years = ROWS.length / 252;
    const growth = (EQUITY.at(-1) ?? 0) / CASH;
    const returns = EQUITY.map((equity, day) => equity / (EQUITY[day - 1] ?? CASH) - 1);
    const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (returns.length - 1);
    const fall = deepestFall();
    expect(account.totalReturn.value).toBeCloseTo(growth - 1, 8);
    expect(account.cagr.value).toBeCloseTo(growth ** (1 / years) - 1, 8);
    expect(account.sharpe.value).toBeCloseTo((mean / Math.sqrt(variance)) * Math.sqrt(252), 8);
    expect(account.maxDrawdown?.depth).toBeCloseTo(fall.depth, 8);
    expect(account.maxDrawdown?.trough).toBe(fall.trough);
    expect(account.maxDrawdown?.trough).toBe('2009-03-09');
  },
  TEN_MINUTES,
);
