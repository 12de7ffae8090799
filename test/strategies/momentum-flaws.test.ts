/** What the original gets wrong about momentum with protection; docs/strategies.md lists each by the title of its test. */
import { describe, expect, test } from 'vitest';
import type { PassResult } from '../../src/reconciler/reconcile.ts';
import { momentumProtection, type MomentumRules } from '../../src/strategies/momentum-protection.ts';
import { BASE, MP, problemsOf, TOGGLE, type Texts } from '../desired/manifest-set.ts';
import { fault } from '../support/faults.ts';
import { holdsIn } from '../support/world.ts';
import { momentumInput, NAMES, priceOf, ranked, RULES, type MomentumChange } from './momentum-input.ts';
import { at, momentumWorld, rising, type CloseOf } from './signal-world.ts';

const wordsOf = ({ plan }: PassResult): string => plan.notDone.map(({ detail }) => detail).join('\n');
const answerTo = (change: MomentumChange) => momentumProtection(momentumInput(change));
const protectionsOf = (change: MomentumChange): string[] =>
  ranked(answerTo(change)).protections.map(({ kind }) => kind);

/** Both strongest names at their full weight; 80,000 dollars beside them. */
const FULL = { cash: '80000', books: { mp: { DDD: '100', EEE: '100' } } } as const;
/** DDD has fallen behind: CCC is the second. */
const behind: CloseOf = (symbol, back) => (symbol === 'DDD' ? 100 : rising(symbol, back));

