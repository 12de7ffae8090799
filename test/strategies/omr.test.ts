/** Overnight mean reversion: what is entered, and the rule that keeps every other symbol out. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { decideOmr, type OmrDecision, type OmrInput } from '../../src/strategies/omr.ts';
import type { LatestReading, Reading } from '../../src/observed/bars.ts';
import { REGIMES } from '../../src/strategies/omr-regime.ts';
import { strengthOf, thresholdsIn } from '../../src/strategies/omr-rules.ts';
import { dateAt, SESSIONS } from './golden-market.ts';
import { cell, omrDay, SESSION_OF, symbolAt, tableOf, type OmrFacts } from './omr-world.ts';

const decide = (facts: OmrFacts = {}, change: Partial<OmrInput> = {}): OmrDecision =>
  decideOmr({ ...omrDay(facts), ...change });

/** `TQQQ long`, in the order of rank. */
const entries = ({ candidates }: OmrDecision): string[] =>
  candidates.map(({ symbol, side }) => `${symbol} ${side}`);

/** `TQQQ NoCell: the words`, by symbol. */
const reasons = ({ blocked }: OmrDecision): string[] =>
  blocked.map(({ symbol, code, words }) => `${symbol} ${code}: ${words}`);

const K = SESSION_OF.SIDEWAYS;

describe('a strength', () => {
  test.each([
    [0.6, 0.003, 0.8, -0.02, 0.46],
    [0.75, 0.008, 1, 0.06, 0.8],
    [0.55, 0.002, 0.5, -0.01, 0.28],
    [1, 0.01, 1, 0.5, 1],
    [0, -0.01, 0, 0, 0],
  ])('of win rate %d, return %d, confidence %d and move %d is %d.', (winRate, expectedReturn, ...rest) => {
    const [confidence, move, expected] = rest;
    expect(strengthOf({ winRate, expectedReturn }, { confidence }, move)).toBeCloseTo(expected, 12);
  });
});

describe('the thresholds', () => {
  const lax = { minWinRate: 0, minExpectedReturn: 0, maxPositions: 99 };
  test.each([
    ['STRONG_BULL', { maxPositions: 3, minWinRate: 0.6, minExpectedReturn: 0.0025 }],
    ['WEAK_BULL', { maxPositions: 5, minWinRate: 0.55, minExpectedReturn: 0.002 }],
    ['SIDEWAYS', { maxPositions: 4, minWinRate: 0.55, minExpectedReturn: 0.002 }],
    ['UNPREDICTABLE', { maxPositions: 2, minWinRate: 0.65, minExpectedReturn: 0.003 }],
    ['BEAR', null],
  ] as const)('of %s hold for a strategy that asks for less.', (regime, expected) => {
    expect(thresholdsIn(regime, lax)).toEqual(expected);
  });

  test('of a strategy hold where it asks for more, each by itself.', () => {
    const own = { minWinRate: 0.6, minExpectedReturn: 0.001, maxPositions: 3 };
    expect(thresholdsIn('WEAK_BULL', own)).toEqual({
      maxPositions: 3,
      minWinRate: 0.6,
      minExpectedReturn: 0.002,
    });
  });

  test('are met by a number that is equal to them.', () => {
    const cells = { TQQQ: { winRateLong: 0.58, mean: 0.002 } };
    expect(entries(decide({ cells, prices: { TQQQ: [64, 63] } }))).toEqual(['TQQQ long']);
  });
});

