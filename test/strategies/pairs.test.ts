/** Pairs trading, world in and decision out: formation, entry, exit, stops, cool-down, missing data, limits, laws. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { estimatePair, gateOf } from '../../src/strategies/pairs-estimate.ts';
import type { PairSymbol } from '../../src/strategies/pairs-history.ts';
import { DEFAULT_PAIRS_PARAMETERS, parametersProblem } from '../../src/desired/pairs-parameters.ts';
import { hedgeError, zScore } from '../../src/strategies/pairs-spread.ts';
import { heldPairs } from '../../src/strategies/pairs-held.ts';
import { isSameWeek, NO_PAIRS, pairId, type PairsState } from '../../src/strategies/pairs-state.ts';
import { decidePairs, type PairsInput } from '../../src/strategies/pairs.ts';
import { goldenLogX, goldenLogY, logX, logY } from './golden-pair.ts';
import {
  barAt,
  decideDay,
  decided,
  entered,
  PAIR,
  pairDay,
  sessionAt,
  symbolOf,
  wordOf,
  type PairFacts,
} from './pairs-world.ts';

const SPLIT = { code: 'CorporateAction', words: '10-for-1 split today' } as const;
const UNKNOWN = { code: 'ActionsUnknown', words: 'nobody answers' } as const;
const withoutPrice = (symbol: PairSymbol): PairSymbol => ({ ...symbol, price: null });
const withoutBar =
  (...rows: readonly number[]) =>
  (symbol: PairSymbol): PairSymbol => ({
    ...symbol,
    bars: symbol.bars.filter(({ date }) => !rows.map(sessionAt).includes(date)),
  });

describe('formation', () => {
  const closes = {
    dates: goldenLogX.map((_, t) => sessionAt(t)),
    y: goldenLogY.map(Math.exp),
    x: goldenLogX.map(Math.exp),
  };
  const estimate = (zWindow: number) =>
    estimatePair(['YYY', 'XXX'], closes, { ...DEFAULT_PAIRS_PARAMETERS, zWindow })!;

  test.each([
    [60, '-0.276440'],
    [252, '-0.148407'],
  ])('the last close of the golden pair has, over %d sessions, z %s.', (zWindow, z) => {
    const values = estimate(zWindow);
    const same = { y: 1, x: 1 };
    expect(zScore(values, { y: values.closeY, x: values.closeX }, same).toFixed(6)).toBe(z);
  });

  test('the golden pair is a pair, regressed the way round that has the lower tau.', () => {
    const values = estimate(60);
    expect(values).toMatchObject({ y: 'YYY', x: 'XXX', asOf: sessionAt(251) });
    expect(values.tau.toFixed(4)).toBe('-4.3895');
    const turned = estimatePair(
      ['XXX', 'YYY'],
      { ...closes, y: closes.x, x: closes.y },
      DEFAULT_PAIRS_PARAMETERS,
    );
    expect(turned).toEqual(values);
    expect(gateOf(values, DEFAULT_PAIRS_PARAMETERS)).toBeUndefined();
  });

  const good = estimate(60);
  test.each([
    [{ pValue: 0.05 }, undefined],
    [{ pValue: 0.0501 }, 'NotCointegrated'],
    [{ beta: 0.2 }, undefined],
    [{ beta: 5 }, undefined],
    [{ beta: 0.19 }, 'BetaOutOfRange'],
    [{ beta: -1 }, 'BetaOutOfRange'],
    [{ beta: 5.01 }, 'BetaOutOfRange'],
    [{ halfLife: 2 }, undefined],
    [{ halfLife: 1.99 }, 'HalfLifeOutOfRange'],
    [{ halfLife: 30 }, undefined],
    [{ halfLife: 30.1 }, 'HalfLifeOutOfRange'],
    [{ halfLife: null }, 'HalfLifeOutOfRange'],
    [{ correlation: 0.5 }, undefined],
    [{ correlation: 0.49 }, 'CorrelationTooLow'],
    [{ correlation: null }, 'CorrelationTooLow'],
  ])('an estimate with %j is kept out by %s.', (change, code) => {
    expect(gateOf({ ...good, ...change }, DEFAULT_PAIRS_PARAMETERS)?.code).toBe(code);
  });
});

describe('entry', () => {
  test.each([
    [-3.51, 'blocked BeyondStop'],
    [-3.49, 'enter'],
    [-2.01, 'enter'],
    [-1.99, 'blocked SpreadNearMean'],
    [0, 'blocked SpreadNearMean'],
    [1.99, 'blocked SpreadNearMean'],
    [2.01, 'enter'],
    [3.49, 'enter'],
    [3.51, 'blocked BeyondStop'],
  ])('at z %d the pair is: %s.', (z, word) => {
    expect(decided({ z })).toBe(word);
  });

  test.each([
    [-2.5, 'long', 'XXX', 'YYY'],
    [2.5, 'short', 'YYY', 'XXX'],
  ])(
    'at z %d the spread is %s: short %s goes first, long %s second, both worth a tenth.',
    (z, side, ...legs) => {
      const { decision } = decideDay({ z });
      if (decision.kind !== 'enter') throw new Error(wordOf(decision));
      expect(decision.side).toBe(side);
      expect(decision.legs.map(({ symbol }) => symbol)).toEqual(legs);
      const [short, long] = decision.legs;
      expect(short.weight).toBeLessThan(0);
      expect(long.weight - short.weight).toBeCloseTo(0.1, 12);
      const [y, x] = decision.estimate.y === long.symbol ? [long, short] : [short, long];
      expect(Math.abs(x.weight / y.weight)).toBeCloseTo(decision.estimate.beta, 12);
    },
  );

  const bars = (change: (close: number) => Partial<PairSymbol['bars'][number]>) => (symbol: PairSymbol) => ({
    ...symbol,
    bars: symbol.bars.map((bar) => ({ ...bar, ...change(bar.close) })),
  });
  test.each<[string, PairFacts, string]>([
    ['a leg without a price', { x: withoutPrice }, 'PricesMissing'],
    [
      'a leg with the price of yesterday',
      { x: (symbol) => ({ ...symbol, price: { date: sessionAt(251), value: 60, age: 0 } }) },
      'PricesMissing',
    ],
    [
      'a leg with a price of 21 minutes ago',
      { x: (symbol) => ({ ...symbol, price: { ...symbol.price!, age: 21 * 60_000 } }) },
      'PricesMissing',
    ],
    [
      'a price of zero',
      { x: (symbol) => ({ ...symbol, price: { date: sessionAt(252), value: 0, age: 0 } }) },
      'PricesMissing',
    ],
    ['a corporate action', { y: (symbol) => ({ ...symbol, doubt: SPLIT }) }, 'CorporateAction'],
    ['actions that nobody knows', { x: (symbol) => ({ ...symbol, doubt: UNKNOWN }) }, 'ActionsUnknown'],
    ['a gap in the last 5 sessions', { x: withoutBar(247) }, 'RecentGap'],
    ['six gaps in the window', { x: withoutBar(10, 20, 30), y: withoutBar(40, 50, 60) }, 'WindowGaps'],
    ['251 sessions', { day: 251, parameters: { formationWindow: 252 } }, 'HistoryShort'],
    [
      'a short leg that cannot be borrowed',
      { x: (symbol) => ({ ...symbol, shortable: false }) },
      'NotShortable',
    ],
    ['little volume', { y: bars(() => ({ volume: 1_000 })) }, 'LiquidityTooLow'],
    ['a minimum price above its own', { parameters: { minPrice: 65 } }, 'PriceTooLow'],
    ['a stop below the entry', { parameters: { stopZ: 1 } }, 'ParametersInvalid'],
    ['the wish for a p below 0.1 %', { parameters: { maxPValue: 0.001 } }, 'NotCointegrated'],
  ])('%s keeps a pair out.', (_, facts, code) => {
    const input =
      facts.day === 251 ? { ...pairDay({ z: -2.5 }), sessions: pairDay().sessions.slice(1) } : null;
    const word = input === null ? decided({ z: -2.5, ...facts }) : wordOf(decidePairs(input).pairs[0]!);
    expect(word).toBe(`blocked ${code}`);
  });

  test('five gaps in the window, none of them recent, are 2 % and keep nobody out.', () => {
    expect(decided({ z: -2.5, x: withoutBar(10, 20, 30), y: withoutBar(40, 246) })).toBe('enter');
  });

  test('a long leg need not be one that can be borrowed.', () => {
    expect(decided({ z: -2.5, y: (symbol) => ({ ...symbol, shortable: false }) })).toBe('enter');
  });

  test.each([
    [100_000, 'enter'],
    [2_600, 'blocked HedgeError'],
    [0, 'blocked HedgeError'],
  ])('with %d dollars, of which a tenth buys whole shares, it is: %s.', (equity, word) => {
    expect(wordOf(decidePairs({ ...pairDay({ z: -2.5 }), equity }).pairs[0]!)).toBe(word);
  });

  test('the hedge error is the distance of x from beta times y.', () => {
    expect(hedgeError(0.8, 1_000, 800)).toBe(0);
    expect(hedgeError(0.8, 1_000, 720)).toBeCloseTo(0.1, 12);
    expect(hedgeError(0.8, 0, 800)).toBe(Infinity);
    expect(hedgeError(0.8, 1_000, 0)).toBe(Infinity);
  });

  test.each([
    [{ exitZ: 2 }, 'entry'],
    [{ stopZ: 2 }, 'stop'],
    [{ zWindow: 253 }, 'z window'],
    [{ beta: { min: 0, max: 5 } }, 'beta'],
    [{ grossPerPair: 0 }, 'gross'],
  ])('parameters with %j are refused for %s.', (change, word) => {
    expect(parametersProblem({ ...DEFAULT_PAIRS_PARAMETERS, ...change })).toContain(word);
  });
});

/** A random walk of 3 % a step at most, by the generator of Park and Miller. */
const walk = [0];
for (let step = 1, seed = 7; step < 300; step += 1) {
  seed = (seed * 16_807) % 2_147_483_647;
  walk.push(walk.at(-1)! + (seed / 2_147_483_647 - 0.5) * 0.06);
}