describe('momentum-protection', () => {
  test('F-MP-1: halves new purchases only in danger: what is held stays at its full weight.', async () => {
    const home = await momentumWorld(FULL);
    home.prices['VIX'] = '40';
    await home.apply();
    expect(home.books()).toEqual({ mp: { DDD: '50', EEE: '50' } });
  });

  test.each<[missing: string, closeOf: CloseOf, gone: string]>([
    ['the VIX', rising, 'VIX'],
    ['the price of SPY', rising, 'SPY'],
    ['a close of SPY', (name, back) => (name === 'SPY' && back === 9 ? undefined : rising(name, back)), ''],
  ])(
    'F-MP-2: takes missing data for calm, and buys with its full exposure. Without %s.',
    async (_, closeOf, gone) => {
      const home = await momentumWorld({ ...FULL, books: { mp: { EEE: '50' } }, closeOf });
      home.prices[gone] = '';
      expect(holdsIn((await home.apply()).plan)).toEqual(['mp/*: SignalFailed']);
      expect(home.books()).toEqual({ mp: { EEE: '50' } });
    },
  );

  test.each<[missing: string, closeOf: CloseOf, gone: string]>([
    ['price of now', behind, 'DDD'],
    ['close of 5 sessions ago', gapAt(5), ''],
    ['close of 21 sessions ago', gapAt(21), ''],
  ])(
    'F-MP-3: sells what it holds when a price of it is missing. Without its %s.',
    async (_, closeOf, gone) => {
      const home = await momentumWorld({ ...FULL, closeOf });
      home.prices[gone] = '';
      await home.apply();
      expect(home.books()['mp']).toMatchObject({ DDD: '100' });
      expect(home.sent().filter((order) => order.startsWith('sell'))).toEqual([]);
    },
  );

  test('F-MP-4: sells shares that somebody bought by hand, and with its own 50 the other 200 of the broker.', async () => {
    const home = await momentumWorld({
      cash: '80000',
      books: { mp: { DDD: '50', EEE: '100' } },
      broker: { AAA: '70', DDD: '250', EEE: '100' },
      closeOf: behind,
    });
    await home.apply();
    expect(home.sent().filter((order) => order.startsWith('sell'))).toEqual(['sell 50 DDD 12-02 15:55']);
    expect(home.held()).toMatchObject({ AAA: '70', DDD: '200' });
  });

  test('F-MP-5: gives up the whole rebalance over a position of nobody that has no price.', async () => {
    const home = await momentumWorld({ broker: { ODD: '5' }, cash: '100000' });
    await home.apply();
    expect(home.books()).toEqual({ mp: { DDD: '100', EEE: '100' } });
    expect(home.held()).toMatchObject({ ODD: '5' });
  });

  test('F-MP-6: sells nothing when buying power is low.', async () => {
    const home = await momentumWorld({ ...FULL, cash: '10', closeOf: behind });
    await home.apply();
    expect(home.sent()).toContain('sell 100 DDD 12-02 15:55');
  });

  test('F-MP-7: buys before its sales have brought the money.', async () => {
    const never = fault(
      'submit',
      { kind: 'order', fills: 0 as never, fillAfter: 0, hiddenFor: 0 },
      { side: 'sell' },
    );
    const facts = { cash: '10', books: { mp: { DDD: '100' } }, mp: { positionSize: '50%' }, closeOf: behind };
    const home = await momentumWorld({ ...facts, faults: [never] });
    await home.apply();
    expect(home.sent()).toEqual(['sell 100 DDD 12-02 15:55']);
    // Nothing else has as much as reached the broker.
    expect(home.broker.submitted).toHaveLength(1);
    expect(home.books()).toEqual({ mp: { DDD: '100' } });
  });

  test('F-MP-8: keeps a price of the morning, which it took for the last close, all day.', async () => {
    // A row of today among the closes is the bar so far of a source that has one.
    const input = momentumInput();
    const closes = new Map(
      [...input.closes].map(([symbol, rows]) => [symbol, [...rows, { date: '2025-03-01', close: 1 }]]),
    );
    expect(momentumProtection({ ...input, closes })).toEqual(momentumProtection(input));
    const home = await momentumWorld({ now: at('2025-12-02T09:31:00-05:00') });
    await home.runUntil('2025-12-02T15:00:00-05:00');
    home.prices['DDD'] = '60';
    await home.runUntil('2025-12-02T16:00:00-05:00');
    expect(Object.keys(home.books()['mp'] ?? {})).toEqual(['CCC', 'EEE']);
  });

  test('F-MP-9: never brings back to its weight what it holds.', async () => {
    const home = await momentumWorld({ cash: '75000', books: { mp: { DDD: '50', EEE: '200' } } });
    await home.apply();
    expect(home.books()).toEqual({ mp: { DDD: '100', EEE: '100' } });
  });

  const own = (text: string): Texts => ({
    ...BASE,
    'm/mp.yaml': text,
    'm/big.csv': 'Symbol\nAAPL\n',
    'm/toggle.yaml': TOGGLE.replace('strategies:', 'strategies:\n  mp: {enabled: true}'),
  });

  test.each(['topN: 10', 'stopLoss: "10%"', 'vixSpike: "20%"', 'volatilityPercentile: 90'])(
    'F-MP-10: reads its settings from nowhere: what its file says changes nothing. %s is refused.',
    (setting) => {
      const key = setting.split(':')[0] ?? '';
      const text = MP.replace(
        '{type: momentum-protection}',
        `{type: momentum-protection, params: {${setting}}}`,
      );
      expect(problemsOf(own(text)).join('\n')).toContain(`spec.signal.params.${key}: unknown key`);
    },
  );

  const fallen = { benchmark: (day: number) => (day === 59 ? 96 : 100) };
  test.each<[keyof MomentumRules, MomentumChange, Partial<MomentumRules>]>([
    ['formation', {}, { formation: 30 }],
    ['skip', {}, { skip: 10 }],
    ['vixAbove', { vix: 20 }, { vixAbove: 19 }],
    ['drawdown', fallen, { drawdown: 0.03 }],
    ['peakWindow', { benchmark: (day) => (day < 30 ? 200 : 100) }, { peakWindow: 50 }],
  ])(
    'F-MP-10: reads its settings from nowhere: what its file says changes nothing. %s does.',
    (_, change, rules) => {
      expect(answerTo({ ...change, rules })).not.toEqual(answerTo(change));
    },
  );

  test.each<[string, MomentumChange]>([
    ['high-volatility', { vix: 25.01 }],
    ['benchmark-drawdown', { benchmark: (day) => (day === 59 ? 94.9 : 100) }],
  ])(
    'F-MP-11: has four rules of protection, two of which are always off. %s works alone.',
    (kind, change) => {
      expect(protectionsOf(change)).toEqual([kind]);
    },
  );

  test('F-MP-12: looks for the peak of SPY in as many days as it happens to have.', () => {
    const rules: MomentumRules = { ...RULES, peakWindow: 60 };
    const peak = (day: number): number => (day === 0 ? 200 : 100);
    expect(protectionsOf({ rules, benchmark: peak })).toEqual(['benchmark-drawdown']);
    const missing = (day: number): number | undefined => (day === 0 ? undefined : 100);
    expect(answerTo({ rules, benchmark: missing }).kind).toBe('unknown');
    const input = momentumInput({ rules, benchmark: peak });
    expect(momentumProtection({ ...input, sessions: input.sessions.slice(1) }).kind).toBe('unknown');
  });

  test('F-MP-13: trades seven famous names when its list cannot be read.', () => {
    const { 'm/big.csv': _, ...without } = own(MP);
    expect(problemsOf(without)).toEqual([expect.stringContaining('big.csv') as string]);
    expect(problemsOf(own(MP))).toEqual([]);
  });

  test('F-MP-14: breaks ties by the order of its columns.', () => {
    const same = (_: number, day: number): number => priceOf(3, day);
    const order = (universe: readonly string[]): string[] =>
      ranked(answerTo({ price: same, universe })).ranking.map(({ symbol }) => symbol);
    expect(order(NAMES.toReversed())).toEqual(NAMES);
    expect(order(NAMES)).toEqual(NAMES);
  });

  test('F-MP-15: says nothing when fewer names than it wants have a score.', async () => {
    const home = await momentumWorld({ mp: { universe: ['EEE'] } });
    const result = await home.apply();
    expect(holdsIn(result.plan)).toEqual(['mp/*: SignalFailed']);
    expect(wordsOf(result)).toContain('only 1 of 1 symbols have a score, 2 are needed');
  });
});

/** DDD would rank behind CCC, if its close of so many sessions ago were known. */
function gapAt(session: number): CloseOf {
  return (symbol, back) => (symbol === 'DDD' && back === session ? undefined : behind(symbol, back));
}