describe('an entry', () => {
  test('says rank, side, strength, and what they come from.', () => {
    const { market, candidates, blocked } = decide();
    expect(market).toMatchObject({
      kind: 'open',
      regime: { regime: 'SIDEWAYS', confidence: 1 },
      thresholds: { maxPositions: 3, minWinRate: 0.58, minExpectedReturn: 0.002 },
    });
    expect(blocked).toEqual([]);
    const [first] = candidates;
    expect(first).toMatchObject({
      symbol: 'TQQQ',
      rank: 1,
      side: 'long',
      winRate: 0.6,
      expectedReturn: 0.003,
      bucket: 'medium_down',
      n: 100,
    });
    expect(first!.move).toBeCloseTo(-0.04, 12);
    expect(first!.strength).toBeCloseTo(0.4 * 0.2 + 0.3 * 0.6 + 0.2 + 0.1 * 0.8, 12);
  });

  test('is made in the order of strength, then of symbol, up to the limit; the next are named with their rank.', () => {
    const even: readonly [number, number] = [50, 48];
    const decision = decide({
      prices: { E: even, D: even, C: even, B: even, A: even },
      cells: { A: { winRateLong: 0.6 }, B: {}, C: { winRateLong: 0.7 }, D: {}, E: { winRateLong: 0.9 } },
    });
    expect(entries(decision)).toEqual(['E long', 'C long', 'A long']);
    expect(reasons(decision)).toEqual([
      'B RankBeyondLimit: rank 4 of 5, and the limit is 3',
      'D RankBeyondLimit: rank 5 of 5, and the limit is 3',
    ]);
    expect(decision.blocked[0]).toMatchObject({ rank: 4, side: 'long', winRate: 0.6 });
  });

  test.each([
    ['STRONG_BULL', 3],
    ['WEAK_BULL', 3],
    ['UNPREDICTABLE', 2],
  ] as const)('in %s has the limit of the stricter: %d.', (regime, limit) => {
    const symbols = ['A', 'B', 'C', 'D'];
    const day = decide({
      k: SESSION_OF[regime],
      prices: Object.fromEntries(symbols.map((symbol) => [symbol, [50, 48]])),
      cells: Object.fromEntries(symbols.map((symbol) => [symbol, { winRateLong: 0.7 }])),
    });
    expect(day.market).toMatchObject({ regime: { regime } });
    expect(day.candidates).toHaveLength(limit);
  });

  const falling = { winRateLong: 0.25, winRateShort: 0.65, mean: -0.004 };
  test('is short where short has won by itself, and `both` is asked for.', () => {
    const day = decide({ cells: { TQQQ: falling }, parameters: { sides: 'both' } });
    expect(day.candidates).toMatchObject([{ side: 'short', winRate: 0.65, expectedReturn: 0.004 }]);
  });

  test('is long under `both` where long has won, after a move up as after a move down.', () => {
    for (const price of [48, 52])
      expect(entries(decide({ prices: { TQQQ: [50, price] }, parameters: { sides: 'both' } }))).toEqual([
        'TQQQ long',
      ]);
  });
});

