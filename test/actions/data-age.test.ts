/** How old data may be (docs/market-data.md): what is older by one step enters nothing, and the answer says why. */
import { describe, expect, test } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import { ask, entries, NOW, SESSIONS, type Facts } from '../support/asked-signals.ts';
import type { SignalName } from '../support/declared-signals.ts';
import { at } from '../support/simulated-world.ts';

const MINUTE = 60_000;
const YESTERDAY = at('2025-12-01T16:00:00-05:00');
const NOT_YET = SESSIONS.at(-2) ?? '';

/** Of so many minutes ago. */
const allOf = (minutes: number): NonNullable<Facts['quotes']> =>
  Object.fromEntries(['AAA', 'BBB', 'SPY', 'VIX'].map((name) => [name, plus(NOW, -minutes * MINUTE)]));
const aged = (name: string): Required<Pick<Facts, 'quotes'>> => ({
  quotes: { [name]: plus(NOW, -21 * MINUTE) },
});

describe('a value at its limit counts', () => {
  test.each<readonly [SignalName, Facts, readonly string[]]>([
    ['mp', {}, ['AAA', 'BBB']],
    ['mp', { quotes: allOf(20) }, ['AAA', 'BBB']],
    ['omr', {}, ['AAA', 'BBB']],
    ['omr', { quotes: allOf(20) }, ['AAA', 'BBB']],
    ['vol', {}, ['SVXY']],
    ['vol', { quotes: { VIX: plus(NOW, -20 * MINUTE), VIX3M: plus(NOW, -20 * MINUTE) } }, ['SVXY']],
  ])('%s, %j', async (name, facts, symbols) => {
    expect(entries(await ask(name, facts))[0]).toEqual(symbols);
  });
});

describe('a value beyond it enters nothing', () => {
  test.each<readonly [SignalName, string, Facts, string]>([
    [
      'mp',
      'the VIX of another day',
      { quotes: { VIX: YESTERDAY } },
      'the volatility index is not known today',
    ],
    ['mp', 'the VIX of 21 minutes ago', aged('VIX'), 'VIX: its price is 21 minutes old, and 20 are the most'],
    ['mp', 'the benchmark of 21 minutes ago', aged('SPY'), 'SPY: its price is 21 minutes old'],
    ['mp', 'a price of 21 minutes ago', aged('AAA'), 'AAA: its price is 21 minutes old'],
    ['mp', 'the benchmark of another day', { quotes: { SPY: YESTERDAY } }, 'no price of SPY today'],
    ['mp', 'prices of another day', { quotes: { AAA: YESTERDAY, BBB: YESTERDAY } }, 'no price of AAA today'],
    [
      'mp',
      'closes of the benchmark that end too early',
      { lastClose: { SPY: NOT_YET } },
      'no close of SPY on 2025-12-01',
    ],
    [
      'omr',
      'SPY of another day',
      { quotes: { SPY: YESTERDAY } },
      'StaleData: the latest value of SPY is of 2025-12-01',
    ],
    [
      'omr',
      'SPY of 21 minutes ago',
      aged('SPY'),
      'StaleData: the latest value of SPY is 21 minutes old, and 20 are the most',
    ],
    ['omr', 'the VIX of 21 minutes ago', aged('VIX'), 'StaleData: the latest value of VIX is 21 minutes old'],
    [
      'omr',
      'prices of 21 minutes ago',
      { quotes: { ...aged('AAA').quotes, ...aged('BBB').quotes } },
      'BBB StaleData: its price is 21 minutes old, and 20 are the most',
    ],
    [
      'omr',
      'the VIX of another day',
      { quotes: { VIX: YESTERDAY } },
      'StaleData: the latest value of VIX is of 2025-12-01',
    ],
    [
      'omr',
      'closes of SPY that end too early',
      { lastClose: { SPY: NOT_YET } },
      'StaleData: the last close of SPY',
    ],
    [
      'omr',
      'closes of the VIX that end too early',
      { lastClose: { VIX: NOT_YET } },
      'StaleData: the last close of VIX',
    ],
    [
      'omr',
      'prices of another day',
      { quotes: { AAA: YESTERDAY, BBB: YESTERDAY } },
      'AAA StaleData: its price is of 2025-12-01',
    ],
    ['omr', 'opens of another day', { barDate: '2025-12-01' }, 'AAA StaleData: its open is of 2025-12-01'],
    [
      'pairs',
      'closes of a leg that end too early',
      { lastBar: NOT_YET },
      'RecentGap: AAA/BBB: 2025-12-01, one of the last 5',
    ],
    [
      'vol',
      'the VIX of 21 minutes ago',
      { quotes: { VIX: plus(NOW, -21 * MINUTE) } },
      'IndexStale: VIX is 21 minutes old',
    ],
    [
      'vol',
      'VIX3M of 21 minutes ago',
      { quotes: { VIX3M: plus(NOW, -21 * MINUTE) } },
      'IndexStale: VIX3M is 21 minutes old',
    ],
    [
      'vol',
      'closes of the VIX that end too early',
      { lastClose: { VIX: NOT_YET } },
      'IndexHistoryMissing: a close of VIX or VIX3M',
    ],
    [
      'vol',
      'closes of VIX3M that end too early',
      { lastClose: { VIX3M: NOT_YET } },
      'IndexHistoryMissing: a close of VIX or VIX3M',
    ],
  ])('%s: %s', async (name, _, facts, why) => {
    const [symbols, said] = entries(await ask(name, facts));
    expect(symbols).toEqual([]);
    expect(said).toContain(why);
  });
});

test('one symbol with an old price stands in the way of no other.', async () => {
  const [symbols, said] = entries(await ask('omr', aged('AAA')));
  expect(symbols).toEqual(['BBB']);
  expect(said).toContain('AAA StaleData: its price is 21 minutes old');
});
