/** What books and broker differ in, and what the plan makes of it: a sync, a break, a second look, or only a word. */
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import type { Difference } from '../../src/observed/attribution.ts';
import type { BreakKind } from '../../src/observed/events.ts';
import type { ObservedState } from '../../src/observed/observed-state.ts';
import type { Action } from '../../src/reconciler/plan-types.ts';
import { weighEvidence } from '../../src/reconciler/rules/evidence.ts';
import { shares } from '../support/executing.ts';
import { behind, frozenBy, heldBy, NOON, outside, planFacts, type FactsOf } from '../support/plan-facts.ts';

const SECOND = 1_000;

const lacking = (booked: number, broker: number, more: Partial<Difference> = {}): Partial<Difference> => ({
  booked: shares(booked),
  broker: shares(broker),
  missing: shares(broker - booked),
  ...more,
});

/** An earlier look, so long ago, that saw the same gap in each symbol. */
const seenBefore = (gaps: Readonly<Record<string, number>>, ago = 30 * SECOND): Partial<ObservedState> => ({
  earlier: {
    at: (NOON - ago) as Instant,
    gaps: new Map(Object.entries(gaps).map(([symbol, gap]) => [symbol, shares(gap)])),
    costDoubts: new Set(),
  },
});

async function weighed(of: FactsOf, before: Parameters<typeof behind>[2] = {}) {
  const draft = behind(weighEvidence, await planFacts(of), before);
  return {
    draft,
    actions: draft.housekeeping.map(({ id, reason }) => `${id} ${reason}`),
    frozen: frozenBy(draft),
    held: heldBy(draft),
    looksAgain: draft.needsSecondLook,
  };
}

const brokenBy = (kind: BreakKind): FactsOf['ledger'] => ({
  breaks: new Map([['X', { symbol: 'X', kind, detail: 'so', since: NOON }]]),
});

describe('a break that is open', () => {
  test.each<[BreakKind, string, string]>([
    ['missing-shares', 'all', "'hgctl resolve X --as broker --reason TEXT' (or --as books) ends it"],
    ['split', 'all', "'hgctl resolve X --as split --reason TEXT' makes the books follow it"],
    ['price-mismatch', 'entries', "'hgctl resolve X --as broker --reason TEXT' (or --as books) ends it"],
  ])('of %s lets through no order, or no entry, and says what ends it', async (kind, grade, ends) => {
    const { draft, frozen, held } = await weighed({ ledger: brokenBy(kind) });
    expect({ frozen, held }).toEqual({ frozen: [`X: ${grade} BreakOpen`], held: ['*/X: BreakOpen'] });
    expect(draft.holds[0]?.detail).toBe(`${kind}: so; ${ends}`);
  });

  test('and what differs says nothing more where the books follow what was announced', async () => {
    const following = { kind: 'apply-split', symbol: 'X', id: 'apply-split/X' } as Action;
    const facts: FactsOf = {
      books: { a: { X: 10 } },
      ledger: brokenBy('split'),
      history: [],
      differences: [lacking(10, 7)],
    };
    expect(await weighed(facts, { housekeeping: [following] })).toMatchObject({ frozen: [], held: [] });
    const calmer: FactsOf = { ...facts, ledger: {} };
    expect(await weighed(calmer, { housekeeping: [following] })).toMatchObject({ looksAgain: false });
    const other = { kind: 'cancel-order', symbol: 'X', id: 'cancel-order/hg-1' } as Action;
    expect(await weighed(calmer, { housekeeping: [other] })).toMatchObject({ looksAgain: true });
  });
});

test('A symbol in two books takes no entry', async () => {
  const { frozen, held } = await weighed({ ledger: { shared: new Set(['X']) } });
  expect({ frozen, held }).toEqual({ frozen: ['X: entries SymbolConflict'], held: [] });
});

test('A book that shrank takes its entries again where nobody knows the session', async () => {
  const snapshot = { clock: { kind: 'unknown', reason: 'HTTP 503' } as const };
  const ledger = { shrunkOn: new Map([['X', '2025-12-02']]) };
  expect((await weighed({ ledger, snapshot })).frozen).toEqual([]);
});

test.each([
  ['2025-12-02', ['X: entries EntryFrozenExternalReduction']],
  ['2025-12-01', []],
] as const)('A book that shrank on %s takes no entry in that session only', async (date, frozen) => {
  expect((await weighed({ ledger: { shrunkOn: new Map([['X', date]]) } })).frozen).toEqual(frozen);
});

