/** A book whose cost is not the broker's: how often it is asked, what is accepted, and what stops. */
import { describe, expect, test } from 'vitest';
import type { Price } from '../../src/domain/decimal.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { ObservedState } from '../../src/observed/observed-state.ts';
import { doubtPrices } from '../../src/reconciler/rules/prices.ts';
import { shares } from '../support/executing.ts';
import { behind, frozenBy, heldBy, NOON, planFacts, type FactsOf } from '../support/plan-facts.ts';

const dear: FactsOf = {
  books: { z: { Y: 1 }, a: { X: 10 } },
  held: { X: 10, Y: 1 },
  positions: { X: { averagePrice: 12e6 as Price } },
};
const looked = (ago: number, symbols: readonly string[] = ['X']): Partial<ObservedState> => ({
  earlier: { at: (NOON - ago) as Instant, gaps: new Map(), costDoubts: new Set(symbols) },
});

async function doubted(of: FactsOf, before: Parameters<typeof behind>[2] = {}) {
  const draft = behind(doubtPrices, await planFacts(of), before);
  return {
    draft,
    actions: draft.housekeeping.map(({ id }) => id),
    held: heldBy(draft),
    frozen: frozenBy(draft),
    looksAgain: draft.needsSecondLook,
  };
}

const NOTHING = { actions: [], held: [], frozen: [], looksAgain: false };

describe('a cost that is not the broker’s', () => {
  test('stops entries, and is looked at again', async () => {
    const { draft, ...rest } = await doubted(dear);
    expect(rest).toEqual({
      actions: [],
      held: ['a/X: Unconfirmed'],
      frozen: ['X: entries Unconfirmed'],
      looksAgain: true,
    });
    expect(draft.holds[0]?.detail).toBe(
      'a share cost $10.00 in the book, $12.00 at the broker: a second look decides',
    );
  });

  test.each<[string, Partial<ObservedState>, boolean]>([
    ['that saw it long enough ago', looked(30_000), true],
    ['that saw it just now', looked(29_999), false],
    ['that did not see it', looked(30_000, ['Y']), false],
  ])('is a break behind a look %s: %j', async (_, observed, isBreak) => {
    const { actions, looksAgain } = await doubted({ ...dear, observed });
    expect({ actions, looksAgain }).toEqual({
      actions: isBreak ? ['report-break/X'] : [],
      looksAgain: !isBreak,
    });
  });

  test('is a break that says both, and moves no share', async () => {
    const { draft, held, frozen } = await doubted({ ...dear, observed: looked(30_000) });
    expect(draft.housekeeping).toEqual([
      {
        kind: 'report-break',
        id: 'report-break/X',
        strategy: 'a',
        symbol: 'X',
        breakKind: 'price-mismatch',
        detail: 'a share cost $10.00 in the book, $12.00 at the broker',
        reason: 'PriceMismatch',
        from: shares(10),
        to: shares(10),
        sources: ['book: a X at 10.00', 'broker: X at 12.00'],
      },
    ]);
    expect({ held, frozen }).toEqual({ held: [], frozen: ['X: entries BreakOpen'] });
    expect(draft.freezes.get('X')?.detail).toBe(
      "a share cost $10.00 in the book, $12.00 at the broker; 'hgctl resolve X --as broker --reason TEXT' (or --as books) ends it",
    );
  });

  test.each([
    [12, true],
    [11.88, true],
    [11.879, false],
    [12.12, true],
    [12.121, false],
  ])(
    'is none where an operator has accepted it, within a part in a hundred: %d, %j',
    async (seen, isAccepted) => {
      const positions = { X: { averagePrice: (seen * 1e6) as Price } };
      const of = { ...dear, positions, ledger: { acceptedPrices: new Map([['X', 12e6 as Price]]) } };
      const { draft: _, ...rest } = await doubted(of);
      if (isAccepted) expect(rest).toEqual(NOTHING);
      else expect(rest.looksAgain).toBe(true);
    },
  );

  test('is none of a symbol about which more is in doubt', async () => {
    const freezes = new Map([['X', { grade: 'entries', reason: 'PendingOrder', detail: '' } as const]]);
    expect(await doubted(dear, { freezes })).toMatchObject({ held: [], looksAgain: false });
  });

  test('is none where the broker’s is the same', async () => {
    expect(await doubted({ ...dear, positions: {} })).toMatchObject(NOTHING);
  });

  test.each<[string, FactsOf]>([
    ['that nobody owns', { held: { X: 10 } }],
    ['that the broker does not hold', { books: { a: { X: 10 } } }],
    [
      'while nobody knows the market',
      { ...dear, snapshot: { clock: { kind: 'unknown', reason: 'HTTP 503' } } },
    ],
  ])('is none of a symbol %s', async (_, of) => {
    const facts = await planFacts(of);
    const draft = behind(doubtPrices, { ...facts, costDoubts: ['X'] });
    expect({ held: heldBy(draft), looksAgain: draft.needsSecondLook }).toEqual({
      held: [],
      looksAgain: false,
    });
  });
});
