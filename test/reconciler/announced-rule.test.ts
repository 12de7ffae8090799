/** What was announced beside what books and broker say: what the books follow, what waits, and what stays a doubt. */
import { describe, expect, test } from 'vitest';
import type { Price } from '../../src/domain/decimal.ts';
import type { CorporateAction } from '../../src/observed/corporate-action.ts';
import type { BreakKind } from '../../src/observed/events.ts';
import type { Announced } from '../../src/observed/observed-state.ts';
import type { Freeze } from '../../src/reconciler/draft.ts';
import type { Lot } from '../../src/observed/book.ts';
import { followAnnounced } from '../../src/reconciler/rules/announced.ts';
import { shares } from '../support/executing.ts';
import { behind, frozenBy, heldBy, NOON, outside, planFacts, type FactsOf } from '../support/plan-facts.ts';

const TODAY = '2025-12-02';
const split = (from: number, to: number, date = TODAY): CorporateAction => ({
  kind: 'split',
  date,
  ratio: { from, to },
});
const change = (to: string, from = 'X'): CorporateAction => ({
  kind: 'symbol-change',
  date: TODAY,
  from,
  to,
});
const at = (dollars: number) => ({ averagePrice: (dollars * 1e6) as Price });

interface Case extends FactsOf {
  readonly actions?: readonly CorporateAction[] | 'unknown';
  readonly freezes?: readonly (readonly [string, Freeze])[];
}

async function followed({ actions, freezes = [], ...of }: Case) {
  const known: Announced | undefined =
    actions === undefined
      ? undefined
      : actions === 'unknown'
        ? { kind: 'unknown', reason: 'HTTP 503' }
        : { kind: 'ok', data: actions, asOf: NOON };
  const announced = known === undefined ? {} : { announced: new Map([['X', known]]) };
  const facts = await planFacts({ history: [], ...of, observed: { ...announced, ...of.observed } });
  const draft = behind(followAnnounced, facts, { freezes: new Map(freezes) });
  return {
    draft,
    actions: draft.housekeeping.map(({ id }) => id),
    held: heldBy(draft),
    frozen: frozenBy(draft).slice(freezes.length),
    details: [...draft.freezes.values()].slice(freezes.length).map(({ detail }) => detail),
  };
}

const NOTHING = { actions: [], held: [], frozen: [] };
/** Ten shares for $10 each, and the broker has made twenty for $5 each of them. */
const doubled: Case = {
  books: { a: { X: 10 } },
  held: { X: 20 },
  positions: { X: at(5) },
  actions: [split(1, 2)],
};
const renamed: Case = { books: { a: { X: 10 } }, held: { N: 10 }, actions: [change('N')] };
const broken = (symbol: string, kind: BreakKind): FactsOf['ledger'] => ({
  breaks: new Map([[symbol, { symbol, kind, detail: '', since: NOON }]]),
});