describe('fills of ours that the broker does not show yet', () => {
  const settling = (count: number, booked: number): FactsOf => ({
    books: { a: { X: booked } },
    differences: [lacking(booked, booked + count, { missing: shares(0), settling: shares(count) })],
  });

  test('stop every order on their symbol, and nothing more', async () => {
    const { draft, frozen, held, actions } = await weighed(settling(-3, 10));
    expect({ frozen, held, actions }).toEqual({
      frozen: ['X: all Settling'],
      held: ['*/X: Settling'],
      actions: [],
    });
    expect(draft.holds[0]?.detail).toBe("-3 of our own fills are not in the broker's positions yet");
  });

  test.each<[string, FactsOf, string[]]>([
    [
      'sold it',
      { ...settling(-3, 10), history: [outside('sell', 3)] },
      ['sync-position/a/X ReducedExternally'],
    ],
    [
      'sold all of it',
      { ...settling(-10, 10), history: [outside('sell', 10)] },
      ['sync-position/a/X ClosedExternally'],
    ],
    [
      'bought back a short one',
      { ...settling(3, -10), history: [outside('buy', 3)] },
      ['sync-position/a/X ReducedExternally'],
    ],
    ['sold something else', { ...settling(-3, 10), history: [outside('sell', 2)] }, []],
    ['bought more of it', { ...settling(3, 10), history: [outside('buy', 3)] }, []],
    ['sold more than there was', { ...settling(-11, 10), history: [outside('sell', 11)] }, []],
    ['is not known to have done anything', { ...settling(-3, 10), history: 'unknown' }, []],
  ])('are none of ours where the history shows that somebody %s', async (_, facts, actions) => {
    const weighedFacts = await weighed(facts);
    expect(weighedFacts.actions).toEqual(actions);
    expect(weighedFacts.held).toEqual(actions.length === 0 ? ['*/X: Settling'] : []);
  });
});

describe('shares that the broker holds beyond the books', () => {
  test('are nobody’s, and stop entries; whose they may become is said', async () => {
    const { draft, frozen, held } = await weighed({ differences: [{ owners: [], unmanaged: shares(5) }] });
    expect({ frozen, held }).toEqual({
      frozen: ['X: entries UnmanagedShares'],
      held: ['*/X: UnmanagedShares'],
    });
    expect(draft.holds[0]?.detail).toBe(
      "the broker holds 5 X that no strategy owns; 'hgctl adopt X --strategy NAME --reason TEXT' gives them to one",
    );
  });

  test('are not called so where the whole position is on the other side', async () => {
    const flipped = { ...lacking(10, -5, { missing: shares(-10), unmanaged: shares(-5) }), sideFlip: true };
    expect((await weighed({ books: { a: { X: 10 } }, history: [], differences: [flipped] })).held).toEqual([
      'a/X: Unconfirmed',
    ]);
  });
});

describe('a symbol', () => {
  const facts: FactsOf = { books: { a: { X: 10 } }, history: [], differences: [lacking(10, 7)] };
  const why = { reason: 'PendingOrder', detail: 'so' } as const;

  test.each([
    ['all', false],
    ['entries', true],
  ] as const)('on which orders are stopped (%s) is judged: %j', async (grade, isJudged) => {
    const { looksAgain } = await weighed(facts, { freezes: new Map([['X', { ...why, grade }]]) });
    expect(looksAgain).toBe(isJudged);
  });
});