describe('an open trade', () => {
  test.each([
    ['long', -2.5, -3.51, 'exit Stopped'],
    ['long', -2.5, -3.49, 'hold Holding'],
    ['long', -2.5, -0.51, 'hold Holding'],
    ['long', -2.5, -0.49, 'exit Reverted'],
    ['long', -2.5, 4, 'exit Reverted'],
    ['short', 2.5, 3.51, 'exit Stopped'],
    ['short', 2.5, 3.49, 'hold Holding'],
    ['short', 2.5, 0.51, 'hold Holding'],
    ['short', 2.5, 0.49, 'exit Reverted'],
    ['short', 2.5, -4, 'exit Reverted'],
  ])('of a %s spread, entered at %d, is at z %d: %s.', (_, entry, z, word) => {
    expect(decided({ day: 253, z, state: entered({ z: entry }) })).toBe(word);
  });

  test('is not left in the session of its entry.', () => {
    expect(decided({ z: 0, state: entered() })).toBe('hold EnteredToday');
  });

  test('is left after 20 sessions, counted by the calendar.', () => {
    const parameters = { breakPValue: 1 };
    const state = entered();
    expect(decided({ day: 271, z: -1.5, state, parameters })).toBe('hold Holding');
    expect(decided({ day: 272, z: -1.5, state, parameters })).toBe('exit TimeOver');
  });

  test('of a slow pair is left after three half-lives.', () => {
    const parameters = { breakPValue: 1, maxHalfLives: 6.5 };
    const state = entered();
    const phase = state.pairs[PAIR]!.phase;
    const life = phase.kind === 'open' ? phase.trade.estimate.halfLife! : 0;
    const last = Math.ceil(6.5 * life);
    expect(last).toBeGreaterThan(20);
    expect(decided({ day: 252 + last - 1, z: -1.5, state, parameters })).toBe('hold Holding');
    expect(decided({ day: 252 + last, z: -1.5, state, parameters })).toBe('exit TimeOver');
  });

  /** YYY has gone its own way; the close of the estimate, by which later prices are measured, is what it was. */
  const apart = (symbol: PairSymbol): PairSymbol => ({
    ...symbol,
    bars: symbol.bars.map((bar, t) => barAt(t, bar.close * Math.exp(walk[t]! - walk[251]!))),
  });

  test('is left when the pair does not pass the re-test of the first session of a week.', () => {
    const state = entered();
    const rest = { z: -1.5, state, parameters: { maxPValue: 1 } };
    for (const day of [253, 254]) expect(decided({ ...rest, day, y: apart })).toBe('hold Holding');
    expect(decided({ ...rest, day: 255, y: apart })).toBe('exit Broken');
    expect(decided({ ...rest, day: 255 })).toBe('hold Holding');
  });

  test('is held when the re-test lacks data, and tested in the next session.', () => {
    const first = decideDay({ day: 255, z: -1.5, state: entered(), x: withoutBar(254) });
    expect(wordOf(first.decision)).toBe('hold TestMissing');
    const rest = { day: 256, z: -1.5, state: first.state };
    expect(decided(rest)).toBe('hold Holding');
    expect(decided({ ...rest, y: apart })).toBe('exit Broken');
  });

  test('keeps the numbers of its entry over weeks.', () => {
    let state = entered();
    const [entry] = [phaseOf(state)];
    for (const day of [253, 255, 260]) state = decideDay({ day, z: -1.5, state }).state;
    const later = phaseOf(state);
    expect(later.estimate).toEqual(entry.estimate);
    expect(later.legs).toEqual(entry.legs);
    expect(later.testedOn).toBe(sessionAt(260));
  });

  test('is held without prices for two sessions, and left in the third.', () => {
    const first = decideDay({ day: 253, state: entered(), x: withoutPrice });
    const second = decideDay({ day: 254, state: first.state, y: withoutPrice });
    const third = decideDay({ day: 255, state: second.state, x: withoutPrice });
    expect([first, second, third].map(({ decision }) => wordOf(decision))).toEqual([
      'hold PricesMissing',
      'hold PricesMissing',
      'exit PricesMissing',
    ]);
  });

  test('counts missing prices anew after a session that had them.', () => {
    let state = entered();
    const word = (facts: PairFacts): string => {
      const next = decideDay({ ...facts, state });
      state = next.state;
      return wordOf(next.decision);
    };
    expect(word({ day: 253, x: withoutPrice })).toBe('hold PricesMissing');
    expect(word({ day: 254, x: withoutPrice })).toBe('hold PricesMissing');
    expect(word({ day: 255, z: -1.5 })).toBe('hold Holding');
    expect(word({ day: 256, x: withoutPrice })).toBe('hold PricesMissing');
  });

  test('is not stopped by a split: closes and price on another scale give the same z.', () => {
    const state = entered();
    const split = (symbol: PairSymbol): PairSymbol => ({
      ...symbol,
      bars: symbol.bars.map((bar, t) => barAt(t, bar.close / 10, bar.volume * 10)),
      price: { ...symbol.price!, value: symbol.price!.value / 10 },
    });
    const { decision } = decideDay({ day: 253, z: -1.5, state, x: split });
    expect(wordOf(decision)).toBe('hold Holding');
    expect(decision.kind === 'hold' && decision.z).toBeCloseTo(-1.5, 9);
  });

  test('is held on the day of a split, when price and closes do not compare.', () => {
    const split = (symbol: PairSymbol): PairSymbol => ({
      ...symbol,
      price: { ...symbol.price!, value: symbol.price!.value / 10 },
      doubt: SPLIT,
    });
    expect(decided({ day: 253, z: -1.5, state: entered(), x: split })).toBe('hold PricesMissing');
  });

  test('goes on where nobody knows of corporate actions: what is held can be left.', () => {
    const x = (symbol: PairSymbol): PairSymbol => ({ ...symbol, doubt: UNKNOWN });
    expect(decided({ day: 253, z: -1.5, state: entered(), x })).toBe('hold Holding');
    expect(decided({ day: 253, z: -4, state: entered(), x })).toBe('exit Stopped');
  });

  test('of which the books hold no leg is over, and cools down.', () => {
    const { decision, state } = decideDay({ day: 253, z: -2.5, state: entered(), isHeld: false });
    expect(wordOf(decision)).toBe('blocked LegsGone');
    expect(decided({ day: 254, z: -2.5, state })).toBe('blocked CoolingDown');
  });

  test('that nobody remembers is left, because its numbers are lost.', () => {
    const { decision } = decideDay({ z: -2.5, isHeld: true });
    expect(decision).toMatchObject({ kind: 'exit', code: 'TradeUnknown', symbols: ['XXX', 'YYY'] });
  });

  test('of a pair that was taken out is left, short leg first, and forgotten.', () => {
    const input = { ...pairDay({ day: 253, z: 1.5, state: entered({ z: 2.5 }) }), pairs: [] };
    const { pairs, state } = decidePairs(input);
    expect(pairs).toMatchObject([{ kind: 'exit', code: 'PairRemoved', symbols: ['YYY', 'XXX'] }]);
    expect(state.pairs).toEqual({});
  });

  function phaseOf(state: PairsState) {
    const phase = state.pairs[PAIR]!.phase;
    if (phase.kind !== 'open') throw new Error(phase.kind);
    return phase.trade;
  }
});

