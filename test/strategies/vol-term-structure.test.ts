/** The volatility term structure, world in and decision out: entries, exits, emergencies, missing data, laws. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { MINUTE, type Instant } from '../../src/domain/instant.ts';
import { realisedVolatility } from '../../src/strategies/vol-market.ts';
import { DEFAULT_VOL_PARAMETERS, volProblem } from '../../src/desired/vol-parameters.ts';
import { decideVol, type VolInput } from '../../src/strategies/vol-term-structure.ts';
import {
  alternating,
  blockOf,
  decide,
  decided,
  decisionTime,
  longSince,
  sessionAt,
  shortSince,
  volDay,
  type VolFacts,
} from './vol-world.ts';

const dropClose =
  (index: 'vix' | 'vix3m', row: number) =>
  (input: VolInput): VolInput => ({
    ...input,
    [index]: {
      ...input[index],
      closes: input[index].closes.filter(({ date }) => date !== sessionAt(row)),
    },
  });
const withNow =
  (index: 'vix' | 'vix3m', value: number, ageMinutes = 5) =>
  (input: VolInput): VolInput => ({
    ...input,
    [index]: { ...input[index], value: { at: (input.now - ageMinutes * MINUTE) as Instant, value } },
  });
const withoutNow =
  (index: 'vix' | 'vix3m') =>
  (input: VolInput): VolInput => ({ ...input, [index]: { ...input[index], value: null } });

describe('entry of short volatility', () => {
  test.each<[string, VolFacts, string | undefined]>([
    ['a calm market', {}, undefined],
    ['a median below 0.9', { ratios: [0.95, 0.89, 0.899] }, undefined],
    ['a median of 0.9', { ratios: [0.95, 0.9, 0.85] }, 'NotCalm'],
    ['one low value after two high ones', { ratios: [0.95, 0.95, 0.7] }, 'NotCalm'],
    ['one high value after two low ones', { ratios: [0.85, 0.85, 0.95] }, undefined],
    ['a ratio of 1 now', { ratios: [0.85, 0.85, 1] }, 'RatioEmergency'],
    ['VIX just below 30', { vix: 29.9, vixBefore: [29, 29, 29, 29, 29] }, undefined],
    ['VIX at 30', { vix: 30, vixBefore: [29, 29, 29, 29, 29] }, 'VixTooHigh'],
    ['VIX up 20 % over 5 sessions', { vix: 24, vixBefore: [20, 20, 22, 22, 23] }, 'VixRising'],
    ['VIX up 19 % over 5 sessions', { vix: 23.8, vixBefore: [20, 20, 22, 22, 23] }, undefined],
    ['VIX up 25 % today', { vix: 20, vixBefore: [20, 20, 20, 20, 16] }, 'VixEmergency'],
    ['no VIX', { change: withoutNow('vix') }, 'IndexMissing'],
    ['no VIX3M', { change: withoutNow('vix3m') }, 'IndexMissing'],
    ['VIX of 20 minutes ago', { change: withNow('vix', 16, 20) }, undefined],
    ['VIX of 21 minutes ago', { change: withNow('vix', 16, 21) }, 'IndexStale'],
    ['VIX3M of in a minute', { change: withNow('vix3m', 19, -1) }, 'IndexStale'],
    ['VIX of 5', { change: withNow('vix', 5) }, 'IndexImplausible'],
    ['VIX3M of 200', { change: withNow('vix3m', 200) }, 'IndexImplausible'],
    ['a ratio of 0.5', { change: withNow('vix3m', 32) }, 'IndexImplausible'],
    ['a ratio of 2', { change: withNow('vix3m', 8) }, 'IndexImplausible'],
    ['VIX that is no number', { change: withNow('vix', Number.NaN) }, 'IndexImplausible'],
    ['no VIX3M of two sessions ago', { change: dropClose('vix3m', 58) }, 'IndexHistoryMissing'],
    ['no VIX of yesterday', { change: dropClose('vix', 59) }, 'IndexHistoryMissing'],
    ['no VIX of a week ago', { change: dropClose('vix', 55) }, 'IndexHistoryMissing'],
    ['no VIX of two weeks ago', { change: dropClose('vix', 50) }, undefined],
    ['no bars of SVXY', { change: (input) => ({ ...input, shortVolBars: [] }) }, 'VolatilityUnknown'],
    [
      'a gap in the bars of SVXY',
      { change: (input) => ({ ...input, shortVolBars: input.shortVolBars.toSpliced(50, 1) }) },
      'VolatilityUnknown',
    ],
    ['an exit above the emergency', { parameters: { leaveFrom: 1.1 } }, 'ParametersInvalid'],
  ])('%s: it is entered, or kept out by its code.', (_, facts, code) => {
    expect(blockOf('SVXY', facts)).toBe(code);
    expect(decided(facts)).toBe(code === undefined ? 'enter SVXY' : 'none');
  });

  test.each([
    [0.005, 0.1],
    [0.02, 0.1 * (0.25 / (0.02 * Math.sqrt((20 / 19) * 252)))],
  ])(
    'with returns of %d a session the weight is a tenth of equity, less where SVXY moves much.',
    (step, weight) => {
      const { action } = decide({ change: (input) => ({ ...input, shortVolBars: alternating(60, step) }) });
      expect(action).toMatchObject({ kind: 'enter', symbol: 'SVXY' });
      expect(action.kind === 'enter' && action.weight).toBeCloseTo(weight, 12);
    },
  );

  test('realised volatility is the annualised deviation of 20 log returns.', () => {
    const sessions = Array.from({ length: 21 }, (_, row) => sessionAt(row));
    expect(realisedVolatility(alternating(21, 0.01), sessions)).toBeCloseTo(
      0.01 * Math.sqrt((20 / 19) * 252),
      12,
    );
    expect(realisedVolatility(alternating(20, 0.01), sessions)).toBeNull();
    expect(realisedVolatility(alternating(21, 0), sessions)).toBeNull();
  });
});

describe('short volatility', () => {
  const held = (price: number | null) => ({ SVXY: { averageEntry: 100, price } });
  test.each<[string, string, VolFacts]>([
    ['calm', 'hold Holding', {}],
    ['a median of 0.916', 'hold Holding', { ratios: [0.95, 0.916, 0.9] }],
    ['a median of 0.917', 'exit CalmOver', { ratios: [0.95, 0.917, 0.9] }],
    ['one high value', 'hold Holding', { ratios: [0.85, 0.85, 0.99] }],
    ['a ratio of 1', 'exit RatioEmergency', { ratios: [0.85, 0.85, 1] }],
    ['VIX up 25 % on the day', 'exit VixEmergency', { vix: 20 }],
    ['VIX up 24 % on the day', 'hold Holding', { vix: 19.84 }],
    ['a loss of 8 %', 'exit LossEmergency', { holdings: held(92) }],
    ['a loss of 7.9 %', 'hold Holding', { holdings: held(92.1) }],
    ['no price', 'hold PriceMissing', { holdings: held(null) }],
    ['VIX missing', 'hold IndexMissing', { change: withoutNow('vix') }],
    ['VIX3M stale', 'hold IndexStale', { change: withNow('vix3m', 19, 60) }],
    [
      'VIX missing and a loss of 8 %',
      'exit LossEmergency',
      { change: withoutNow('vix'), holdings: held(92) },
    ],
    ['VIX3M missing and VIX up 25 %', 'exit VixEmergency', { change: withoutNow('vix3m'), vix: 20 }],
    [
      'history missing and a ratio of 1',
      'exit RatioEmergency',
      { change: dropClose('vix', 59), ratios: [1] },
    ],
    ['history missing', 'hold IndexHistoryMissing', { change: dropClose('vix3m', 58) }],
  ])('with %s: %s.', (_, word, facts) => {
    expect(decided({ state: shortSince(55), ...facts })).toBe(word);
  });

  test('is held without VIX for one session, and left in the second.', () => {
    const first = decide({ day: 60, state: shortSince(50), change: withoutNow('vix') });
    const second = decide({ day: 61, state: first.state, change: withoutNow('vix3m') });
    expect([first.action.kind, second.action.kind]).toEqual(['hold', 'exit']);
    const other = decide({ day: 61, state: first.state });
    expect(other.state).toEqual(shortSince(50));
  });

  test('is not left in the session of its entry.', () => {
    expect(decided({ state: shortSince(60), ratios: [1.1], holdings: {} })).toBe('hold EnteredToday');
  });

  test('waits 5 sessions after an emergency, and not after a plain exit.', () => {
    const emergency = decide({ day: 60, state: shortSince(50), ratios: [1] }).state;
    expect(decided({ day: 64, state: emergency })).toBe('none');
    expect(blockOf('SVXY', { day: 64, state: emergency })).toBe('ReentryDelay');
    expect(decided({ day: 65, state: emergency })).toBe('enter SVXY');
    const plain = decide({ day: 60, state: shortSince(50), ratios: [0.95, 0.95, 0.95] }).state;
    expect(decided({ day: 61, state: plain, ratios: [0.85, 0.85, 0.85] })).toBe('enter SVXY');
  });

  test('between the entry and the exit keeps whatever there is.', () => {
    const band = { ratios: [0.91, 0.91, 0.91] };
    expect(decided({ ...band, state: shortSince(50) })).toBe('hold Holding');
    expect(decided(band)).toBe('none');
  });

  test('that the books do not hold is over, and nothing is entered in that session.', () => {
    const { action, state } = decide({ state: shortSince(50), holdings: {} });
    expect(action.kind).toBe('none');
    expect(state).toEqual({ kind: 'FLAT', leftOn: sessionAt(60), emergencyOn: null });
  });

  test('that nobody remembers is left.', () => {
    expect(decided({ holdings: held(100) })).toBe('exit PositionUnknown');
  });

  test('beside a forgotten long one: both are left.', () => {
    const position = { averageEntry: 100, price: 100 };
    const { action } = decide({ state: shortSince(50), holdings: { SVXY: position, VXX: position } });
    expect(action).toMatchObject({ kind: 'exit', code: 'PositionUnknown', symbols: ['SVXY', 'VXX'] });
  });
});

describe('long volatility', () => {
  const on = { parameters: { longVol: 'on' } } as const;
  test('is off, whatever the ratio, unless it was asked for.', () => {
    expect(decided({ ratios: [1.1, 1.1, 1.1] })).toBe('none');
    expect(blockOf('VXX', { ratios: [1.1, 1.1, 1.1] })).toBe('LongVolOff');
  });

  test.each([
    [[1.01, 1.01], 'enter VXX'],
    [[1, 1.01], 'none'],
    [[1.01, 1], 'none'],
  ])('at ratios of %j: %s.', (ratios, word) => {
    expect(decided({ ...on, ratios })).toBe(word);
  });

  test('gets three hundredths of equity.', () => {
    expect(decide({ ...on, ratios: [1.1, 1.1] }).action).toMatchObject({ symbol: 'VXX', weight: 0.03 });
  });

  test.each<[string, string, VolFacts]>([
    ['a ratio of 0.97', 'hold Holding', { ratios: [0.97] }],
    ['a ratio below 0.97', 'exit PanicOver', { ratios: [0.969] }],
    ['nine sessions', 'hold Holding', { state: longSince(51) }],
    ['ten sessions', 'exit TimeOver', { state: longSince(50) }],
    ['a loss of 9.9 %', 'hold Holding', { holdings: { VXX: { averageEntry: 100, price: 90.1 } } }],
    ['a loss of 10 %', 'exit LossEmergency', { holdings: { VXX: { averageEntry: 100, price: 90 } } }],
    ['VIX3M missing', 'hold IndexMissing', { change: withoutNow('vix3m') }],
  ])('with %s: %s.', (_, word, facts) => {
    expect(decided({ ...on, ratios: [1.1, 1.1], state: longSince(55), ...facts })).toBe(word);
  });
});

describe('parameters', () => {
  test.each([
    [{ enterBelow: 0.92 }, 'entry'],
    [{ panicOverBelow: 1 }, 'panic'],
    [{ panicAbove: 0.9, panicOverBelow: 0.8 }, 'panic'],
    [{ longVolSymbol: 'SVXY' }, 'symbol'],
    [{ targetVolatility: 0 }, 'target'],
  ])('with %j are refused for %s.', (change, word) => {
    expect(volProblem({ ...DEFAULT_VOL_PARAMETERS, ...change })).toContain(word);
    expect(volProblem(DEFAULT_VOL_PARAMETERS)).toBeUndefined();
  });
});

describe('laws', () => {
  const ratio = fc.integer({ min: 70, max: 130 }).map((hundredths) => hundredths / 100);
  const ratios = fc.array(ratio, { minLength: 40, maxLength: 40 });
  const path = fc.array(ratio, { minLength: 3, maxLength: 3 });
  const parameters = { longVol: 'on' } as const;

  law.prop([ratios], { numRuns: 50 })(
    'the side is never turned in one session, and both are never held.',
    (days) => {
      let state: VolInput['state'] = { kind: 'FLAT', leftOn: null, emergencyOn: null };
      for (let day = 60; day < 100; day += 1) {
        const before = state;
        const next = decide({ day, state, parameters, ratios: days.slice(0, day - 59) });
        state = next.state;
        if (before.kind !== 'FLAT' && state.kind !== 'FLAT') expect(state.kind).toBe(before.kind);
        if (next.action.kind === 'enter') expect(before.kind).toBe('FLAT');
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }
    },
  );

  law.prop([path, fc.integer({ min: 6, max: 90 })])(
    'no look-ahead: what comes after today changes nothing today.',
    (ratios, level) => {
      const input = volDay({ ratios });
      const later = Array.from({ length: 5 }, (_, row) => ({ date: sessionAt(60 + row), close: level }));
      const bars = later.map((row) => ({ ...row, open: level, high: level, low: level, volume: 1 }));
      const known: VolInput = {
        ...input,
        sessions: [...input.sessions, ...later.map(({ date }) => date)],
        vix: { ...input.vix, closes: [...input.vix.closes, ...later] },
        vix3m: { ...input.vix3m, closes: [...input.vix3m.closes, ...later] },
        shortVolBars: [...input.shortVolBars, ...bars],
      };
      expect(decideVol(known)).toEqual(decideVol(input));
    },
  );

  const gap = fc.constantFrom(
    withoutNow('vix'),
    withoutNow('vix3m'),
    withNow('vix', 16, 30),
    dropClose('vix', 59),
    dropClose('vix3m', 58),
    dropClose('vix', 55),
  );
  const weightOf = (facts: VolFacts): number => {
    const { action } = decide(facts);
    return action.kind === 'enter' ? action.weight : 0;
  };

  law.prop([path, gap])('missing data: never enters short volatility.', (ratios, change) => {
    expect(decided({ ratios, change })).toBe('none');
  });

  law.prop([path, gap])('missing data: never gives more weight than all data do.', (ratios, change) => {
    const facts = { ratios, parameters };
    expect(weightOf({ ...facts, change })).toBeLessThanOrEqual(weightOf(facts));
  });

  const weight = fc.integer({ min: 1, max: 100 }).map((hundredths) => hundredths / 100);
  const step = fc.integer({ min: 1, max: 100 }).map((thousandths) => thousandths / 1_000);
  law.prop([path, weight, weight, step])(
    'caps: a weight is at most that of its side, however calm the market.',
    (ratios, shortVolWeight, longVolWeight, move) => {
      const { action } = decide({
        ratios,
        parameters: { ...parameters, shortVolWeight, longVolWeight },
        change: (input) => ({ ...input, shortVolBars: alternating(60, move) }),
      });
      if (action.kind !== 'enter') return;
      const most = action.symbol === 'SVXY' ? shortVolWeight : longVolWeight;
      expect(action.weight).toBeGreaterThan(0);
      expect(action.weight).toBeLessThanOrEqual(most);
    },
  );

  const held = fc.constantFrom<NonNullable<VolFacts['holdings']>>(
    { SVXY: { averageEntry: 100, price: 95 }, VXX: { averageEntry: 100, price: 95 } },
    { SVXY: { averageEntry: 100, price: 95 } },
    {},
  );
  law.prop([path, held])('order: that of what the books hold changes nothing.', (ratios, holdings) => {
    const input = volDay({ ratios, parameters, holdings, state: shortSince(50) });
    const turned = { ...input, holdings: new Map([...input.holdings].reverse()) };
    expect(decideVol(turned)).toEqual(decideVol(input));
  });

  law.prop([path, held])('determinism: the same input gives the same answer.', (ratios, holdings) => {
    const input = volDay({ ratios, parameters, holdings, state: shortSince(50) });
    expect(decideVol(structuredClone(input))).toEqual(decideVol(input));
  });

  law.prop([fc.integer({ min: 1, max: 1_000 })])(
    'scale: the price of SVXY in other units gives the same weight.',
    (factor) => {
      const change = (input: VolInput): VolInput => ({
        ...input,
        shortVolBars: input.shortVolBars.map((bar) => ({ ...bar, close: bar.close * factor })),
      });
      const [plain, scaled] = [decide().action, decide({ change }).action];
      const weights = [plain, scaled].map((action) => (action.kind === 'enter' ? action.weight : 0));
      expect(weights[1]).toBeCloseTo(weights[0]!, 12);
    },
  );
});

test('the decision is at 15:45 of the session.', () => {
  expect(volDay().now).toBe(decisionTime(60));
});