describe('shares that are missing', () => {
  const one = (more: Partial<FactsOf> = {}): FactsOf => ({
    books: { a: { X: 10 } },
    held: { X: 7 },
    history: [],
    differences: [lacking(10, 7)],
    ...more,
  });

  test.each<[string, Partial<FactsOf>, string]>([
    ['was not asked for', { history: undefined }, 'it was not asked for'],
    ['is not known', { history: 'unknown' }, 'HTTP 503'],
  ])('stay in the book while the history %s', async (_, more, reason) => {
    const { draft, frozen, held, actions, looksAgain } = await weighed(one(more));
    expect({ frozen, held, actions, looksAgain }).toEqual({
      frozen: ['X: all HistoryUnavailable'],
      held: ['a/X: HistoryUnavailable'],
      actions: [],
      looksAgain: false,
    });
    expect(draft.holds[0]?.detail).toBe(`the account's history is not available: ${reason}`);
  });

  test('leave it at their price where somebody has sold them', async () => {
    const fill = outside('sell', 3);
    const { draft, frozen, held } = await weighed(one({ history: [fill] }));
    expect(draft.housekeeping).toEqual([
      {
        kind: 'sync-position',
        id: 'sync-position/a/X',
        strategy: 'a',
        symbol: 'X',
        reason: 'ReducedExternally',
        from: shares(10),
        to: shares(7),
        price: 12e6,
        anchor: { at: NOON, unmanaged: 0 },
        sources: ['book: a X 10', 'broker: X 7', 'history: sell 3 X (fill-1)'],
      },
    ]);
    expect({ frozen, held }).toEqual({ frozen: ['X: entries EntryFrozenExternalReduction'], held: [] });
    const all = await weighed(one({ history: [outside('sell', 10)], differences: [lacking(10, 0)] }));
    expect(all.actions).toEqual(['sync-position/a/X ClosedExternally']);
  });

  test('wait for a second look where nothing explains them', async () => {
    const { draft, frozen, held, actions, looksAgain } = await weighed(one());
    expect({ frozen, held, actions, looksAgain }).toEqual({
      frozen: ['X: all Unconfirmed'],
      held: ['a/X: Unconfirmed'],
      actions: [],
      looksAgain: true,
    });
    expect(draft.holds[0]?.detail).toBe(
      'books say 10 X, the broker 7; the account history does not explain it: a second look decides',
    );
  });

  test('from a short book wait likewise', async () => {
    const short = one({ books: { a: { X: -10 } }, held: { X: -7 }, differences: [lacking(-10, -7)] });
    expect(await weighed(short)).toMatchObject({ held: ['a/X: Unconfirmed'], looksAgain: true });
  });

  test.each<[string, Partial<ObservedState>, boolean]>([
    ['is old enough', seenBefore({ X: -3 }), true],
    ['is too young', seenBefore({ X: -3 }, 30 * SECOND - 1), false],
    ['saw another gap', seenBefore({ X: -2 }), false],
    ['saw none', seenBefore({}), false],
  ])('are a break where the look before %s', async (_, observed, isBreak) => {
    const { actions, looksAgain } = await weighed(one({ observed }));
    expect(actions).toEqual(isBreak ? ['report-break/X MissingShares'] : []);
    expect(looksAgain).toBe(!isBreak);
  });

  test('are a break that says what was seen', async () => {
    const { draft, frozen } = await weighed(
      one({ observed: seenBefore({ X: -3 }), history: [outside('sell', 2)] }),
    );
    expect(draft.housekeeping).toEqual([
      {
        kind: 'report-break',
        id: 'report-break/X',
        strategy: 'a',
        symbol: 'X',
        breakKind: 'missing-shares',
        detail: 'books 10, broker 7',
        reason: 'MissingShares',
        from: shares(10),
        to: shares(7),
        sources: ['books: a X 10', 'broker: X 7', 'history: outside fills of -2 do not explain it'],
      },
    ]);
    expect(frozen).toEqual(['X: all BreakOpen']);
    expect(draft.freezes.get('X')?.detail).toBe(
      "books say 10 X, the broker 7; 'hgctl resolve X --as broker --reason TEXT' (or --as books) ends it",
    );
  });

  test('of two owners are a break though somebody sold them: not whose shares left', async () => {
    const two = one({
      books: { a: { X: 6 }, b: { X: 4 } },
      history: [outside('sell', 3)],
      differences: [lacking(10, 7, { owners: ['a', 'b'] })],
    });
    expect(await weighed(two)).toMatchObject({ actions: [], held: ['a/X: Unconfirmed', 'b/X: Unconfirmed'] });
    const { draft } = await weighed({ ...two, observed: seenBefore({ X: -3 }) });
    expect(draft.housekeeping).toMatchObject([
      {
        strategy: null,
        breakKind: 'missing-shares',
        sources: ['books: a, b X 10', 'broker: X 7', 'history: fills explain it, but not whose shares left'],
      },
    ]);
  });

  test('across zero are a break, whatever explains them', async () => {
    const flipped = lacking(10, -2, { missing: shares(-10), unmanaged: shares(-2), sideFlip: true });
    const { draft, held } = await weighed(
      one({ history: [outside('sell', 12)], differences: [flipped], observed: seenBefore({ X: -12 }) }),
    );
    expect(draft.housekeeping).toMatchObject([
      { breakKind: 'side-flip', reason: 'SideFlip', detail: 'books 10, broker -2' },
    ]);
    expect(held).toEqual([]);
  });

  test('as after a split are one that says so, and the shares of nobody are no word of their own', async () => {
    const split = one({
      held: { X: 5 },
      positions: { X: { averagePrice: 20e6 as never } },
      differences: [lacking(10, 5)],
      observed: seenBefore({ X: -5 }),
    });
    expect((await weighed(split)).draft.housekeeping).toMatchObject([
      {
        breakKind: 'split',
        reason: 'SplitSuspected',
        detail: 'books 10, broker 5, as after a 1-for-2 split',
      },
    ]);
    const grown = one({
      held: { X: 20 },
      positions: { X: { averagePrice: 5e6 as never } },
      differences: [lacking(10, 20, { missing: shares(0), unmanaged: shares(10) })],
      observed: seenBefore({ X: 10 }),
    });
    const { draft, held } = await weighed(grown);
    expect(draft.housekeeping).toMatchObject([
      { breakKind: 'split', detail: 'books 10, broker 20, as after a 2-for-1 split' },
    ]);
    expect(held).toEqual([]);
  });

  test('are no split where somebody sold them', async () => {
    const sold = one({
      held: { X: 5 },
      positions: { X: { averagePrice: 20e6 as never } },
      differences: [lacking(10, 5)],
      history: [outside('sell', 5)],
    });
    expect((await weighed(sold)).actions).toEqual(['sync-position/a/X ReducedExternally']);
  });

  test.each([
    [true, ['a/X: HistoryUnavailable']],
    [false, ['*/X: UnmanagedShares']],
  ])(
    'may be those of a split while nobody knows the history, if its price jumped: %j',
    async (repriced, held) => {
      const grown = lacking(10, 20, { missing: shares(0), unmanaged: shares(10), repriced });
      expect((await weighed(one({ history: 'unknown', differences: [grown] }))).held).toEqual(held);
    },
  );
});