describe('a symbol is kept out', () => {
  const now = (value: number, k: number = K, age = 0): LatestReading => ({ date: dateAt(k), value, age });
  const table = omrDay().table!;

  test.each<[string, OmrFacts, Partial<OmrInput>, string]>([
    ['without a table', {}, { table: null }, 'NoTable: no reversion table was trained'],
    [
      'by a table from the future',
      {},
      { table: tableOf(table.cells, dateAt(K + 1)) },
      `TableLooksAhead: the reversion table knows sessions up to ${dateAt(K + 1)}, later than today`,
    ],
    ['on a bear day', { k: SESSION_OF.BEAR }, {}, 'RegimeSkipped: nothing is opened in the regime BEAR'],
    [
      'with short SPY',
      {},
      { spy: { ...omrDay().spy, closes: omrDay().spy.closes.slice(-198) } },
      'SpyHistoryShort: SPY has 199 of the 200 daily closes that a regime needs',
    ],
    [
      'with short VIX',
      {},
      { vix: { ...omrDay().vix, closes: omrDay().vix.closes.slice(-250) } },
      'VixHistoryShort: VIX has 251 of the 252 daily closes that a regime needs',
    ],
    [
      'without any VIX',
      {},
      { vix: { closes: [], now: now(20) } },
      'VixHistoryShort: VIX has 1 of the 252 daily closes that a regime needs',
    ],
    [
      'without SPY of today',
      {},
      { spy: { ...omrDay().spy, now: null } },
      'RegimeUnknown: SPY has no value of today',
    ],
    [
      'with a VIX that is no number',
      {},
      { vix: { ...omrDay().vix, now: now(Number.NaN) } },
      'RegimeUnknown: a close of VIX is not a number above zero',
    ],
    [
      'with a VIX of yesterday',
      {},
      { vix: { ...omrDay().vix, now: now(20, K - 1) } },
      `StaleData: the latest value of VIX is of ${dateAt(K - 1)}, not of ${dateAt(K)}`,
    ],
    [
      'with closes that end too early',
      {},
      { spy: { ...omrDay().spy, closes: omrDay().spy.closes.slice(0, -2) } },
      `StaleData: the last close of SPY is of ${dateAt(K - 3)}, not of ${dateAt(K - 1)}`,
    ],
    [
      'without an open',
      {},
      { symbols: new Map([['TQQQ', { open: null, price: now(48), doubt: null }]]) },
      'MissingOpen: it has no open of today',
    ],
    ['with an open of zero', { prices: { TQQQ: [0, 48] } }, {}, 'MissingOpen: it has no open of today'],
    [
      'without a price',
      {},
      { symbols: new Map([['TQQQ', { open: now(50), price: null, doubt: null }]]) },
      'MissingPrice: it has no price of today',
    ],
    [
      'with a price that is no number',
      { prices: { TQQQ: [50, Number.NaN] } },
      {},
      'MissingPrice: it has no price of today',
    ],
    [
      'with an open of yesterday',
      {},
      { symbols: new Map([['TQQQ', { open: now(50, K - 1), price: now(48), doubt: null }]]) },
      `StaleData: its open is of ${dateAt(K - 1)}, not of ${dateAt(K)}`,
    ],
    [
      'with a price of yesterday',
      {},
      { symbols: new Map([['TQQQ', { open: now(50), price: now(48, K - 1), doubt: null }]]) },
      `StaleData: its price is of ${dateAt(K - 1)}, not of ${dateAt(K)}`,
    ],
    [
      'after a small move',
      { prices: { TQQQ: [50, 49.51] } },
      {},
      'MoveTooSmall: it moved -0.98%, and 1.00% are needed',
    ],
    ['without a cell', { cells: {} }, {}, 'NoCell: the table has no cell for medium_down in SIDEWAYS'],
    [
      'after a move that no bucket has',
      { prices: { TQQQ: [10, 25] } },
      {},
      'NoCell: the table has no cell for 150.00% in SIDEWAYS',
    ],
    [
      'by its win rate',
      { cells: { TQQQ: { winRateLong: 0.57 } } },
      {},
      'WinRateTooLow: long won 57.00% of 100 nights, and 58.00% are needed',
    ],
    [
      'by its expected return',
      { cells: { TQQQ: { mean: 0.0019 } } },
      {},
      'ExpectedReturnTooLow: long made 0.19% a night, and 0.20% are needed',
    ],
    [
      'by its side',
      { cells: { TQQQ: { winRateLong: 0.2, winRateShort: 0.7, mean: -0.004 } } },
      {},
      'SideNotAllowed: only short passes, and only long is allowed',
    ],
    [
      'by the win rate of short, where nights fall',
      {
        cells: { TQQQ: { winRateLong: 0.2, winRateShort: 0.5, mean: -0.004 } },
        parameters: { sides: 'both' },
      },
      {},
      'WinRateTooLow: short won 50.00% of 100 nights, and 58.00% are needed',
    ],
  ])('%s.', (_, facts, change, reason) => {
    const decision = decide(facts, change);
    expect(decision.candidates).toEqual([]);
    expect(reasons(decision)).toEqual([`TQQQ ${reason}`]);
  });

  test('and a symbol of which everything is known is not, on the same day.', () => {
    const symbols = new Map([
      ['TQQQ', symbolAt(K, 50, 48)],
      ['SOXL', { open: null, price: null, doubt: null }],
    ]);
    const decision = decide({}, { symbols });
    expect(entries(decision)).toEqual(['TQQQ long']);
    expect(reasons(decision)).toEqual(['SOXL MissingOpen: it has no open of today']);
  });
});

