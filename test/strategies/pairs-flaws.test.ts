/** What the original gets wrong about pairs and volatility, one test each; docs/strategies-pairs-vol.md lists them. */
import { fc, test as law } from '../support/law.ts';
import { describe, expect, test } from 'vitest';
import { augmentedDickeyFuller, engleGranger } from '../../src/strategies/cointegration.ts';
import { tauPValue } from '../../src/strategies/mackinnon.ts';
import type { PairSymbol } from '../../src/strategies/pairs-history.ts';
import { leastSquares } from '../../src/strategies/regression.ts';
import { decidePairs } from '../../src/strategies/pairs.ts';
import { goldenLogX, goldenLogY } from './golden-pair.ts';
import { barAt, decideDay, decided, entered, PAIR, pairDay, sessionAt, wordOf } from './pairs-world.ts';
import { decide, decided as volDecided, blockOf } from './vol-world.ts';

/** Uniform on -0.5 to 0.5, by the generator of Park and Miller. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  };
}

/** y = 60 + 0.5 x + e, x a random walk about 100, e of autocorrelation 0.85: a pair with a large intercept. */
function pairWithIntercept(seed: number): { readonly x: number[]; readonly y: number[] } {
  const next = noise(seed);
  let [walk, error] = [100, 0];
  const rows = Array.from({ length: 252 }, () => {
    walk += 3 * next();
    error = 0.85 * error + 2 * next();
    return [walk, 60 + 0.5 * walk + error] as const;
  });
  return { x: rows.map(([x]) => x), y: rows.map(([, y]) => y) };
}