describe('many positions that shrink at once', () => {
  const symbols = ['A', 'B', 'C', 'D', 'E'];
  /** So many symbols of which a share was sold, among so many lots. */
  const mass = (shrunk: number, lots: number, more: Partial<FactsOf> = {}): FactsOf => {
    const gone = symbols.slice(0, shrunk);
    const others = Array.from({ length: lots - shrunk }, (_, index) => `S${index}`);
    return {
      books: {
        a: Object.fromEntries(gone.map((symbol) => [symbol, 10])),
        b: Object.fromEntries(others.map((symbol) => [symbol, 10])),
      },
      history: gone.map((symbol) => outside('sell', 1, { symbol })),
      differences: gone.map((symbol) => lacking(10, 9, { symbol })),
      ...more,
    };
  };

  test.each<[number, number, boolean]>([
    [3, 3, false],
    [4, 4, true],
    [4, 19, true],
    [4, 20, false],
    [5, 24, true],
    [5, 25, false],
  ])('%d of %d wait for a second look, though trades explain them: %j', async (shrunk, lots, isMass) => {
    const { draft, actions, looksAgain } = await weighed(mass(shrunk, lots));
    expect({ looksAgain, synced: actions.length }).toEqual({
      looksAgain: isMass,
      synced: isMass ? 0 : shrunk,
    });
    if (isMass)
      expect(draft.holds[0]?.detail).toContain('many positions shrank at once: a second look decides');
  });

  test('leave the books where the second look agrees', async () => {
    const gaps = { A: -1, B: -1, C: -1, D: -1 };
    expect((await weighed(mass(4, 4, { observed: seenBefore(gaps) }))).actions).toHaveLength(4);
  });

  test('are counted without what only looks like a split', async () => {
    const three = mass(3, 3);
    const grown = lacking(10, 20, { symbol: 'D', missing: shares(0), unmanaged: shares(10) });
    const { actions } = await weighed({
      ...three,
      books: { ...three.books, c: { D: 10 } },
      held: { D: 20 },
      positions: { D: { averagePrice: 5e6 as never } },
      differences: [...(three.differences ?? []), grown],
    });
    expect(actions).toHaveLength(3);
  });
});
