/** The reversion table: its cells to the printed digit, what it is made of, and that no row knows its future. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import type { DailyBar } from '../../src/observed/bars.ts';
import { detectRegime } from '../../src/strategies/omr-regime.ts';
import { bucketOf, cellFor, cellsOf, type ReversionRow } from '../../src/strategies/omr-table.ts';
import { trainReversionTable, type TrainingInput } from '../../src/strategies/omr-training.ts';
import { closesOf, dateAt, goldenBars, goldenSpy, goldenVix } from './golden-market.ts';

const AT = parseInstant('2025-12-02T17:00:00-05:00') as Instant;
const BARS = goldenBars();
const GOLDEN: TrainingInput = {
  bars: new Map([['TQQQ', BARS]]),
  spy: goldenSpy(),
  vix: goldenVix(),
  prices: { source: 'csv', invented: false },
  trainedAt: AT,
};

function trained(change: Partial<TrainingInput> = {}) {
  const answer = trainReversionTable({ ...GOLDEN, ...change });
  if (answer.kind === 'untrained') throw new Error(answer.words);
  return answer.table;
}

/** Rows with the labels of the original: SIDEWAYS wherever history is short. */
function originalRows(): ReversionRow[] {
  const [spy, vix] = [closesOf(goldenSpy()), closesOf(goldenVix())];
  return BARS.slice(0, -1).map(({ open, close }, k) => {
    const label = detectRegime(spy.slice(0, k + 1), vix.slice(0, k + 1));
    return {
      regime: label.kind === 'known' ? label.regime : 'SIDEWAYS',
      intraday: close / open - 1,
      overnight: BARS[k + 1]!.open / close - 1,
    };
  });
}

const digits = (value: number): string => value.toFixed(8).replace(/^(-?)0[.]/, '$1.');

describe('the cells of the golden market', () => {
  const cells = cellsOf('TQQQ', originalRows());

  test.each([
    'large_down | 35 | .48571429 | .00064527 | .00447965 | -.00489447 | .00052636 | .00661181',
    'medium_down | 60 | .51666667 | .00061783 | .00441322 | -.00531510 | .00150748 | .00651860',
    'small_down | 83 | .43373494 | .00029014 | .00419968 | -.00552848 | .00068522 | .00620152',
    'flat | 61 | .45901639 | .00033702 | .00421940 | -.00603014 | .00061114 | .00579730',
    'small_up | 85 | .47058824 | -.00007719 | .00419172 | -.00625048 | .00046320 | .00549717',
    'medium_up | 58 | .37931034 | -.00091781 | .00419769 | -.00650922 | -.00193703 | .00528544',
    'large_up | 39 | .43589744 | -.00045793 | .00421369 | -.00671689 | .00035575 | .00479317',
  ])('are as printed, with the labels of the original: %s', (row) => {
    const bucket = row.slice(0, row.indexOf(' '));
    const cell = cells.find((candidate) => candidate.bucket === bucket)!;
    const { n, winRateLong, mean, standardDeviation, percentiles } = cell;
    const figures = [winRateLong, mean, standardDeviation, percentiles.p5, percentiles.p50, percentiles.p95];
    expect([bucket, n, ...figures.map(digits)].join(' | ')).toBe(row);
    expect(cell.sharpe).toBeCloseTo((mean / standardDeviation) * Math.sqrt(252), 12);
    expect(cell.confidence).toBe(n / 100);
  });

  test('are seven of SIDEWAYS, of 421 rows: nothing else has thirty in a bucket.', () => {
    expect(cells.map(({ regime }) => regime)).toEqual(Array.from({ length: 7 }, () => 'SIDEWAYS'));
    expect(cells.reduce((sum, { n }) => sum + n, 0)).toBe(421);
  });
});

describe('a cell', () => {
  const nights = (...overnight: number[]): ReversionRow[] =>
    overnight.map((night) => ({ regime: 'BEAR', intraday: -0.02, overnight: night }));
  const of = (count: number, night: number): number[] => Array.from({ length: count }, () => night);

  test('has both tails; a return of exactly 0.001 wins for nobody.', () => {
    const [cell] = cellsOf(
      'TQQQ',
      nights(...of(10, 0.0011), ...of(5, -0.0011), ...of(8, 0.001), ...of(7, -0.001)),
    );
    expect(cell).toMatchObject({ n: 30, winRateLong: 10 / 30, winRateShort: 5 / 30 });
  });

  test('is absent below thirty rows, and surer up to a hundred.', () => {
    expect(cellsOf('TQQQ', nights(...of(29, 0.002)))).toEqual([]);
    expect(cellsOf('TQQQ', nights(...of(30, 0.002)))[0]).toMatchObject({ n: 30, confidence: 0.3 });
    expect(cellsOf('TQQQ', nights(...of(130, 0.002)))[0]).toMatchObject({ n: 130, confidence: 1 });
  });

  test('in which nothing varies has a Sharpe ratio of 0.', () => {
    expect(cellsOf('TQQQ', nights(...of(32, 0.25)))[0]).toMatchObject({ standardDeviation: 0, sharpe: 0 });
  });
});