describe('pairs', () => {
  law.prop([fc.integer({ min: 36, max: 90 })], { numRuns: 20 })(
    'F-PAIRS-1: stops a spread on the wrong side, where it has won, and never where it loses.',
    (tenths) => {
      const z = tenths / 10;
      const [long, short] = [entered({ z: -2.5 }), entered({ z: 2.5 })];
      expect(decided({ day: 253, z: -z, state: long })).toBe('exit Stopped');
      expect(decided({ day: 253, z, state: long })).toBe('exit Reverted');
      expect(decided({ day: 253, z, state: short })).toBe('exit Stopped');
      expect(decided({ day: 253, z: -z, state: short })).toBe('exit Reverted');
    },
  );

  test('F-PAIRS-2: regresses through the origin, and misses most pairs that have an intercept.', () => {
    const seeds = Array.from({ length: 60 }, (_, index) => 1_000 + 7_919 * index);
    const found = seeds.map(pairWithIntercept).map(({ x, y }) => {
      const throughOrigin = leastSquares([x], y)!.residuals;
      return {
        here: engleGranger(y, x, 1)!.pValue <= 0.05,
        original: augmentedDickeyFuller(throughOrigin, 1)!.pValue <= 0.05,
      };
    });
    expect(found.filter(({ here }) => here).length).toBeGreaterThan(0.9 * seeds.length);
    expect(found.filter(({ original }) => original).length).toBeLessThan(0.5 * seeds.length);
  });

  law.prop([fc.integer({ min: 1, max: 500 })], { numRuns: 20 })(
    'F-PAIRS-3: takes its hedge from the whole sample, and so looks ahead.',
    (close) => {
      const input = pairDay({ z: -2.5 });
      const later = Array.from({ length: 60 }, (_, t) => barAt(252 + t, close));
      const longer = (symbol: PairSymbol): PairSymbol => ({ ...symbol, bars: [...symbol.bars, ...later] });
      const symbols = new Map([...input.symbols].map(([name, symbol]) => [name, longer(symbol)] as const));
      const { pairs, state } = decidePairs({ ...input, symbols });
      expect({ pairs, state }).toEqual(decidePairs(input));
      expect(state.pairs[PAIR]?.estimate?.values.asOf).toBe(sessionAt(251));
    },
  );

  test('F-PAIRS-4: judges a fitted spread by the table of a given series, which is too kind to it.', () => {
    const { tau, pValue } = engleGranger(goldenLogY, goldenLogX, 1)!;
    expect(pValue).toBe(tauPValue(2, tau));
    expect(tauPValue(1, -3)).toBeLessThan(0.05);
    expect(tauPValue(2, -3)).toBeGreaterThan(0.1);
  });

  test('F-PAIRS-5: regresses the second share on the first, and so depends on the order of the two.', () => {
    const input = pairDay({ z: -2.5 });
    const turned = decidePairs({ ...input, pairs: [['XXX', 'YYY']] });
    expect(turned).toEqual(decidePairs({ ...input, pairs: [['YYY', 'XXX']] }));
    const [decision] = turned.pairs;
    const [one, other] = [engleGranger(goldenLogY, goldenLogX, 1)!, engleGranger(goldenLogX, goldenLogY, 1)!];
    expect(decision?.kind === 'enter' && decision.estimate.tau).toBeCloseTo(Math.min(one.tau, other.tau), 10);
  });

  test('F-PAIRS-6: lets mean and deviation follow an open trade, so that a loss becomes the new mean.', () => {
    let state = entered({ z: -2.5 });
    const entry = state.pairs[PAIR]!.phase;
    for (let day = 253; day < 265; day += 1) {
      const next = decideDay({ day, z: -3.2, state, parameters: { breakPValue: 1 } });
      expect(next.decision).toMatchObject({ kind: 'hold', code: 'Holding' });
      expect(next.decision.kind === 'hold' && next.decision.z).toBeCloseTo(-3.2, 9);
      state = next.state;
    }
    const phase = state.pairs[PAIR]!.phase;
    expect(phase.kind === 'open' && phase.trade.estimate).toEqual(
      entry.kind === 'open' && entry.trade.estimate,
    );
  });

  test('F-PAIRS-7: asks for no half-life, and so trades spreads that return too slowly or not at all.', () => {
    expect(decided({ z: -2.5, parameters: { halfLife: { min: 2, max: 3 } } })).toBe(
      'blocked HalfLifeOutOfRange',
    );
    expect(decided({ z: -2.5, parameters: { halfLife: { min: 2, max: 30 } } })).toBe('enter');
  });

  test('F-PAIRS-8: gives half the money to each leg, whatever beta is, and so hedges nothing.', () => {
    const { decision } = decideDay({ z: -2.5 });
    if (decision.kind !== 'enter') throw new Error(wordOf(decision));
    const { beta, y } = decision.estimate;
    const worthOf = (isY: boolean): number =>
      Math.abs(decision.legs.find(({ symbol }) => (symbol === y) === isY)!.weight);
    expect(worthOf(false) / worthOf(true)).toBeCloseTo(beta, 12);
    expect(worthOf(false)).not.toBeCloseTo(worthOf(true), 3);
  });

  test('F-PAIRS-9: has a spread in dollars, which a split turns into a stop.', () => {
    const split = (symbol: PairSymbol): PairSymbol => ({
      ...symbol,
      bars: symbol.bars.map((bar, t) => barAt(t, bar.close / 4, bar.volume * 4)),
      price: { ...symbol.price!, value: symbol.price!.value / 4 },
    });
    expect(decided({ day: 253, z: -1.5, state: entered(), y: split })).toBe('hold Holding');
  });

  const beyond = fc.integer({ min: 35, max: 90 }).map((tenths) => tenths / 10);
  law.prop([beyond, fc.boolean()], { numRuns: 20 })(
    'F-PAIRS-10: enters a spread that is beyond its stop already.',
    (z, isHigh) => {
      expect(decided({ z: isHigh ? z + 0.01 : -z - 0.01 })).toBe('blocked BeyondStop');
    },
  );

  law.prop([fc.integer({ min: 500, max: 60_000 })], { numRuns: 40 })(
    'F-PAIRS-11: buys at least a share of each leg, however far from a hedge that is.',
    (equity) => {
      const input = pairDay({ z: -2.5 });
      const [decision] = decidePairs({ ...input, equity }).pairs;
      if (decision?.kind !== 'enter') return;
      const { y, beta } = decision.estimate;
      const [ofX, ofY] = [false, true].map((isY) => {
        const leg = decision.legs.find(({ symbol }) => (symbol === y) === isY)!;
        const price = input.symbols.get(leg.symbol)!.price!.value;
        return price * Math.floor((Math.abs(leg.weight) * equity) / price);
      });
      expect(Math.abs(ofX! / (beta * ofY!) - 1)).toBeLessThanOrEqual(0.1);
    },
  );
});

describe('vol-term-structure', () => {
  test('F-VOL-1: names three products, and has no rule for any of them.', () => {
    expect(decide().action).toMatchObject({ kind: 'enter', symbol: 'SVXY' });
    expect(blockOf('VXX')).toBe('LongVolOff');
  });

  test('F-VOL-2: never looks at VIX3M.', () => {
    expect(volDecided({ ratios: [0.85, 0.85, 0.85] })).toBe('enter SVXY');
    expect(volDecided({ ratios: [0.95, 0.95, 0.95] })).toBe('none');
  });
});