describe('a split that the broker has carried out', () => {
  test('is followed with all that was seen, and nothing is added before', async () => {
    const { draft, frozen, held, details } = await followed(doubled);
    expect(draft.housekeeping).toMatchObject([
      {
        kind: 'apply-split',
        id: 'apply-split/X',
        strategy: 'a',
        symbol: 'X',
        reason: 'SplitAnnounced',
        splits: [{ date: TODAY, ratio: { from: 1, to: 2 } }],
        unmanaged: { from: 0, to: 0 },
        seenPrice: 5e6,
        anchor: { at: NOON, unmanaged: 0 },
        from: shares(10),
        to: shares(20),
        sources: [
          expect.stringMatching(/^announced: X: .*2025-12-02/),
          'book: a X 10',
          'broker: X 20 at $5.00',
        ],
      },
    ]);
    expect({ frozen, held, details }).toEqual({
      frozen: ['X: entries SplitApplied'],
      held: [],
      details: ['the books follow its 2-for-1 split first'],
    });
  });

  test('of two owners is the strategy of neither', async () => {
    const { draft } = await followed({ ...doubled, books: { a: { X: 6 }, b: { X: 4 } } });
    expect(draft.housekeeping).toMatchObject([{ strategy: null, from: shares(10), to: shares(20) }]);
  });

  test('counts from the newest trade of others', async () => {
    const fill = outside('buy', 2, { time: (NOON + 5) as never, price: 5e6 as Price });
    const { draft } = await followed({ ...doubled, held: { X: 22 }, history: [fill] });
    for (const action of draft.housekeeping) expect(action).toMatchObject({ anchor: { at: NOON + 5 } });
  });

  const doubt = (grade: 'all' | 'entries'): Freeze => ({ grade, reason: 'PendingOrder', detail: '' });
  const again: Freeze = { grade: 'again', reason: 'PendingOrder', detail: '', order: {} as never };

  test.each<[string, Case, boolean]>([
    ['while entries are stopped', { freezes: [['X', doubt('entries')]] }, true],
    ['while no order may go out', { freezes: [['X', doubt('all')]] }, false],
    ['while one order may go out again', { freezes: [['X', again]] }, false],
    [
      'while fills of ours are settling',
      {
        differences: [{ booked: shares(10), broker: shares(20), settling: shares(1), unmanaged: shares(9) }],
      },
      false,
    ],
    ['where it was asked for', { ledger: { ...broken('X', 'split') } }, true],
    ['where shares had been missing', { ledger: { ...broken('X', 'missing-shares') } }, true],
    ['where there is another break', { ledger: { ...broken('X', 'overfill') } }, false],
    ['where the history is not known', { history: 'unknown' }, false],
    ['where it was not asked for the history', { history: undefined }, false],
    [
      'where nobody knows the market',
      { snapshot: { clock: { kind: 'unknown', reason: 'HTTP 503' } } },
      false,
    ],
    ['where nobody says what was announced', { actions: 'unknown' }, false],
    ['where nothing was announced', { actions: [] }, false],
    ['where another one was announced', { actions: [split(1, 3)] }, false],
    ['of tomorrow', { actions: [split(1, 2, '2025-12-03')] }, false],
  ])('is followed or not %s', async (_, more, isFollowed) => {
    const { ledger, ...rest } = more;
    const books = { ledger: ledger === undefined ? {} : ledger };
    const { actions } = await followed({ ...doubled, ...rest, ...books });
    expect(actions).toEqual(isFollowed ? ['apply-split/X'] : []);
  });

  test('is not followed where nobody was asked', async () => {
    const { actions: _, ...unasked } = doubled;
    expect(await followed(unasked)).toMatchObject(NOTHING);
  });
});

describe('a change of a symbol that the broker has carried out', () => {
  test('is followed with all that was seen, and nothing is added under either name before', async () => {
    const { draft, frozen, held, details } = await followed(renamed);
    expect(draft.housekeeping).toMatchObject([
      {
        kind: 'apply-symbol-change',
        id: 'apply-symbol-change/X',
        strategy: 'a',
        symbol: 'X',
        reason: 'SymbolChangeAnnounced',
        from: 'X',
        to: 'N',
        date: TODAY,
        seenPrice: 10e6,
        anchor: { at: NOON, unmanaged: 0 },
        sources: [
          `announced: X is N from ${TODAY} on`,
          'book: a X 10',
          'broker: X 0',
          'broker: N 10 at $10.00',
        ],
      },
    ]);
    expect({ frozen, held }).toEqual({
      frozen: ['X: entries SymbolChanged', 'N: entries SymbolChanged'],
      held: [],
    });
    expect(new Set(details)).toEqual(new Set(['X is N now: the books follow first']));
  });

  test.each<[string, Case, boolean]>([
    [
      'where the new symbol takes no order',
      { freezes: [['N', { grade: 'all', reason: 'PendingOrder', detail: '' }]] },
      false,
    ],
    ['where the new symbol has a break', { ledger: broken('N', 'overfill') }, false],
    ['where it is another symbol', { actions: [change('M')] }, false],
    ['where it was another symbol', { actions: [change('N', 'Q')] }, false],
    [
      'where it was another symbol of ours',
      { books: { a: { X: 10, Q: 10 } }, actions: [change('N', 'Q')] },
      false,
    ],
    ['behind a split of what is gone', { actions: [split(1, 2), change('N')] }, true],
    ['where the old one is still there', { held: { X: 10, N: 10 } }, false],
  ])('is followed or not %s', async (_, more, isFollowed) => {
    const { actions } = await followed({ ...renamed, ...more });
    expect(actions).toEqual(isFollowed ? ['apply-symbol-change/X'] : []);
  });
});

