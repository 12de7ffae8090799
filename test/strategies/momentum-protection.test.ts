/** The signal momentum-protection: its golden vectors, its laws, and the flaws of the original that it does not have. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { momentumProtection, type MomentumAnswer } from '../../src/strategies/momentum-protection.ts';
import {
  dateAt,
  DAYS,
  momentumInput,
  nameOf,
  NAMES,
  priceOf,
  ranked,
  RULES,
  type MomentumChange,
} from './momentum-input.ts';
import { momentumWorld } from './signal-world.ts';

const top = (answer: MomentumAnswer): string[] =>
  ranked(answer)
    .ranking.slice(0, 10)
    .map(({ symbol }) => symbol);
const protectionsIn = (change: MomentumChange): string[] =>
  ranked(momentumProtection(momentumInput(change))).protections.map(({ kind }) => kind);

test('ranks the thirty golden series to the printed digit', () => {
  const { ranking } = ranked(momentumProtection(momentumInput()));
  expect(ranking.slice(0, 10).map(({ symbol, score }) => `${symbol} ${score.toFixed(6).slice(1)}`)).toEqual([
    'S29 .505849',
    'S23 .435010',
    'S26 .431181',
    'S28 .430493',
    'S27 .428882',
    'S22 .405076',
    'S24 .383313',
    'S25 .377475',
    'S21 .331448',
    'S17 .296373',
  ]);
});

describe('protection', () => {
  test.each([
    ['calm', { vix: 15 }, []],
    ['a VIX of exactly the limit', { vix: 25 }, []],
    ['a VIX above it', { vix: 25.01 }, ['high-volatility']],
    [
      'a drawdown of five percent, as floating point has it',
      { benchmark: (day: number) => (day === DAYS - 1 ? 100 * (1 - 0.05) : 100) },
      ['benchmark-drawdown'],
    ],
    ['less than that', { benchmark: (day: number) => (day === DAYS - 1 ? 95.01 : 100) }, []],
    [
      'a peak before the window',
      { benchmark: (day: number) => (day < DAYS - RULES.peakWindow ? 200 : 100) },
      [],
    ],
    [
      'a peak on the first day of the window',
      { benchmark: (day: number) => (day === DAYS - RULES.peakWindow ? 200 : 100) },
      ['benchmark-drawdown'],
    ],
    [
      'both',
      { vix: 40, benchmark: (day: number) => (day === DAYS - 1 ? 80 : 100) },
      ['high-volatility', 'benchmark-drawdown'],
    ],
  ] satisfies [string, MomentumChange, string[]][])('%s', (_, change, expected) => {
    expect(protectionsIn(change)).toEqual(expected);
  });
});

describe('what is missing decides nothing: unlike the original, which then saw no risk and kept full exposure', () => {
  test.each([
    ['no VIX', { vix: undefined }, 'the volatility index is not known today'],
    [
      'a hole in the benchmark',
      { benchmark: (day: number) => (day === 50 ? undefined : 100) },
      `no close of SPY on ${dateAt(50)}`,
    ],
    ['sessions before the calendar', { rules: { peakWindow: 275 } }, 'the calendar begins after'],
    [
      'twenty closes of SPY, at a VIX of 99',
      { vix: 99, benchmark: (day: number) => (day < DAYS - 20 ? undefined : 100) },
      'no close of SPY on',
    ],
    ['fewer scores than names', { universe: NAMES.slice(0, 9) }, 'only 9 of 9 symbols have a score'],
  ] satisfies [string, MomentumChange, string][])('%s', (_, change, why) => {
    const answer = momentumProtection(momentumInput(change));
    expect(answer).toMatchObject({ kind: 'unknown', why: expect.stringContaining(why) as string });
  });

  test.each([DAYS - 1, DAYS - 1 - RULES.skip, DAYS - 1 - RULES.formation])(
    'a gap on day %i leaves a symbol without rank, which is not the same as the last rank',
    (gap) => {
      const price = (index: number, day: number): number | undefined =>
        index === 29 && day === gap ? undefined : priceOf(index, day);
      const { ranking, unranked } = ranked(momentumProtection(momentumInput({ price })));
      expect(ranking.map(({ symbol }) => symbol)).not.toContain('S29');
      expect(unranked).toEqual([{ symbol: 'S29', why: expect.stringContaining('S29') as string }]);
    },
  );

  test('a gap on any other day changes nothing', () => {
    const price = (index: number, day: number): number | undefined =>
      day === DAYS - 10 ? undefined : priceOf(index, day);
    expect(top(momentumProtection(momentumInput({ price })))).toEqual(
      top(momentumProtection(momentumInput())),
    );
  });
});

const noisy = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 30, maxLength: 30 });

describe('laws', () => {
  law.prop([noisy, fc.double({ min: 0.01, max: 100, noNaN: true })])(
    'scale: the unit of a price changes no rank.',
    (levels, scale) => {
      const at =
        (factor: number) =>
        (index: number, day: number): number =>
          factor * priceOf(index, day) * (day % 7 === index % 7 ? (levels[index] ?? 1) : 1);
      const [one, other] = [1, scale].map((factor) =>
        ranked(momentumProtection(momentumInput({ price: at(factor) }))).ranking.map(({ score }) => score),
      );
      other?.forEach((score, rank) => expect(score).toBeCloseTo(one?.[rank] ?? NaN, 9));
    },
  );

  law.prop([fc.shuffledSubarray(NAMES, { minLength: 30 })])(
    'order: that of the universe changes nothing.',
    (universe) => {
      expect(momentumProtection(momentumInput({ universe }))).toEqual(momentumProtection(momentumInput()));
    },
  );

  const lost = fc.subarray(NAMES, { maxLength: 20 });
  const day = fc.constantFrom(DAYS - 1, DAYS - 1 - RULES.skip, DAYS - 1 - RULES.formation);
  law.prop([lost, day, fc.integer({ min: 10, max: 40 })])(
    'missing data: symbols without them have no rank, the others theirs as before, and danger stays danger.',
    (symbols, gap, vix) => {
      const price = (index: number, at: number): number | undefined =>
        symbols.includes(nameOf(index)) && at === gap ? undefined : priceOf(index, at);
      const all = ranked(momentumProtection(momentumInput({ vix })));
      const answer = ranked(momentumProtection(momentumInput({ price, vix })));
      expect(answer.protections).toEqual(all.protections);
      expect(answer.unranked.map(({ symbol }) => symbol)).toEqual([...symbols].sort());
      const scores = (rows: typeof all.ranking): string[] => rows.map((row) => `${row.symbol} ${row.score}`);
      expect(scores(answer.ranking)).toEqual(
        scores(all.ranking.filter(({ symbol }) => !symbols.includes(symbol))),
      );
    },
  );

  const back = fc.integer({ min: 0, max: RULES.peakWindow - 1 });
  law.prop([back, fc.boolean()])(
    'missing data: of SPY or of the VIX decide nothing at all.',
    (session, isVix) => {
      const benchmark = (at: number): number | undefined => (at === DAYS - 1 - session ? undefined : 100);
      const change = isVix ? { vix: undefined } : { benchmark };
      expect(momentumProtection(momentumInput(change)).kind).toBe('unknown');
    },
  );

  law.prop([noisy])('determinism: the same input gives the same answer.', (levels) => {
    const input = momentumInput({ price: (index, at) => priceOf(index, at) * (levels[index] ?? 1) });
    expect(momentumProtection(structuredClone(input))).toEqual(momentumProtection(input));
  });

  const parts = fc.integer({ min: 1, max: 40 });
  law.prop([parts, parts, fc.integer({ min: 1, max: 5 }), fc.constantFrom(15, 40)], { numRuns: 25 })(
    'caps: positions, each of them and all together stay within capital, and within half of it in danger.',
    async (size, exposure, maxPositions, vix) => {
      const capital = { positionSize: `${size}%`, maxExposure: `${exposure}%`, maxPositions };
      const home = await momentumWorld({ mp: capital, prices: { VIX: String(vix) } });
      await home.apply();
      // Each costs 100, of 100,000 dollars.
      const values = Object.values(home.books()['mp'] ?? {}).map((count) => Number(count) / 10);
      const most = size * (vix > 25 ? 0.5 : 1);
      expect(values.length).toBeLessThanOrEqual(maxPositions);
      for (const value of values) expect(value).toBeLessThanOrEqual(most);
      expect(values.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(exposure);
    },
  );

  law.prop([noisy])('no look-ahead: closes of today and later are never read.', (levels) => {
    const now = momentumInput();
    const later = [dateAt(DAYS - 1), dateAt(DAYS), dateAt(DAYS + 1)];
    const closes = new Map(
      [...now.closes].map(([symbol, rows], index) => [
        symbol,
        [...rows, ...later.map((date) => ({ date, close: 100 * (levels[index % 30] ?? 1) }))],
      ]),
    );
    expect(momentumProtection({ ...now, closes })).toEqual(momentumProtection(now));
  });
});
