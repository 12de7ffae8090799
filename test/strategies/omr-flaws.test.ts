/** What the original gets wrong about overnight mean reversion, one test each; docs/strategies.md lists them by title. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { parseInstant, type Instant } from '../../src/domain/instant.ts';
import { decideOmr, type OmrInput } from '../../src/strategies/omr.ts';
import type { OmrParameters } from '../../src/strategies/omr-rules.ts';
import { trainReversionTable, type TrainingInput } from '../../src/strategies/omr-training.ts';
import { goldenBars, goldenSpy, goldenVix } from './golden-market.ts';
import { omrDay, SESSION_OF, symbolAt, type OmrFacts } from './omr-world.ts';

const decide = (facts: OmrFacts = {}, change: Partial<OmrInput> = {}) =>
  decideOmr({ ...omrDay(facts), ...change });
const codes = (facts: OmrFacts, change: Partial<OmrInput> = {}): string[] =>
  decide(facts, change).blocked.map(({ code }) => code);

function training(change: Partial<TrainingInput> = {}) {
  return trainReversionTable({
    bars: new Map([['TQQQ', goldenBars()]]),
    spy: goldenSpy(),
    vix: goldenVix(),
    prices: { source: 'csv', invented: false },
    trainedAt: parseInstant('2025-12-02T17:00:00-05:00') as Instant,
    ...change,
  });
}

function tableFrom(change: Partial<TrainingInput> = {}) {
  const answer = training(change);
  if (answer.kind === 'untrained') throw new Error(answer.words);
  return answer.table;
}

describe('the decision', () => {
  // Doubles crowd at zero; thousandths are spread evenly.
  const share = fc.integer({ min: 0, max: 1_000 }).map((part) => part / 1_000);
  const night = fc.integer({ min: -10, max: 10 }).map((part) => part / 1_000);
  law.prop([share, share, night, fc.boolean()])(
    'F-OMR-1: sells short after a rise exactly where the record says that nights rise.',
    (winRateLong, ofRest, mean, rose) => {
      const winRateShort = (1 - winRateLong) * ofRest;
      const { candidates } = decide({
        prices: { TQQQ: [50, rose ? 52 : 48] },
        cells: { TQQQ: { winRateLong, winRateShort, mean } },
        parameters: { sides: 'both' },
      });
      for (const { side, winRate, expectedReturn } of candidates) {
        expect(winRate).toBe(side === 'long' ? winRateLong : winRateShort);
        expect(expectedReturn).toBe(side === 'long' ? mean : -mean);
        if (winRateLong >= 0.58) expect(side).toBe('long');
      }
    },
  );

  test('F-OMR-2: calls the market SIDEWAYS when VIX has 30 days of history, and so trades on bear days.', () => {
    const day = omrDay({ k: SESSION_OF.BEAR });
    expect(codes({ k: SESSION_OF.BEAR })).toEqual(['RegimeSkipped']);
    const vix = { ...day.vix, closes: day.vix.closes.slice(-30) };
    expect(decide({ k: SESSION_OF.BEAR }, { vix }).candidates).toEqual([]);
    expect(codes({ k: SESSION_OF.BEAR }, { vix })).toEqual(['VixHistoryShort']);
  });

  test('F-OMR-3: takes the regime of the morning, without what SPY and VIX did today.', () => {
    const k = SESSION_OF.SIDEWAYS;
    const day = omrDay({ k });
    const regimeWith = (value: number) => {
      const { market } = decide({ k }, { vix: { ...day.vix, now: { date: day.today, value, age: 0 } } });
      return market.kind === 'open' ? market.regime.regime : market.code;
    };
    expect(regimeWith(day.vix.now!.value)).toBe('SIDEWAYS');
    expect(regimeWith(45)).toBe('UNPREDICTABLE');
    expect(codes({ k }, { vix: { ...day.vix, now: null } })).toEqual(['RegimeUnknown']);
  });

  test('F-OMR-4: uses a history of VIX that is days old, and only warns.', () => {
    const day = omrDay();
    const closes = day.vix.closes.slice(0, -3);
    expect(codes({}, { vix: { ...day.vix, closes } })).toEqual(['StaleData']);
  });

  test('F-OMR-5: skips a symbol without prices or without a record, and says nothing.', () => {
    const k = SESSION_OF.SIDEWAYS;
    const symbols = new Map([
      ['SOXL', symbolAt(k, 50, 48)],
      ['TECL', { open: null, price: null, doubt: null }],
      ['TQQQ', symbolAt(k, 50, 48)],
    ]);
    const { candidates, blocked } = decide({ k }, { symbols });
    expect(candidates.map(({ symbol }) => symbol)).toEqual(['TQQQ']);
    expect(blocked.map(({ symbol, code, words }) => [symbol, code, words])).toEqual([
      ['SOXL', 'NoCell', 'the table has no cell for medium_down in SIDEWAYS'],
      ['TECL', 'MissingOpen', 'it has no open of today'],
    ]);
  });

  test.each<[keyof OmrParameters, Partial<OmrParameters>]>([
    ['sides', { sides: 'both' }],
    ['minWinRate', { minWinRate: 0.61 }],
    ['minExpectedReturn', { minExpectedReturn: 0.0031 }],
    ['maxPositions', { maxPositions: 0 }],
  ])('F-OMR-6: has settings without any effect. %s has one.', (_, parameters) => {
    const facts: OmrFacts = {
      prices: { SOXL: [50, 48], TQQQ: [50, 48] },
      cells: { SOXL: { winRateLong: 0.2, winRateShort: 0.7, mean: -0.004 }, TQQQ: {} },
    };
    const symbolsOf = (own: Partial<OmrParameters>) =>
      decide({ ...facts, parameters: own }).candidates.map(({ symbol }) => symbol);
    expect(symbolsOf({})).toEqual(['TQQQ']);
    expect(symbolsOf(parameters)).not.toEqual(['TQQQ']);
  });

  test('F-OMR-7: computes a size that nothing reads, and that grows when other symbols have no data.', () => {
    const prices = { SOXL: [50, 48], TQQQ: [50, 48] } as const;
    const cells = { SOXL: {}, TQQQ: {} };
    const alone = decide({ prices, cells: { TQQQ: {} } }).candidates[0];
    const second = decide({ prices, cells }).candidates[1];
    // A candidate has no size, and nothing of it but the rank depends on the others.
    expect(Object.keys(alone!).sort()).toEqual(
      ['bucket', 'expectedReturn', 'move', 'n', 'rank', 'side', 'strength', 'symbol', 'winRate'].sort(),
    );
    expect({ ...second, rank: 1 }).toEqual(alone);
  });
});

describe('the training', () => {
  test('F-OMR-8: counts the days before history is long enough as SIDEWAYS.', () => {
    const { training: made, cells } = tableFrom();
    expect(made.symbols[0]?.leftOut.noRegime).toBe(251);
    // 170 sessions of the golden market are SIDEWAYS; with the 251 the cells have 421 rows.
    expect(cells.reduce((sum, { n }) => sum + n, 0)).toBeLessThanOrEqual(170);
  });

  test('F-OMR-9: marks itself as trained, and overwrites the table, when it has found nothing.', () => {
    expect(training({ bars: new Map() })).toEqual({
      kind: 'untrained',
      words: 'no cell has 30 rows: 0 rows of 0 symbols',
    });
    expect(training({ vix: goldenVix(100) })).toEqual({
      kind: 'untrained',
      words: 'no cell has 30 rows: 0 rows of 1 symbols',
    });
    expect(training({ bars: new Map([['TQQQ', goldenBars(600)]]) })).toEqual({
      kind: 'untrained',
      words: 'no cell has 30 rows: 348 rows of 1 symbols',
    });
    expect(codes({}, { table: null })).toEqual(['NoTable']);
  });

  test('F-OMR-10: gives SPY and VIX cells of their own, as if they were traded.', () => {
    const { training: made, cells } = tableFrom();
    expect(made.symbols.map(({ symbol }) => symbol)).toEqual(['TQQQ']);
    expect(new Set(cells.map(({ symbol }) => symbol))).toEqual(new Set(['TQQQ']));
  });

  test('F-OMR-11: takes the next row for the next morning, however many sessions are missing between.', () => {
    const bars = goldenBars().filter((_, k) => k < 400 || k > 410);
    const [symbol] = tableFrom({ bars: new Map([['TQQQ', bars]]) }).training.symbols;
    expect(symbol).toMatchObject({ rows: 448 - 12, leftOut: { noNextSession: 1 } });
  });

  test('F-OMR-12: caps the loss of a night at a stop of 2 %, which no order at the open can do.', () => {
    // Every day rises 2 %, every second night falls 12 %.
    const bars = goldenBars().map((bar, k) => ({
      ...bar,
      open: k % 2 === 0 ? 90 : 100,
      close: k % 2 === 0 ? 91.8 : 102,
    }));
    const { cells } = tableFrom({ bars: new Map([['TQQQ', bars]]) });
    expect(cells.length).toBeGreaterThan(0);
    for (const { percentiles } of cells) expect(percentiles.p5).toBeCloseTo(90 / 102 - 1, 12);
  });
});