describe('a split of today that the broker has not carried out', () => {
  const pending: Case = { books: { a: { X: 10 } }, held: { X: 10 }, actions: [split(1, 2)] };
  const reverse = { ...pending, actions: [split(10, 1)] };
  const ends = 'is announced, and the broker has not carried it out: nothing is added, ';

  test.each<[string, Case, 'entries' | 'all', string]>([
    ['stops entries', pending, 'entries', 'exits go on with the book of now'],
    [
      'stops entries, beside shares of nobody',
      { ...pending, held: { X: 13 } },
      'entries',
      'exits go on with the book of now',
    ],
    [
      'stops entries where there will be fewer, all of one book',
      reverse,
      'entries',
      'exits go on with the book of now',
    ],
    [
      'stops all where there will be fewer, and others hold some',
      { ...reverse, held: { X: 13 } },
      'all',
      'nor sold, because the broker holds shares of others beside the book',
    ],
    [
      'stops all where there will be fewer, of two books',
      { ...reverse, books: { a: { X: 6 }, b: { X: 4 } } },
      'all',
      'nor sold, because the broker holds shares of others beside the book',
    ],
    [
      'stops entries where another book holds something else',
      { ...reverse, books: { a: { X: 10 }, b: { Y: 4 } }, held: { X: 10, Y: 4 } },
      'entries',
      'exits go on with the book of now',
    ],
    [
      'stops all where one of two makes fewer, and others hold some',
      { ...reverse, actions: [split(1, 2), split(10, 1)], held: { X: 13 } },
      'all',
      'nor sold, because the broker holds shares of others beside the book',
    ],
    [
      'stops entries of a short book likewise',
      { ...reverse, books: { a: { X: -10 } }, held: { X: -10 } },
      'entries',
      'exits go on with the book of now',
    ],
  ])('%s', async (_, of, grade, words) => {
    const { actions, frozen, held, details } = await followed(of);
    expect({ actions, frozen, held }).toEqual({
      actions: [],
      frozen: [`X: ${grade} SplitPending`],
      held: ['*/X: SplitPending'],
    });
    expect(details[0]).toContain(`${ends}${words}`);
    expect(details[0]).toMatch(/^X: /);
  });

  test('is told without one of an earlier session', async () => {
    const { details } = await followed({ ...pending, actions: [split(1, 3, '2025-12-01'), split(1, 2)] });
    expect(details).toHaveLength(1);
    expect(details[0]).not.toContain('2025-12-01');
  });

  test.each<[string, readonly CorporateAction[], readonly string[]]>([
    ['alone', [split(1, 3, '2025-12-01')], []],
    ['beside one of today', [split(1, 3, '2025-12-01'), split(1, 2)], ['X: entries SplitPending']],
  ])('is not one of an earlier session, of shares that are older: %s', async (_, actions, frozen) => {
    const since = Date.parse('2025-11-28T12:00:00-05:00');
    const lot = { quantity: shares(10), cost: 100e6, since, orderId: null } as unknown as Lot;
    const told = await followed({
      ...pending,
      actions,
      ledger: { books: new Map([['a', new Map([['X', lot]])]]) },
    });
    expect(told).toMatchObject({ actions: [], frozen });
    expect(told.details.join()).not.toContain('2025-12-01');
  });

  test.each<[string, Case]>([
    ['one whose ratio cannot be counted', { ...pending, actions: [split(1, Math.PI)] }],
    ['one of an earlier session', { ...pending, actions: [split(1, 2, '2025-12-01')] }],
    ['one of what the broker does not hold', { ...pending, books: {}, held: {} }],
    ['a change of a symbol', { ...pending, actions: [change('N')] }],
    ['one beside shares that are missing', { ...pending, held: { X: 7 }, history: 'unknown' }],
    [
      'one beside a price that has jumped',
      {
        ...pending,
        differences: [{ booked: shares(10), broker: shares(11), unmanaged: shares(1), repriced: true }],
      },
    ],
  ])('is not %s', async (_, of) => {
    expect(await followed(of)).toMatchObject(NOTHING);
  });
});
