/** What an entry takes of buying power: the planner's word, and the second opinion's. */
import { describe, expect, test } from 'vitest';
import type { Money, Quantity, Ratio } from '../../src/domain/decimal.ts';
import type { BrokerAccount } from '../../src/observed/broker-view.ts';
import type { ObservedState } from '../../src/observed/observed-state.ts';
import { leastTaken } from '../../src/reconciler/check-margin.ts';
import { marginsOf, takenBy, whyMore } from '../../src/reconciler/margin.ts';
import { isAcrossZero, isTowardZero } from '../../src/reconciler/sides.ts';
import { world } from '../support/world.ts';

const ratio = (times: number) => Math.round(times * 1e6) as Ratio;
const dollars = (amount: number) => Math.round(amount * 1e6) as Money;

const FUND = new Map([
  ['TQQQ', { long: ratio(0.75), short: ratio(0.9) }],
  ['SPY', { long: ratio(0.3), short: ratio(0.3) }],
  ['ODD', { long: ratio(0.6) }],
]);

type Seen = Pick<ObservedState, 'snapshot' | 'margins'>;

/** An account that may use `times` its equity; null: the broker says nothing of margin. */
async function seen(times: number | null): Promise<Seen> {
  const { snapshot } = (await (await world({})).look()).observed;
  if (snapshot.account.kind !== 'ok') throw new Error('no account');
  const { terms: _, ...account } = snapshot.account.data;
  const data: BrokerAccount =
    times === null ? account : { ...account, terms: { multiplier: ratio(times), mayShort: true } };
  return { snapshot: { ...snapshot, account: { ...snapshot.account, data } }, margins: FUND };
}

describe('what an entry of $1,000 takes of buying power', () => {
  test.each([
    [
      'more is to be covered than margin leaves',
      2,
      'TQQQ',
      5,
      1500,
      ' (1.5 times its value: margin requirement 75%)',
    ],
    [
      'of a short more may be to be covered',
      2,
      'TQQQ',
      -5,
      1800,
      ' (1.8 times its value: margin requirement 90%)',
    ],
    [
      'what is closed to zero counts as long',
      2,
      'TQQQ',
      0,
      1500,
      ' (1.5 times its value: margin requirement 75%)',
    ],
    ['never less than its value', 2, 'SPY', 5, 1000, ''],
    ['margin of four times', 4, 'SPY', 5, 1200, ' (1.2 times its value: margin requirement 30%)'],
    ['nobody has said anything of the symbol', 2, 'KO', 5, 1000, ''],
    ['nobody has said anything of its short side', 2, 'ODD', -5, 1000, ''],
    ['of an account without margin, its value', 1, 'TQQQ', 5, 1000, ''],
    ['of an account whose terms are unknown, its value', null, 'TQQQ', 5, 1000, ''],
  ])('%s', async (_, times, symbol, to, takes, why) => {
    const state = await seen(times);
    const entry = { symbol, value: dollars(1000), to };
    expect(takenBy(marginsOf(state), entry)).toBe(dollars(takes));
    expect(whyMore(marginsOf(state), entry)).toBe(why);
    expect(leastTaken(state, { symbol, value: dollars(1000), after: to })).toBe(dollars(takes));
  });

  test('is its value where no account is known, and where nobody was asked', async () => {
    const state = await seen(2);
    const account = { kind: 'unknown', reason: 'no answer' } as const;
    const entry = { symbol: 'TQQQ', value: dollars(1000), to: 5 };
    for (const less of [
      { ...state, snapshot: { ...state.snapshot, account } },
      { snapshot: state.snapshot },
    ]) {
      expect(takenBy(marginsOf(less), entry)).toBe(dollars(1000));
      expect(leastTaken(less, { ...entry, after: 5 })).toBe(dollars(1000));
    }
  });
});

describe('a change of a signed quantity', () => {
  test.each([
    [10, 4, 'toward', ''],
    [10, 0, 'toward', ''],
    [10, -4, 'toward', 'across'],
    [10, 10, '', ''],
    [10, 12, '', ''],
    [-10, -4, 'toward', ''],
    [-10, 0, 'toward', ''],
    [-10, 4, 'toward', 'across'],
    [-10, -10, '', ''],
    [-10, -12, '', ''],
    [0, 4, '', ''],
    [0, -4, '', ''],
    [0, 0, '', ''],
  ])('from %i to %i is %s zero, %s', (from, to, toward, across) => {
    expect(isTowardZero(from as Quantity, to as Quantity)).toBe(toward !== '');
    expect(isAcrossZero(from as Quantity, to as Quantity)).toBe(across !== '');
  });
});