describe('after a trade', () => {
  const left = (z: number) => decideDay({ day: 253, z, state: entered() }).state;

  test('the pair waits 10 sessions.', () => {
    const state = left(0);
    expect(decided({ day: 262, z: -2.5, state })).toBe('blocked CoolingDown');
    expect(decided({ day: 263, z: -2.5, state })).toBe('enter');
  });

  test('a pair that was stopped waits until its spread has been within one deviation, too.', () => {
    const stopped = left(-3.6);
    expect(decided({ day: 270, z: -2.5, state: stopped })).toBe('blocked CoolingDown');
    const settled = decideDay({ day: 258, z: 0.9, state: stopped }).state;
    expect(decided({ day: 262, z: -2.5, state: settled })).toBe('blocked CoolingDown');
    expect(decided({ day: 263, z: -2.5, state: settled })).toBe('enter');
  });
});

describe('the estimate', () => {
  test('is made in the first session of a week, whichever that is, and kept until the next.', () => {
    expect(isSameWeek('2025-11-24', '2025-11-28')).toBe(true);
    expect(isSameWeek('2025-11-28', '2025-12-01')).toBe(false);
    const asOf = (state: PairsState): string | undefined => state.pairs[PAIR]?.estimate?.values.asOf;
    const wednesday = decideDay({ day: 252 }).state;
    const friday = decideDay({ day: 254, state: wednesday }).state;
    const tuesday = decideDay({ day: 256, state: friday }).state;
    expect([wednesday, friday, tuesday].map(asOf)).toEqual([sessionAt(251), sessionAt(251), sessionAt(255)]);
  });

  test('is made anew when the closes were adjusted since.', () => {
    const { state } = decideDay({ day: 252 });
    const half = (symbol: PairSymbol): PairSymbol => ({
      ...symbol,
      bars: symbol.bars.map((bar, t) => barAt(t, bar.close / 2)),
    });
    const next = decideDay({ day: 253, state, x: half }).state;
    expect(next.pairs[PAIR]?.estimate?.values.asOf).toBe(sessionAt(252));
  });
});