describe('laws of overnight mean reversion', () => {
  const NAMES = ['A', 'B', 'C', 'D', 'E', 'F'];
  // Doubles crowd at zero; thousandths are spread evenly.
  const share = fc.integer({ min: 0, max: 1_000 }).map((part) => part / 1_000);
  const night = fc.integer({ min: -10, max: 10 }).map((part) => part / 1_000);
  const symbolFacts = fc.record({
    price: fc.integer({ min: 4_600, max: 5_400 }).map((cents) => cents / 100),
    winRateLong: share,
    winRateShort: share,
    mean: night,
  });
  const day = fc.record({
    k: fc.integer({ min: 253, max: SESSIONS - 1 }),
    symbols: fc.array(symbolFacts, { minLength: 1, maxLength: NAMES.length }),
    sides: fc.constantFrom('long' as const, 'both' as const),
    maxPositions: fc.integer({ min: 0, max: 6 }),
  });
  // Built in the law, so that a failure prints the facts and not the market.
  type Day = typeof day extends fc.Arbitrary<infer T> ? T : never;
  const inputOf = ({ k, symbols, ...parameters }: Day): OmrInput => {
    const named = symbols.map((facts, index) => [NAMES[index]!, facts] as const);
    return omrDay({
      k,
      prices: Object.fromEntries(named.map(([name, { price }]) => [name, [50, price] as const])),
      cells: Object.fromEntries(named.map(([name, { price: _, ...rest }]) => [name, rest])),
      parameters: { ...parameters, minWinRate: 0.5 },
    });
  };

  law.prop([day])(
    'caps: every symbol is either entered or kept out, once; entries pass, and are within the limit.',
    (facts) => {
      const input = inputOf(facts);
      const { market, candidates, blocked } = decideOmr(input);
      const named = [...candidates, ...blocked].map(({ symbol }) => symbol);
      expect(named.sort()).toEqual([...input.symbols.keys()]);
      if (market.kind === 'blocked') {
        expect(candidates).toEqual([]);
        return;
      }
      expect(candidates.length).toBeLessThanOrEqual(input.parameters.maxPositions);
      for (const { side, winRate, expectedReturn, strength, move } of candidates) {
        expect(winRate).toBeGreaterThanOrEqual(market.thresholds.minWinRate);
        expect(expectedReturn).toBeGreaterThanOrEqual(market.thresholds.minExpectedReturn);
        expect(Math.abs(move)).toBeGreaterThanOrEqual(0.01);
        expect(strength).toBeGreaterThan(0);
        expect(strength).toBeLessThanOrEqual(1);
        if (input.parameters.sides === 'long') expect(side).toBe('long');
      }
    },
  );

  law.prop([day])('order: that of symbols, and that of cells, does not matter.', (facts) => {
    const input = inputOf(facts);
    const symbols = new Map([...input.symbols].reverse());
    const table = input.table && { ...input.table, cells: input.table.cells.toReversed() };
    expect(decideOmr({ ...input, symbols, table })).toEqual(decideOmr(input));
  });

  law.prop([day])('determinism: the same input gives the same decision.', (facts) => {
    const input = inputOf(facts);
    expect(decideOmr(structuredClone(input))).toEqual(decideOmr(input));
  });

  const level = fc.double({ min: 1, max: 1_000, noNaN: true });
  law.prop([day, level, level, fc.integer({ min: 0, max: 3 })])(
    'no look-ahead: closes of today and later change nothing.',
    (facts, ofSpy, ofVix, days) => {
      const input = inputOf(facts);
      const future = (close: number) =>
        Array.from({ length: days }, (_, index) => ({
          date: dateAt(SESSIONS + index),
          close,
        }));
      const today = (close: number) => ({ date: input.today, close });
      const changed = decideOmr({
        ...input,
        spy: { ...input.spy, closes: [...input.spy.closes, today(ofSpy), ...future(ofSpy)] },
        vix: { ...input.vix, closes: [...input.vix.closes, today(ofVix), ...future(ofVix)] },
      });
      expect(changed).toEqual(decideOmr(input));
    },
  );

  // Powers of two change no bit of a mantissa, so that equal means equal.
  const scale = fc.integer({ min: -4, max: 4 }).map((power) => 2 ** power);
  law.prop([day, scale, scale])('scale: the unit of prices does not matter.', (facts, ofSymbols, ofSpy) => {
    const input = inputOf(facts);
    const scaled = <Kind extends Reading>(reading: Kind | null, by: number): Kind | null =>
      reading && { ...reading, value: reading.value * by };
    const changed = decideOmr({
      ...input,
      symbols: new Map(
        [...input.symbols].map(([symbol, { open, price, doubt }]) => [
          symbol,
          { open: scaled(open, ofSymbols), price: scaled(price, ofSymbols), doubt },
        ]),
      ),
      spy: {
        closes: input.spy.closes.map(({ date, close }) => ({ date, close: close * ofSpy })),
        now: scaled(input.spy.now, ofSpy),
      },
    });
    expect(changed).toEqual(decideOmr(input));
  });

  const lost = fc.constantFrom<((input: OmrInput, name: string) => Partial<OmrInput>)[]>(
    (input, name) => ({
      symbols: new Map(input.symbols).set(name, { open: null, price: null, doubt: null }),
    }),
    ({ symbols, table }, name) => ({
      symbols,
      table: table && { ...table, cells: table.cells.filter(({ symbol }) => symbol !== name) },
    }),
    ({ symbols }, name) => ({ symbols: new Map([...symbols].filter(([symbol]) => symbol !== name)) }),
    () => ({ table: null }),
    ({ spy }) => ({ spy: { ...spy, now: null } }),
    ({ vix }) => ({ vix: { ...vix, now: null } }),
    ({ spy }) => ({ spy: { ...spy, closes: spy.closes.slice(0, -1) } }),
    ({ vix }) => ({ vix: { ...vix, closes: vix.closes.slice(0, -1) } }),
    ({ vix }) => ({ vix: { ...vix, closes: vix.closes.slice(-30) } }),
    ({ spy }) => ({ spy: { ...spy, closes: spy.closes.slice(-150) } }),
  );
  law.prop([day, lost, fc.nat()])(
    'missing data: never more entries, and none that was not ranked before.',
    (facts, lose, index) => {
      const input = inputOf(facts);
      const name = [...input.symbols.keys()][index % input.symbols.size]!;
      const before = decideOmr(input);
      const after = decideOmr({ ...input, ...lose(input, name) });
      expect(after.candidates.length).toBeLessThanOrEqual(before.candidates.length);
      const ranked = [
        ...before.candidates,
        ...before.blocked.filter(({ code }) => code === 'RankBeyondLimit'),
      ];
      const strengths = ranked.map((row) =>
        'strength' in row ? `${row.symbol} ${row.side} ${row.strength}` : '',
      );
      for (const { symbol, side, strength } of after.candidates)
        expect(strengths).toContain(`${symbol} ${side} ${strength}`);
    },
  );
});

test('a cell speaks for its own regime and bucket alone.', () => {
  const only = tableOf([cell('TQQQ', { regime: 'SIDEWAYS', bucket: 'medium_down' })]);
  const decided = REGIMES.map(
    (regime) => decide({ k: SESSION_OF[regime] }, { table: only }).candidates.length,
  );
  expect(decided).toEqual([0, 0, 1, 0, 0]);
  expect(entries(decide({ prices: { TQQQ: [50, 49] } }, { table: only }))).toEqual([]);
});