test.each([
  [-1.01, undefined],
  [-1, 'large_down'],
  [-0.0501, 'large_down'],
  [-0.05, 'medium_down'],
  [-0.03, 'small_down'],
  [-0.01, 'flat'],
  [0, 'flat'],
  [0.01, 'small_up'],
  [0.03, 'medium_up'],
  [0.05, 'large_up'],
  [0.99, 'large_up'],
  [1, undefined],
  [Number.NaN, undefined],
])('an intraday return of %d is in the bucket %s.', (intraday, bucket) => {
  expect(bucketOf(intraday)).toBe(bucket);
});

describe('a trained table', () => {
  test('says what it was made of, and is the same after a way through JSON.', () => {
    const table = trained();
    expect(JSON.parse(JSON.stringify(table))).toEqual(table);
    expect(table).toMatchObject({ version: 1, trainedAt: '2025-12-02T17:00:00-05:00' });
    // 700 bars: the first 251 days have no regime, the last has no night.
    expect(table.training).toEqual({
      firstDate: dateAt(251),
      lastDate: dateAt(699),
      prices: { source: 'csv', invented: false },
      rows: 448,
      symbols: [{ symbol: 'TQQQ', rows: 448, leftOut: { noRegime: 251, noNextSession: 0, noPrice: 0 } }],
      parameters: { rowsNeeded: 30, win: 0.001, spyCloses: 200, vixCloses: 252 },
    });
  });

  test('is asked by symbol, regime and bucket.', () => {
    const table = trained();
    const [cell] = table.cells;
    expect(cellFor(table, cell!)).toBe(cell);
    expect(cellFor(table, { ...cell!, symbol: 'SOXL' })).toBeUndefined();
    expect(cellFor(table, { ...cell!, regime: 'BEAR' })).toBeUndefined();
  });

  test('leaves out a day without a close of VIX, a night over a missing bar, and a price of zero.', () => {
    const bars = BARS.filter((_, k) => k !== 400).map((bar) =>
      bar.date === dateAt(500) ? { ...bar, open: 0 } : bar,
    );
    const vix = GOLDEN.vix.filter(({ date }) => date !== dateAt(300));
    const { symbols } = trained({ bars: new Map([['TQQQ', bars]]), vix }).training;
    // Day 300 has no regime, day 399 no next session, day 400 no bar; the open of day 500 also ends the night of day 499.
    expect(symbols[0]).toEqual({
      symbol: 'TQQQ',
      rows: 448 - 1 - 2 - 2,
      leftOut: { noRegime: 252, noNextSession: 1, noPrice: 2 },
    });
  });

  test('does not depend on the order of its symbols.', () => {
    const half = BARS.slice(0, 600);
    const one = trained({ bars: new Map([['TQQQ', BARS], ['SOXL', half]]) }); // prettier-ignore
    const other = trained({ bars: new Map([['SOXL', half], ['TQQQ', BARS]]) }); // prettier-ignore
    expect(other).toEqual(one);
    expect(one.training.symbols.map(({ symbol }) => symbol)).toEqual(['SOXL', 'TQQQ']);
  });

  const scale = fc.integer({ min: -4, max: 4 }).map((power) => 2 ** power);
  law.prop([scale, scale], { numRuns: 10 })('does not depend on the unit of prices.', (ofSymbol, ofSpy) => {
    const scaled = (bar: DailyBar): DailyBar => ({
      ...bar,
      open: bar.open * ofSymbol,
      close: bar.close * ofSymbol,
    });
    const spy = GOLDEN.spy.map(({ date, close }) => ({ date, close: close * ofSpy }));
    expect(trained({ bars: new Map([['TQQQ', BARS.map(scaled)]]), spy })).toEqual(trained());
  });

  const LONG = 1_000;
  const past = { spy: goldenSpy(LONG), vix: goldenVix(LONG) };
  const longBars = goldenBars(LONG);
  const session = fc.integer({ min: 700, max: LONG - 2 });
  const price = fc.double({ min: 0.01, max: 1_000, noNaN: true });
  law.prop([session, price, price, price], { numRuns: 25 })(
    'up to a morning knows nothing of what came after its open: no look-ahead.',
    (k, ofSymbol, ofSpy, ofVix) => {
      const upTo = longBars.slice(0, k + 1);
      const bars = upTo.map((bar, index) => (index === k ? { ...bar, close: ofSymbol } : bar));
      const changed = trained({
        bars: new Map([['TQQQ', bars]]),
        spy: past.spy.map((row, index) => (index < k ? row : { ...row, close: ofSpy })),
        vix: past.vix.map((row, index) => (index < k ? row : { ...row, close: ofVix })),
      });
      expect(changed).toEqual(trained({ bars: new Map([['TQQQ', upTo]]), ...past }));
      expect(changed.training.lastDate).toBe(dateAt(k));
    },
  );
});