describe('limits of all pairs', () => {
  /** Five copies of the pair, the first the farthest from its mean. */
  function fivePairs(change: Partial<PairsInput['parameters']> = {}): PairsInput {
    const days = [-3.4, -3.2, -3, -2.8, -2.6].map((z) => pairDay({ z }).symbols.get('YYY')!);
    const x = pairDay().symbols.get('XXX')!;
    const names = ['A', 'B', 'C', 'D', 'E'];
    return {
      ...pairDay(),
      pairs: names.map((name) => [`Y${name}`, `X${name}`] as const),
      symbols: new Map(
        names.flatMap((name, index) => [[`Y${name}`, days[index]!] as const, [`X${name}`, x] as const]),
      ),
      parameters: { ...DEFAULT_PAIRS_PARAMETERS, ...change },
    };
  }
  const words = (input: PairsInput): string[] => decidePairs(input).pairs.map(wordOf);

  test('three pairs at most, the farthest from their mean first, each with its rank.', () => {
    expect(words(fivePairs())).toEqual([
      'enter',
      'enter',
      'enter',
      'blocked RankBeyondLimit',
      'blocked RankBeyondLimit',
    ]);
    const ranks = decidePairs(fivePairs()).pairs.map((pair) => 'rank' in pair && pair.rank);
    expect(ranks).toEqual([1, 2, 3, 4, 5]);
  });

  test('no more gross than the limit.', () => {
    expect(words(fivePairs({ grossPerPair: 0.15 })).slice(0, 3)).toEqual([
      'enter',
      'enter',
      'blocked GrossLimit',
    ]);
  });

  const part = (most: number) => fc.integer({ min: 1, max: most }).map((hundredths) => hundredths / 100);
  law.prop([part(40), part(100), fc.integer({ min: 1, max: 6 })], { numRuns: 40 })(
    'caps: all pairs together stay within the gross and the number that are set.',
    (grossPerPair, maxGross, maxPairs) => {
      // Large enough for a hedge of whole shares.
      const input = { ...fivePairs({ grossPerPair, maxGross, maxPairs }), equity: 100_000_000 };
      const { pairs } = decidePairs(input);
      const legs = pairs.flatMap((pair) => (pair.kind === 'enter' ? pair.legs : []));
      const gross = legs.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
      expect(gross).toBeLessThanOrEqual(maxGross + 1e-9);
      expect(legs.length).toBeLessThanOrEqual(2 * maxPairs);
    },
  );

  test('a pair that is left today still takes its room.', () => {
    const held = new Set(['XA/YA', 'XB/YB', 'XC/YC']);
    expect(words({ ...fivePairs(), held }).slice(3)).toEqual([
      'blocked RankBeyondLimit',
      'blocked RankBeyondLimit',
    ]);
  });

  test('a symbol is a leg of one pair at a time.', () => {
    const input = fivePairs();
    expect(
      words({
        ...input,
        pairs: [
          ['YA', 'XA'],
          ['YB', 'XA'],
        ],
      }),
    ).toEqual(['enter', 'blocked SymbolInUse']);
  });
});

