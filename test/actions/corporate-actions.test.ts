/** What companies do to their shares: nothing is entered on prices that do not compare, and no answer is not "none". */
import { describe, expect, test } from 'vitest';
import type { CorporateAction } from '../../src/observed/corporate-action.ts';
import { BrokerUnavailable, type DateSpan } from '../../src/reconciler/ports.ts';
import { ask, entries, TODAY, type Facts } from '../support/asked-signals.ts';
import type { SignalName } from '../support/declared-signals.ts';

type Splits = Readonly<Record<string, readonly string[]>>;

/** A source that knows 4-for-1 splits on these dates, and of the other symbols that there is none. */
function knowing(splits: Splits): Facts {
  const actions = (symbol: string, { from, to }: DateSpan): readonly CorporateAction[] =>
    (splits[symbol] ?? [])
      .filter((date) => date >= from && date <= to)
      .map((date) => ({ kind: 'split', date, ratio: { from: 1, to: 4 } }));
  return {
    actions: (symbols, span) =>
      Promise.resolve(new Map(symbols.map((symbol) => [symbol, actions(symbol, span)]))),
  };
}

const DOWN: Facts = {
  actions: () => Promise.reject(new BrokerUnavailable('no corporate actions of AAA: 500')),
};
const [YESTERDAY, TOMORROW] = ['2025-12-01', '2025-12-03'];

describe('a split', () => {
  test.each<readonly [SignalName, string, Splits, readonly string[]]>([
    ['omr', 'of today', { AAA: [TODAY] }, ['BBB']],
    ['omr', 'of tomorrow, which the night is held into', { AAA: [TOMORROW] }, ['BBB']],
    ['omr', 'of yesterday', { AAA: [YESTERDAY] }, ['AAA', 'BBB']],
    ['omr', 'of nothing', {}, ['AAA', 'BBB']],
    ['mp', 'of nothing', {}, ['AAA', 'BBB']],
    ['mp', 'of yesterday, adjusted for', { AAA: [YESTERDAY] }, ['AAA', 'BBB']],
    ['mp', 'of tomorrow', { AAA: [TOMORROW] }, ['AAA', 'BBB']],
  ])('%s, %s: enters what compares.', async (name, _, splits, symbols) => {
    expect(entries(await ask(name, knowing(splits)))[0]).toEqual(symbols);
  });

  test.each<readonly [SignalName, string, Facts, string]>([
    [
      'omr',
      'of today',
      knowing({ AAA: [TODAY] }),
      'AAA CorporateAction: prices do not compare: 4-for-1 split on',
    ],
    ['mp', 'of today', knowing({ AAA: [TODAY] }), 'AAA: prices do not compare: 4-for-1 split on 2025-12-02'],
    [
      'mp',
      'that the closes before it are not adjusted for',
      { ...knowing({ AAA: ['2025-11-20'] }), before: ['2025-11-20', 4] },
      'AAA: prices do not compare: 4-for-1 split on 2025-11-20',
    ],
    ['mp', 'of the benchmark', knowing({ SPY: [TODAY] }), 'SPY: prices do not compare'],
    ['omr', 'of SPY', knowing({ SPY: [TODAY] }), 'SPY: prices do not compare'],
  ])('%s, %s: is said.', async (name, _, facts, why) => {
    expect(entries(await ask(name, facts))[1]).toContain(why);
  });
});

describe('where nobody answers', () => {
  test.each<readonly [SignalName, string]>([
    ['mp', 'its corporate actions are not known: no corporate actions of AAA: 500'],
    ['omr', 'its corporate actions are not known: no corporate actions of AAA: 500'],
  ])('%s enters nothing, and says why.', async (name, why) => {
    const [symbols, said] = entries(await ask(name, DOWN));
    expect(symbols).toEqual([]);
    expect(said).toContain(why);
  });
});
