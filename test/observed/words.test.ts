/** Sentences about what brokers, companies and sources of data say. */
import { describe, expect, test } from 'vitest';
import { MAX_PRICE_AGE, whyOld } from '../../src/observed/bars.ts';
import {
  describeAction,
  isUnadjustedFor,
  type CorporateAction,
} from '../../src/observed/corporate-action.ts';
import { describeIssues, type DataIssue } from '../../src/observed/data-issue.ts';
import { whyUnknown } from '../../src/observed/unknown.ts';

const SPLIT: CorporateAction = { kind: 'split', date: '2020-08-31', ratio: { from: 1, to: 4 } };

test.each<[CorporateAction, string]>([
  [SPLIT, '4-for-1 split on 2020-08-31'],
  [{ kind: 'spin-off', date: '2020-08-31', company: null }, 'spin-off on 2020-08-31'],
  [{ kind: 'spin-off', date: '2020-08-31', company: 'X' }, 'spin-off of X on 2020-08-31'],
  [
    { kind: 'symbol-change', date: '2020-08-31', from: 'X', to: 'Z' },
    'change of the symbol from X to Z on 2020-08-31',
  ],
])('%j is a %s', (action, words) => {
  expect(describeAction(action)).toBe(words);
});

describe('closes around a split', () => {
  const closes = (...prices: readonly number[]) =>
    prices.map((close, day) => ({ date: `2020-08-${String(30 + day)}`, close }));
  const ratio = (from: number, to: number): CorporateAction => ({ ...SPLIT, ratio: { from, to } });

  test.each<
    [what: string, action: CorporateAction, closes: ReturnType<typeof closes>, isUnadjusted: boolean]
  >([
    ['that jump by it', SPLIT, closes(400, 100), true],
    ['that jump by it, after a day of trade', SPLIT, closes(400, 104.9), true],
    ['that jump by more', SPLIT, closes(400, 106), false],
    ['that do not jump', SPLIT, closes(100, 101), false],
    ['that jump on the day before', SPLIT, [{ date: '2020-08-28', close: 400 }, ...closes(100, 100)], false],
    ['of which none is of before', SPLIT, closes(400, 100).slice(1), false],
    ['of which none is of it, or of later', SPLIT, closes(400, 100).slice(0, 1), false],
    ['around one that moves a price by a fifth', ratio(4, 5), closes(100, 80), true],
    ['around one that moves it the other way', ratio(4, 1), closes(100, 400), true],
    ['around one that cannot be told from a day of trade', ratio(10, 11), closes(100, 91), false],
    ['around what is no split', { ...SPLIT, kind: 'spin-off', company: null }, closes(400, 100), false],
  ])('%s', (_, action, prices, isUnadjusted) => {
    expect(isUnadjustedFor(action, prices)).toBe(isUnadjusted);
  });
});

test('what was said of several symbols is said once, of five by name', () => {
  const issue = (symbol: string, more: Partial<DataIssue> = {}): DataIssue => ({
    symbol,
    use: 'closes',
    kind: 'fallback',
    detail: 'csv in the place of alpaca',
    ...more,
  });
  const five = ['A', 'B', 'C', 'D', 'E'].map((symbol) => issue(symbol));
  expect(describeIssues(five)).toBe('closes of A, B, C, D, E: csv in the place of alpaca');
  expect(describeIssues([...five, issue('F'), issue('G'), issue('A', { use: 'quotes', detail: 'no' })])).toBe(
    'closes of A, B, C, D, E and 2 more: csv in the place of alpaca; quotes of A: no',
  );
});

test('no answer is said with its reason; what a person has to put right first is not that the broker is silent', () => {
  expect(whyUnknown({ reason: 'r' })).toBe('the broker does not answer: r');
  expect(whyUnknown({ reason: 'r', advice: 'a' })).toBe('the account at the broker cannot be used: r');
});

test('a price decides for twenty minutes, the last of them included', () => {
  expect(MAX_PRICE_AGE).toBe(1_200_000);
  expect(whyOld({ age: 1_200_000 })).toBeNull();
  expect(whyOld({ age: 1_200_001 })).toBe('20 minutes old, and 20 are the most');
  expect(whyOld({ age: 3_600_000 })).toBe('60 minutes old, and 20 are the most');
});