describe('laws', () => {
  // Between the bounds, and never on one, where the last bit of a logarithm decides.
  const z = fc.integer({ min: -45, max: 44 }).map((tenths) => (tenths + 0.5) / 10);
  const day = fc.integer({ min: 253, max: 280 });

  law.prop([z, fc.integer({ min: 1, max: 400 })], { numRuns: 40 })(
    'no look-ahead: what comes after today changes nothing today.',
    (today, percent) => {
      const input = pairDay({ z: today });
      const symbols = new Map(
        [...input.symbols].map(([name, symbol]) => {
          const later = Array.from({ length: 9 }, (_, t) => barAt(252 + t, percent));
          return [name, { ...symbol, bars: [...symbol.bars, ...later] }] as const;
        }),
      );
      const sessions = [...input.sessions, ...Array.from({ length: 9 }, (_, t) => sessionAt(252 + t))];
      expect(decidePairs({ ...input, sessions, symbols })).toEqual(decidePairs(input));
    },
  );

  law.prop([z, fc.integer({ min: 1, max: 50 })], { numRuns: 40 })(
    'scale: prices in other units give the same decision and the same z.',
    (today, factor) => {
      const scaled = (symbol: PairSymbol): PairSymbol => ({
        ...symbol,
        bars: symbol.bars.map((bar, t) => barAt(t, bar.close * factor, bar.volume / factor)),
        price: { ...symbol.price!, value: symbol.price!.value * factor },
      });
      const equity = 10_000_000;
      const [plain] = decidePairs({ ...pairDay({ z: today }), equity }).pairs;
      const [other] = decidePairs({ ...pairDay({ z: today, y: scaled }), equity }).pairs;
      expect(wordOf(other!)).toBe(wordOf(plain!));
      const both = [plain!, other!].map((decision) => ('z' in decision ? decision.z! : 0));
      expect(both[1]).toBeCloseTo(both[0]!, 6);
    },
  );

  law.prop([z], { numRuns: 20 })('order: that of symbols changes nothing.', (today) => {
    const input = pairDay({ z: today });
    const turned: PairsInput = {
      ...input,
      pairs: [
        ['XXX', 'YYY'],
        ['YYY', 'XXX'],
      ],
      symbols: new Map([...input.symbols].reverse()),
    };
    expect(decidePairs(turned)).toEqual(decidePairs(input));
    expect(pairId(['YYY', 'XXX'])).toBe(PAIR);
  });

  const gap = fc.constantFrom(
    withoutPrice,
    withoutBar(251),
    withoutBar(10, 20, 30, 40, 50, 60),
    (symbol: PairSymbol): PairSymbol => ({ ...symbol, bars: [] }),
    (symbol: PairSymbol): PairSymbol => ({
      ...symbol,
      bars: symbol.bars.map((bar) => ({ ...bar, close: Number.NaN })),
    }),
  );
  law.prop([z, gap, fc.boolean()], { numRuns: 60 })(
    'missing data: nothing is entered.',
    (today, damage, isY) => {
      expect(decided({ z: today, [isY ? 'y' : 'x']: damage })).toMatch(/^blocked/);
    },
  );

  law.prop([z, day], { numRuns: 40 })(
    'determinism: state is JSON, and the same input gives the same answer.',
    (today, row) => {
      const state = decideDay({ day: row, z: today, state: entered() }).state;
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      expect(decideDay({ day: row, z: today, state: entered() }).state).toEqual(state);
    },
  );

  law.prop([z], { numRuns: 40 })(
    'caps: the legs of an entry are on two sides and within the gross of a pair.',
    (today) => {
      const { decision } = decideDay({ z: today });
      if (decision.kind !== 'enter') return;
      expect(decision.legs[0].weight).toBeLessThan(0);
      expect(decision.legs[1].weight).toBeGreaterThan(0);
      const gross = decision.legs.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
      expect(gross).toBeLessThanOrEqual(0.1 + 1e-12);
    },
  );
});

test('the world of these tests is the golden pair.', () => {
  expect(symbolOf(252, logY).bars.at(-1)!.close).toBe(Math.exp(goldenLogY.at(-1)!));
  expect(symbolOf(252, logX).bars.at(-1)!.close).toBe(Math.exp(goldenLogX.at(-1)!));
});

describe('a symbol of several pairs', () => {
  const PAIRS = [
    ['AAA', 'BBB'],
    ['AAA', 'CCC'],
  ] as const;
  const stateOf = (pair: string): PairsState => ({ pairs: { [pair]: entered().pairs[PAIR]! } });

  test.each<[what: string, book: readonly string[], state: PairsState, held: readonly string[]]>([
    ['is held in the pair of its trade', ['AAA', 'CCC'], stateOf('AAA/CCC'), ['AAA/CCC']],
    ['is held in the first pair where no trade is known', ['AAA'], NO_PAIRS, ['AAA/BBB']],
    [
      'is not left with a stray one of its other pairs',
      ['AAA', 'BBB', 'CCC'],
      stateOf('AAA/BBB'),
      ['AAA/BBB', 'CCC'],
    ],
    ['nor where no trade is known', ['AAA', 'BBB', 'CCC'], NO_PAIRS, ['AAA/BBB', 'CCC']],
    ['nor with what is in no pair', ['AAA', 'DDD'], NO_PAIRS, ['AAA/BBB', 'DDD']],
  ])('%s', (_, book, state, held) => {
    expect([...heldPairs(book, PAIRS, state)]).toEqual(held);
  });
});
